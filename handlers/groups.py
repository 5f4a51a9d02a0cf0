"""Groups: the bot speaks with citizens in private only, so here it mostly keeps silent."""

from __future__ import annotations

from datetime import datetime

import telegram
from sqlalchemy.orm import Session

from handlers.buttons import LinkButton
from handlers.turn import Kit, Turn
from services.outbox import Outbox


def answer(turn: Turn) -> None:
    """A command addressed to the bot is led to the private chat; talk among people is theirs."""
    if turn.query_id is not None:
        turn.toast("button.not_valid", alert=True)
        return
    username = turn.kit.bot_username
    first = turn.text.partition(" ")[0]
    if turn.edited or not first.startswith("/"):
        return
    name, _, address = first[1:].partition("@")
    known = name.lower() in turn.kit.book.commands
    if (address and address.lower() != username.lower()) or not (known or address):
        return
    rows = [[LinkButton("group.open_private", f"https://t.me/{username}")]] if username else []
    turn.say("group.private_only", rows)


def membership(
    session: Session,
    change: telegram.ChatMemberUpdated,
    *,
    kit: Kit,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Added to a group or removed from it: nothing is said unasked."""
