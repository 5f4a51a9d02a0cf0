"""Who works here: by account, by role, by agency.

Whoever is not active here is a citizen like any other, from the very next message on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services import accounts
from services.people import Role
from services.records.base import table_of
from services.records.people import Person, StaffMember

NEED_AGENCY = frozenset({Role.AGENT, Role.DIRECTOR})

_staff = table_of(StaffMember)
_people = table_of(Person)


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
