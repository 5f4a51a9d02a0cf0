"""Who of the fund looked at whose data: written at every look, shown to the person concerned.

A look is an event `account.looked_at` on the contributor, or on the person where no number is
linked. It keeps the role and the agency as they were then, never a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from services import events
from services.records.base import table_of
from services.records.traffic import Event
from services.staff import Member

LOOKED = "account.looked_at"
_events = table_of(Event)


@dataclass(frozen=True, slots=True)
class Look:
    """Someone of the fund looked. `what` is the kind of record: account, case, plan."""

    at: datetime
    role: str
    agency: str | None
    what: str


def looked(
    session: Session,
    member: Member,
    *,
    what: str,
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
        data={"role": member.role.value, "agency": member.agency, "what": what},
    )


def looks_at(
    session: Session, *, telegram_id: int, contributor_ids: list[int], limit: int = 20
) -> list[Look]:
    """The latest looks at a person or at their own accounts, newest first."""
    rows = session.execute(
        select(_events.c.at, _events.c.data)
        .where(
            _events.c.name == LOOKED,
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
        Look(row.at, row.data["role"], row.data.get("agency"), row.data["what"]) for row in rows
    ]
