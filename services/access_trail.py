"""Who of the fund looked at whose file: written at every look, shown to the person concerned.

**A look** is that one member of staff, because they asked for it, was shown a person's own
record beyond what a list of work shows anyway (reference, subject, dates): a case or a plan
opened, a whole number, the files. What a list, a queue, a group's card or the managers' figures
show is none, nor is what the machine reads by itself. Who handles a case sees it many times a
day; the person reads that as one line a day.

A look is an event `account.looked_at` on the contributor, or on the person where no number is
linked. It keeps the role and the agency as they were then, never a name. A statement printed by
the command line (`statement.made`) counts too: the fund looked, though no member is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from services import events
from services.dates import day_in_algiers
from services.records.base import table_of
from services.records.traffic import Event
from services.staff import Member

LOOKED = "account.looked_at"
STATEMENT_MADE = "statement.made"
BY_COMMAND = "command"
_events = table_of(Event)


class What(StrEnum):
    """What was shown. Stored: a name is never given another meaning."""

    ACCOUNT = "account"
    CASE = "case"
    PLAN = "plan"
    NUMBER = "number"
    """The whole social security number, or the telephone number someone left."""
    FILES = "files"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Look:
    """Someone of the fund looked. `role` is None where only the fund is known."""

    at: datetime
    role: str | None
    agency: str | None
    what: str


@dataclass(frozen=True, slots=True)
class DayOfLooks:
    """All looks of one role and agency on one day in Algiers, as the person reads them."""

    day: date
    role: str | None
    agency: str | None
    what: tuple[str, ...]


def looked(
    session: Session,
    member: Member,
    what: What,
    *,
    now: datetime,
    contributor_id: int | None = None,
    telegram_id: int | None = None,
) -> None:
    """Write a look down, on the contributor where there is one, else on the person."""
    if contributor_id is not None:
        subject = ("contributor", contributor_id)
    elif telegram_id is not None:
        subject = ("person", telegram_id)
    else:
        raise ValueError("a look concerns a contributor or a person")
    events.record(
        session,
        LOOKED,
        at=now,
        actor=events.staff(member.telegram_id),
        subject=subject,
        data={"role": member.role.value, "agency": member.agency, "what": what.value},
    )


def looks_at(
    session: Session, *, telegram_id: int, contributor_ids: list[int], limit: int = 1_000
) -> list[Look]:
    """The latest looks at a person or at their own accounts, newest first."""
    rows = session.execute(
        select(_events.c.at, _events.c.name, _events.c.data)
        .where(
            or_(
                _events.c.name == LOOKED,
                and_(_events.c.name == STATEMENT_MADE, _events.c.actor == BY_COMMAND),
            ),
            or_(
                and_(_events.c.subject_kind == "person", _events.c.subject_id == telegram_id),
                and_(
                    _events.c.subject_kind == "contributor",
                    _events.c.subject_id.in_(contributor_ids),
                ),
            ),
        )
        .order_by(_events.c.id.desc())
        .limit(limit)
    )
    return [
        Look(at, data["role"], data.get("agency"), data["what"])
        if name == LOOKED
        else Look(at, None, None, What.STATEMENT.value)
        for at, name, data in rows
    ]


def by_day(looks: Iterable[Look]) -> list[DayOfLooks]:
    """Looks, newest first, as one line for each day, role and agency."""
    found: dict[tuple[date, str | None, str | None], dict[str, None]] = {}
    for look in looks:
        key = (day_in_algiers(look.at), look.role, look.agency)
        found.setdefault(key, {})[look.what] = None
    return [DayOfLooks(*key, what=tuple(sorted(what))) for key, what in found.items()]
