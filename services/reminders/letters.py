"""A reminder on its way: everything due to one person, as one message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, delete, func, select, update
from sqlalchemy.orm import Session

from services.outbox import Lane
from services.records.base import table_of
from services.records.reminders import CampaignMember, Reminder
from services.records.traffic import OutgoingCall
from services.reminders.judge import Reason
from services.reminders.owed import Owed
from services.reminders.steps import Kind, Step

SUBJECT = "reminder"
"""What the outbox calls of reminders and campaigns are about: `reminder`, `reminder:ID`."""
AHEAD_S = 31
"""How many seconds of sending may wait in the outbox. The rest waits in the records, where a
payment, a change of mind or a stop still reaches it."""

NOBODY_THERE = ("403", "400", "unreachable")
"""What the sender writes of a call to someone who blocked the bot or left Telegram, and of the
calls that waited behind it; any other refusal is written with Telegram's words."""

_calls = table_of(OutgoingCall)
_reminders, _members = table_of(Reminder), table_of(CampaignMember)
_LANES = (int(Lane.INSTALLMENT), int(Lane.CAMPAIGN))


@dataclass(frozen=True, slots=True)
class Item:
    """One thing due. `link_id` 0: a case that names no account. `is_own`: it is about the
    reader's own account, not one they hold a mandate for."""

    step: Step
    owed: Owed
    contributor_id: int
    link_id: int
    is_own: bool = True


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one person. `campaign_id`: the campaign it belongs to, else None."""

    telegram_id: int
    language: str
    hide_amounts: bool
    items: tuple[Item, ...]
    campaign_id: int | None = None

    @property
    def lane(self) -> Lane:
        own = {Kind.INSTALLMENT, Kind.CURE, Kind.ANSWER}
        return Lane.INSTALLMENT if own & {i.step.kind for i in self.items} else Lane.CAMPAIGN

    @property
    def subject(self) -> str:
        return SUBJECT if self.campaign_id is None else f"{SUBJECT}:{self.campaign_id}"


Say = Callable[[Letter], int]
"""Words a letter and adds it to the outbox; returns the call's number."""


def waiting(session: Session) -> int:
    """How many calls wait in the lanes that reminders use."""
    return session.execute(
        select(func.count())
        .select_from(_calls)
        .where(_calls.c.state == "queued", _calls.c.lane.in_(_LANES))
    ).scalar_one()


def settle(session: Session) -> None:
    """Write back how queued reminders ended. A purged call counts as sent."""
    for table in (_reminders, _members):
        ended = select(_calls.c.state).where(_calls.c.id == table.c.call_id).scalar_subquery()
        refused = (
            select(case((_calls.c.error.in_(NOBODY_THERE), Reason.UNREACHABLE.value)))
            .where(_calls.c.id == table.c.call_id, _calls.c.state == "failed")
            .scalar_subquery()
        )
        still_open = select(_calls.c.id).where(_calls.c.state.in_(("queued", "sending")))
        session.execute(
            update(table)
            .where(table.c.state == "queued", table.c.call_id.not_in(still_open))
            .values(state=func.coalesce(ended, "sent"), reason=refused)
        )


def recall(session: Session, now: datetime, *, campaign_id: int | None = None) -> int:
    """Take back what has not left yet, of one campaign or of everything: the hours are over, or
    a person stopped it. What is under way is not touched. Returns how many calls."""
    subject: ColumnElement[bool] = _calls.c.subject.like(f"{SUBJECT}%")
    if campaign_id is not None:
        subject = _calls.c.subject == f"{SUBJECT}:{campaign_id}"
    taken = list(
        session.execute(
            delete(_calls)
            .where(_calls.c.state == "queued", _calls.c.lane.in_(_LANES), subject)
            .returning(_calls.c.id)
        ).scalars()
    )
    if taken:
        back = {"call_id": None, "decided_at": now}
        session.execute(
            update(_reminders)
            .where(_reminders.c.state == "queued", _reminders.c.call_id.in_(taken))
            .values(state="waiting", reason=Reason.QUIET_HOURS.value, **back)
        )
        session.execute(
            update(_members)
            .where(_members.c.state == "queued", _members.c.call_id.in_(taken))
            .values(state="ready", reason=None, **back)
        )
    return len(taken)
