"""A person's reminders when they ask for their data, or for its erasure (law 18-07); and how
long decisions are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.dates import day_in_algiers
from services.policy import Policy
from services.records.base import table_of
from services.records.reminders import CampaignMember, Reminder, ReminderChoice
from services.records.traffic import OutgoingCall
from services.reminders.letters import SUBJECT
from services.vault import Vault

_reminders, _members = table_of(Reminder), table_of(CampaignMember)
_choices, _calls = table_of(ReminderChoice), table_of(OutgoingCall)


def export(session: Session, vault: Vault, telegram_id: int, now: datetime) -> Any:
    """What a person was reminded of or not, and why, and what they chose."""
    rows = session.execute(
        select(
            _reminders.c.kind,
            _reminders.c.step,
            _reminders.c.deadline,
            _reminders.c.state,
            _reminders.c.reason,
            _reminders.c.amount,
            _reminders.c.decided_at,
        )
        .where(_reminders.c.telegram_id == telegram_id)
        .order_by(_reminders.c.id)
    )
    campaigns = session.execute(
        select(_members.c.state, _members.c.reason, _members.c.amount, _members.c.decided_at).where(
            _members.c.telegram_id == telegram_id
        )
    )
    chosen = session.get(ReminderChoice, telegram_id)
    return {
        "switched_off": list(chosen.muted) if chosen is not None else [],
        "amounts_hidden": chosen is not None and chosen.hide_amounts,
        "reminders": [
            {
                "kind": row.kind,
                "days_from_deadline": row.step,
                "deadline": row.deadline.isoformat(),
                "state": row.state,
                "reason": row.reason,
                "amount_centimes": row.amount,
                "at": row.decided_at.isoformat(),
            }
            for row in rows
        ],
        "campaigns": [
            {
                "state": row.state,
                "reason": row.reason,
                "amount_centimes": row.amount,
                "at": row.decided_at.isoformat(),
            }
            for row in campaigns
        ],
    }


def erase(session: Session, telegram_id: int, now: datetime) -> None:
    """The person is taken off; that a step was decided stays, for the fund's own count."""
    session.execute(delete(_choices).where(_choices.c.telegram_id == telegram_id))
    for table in (_reminders, _members):
        session.execute(
            update(table).where(table.c.telegram_id == telegram_id).values(telegram_id=None)
        )


def forget_old(session: Session, policy: Policy, now: datetime) -> int:
    """Remove decisions past the time the policy states, and the calls they were sent with."""
    today = day_in_algiers(now)
    calls_end = now - policy.retention("sent_message", today).keep
    session.execute(
        delete(_calls).where(
            _calls.c.done_at < calls_end,
            _calls.c.state.in_(("sent", "failed")),
            _calls.c.subject.like(f"{SUBJECT}%"),
        )
    )
    end = now - policy.retention("reminder", today).keep
    gone = 0
    for table in (_reminders, _members):
        result = session.execute(delete(table).where(table.c.decided_at < end))
        gone += result.rowcount  # type: ignore[attr-defined]
    return gone
