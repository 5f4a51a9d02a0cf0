"""What is kept for a stated time and then removed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.records.traffic import IncomingUpdate, OutgoingCall

# Telegram repeats an update for 24 h and may restart its numbering after a quiet week.
UPDATES_KEPT = timedelta(days=8)
CALLS_KEPT = timedelta(days=30)  # only their outcome: what they said is gone once they are sent


def retention(session: Session, now: datetime) -> dict[str, int]:
    """Remove what is past its time; returns how many rows of each."""
    updates = session.execute(
        delete(IncomingUpdate).where(
            IncomingUpdate.received_at < now - UPDATES_KEPT, IncomingUpdate.state != "received"
        )
    )
    calls = session.execute(
        delete(OutgoingCall).where(
            OutgoingCall.done_at < now - CALLS_KEPT,
            OutgoingCall.state.in_(("sent", "failed")),
            OutgoingCall.subject.is_(None),
        )
    )
    return {"updates": updates.rowcount, "calls": calls.rowcount}  # type: ignore[attr-defined]
