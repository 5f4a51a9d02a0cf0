"""After an outage in which messages may have been lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from handlers import notices
from handlers.kit import Kit
from services import people
from services.outbox import Outbox


def ask_to_repeat(kit: Kit, session: Session, outbox: Outbox, *, since: datetime) -> int:
    """Ask everyone whose conversation was open and moved after `since` to repeat what they last
    said; returns how many are told."""
    told = [
        notices.tell(kit, session, outbox, telegram_id, "trouble.outage", repeatable=False)
        for telegram_id in people.in_conversation(session, since=since)
    ]
    return sum(call is not None for call in told)
