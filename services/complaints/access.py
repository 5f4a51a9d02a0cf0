"""The one door to a case: who is asking decides whether there is one at all.

A case one may not see is refused exactly like a case that does not exist, so references,
buttons and links that were guessed reveal nothing.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from services import linking, references, staff
from services.complaints import store
from services.complaints.office import Office
from services.complaints.store import Case
from services.dates import day_in_algiers
from services.people import Role
from services.records.base import table_of
from services.records.complaints import Complaint
from services.references import Kind
from services.staff import Member

MAY_WORK = frozenset({Role.AGENT, Role.DIRECTOR, Role.CENTRAL})
_complaints = table_of(Complaint)


class NoSuchCase(LookupError):
    """There is no such case for whoever is asking."""


class NotStaff(PermissionError):
    """Whoever is asking does not work on cases (any more)."""


def for_citizen(office: Office, telegram_id: int, complaint_id: int, *, lock: bool = False) -> Case:
    """A case for the person who filed it.

    Raises:
        NoSuchCase
    """
    case = store.load(office.session, complaint_id, lock=lock)
    if case is None or case.telegram_id != telegram_id:
        raise NoSuchCase
    return case


def for_staff(office: Office, telegram_id: int, complaint_id: int, *, lock: bool = False) -> Case:
    """A case for someone of the fund, by the records of this moment.

    Raises:
        NotStaff: they have no role with cases.
        NoSuchCase: out of their scope, kept from their agency, or their own.
    """
    member = member_of(office, telegram_id)
    case = store.load(office.session, complaint_id, lock=lock)
    if case is None or not may_see(office, member, case):
        raise NoSuchCase
    return case


def member_of(office: Office, telegram_id: int) -> Member:
    """The active member who works on cases.

    Raises:
        NotStaff
    """
    member = staff.of(office.session, telegram_id)
    if member is None or member.role not in MAY_WORK:
        raise NotStaff
    return member


def may_see(office: Office, member: Member, case: Case) -> bool:
    """Whether a case exists for this member. Nobody sees a case of their own number here."""
    if is_own(office, member.telegram_id, case.telegram_id, case.contributor_id):
        return False
    if member.role is Role.CENTRAL:
        return True
    return not case.restricted and staff.works_for(office.session, member, case.progress.desk)


def is_own(office: Office, telegram_id: int, filed_by: int, contributor_id: int | None) -> bool:
    """Whether someone filed a case, or it is about an account that they may see as a citizen."""
    if telegram_id == filed_by:
        return True
    return contributor_id is not None and contributor_id in _accounts_of(office, telegram_id)


def scope(office: Office, member: Member) -> ColumnElement[bool]:
    """The rows of `complaints` that exist for a member: the same rule as `may_see`, as SQL."""
    own = _complaints.c.telegram_id == member.telegram_id
    linked = _accounts_of(office, member.telegram_id)
    if linked:
        own = or_(own, _complaints.c.contributor_id.in_(linked))
    if member.role is Role.CENTRAL:
        within: ColumnElement[bool] = true()
    elif member.role in MAY_WORK and member.agency is not None:
        desks = [
            code
            for code, card in office.agencies.items()
            if code == member.agency or card.parent == member.agency
        ]
        within = and_(
            _complaints.c.restricted.is_(False),
            _complaints.c.desk.in_([member.agency, *desks]),
        )
    else:
        within = false()
    # `own` may be unknown where there is no account; such a case is not one's own.
    return and_(within, or_(own.is_(None), ~own))


def find(office: Office, typed: str) -> int:
    """The id behind a reference as typed; it says nothing about who may see the case.

    Raises:
        NotAReference, ReferenceMistyped: as in `references`.
        NoSuchCase: well written, but not one of a complaint that was filed.
    """
    reference = references.parse(typed)
    if reference.kind is not Kind.COMPLAINT:
        raise NoSuchCase
    found = office.session.execute(
        select(_complaints.c.id).where(_complaints.c.reference == str(reference))
    ).scalar_one_or_none()
    if found is None:
        raise NoSuchCase
    return int(found)


def _accounts_of(office: Office, telegram_id: int) -> list[int]:
    today = day_in_algiers(office.now)
    return [one.contributor_id for one in linking.accounts_of(office.session, telegram_id, today)]
