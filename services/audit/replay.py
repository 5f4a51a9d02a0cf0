"""Whether the records say what the events say: complaints and plans replayed from their first
event, a slice at a time, and compared with the columns that repeat the outcome.

What depends on the policy of today (when a case is looked at next) is not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.complaints import state
from services.complaints import store as cases
from services.plans import states as plan_states
from services.plans import store as plans
from services.records.base import table_of
from services.records.complaints import Complaint
from services.records.plans import Plan
from services.records.traffic import Event

AT_ONCE = 500
_complaints, _plans, _events = table_of(Complaint), table_of(Plan), table_of(Event)
_COMPARED = ("desk", "level", "status", "owner", "promised_by", "late")


@dataclass(frozen=True, slots=True)
class Differs:
    """A record that says something else than its events; `columns` names what."""

    kind: str
    reference: str
    columns: tuple[str, ...]


def run(session: Session, progress: Callable[[int], None] = lambda done: None) -> Iterator[Differs]:
    """Every record that differs; `progress` hears how many were replayed."""
    done = 0
    for kind, table, compare in (
        ("complaint", _complaints, _compare_cases),
        ("plan", _plans, _compare_plans),
    ):
        after = 0
        while rows := session.execute(
            select(table).where(table.c.id > after).order_by(table.c.id).limit(AT_ONCE)
        ).all():
            after = rows[-1].id
            yield from (
                Differs(kind, reference, columns) for reference, columns in compare(session, rows)
            )
            done += len(rows)
            progress(done)


def _compare_cases(session: Session, rows: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    happened = cases.happenings_of(session, [row.id for row in rows])
    for row in rows:
        try:
            progress = state.derive(happened[row.id])
        except (ValueError, KeyError, TypeError):  # events that cannot be, or of another edition
            yield row.reference, ("events",)
            continue
        told = {
            "desk": progress.desk,
            "level": progress.level.value,
            "status": progress.status.value,
            "owner": progress.owner,
            "promised_by": progress.promised_by,
            "late": bool(progress.late),
        }
        if wrong := tuple(name for name in _COMPARED if getattr(row, name) != told[name]):
            yield row.reference, wrong


def _compare_plans(session: Session, rows: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    happened: dict[int, list[str]] = {row.id: [] for row in rows}
    for subject, name in session.execute(
        select(_events.c.subject_id, _events.c.name)
        .where(_events.c.subject_kind == plans.SUBJECT, _events.c.subject_id.in_(list(happened)))
        .order_by(_events.c.id)
    ):
        happened[subject].append(name)
    for row in rows:
        try:
            told = plan_states.derive(happened[row.id])
        except plan_states.NotNow:
            yield row.reference, ("events",)
            continue
        if told is None or told.value != row.state:
            yield row.reference, ("state",)
