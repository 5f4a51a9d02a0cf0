"""What is kept for a stated time and then removed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.audit import forgetting as trail
from services.complaints import retention as complaints
from services.dates import day_in_algiers
from services.joining import personal as joining
from services.personal_data import identity
from services.plans import personal as plans
from services.policy import Policy
from services.records.traffic import IncomingUpdate, OutgoingCall
from services.reminders import personal as reminders
from services.vault import Vault


def retention(session: Session, policy: Policy, vault: Vault, now: datetime) -> dict[str, int]:
    """Remove what is past the time the policy states; returns how many rows of each.

    Of a call only its outcome is kept: what it said is gone once it is sent.
    """
    today = day_in_algiers(now)
    updates_end = now - policy.retention("processed_update", today).keep
    calls_end = now - policy.retention("sent_message", today).keep
    updates = session.execute(
        delete(IncomingUpdate).where(
            IncomingUpdate.received_at < updates_end, IncomingUpdate.state != "received"
        )
    )
    calls = session.execute(
        delete(OutgoingCall).where(
            OutgoingCall.done_at < calls_end,
            OutgoingCall.state.in_(("sent", "failed")),
            OutgoingCall.subject.is_(None),
        )
    )
    return {
        "updates": updates.rowcount,  # type: ignore[attr-defined]
        "calls": calls.rowcount,  # type: ignore[attr-defined]
        "plans": plans.forget_old(session, policy, now),
        "reminders": reminders.forget_old(session, policy, now),
        "callbacks": joining.forget_old(session, policy, now, today),
        **complaints.forget_old(session, policy, now),
        **identity.forget_old(session, policy, now),
        "events": trail.forget_old(session, policy, vault, now),
    }
