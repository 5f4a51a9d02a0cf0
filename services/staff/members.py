"""The fund's staff: who may do what, where; invitations; those who left.

Whoever is not active here is a citizen like any other, from the very next message on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from services import accounts, events, one_time_codes
from services.people import Role
from services.records.base import table_of
from services.records.people import Person, StaffInvite, StaffMember
from services.vault import Vault

INVITE = "staff_invite"  # the purpose under which invitations are fingerprinted
NAME_MAX = 120
NEED_AGENCY = frozenset({Role.AGENT, Role.DIRECTOR})
MAY_HAVE_AGENCY = NEED_AGENCY | {Role.MANAGER}


@dataclass(frozen=True, slots=True)
class Member:
    """Someone of the fund; `agency` is None for the central level. `language` is None while
    they have not written to the bot, and then nothing can be sent to them."""

    telegram_id: int
    name: str
    role: Role
    agency: str | None
    active: bool
    language: str | None
    reachable: bool


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


class InviteNotValid(Exception):
    """The invitation is unknown, used or past its time; which of them is not told."""


class AlreadyStaff(Exception):
    """An active member opened an invitation: it stays unused. Carries the present role."""

    def __init__(self, role: Role) -> None:
        super().__init__(f"already {role}")
        self.role = role


_staff = table_of(StaffMember)
_people = table_of(Person)
_invites = table_of(StaffInvite)


# --- who is who -----------------------------------------------------------------------------


def of(session: Session, telegram_id: int) -> Member | None:
    """The active member with this Telegram account."""
    found = _read(session, _members().where(_staff.c.telegram_id == telegram_id))
    return found[0] if found else None


def all_members(session: Session, *, active: bool = True) -> list[Member]:
    """Everybody active (or everybody who left), by role, agency and name."""
    return _read(session, _members(active=active))


def agents_of(session: Session, agency: str) -> list[Member]:
    """The agents of an agency; a counter without agents of its own has its agency's."""
    return _at(session, Role.AGENT, agency)


def directors_of(session: Session, agency: str) -> list[Member]:
    """The directors of an agency; a counter without one has its agency's. May be empty."""
    return _at(session, Role.DIRECTOR, agency)


def central(session: Session) -> list[Member]:
    """The officers of the central level."""
    return _with_role(session, Role.CENTRAL)


def managers(session: Session) -> list[Member]:
    """Managers, of the whole fund (agency None) or of one agency."""
    return _with_role(session, Role.MANAGER)


def admins(session: Session) -> list[Member]:
    return _with_role(session, Role.ADMIN)


def works_for(session: Session, member: Member, agency: str) -> bool:
    """Whether an agency is within someone's scope: their own, counters under it, or all."""
    if member.agency is None:
        return member.role not in NEED_AGENCY
    return agency == member.agency or _parent_of(session, agency) == member.agency


# --- coming and leaving ---------------------------------------------------------------------


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


def invite(
    session: Session,
    vault: Vault,
    *,
    name: str,
    role: Role,
    agency: str | None,
    lives: timedelta,
    now: datetime,
    actor: str,
) -> str:
    """Make a one-time invitation; returns its code, of which only the fingerprint is kept.

    Raises:
        NameNeeded, AgencyNeeded, AgencyNotForRole, UnknownAgency
    """
    name = check(session, name=name, role=role, agency=agency)
    code = one_time_codes.draw()
    session.execute(
        insert(_invites).values(
            fingerprint=vault.fingerprint(code, INVITE),
            name=name,
            role=role.value,
            agency=agency,
            expires_at=now + lives,
        )
    )
    events.record(
        session,
        "staff.invited",
        at=now,
        actor=actor,
        subject=("staff", 0),
        data={"role": role.value, "agency": agency},
    )
    return code


def accept(session: Session, vault: Vault, code: str, *, telegram_id: int, now: datetime) -> Member:
    """Use an invitation: one person, once, in time.

    Raises:
        InviteNotValid
        AlreadyStaff: an active member keeps their role, and the invitation its use.
    """
    present = of(session, telegram_id)
    if present is not None:
        raise AlreadyStaff(present.role)
    try:
        fingerprint = vault.fingerprint(one_time_codes.normalise(code), INVITE)
    except one_time_codes.NotACode:
        raise InviteNotValid from None
    # One statement decides, so that of two people at once only one gets in.
    row = session.execute(
        update(_invites)
        .where(
            _invites.c.fingerprint == fingerprint,
            _invites.c.used_by.is_(None),
            _invites.c.expires_at > now,
        )
        .values(used_by=telegram_id)
        .returning(_invites.c.name, _invites.c.role, _invites.c.agency)
    ).one_or_none()
    if row is None:
        raise InviteNotValid
    return add(
        session,
        telegram_id=telegram_id,
        name=row.name,
        role=Role(row.role),
        agency=row.agency,
        now=now,
        actor=events.person(telegram_id),
    )


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


def forget_old_invites(session: Session, before: datetime) -> int:
    """Remove invitations that ran out before an instant; returns how many."""
    result = session.execute(delete(_invites).where(_invites.c.expires_at < before))
    return int(result.rowcount)  # type: ignore[attr-defined]


# --- inside ---------------------------------------------------------------------------------


def _members(*, active: bool = True) -> Select[tuple[object, ...]]:
    return (
        select(
            _staff.c.telegram_id,
            _staff.c.name,
            _staff.c.role,
            _staff.c.agency,
            _staff.c.active,
            _people.c.language,
            _people.c.reachable,
        )
        .select_from(_staff.outerjoin(_people, _people.c.telegram_id == _staff.c.telegram_id))
        .where(_staff.c.active.is_(active))
        .order_by(_staff.c.role, _staff.c.agency, _staff.c.name, _staff.c.telegram_id)
    )


def _read(session: Session, statement: Select[tuple[object, ...]]) -> list[Member]:
    return [
        Member(
            telegram_id=row.telegram_id,
            name=row.name,
            role=Role(row.role),
            agency=row.agency,
            active=row.active,
            language=row.language,
            reachable=bool(row.reachable),
        )
        for row in session.execute(statement)
    ]


def _with_role(session: Session, role: Role) -> list[Member]:
    return _read(session, _members().where(_staff.c.role == role.value))


def _at(session: Session, role: Role, agency: str) -> list[Member]:
    places: Sequence[str | None] = (agency, _parent_of(session, agency))
    for place in places:
        if place is not None:
            found = _read(
                session,
                _members().where(_staff.c.role == role.value, _staff.c.agency == place),
            )
            if found:
                return found
    return []


def _parent_of(session: Session, agency: str) -> str | None:
    card = accounts.agencies(session).get(agency)
    return card.parent if card is not None else None


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
