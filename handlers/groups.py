"""Groups: the bot speaks with citizens in private only, so here it mostly keeps silent.

The group of a desk is the exception: there staff press the buttons of cards and write notes.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.buttons import LinkButton
from handlers.desk import in_group
from handlers.kit import Kit
from handlers.memberships import Change
from handlers.turn import Turn
from services.complaints import desk_groups
from services.complaints.office import Office
from services.outbox import Outbox


def answer(turn: Turn, data: str = "") -> None:
    """A command addressed to the bot is led to the private chat; talk among people is theirs."""
    at_desk = in_group.is_desk(turn)
    if turn.query_id is not None:
        if at_desk:
            in_group.pressed(turn, data)
        else:
            turn.toast("button.not_valid", alert=True)
        return
    username = turn.kit.bot_username
    first = turn.text.partition(" ")[0]
    if turn.edited or not first.startswith("/"):
        if at_desk:
            in_group.message(turn)
        return
    name, _, address = first[1:].partition("@")
    known = name.lower() in turn.kit.book.commands
    if address and address.lower() != username.lower():
        return
    if name.lower() == "agency":
        turn.argument = turn.text.partition(" ")[2].strip()
        in_group.bind(turn)
        return
    if not (known or address):
        return
    rows = [[LinkButton("group.open_private", f"https://t.me/{username}")]] if username else []
    turn.say("group.private_only", rows)


def membership(
    session: Session,
    change: Change,
    *,
    kit: Kit,
    now: datetime,
    outbox: Outbox,
) -> None:
    """The bot was added to a group, removed, or its rights changed: nothing is said unasked."""
    in_group.membership(session, change, kit=kit, now=now, outbox=outbox)


def joined(
    session: Session,
    change: Change,
    *,
    kit: Kit,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Someone else came or went."""
    in_group.joined(session, change, kit=kit, now=now, outbox=outbox)


def moved(session: Session, old: int, new: int, *, kit: Kit, now: datetime) -> None:
    """A group became a supergroup and has another id."""
    desk_groups.move(Office(session, kit.policy, kit.vault, now), old, new)
