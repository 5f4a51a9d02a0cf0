"""Roles are given and taken away: whoever leaves is shut out with the next message."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from services import accounts, events
from services.people import Role
from services.records.base import table_of
from services.records.people import Person, StaffMember
from services.staff.members import NEED_AGENCY, Member, admins, of

NAME_MAX = 120
MAY_HAVE_AGENCY = NEED_AGENCY | {Role.MANAGER}

_staff = table_of(StaffMember)
_people = table_of(Person)


class AgencyNeeded(ValueError):
    """This role works in one agency; carries the role."""

    def __init__(self, role: Role) -> None:
        super().__init__(f"the role {role} needs an agency")
        self.role = role


class AgencyNotForRole(ValueError):
    """This role works for the whole fund; carries the role."""

    def __init__(self, role: Role) -> None:
        super().__init__(f"the role {role} has no agency")
        self.role = role


class UnknownAgency(ValueError):
    """No agency with this code was loaded; carries the code."""

    def __init__(self, code: str) -> None:
        super().__init__(f"there is no agency {code!r}")
        self.code = code


class NameNeeded(ValueError):
    """A name of 1 to 120 characters is needed."""

    def __init__(self) -> None:
        super().__init__(f"a name has 1 to {NAME_MAX} characters")


class LastAdmin(Exception):
    """Without this person nobody could administer the staff."""


def add(
    session: Session,
    *,
    telegram_id: int,
    name: str,
    role: Role,
    agency: str | None,
    now: datetime,
    actor: str,
    language: str | None = None,
) -> Member:
    """Give someone a role, in place of any earlier one. `language` (ar or fr) is theirs.

    Raises:
        NameNeeded, AgencyNeeded, AgencyNotForRole, UnknownAgency
        LastAdmin: the only administrator would become something else.
    """
    name = check(session, name=name, role=role, agency=agency)
    if role is not Role.ADMIN:
        _keep_an_admin(session, telegram_id)
    values = {"name": name, "role": role.value, "agency": agency, "active": True}
    changed = session.execute(
        update(_staff)
        .where(_staff.c.telegram_id == telegram_id)
        .values(**values)
        .returning(_staff.c.telegram_id)
    ).one_or_none()
    if changed is None:
        session.execute(insert(_staff).values(telegram_id=telegram_id, added_at=now, **values))
    if language is not None:
        _speak(session, telegram_id, language, now)
    events.record(
        session,
        "staff.added" if changed is None else "staff.role_changed",
        at=now,
        actor=actor,
        subject=("staff", telegram_id),
        data={"role": role.value, "agency": agency},
    )
    member = of(session, telegram_id)
    assert member is not None
    return member


def deactivate(session: Session, telegram_id: int, *, now: datetime, actor: str) -> Member | None:
    """Shut someone out at once; None when they are no active member.

    Raises:
        LastAdmin: nobody would be left to administer the staff.
    """
    member = of(session, telegram_id)
    if member is None:
        return None
    _keep_an_admin(session, telegram_id)
    session.execute(update(_staff).where(_staff.c.telegram_id == telegram_id).values(active=False))
    events.record(
        session,
        "staff.deactivated",
        at=now,
        actor=actor,
        subject=("staff", telegram_id),
        data={"role": member.role.value, "agency": member.agency},
    )
    return member


def check(session: Session, *, name: str, role: Role, agency: str | None) -> str:
    """The name as it is kept, if name, role and agency go together.

    An agency is looked up once the fund's agencies are loaded.

    Raises:
        NameNeeded, AgencyNeeded, AgencyNotForRole, UnknownAgency
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_MAX:
        raise NameNeeded
    if agency is None and role in NEED_AGENCY:
        raise AgencyNeeded(role)
    if agency is not None:
        if role not in MAY_HAVE_AGENCY:
            raise AgencyNotForRole(role)
        known = accounts.agencies(session)
        if known and agency not in known:
            raise UnknownAgency(agency)
        if not (agency.isascii() and agency.isdigit() and 2 <= len(agency) <= 4):
            raise UnknownAgency(agency)
    return name


# --- inside ---------------------------------------------------------------------------------


def _keep_an_admin(session: Session, leaving: int) -> None:
    present = [admin.telegram_id for admin in admins(session)]
    if present == [leaving]:
        raise LastAdmin


def _speak(session: Session, telegram_id: int, language: str, now: datetime) -> None:
    """Keep someone's language, also of one who has not written yet."""
    known = session.execute(
        update(_people)
        .where(_people.c.telegram_id == telegram_id)
        .values(language=language, language_chosen=True)
        .returning(_people.c.telegram_id)
    ).one_or_none()
    if known is None:
        session.execute(
            insert(_people).values(
                telegram_id=telegram_id,
                language=language,
                language_chosen=True,
                reachable=True,
                wrong_proofs=0,
                created_at=now,
            )
        )
