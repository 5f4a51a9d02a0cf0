"""Decisions written down: one row a step and contributor, changed only while it is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from services.records.base import table_of
from services.records.reminders import Reminder
from services.reminders.judge import FINAL, Reason, Standing
from services.reminders.letters import Item
from services.reminders.own_dates import LOOK_BACK
from services.reminders.steps import Kind

_YEARLY = (Kind.CONTRIBUTION, Kind.DECLARATION, Kind.ARREARS)
_reminders = table_of(Reminder)
Key = tuple[int, str, str, int]
"""Contributor, kind, subject, step."""


class Kept(NamedTuple):
    """A decision there is already."""

    row: int
    state: str
    reason: str | None

    @property
    def is_open(self) -> bool:
        return self.state == "waiting"


class Due(NamedTuple):
    """Something to decide: what, for which agency, and what is known of the contributor."""

    item: Item
    agency: str | None
    standing: Standing

    @property
    def key(self) -> Key:
        step = self.item.step
        return self.item.contributor_id, step.kind.value, step.subject, step.days


_change = (
    update(_reminders)
    .where(_reminders.c.id == bindparam("row"))
    .values(
        state=bindparam("to_state"),
        reason=bindparam("to_reason"),
        amount=bindparam("to_amount"),
        call_id=bindparam("to_call"),
        telegram_id=bindparam("to_person"),
        decided_at=bindparam("to_at"),
    )
)


@dataclass(slots=True)
class Decisions:
    """What there is about some contributors, and what a slice adds to it."""

    now: datetime
    kept: dict[Key, Kept]
    _new: list[dict[str, Any]] = field(default_factory=list)
    _changed: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def read(
        cls, session: Session, numbers: Sequence[int], *, now: datetime, today: date
    ) -> Decisions:
        rows = session.execute(
            select(
                _reminders.c.contributor_id,
                _reminders.c.kind,
                _reminders.c.subject,
                _reminders.c.step,
                _reminders.c.id,
                _reminders.c.state,
                _reminders.c.reason,
            ).where(
                _reminders.c.contributor_id.in_(numbers), _reminders.c.last >= today - LOOK_BACK
            )
        )
        return cls(now, {(row[0], row[1], row[2], row[3]): Kept(*row[4:]) for row in rows})

    def is_open(self, key: Key) -> bool:
        kept = self.kept.get(key)
        return kept is None or kept.is_open

    def hold(self, due: Due, telegram_id: int, reason: Reason) -> None:
        """Keep why it is held; while its days last it is looked at again, unless for good."""
        state = "held" if reason in FINAL else "waiting"
        kept = self.kept.get(due.key)
        if kept is None or (kept.state, kept.reason) != (state, reason.value):
            self._put(due, telegram_id, kept, state=state, reason=reason.value)

    def queue(self, due: Due, telegram_id: int, call_id: int) -> None:
        """Keep that it goes out with a call."""
        self._put(
            due,
            telegram_id,
            self.kept.get(due.key),
            state="queued",
            amount=due.item.owed.amount,
            call_id=call_id,
        )

    def write(self, session: Session) -> None:
        if self._new:
            session.execute(insert(_reminders), self._new)
        if self._changed:
            session.connection().execute(_change, self._changed)

    def _put(
        self,
        due: Due,
        telegram_id: int,
        kept: Kept | None,
        *,
        state: str,
        reason: str | None = None,
        amount: int | None = None,
        call_id: int | None = None,
    ) -> None:
        if kept is not None:
            self._changed.append(
                {
                    "row": kept.row,
                    "to_state": state,
                    "to_reason": reason,
                    "to_amount": amount,
                    "to_call": call_id,
                    "to_person": telegram_id,
                    "to_at": self.now,
                }
            )
            return
        step = due.item.step
        self._new.append(
            {
                "contributor_id": due.item.contributor_id,
                "kind": step.kind.value,
                "subject": step.subject,
                "step": step.days,
                "deadline": step.deadline,
                "last": step.last,
                "agency": due.agency,
                "telegram_id": telegram_id,
                "state": state,
                "reason": reason,
                "amount": amount,
                "known_to": due.standing.known_to if step.kind in _YEARLY else None,
                "decided_at": self.now,
                "call_id": call_id,
            }
        )
