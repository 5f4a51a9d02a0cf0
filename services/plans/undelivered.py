"""Decisions that never reached their citizen: they return to whoever took them, to phone."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from services.office import Office
from services.records.base import table_of
from services.records.traffic import OutgoingCall

_calls = table_of(OutgoingCall)
_PREFIX = "plan:"
# Handed out: someone has to phone. The digest tells of it, and then it is forgotten.
TO_PHONE = "phone-plan:"


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A decision that failed to arrive: its plan, and who took it."""

    plan_id: int
    author: int


def subject(plan_id: int, author: int) -> str:
    """How the outbox names a decision."""
    return f"{_PREFIX}{plan_id}:{author}"


def take(office: Office) -> list[Undelivered]:
    """Decisions that failed since the last time; each is handed out once. What arrived needs
    its name no longer."""
    rows = office.session.execute(
        select(_calls.c.id, _calls.c.state, _calls.c.subject)
        .where(_calls.c.state.in_(("sent", "failed")), _calls.c.subject.like(f"{_PREFIX}%"))
        .order_by(_calls.c.id)
    ).all()
    if rows:
        office.session.execute(
            update(_calls).where(_calls.c.id.in_([row.id for row in rows])).values(subject=None)
        )
    found = []
    for row in rows:
        if row.state == "failed":
            plan, _, author = row.subject.removeprefix(_PREFIX).partition(":")
            found.append(Undelivered(int(plan), int(author)))
            office.session.execute(
                update(_calls).where(_calls.c.id == row.id).values(subject=f"{TO_PHONE}{plan}")
            )
    return found
