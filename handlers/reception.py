"""Every update comes in here: who is it, what did they do, and which conversation answers.

Private chats are conversations. In groups only commands addressed to the bot are answered, in
channels nothing is; other bots, anonymous administrators and service messages meet silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers import change_of_mind, free_text, general, groups, memberships, typed_button, whose
from handlers.buttons import NotOurButton, Press
from handlers.doing import waits_for_consent
from handlers.kit import Kit
from handlers.turn import Turn
from services import people, staff
from services.outbox import Outbox

# Messages that tell of a change in a chat rather than say something.
SERVICE_FIELDS = (
    "new_chat_members",
    "left_chat_member",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "forum_topic_created",
    "forum_topic_closed",
    "forum_topic_reopened",
    "forum_topic_edited",
    "message_auto_delete_timer_changed",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "write_access_allowed",
    "channel_chat_created",
    "chat_background_set",
    "chat_owner_changed",
    "chat_owner_left",
    "boost_added",
    "connected_website",
    "users_shared",
    "chat_shared",
    "proximity_alert_triggered",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
    "video_chat_participants_invited",
    "giveaway_created",
    "giveaway_completed",
    "giveaway_winners",
    "gift",
    "unique_gift",
    "successful_payment",
    "refunded_payment",
    "is_automatic_forward",  # a channel's post that Telegram copies into its group
)


def receive(
    kit: Kit, session: Session, update: Mapping[str, Any], *, now: datetime, outbox: Outbox
) -> None:
    """Answer one update, in Telegram's own fields, inside its transaction."""
    if "my_chat_member" in update:
        _membership(session, update["my_chat_member"], kit, now, outbox)
        return
    if "chat_member" in update:
        if (change := memberships.read(update["chat_member"])) is not None:
            groups.joined(session, change, kit=kit, now=now, outbox=outbox)
        return
    new_id = update.get("message", {}).get("migrate_to_chat_id")
    if new_id is not None:
        groups.moved(session, update["message"]["chat"]["id"], new_id, kit=kit, now=now)
        return
    turn = _turn(kit, session, update, now, outbox)
    if turn is None:
        return
    data = update.get("callback_query", {}).get("data", "")
    if turn.chat_type != "private":
        groups.answer(turn, data)
    elif turn.edited:
        general.edited(turn)
    elif turn.query_id is not None:
        _pressed(turn, data)
    else:
        _said(turn)
    turn.finish()


def _turn(
    kit: Kit, session: Session, update: Mapping[str, Any], now: datetime, outbox: Outbox
) -> Turn | None:
    """The turn an update opens; None where silence is the right answer."""
    query = update.get("callback_query")
    if query is not None:
        message = query.get("message")
        user = query.get("from")
    else:
        message = update.get("message") or update.get("edited_message")
        if message is None or not message.keys().isdisjoint(SERVICE_FIELDS):
            return None
        user = message.get("from")
    # A button of an inline message has no chat; of a very old one, a chat but nothing else.
    chat = message["chat"] if message is not None else None
    if user is None or user.get("is_bot"):
        return None
    chat_type = _type_of(chat)
    if query is None and chat_type == "channel":
        return None
    private = chat_type == "private"
    if not private and query is None and _is_talk_of_strangers(session, message or {}, user["id"]):
        return None
    caller = people.meet(
        session,
        user["id"],
        chat_id=chat["id"] if chat is not None else user["id"],
        language_code=user.get("language_code"),
        now=now,
    )
    if not caller.reachable and private:
        caller.reachable = True
        people.set_reachable(session, user["id"], True)
    return Turn(
        kit=kit,
        session=session,
        now=now,
        caller=caller,
        outbox=outbox,
        chat_type=chat_type,
        # Telegram marks a message it no longer gives the content of by the date 0.
        raw_message=message if message is not None and message.get("date") != 0 else None,
        query_id=query["id"] if query is not None else None,
        edited="edited_message" in update,
    )


def _type_of(chat: Mapping[str, Any] | None) -> str:
    """The kind of a chat; where it is not told, a person's has a positive id."""
    if chat is None:
        return "private"
    return str(chat.get("type") or ("private" if chat["id"] > 0 else "group"))


def _is_talk_of_strangers(session: Session, message: Mapping[str, Any], user_id: int) -> bool:
    """Whoever merely talks in a group the bot can read is not written down anywhere."""
    if str(message.get("text", "")).startswith("/"):
        return False
    return people.find(session, user_id) is None and staff.of(session, user_id) is None


def _membership(session: Session, raw: Any, kit: Kit, now: datetime, outbox: Outbox) -> None:
    """Blocked or unblocked in private; added to a group or removed from it."""
    change = memberships.read(raw)
    if change is None:
        return
    if change.chat_type != "private":
        groups.membership(session, change, kit=kit, now=now, outbox=outbox)
        return
    person = change.by if change.by is not None else change.chat_id
    if people.find(session, person) is not None:
        people.set_reachable(session, person, change.is_in)


def _pressed(turn: Turn, data: str) -> None:
    """A button: forged or foreign, outdated, or one of ours that counts now."""
    try:
        press = turn.kit.seal.read(turn.chat_id, data)
    except NotOurButton:
        turn.toast("button.not_valid", alert=True)
        return
    _press(turn, press)


def _press(turn: Turn, press: Press) -> None:
    conversation, action = turn.kit.book.actions[press.action]
    turn.press = press
    caller = turn.caller
    if action.step is not None and (
        caller.step != action.step or press.version != caller.version & 0xFFFFFF
    ):
        turn.toast("button.outdated")
        turn.press = None  # the outdated message stays as it is; the present state follows
        general.present_state(turn)
        return
    if waits_for_consent(turn, conversation, f"press:{press.action}:{press.argument}"):
        return
    action.run(turn)


def _said(turn: Turn) -> None:
    """A message: a command, a word that steers, an answer to the open question, or free text."""
    if _same_album(turn):
        return
    if (command := _command(turn)) is not None:
        _run_command(turn, command)
        return
    if (steering := general.steering_word(turn)) is not None:
        steering(turn)
        return
    step = turn.kit.book.steps.get(turn.caller.step or "")
    if step is None:
        if (press := whose.answered(turn)) is not None:
            _press(turn, press)
        else:
            free_text.said(turn)
    elif (press := typed_button.named(turn, step)) is not None:
        _press(turn, press)
    elif change_of_mind.followed(turn, step):
        pass  # what was begun is kept
    elif step.answer is None:
        general.use_the_buttons(turn)
    else:
        step.answer(turn)


def _run_command(turn: Turn, command: str) -> None:
    found = turn.kit.book.commands.get(command)
    if found is None:
        general.unknown_command(turn)
        return
    conversation, handler = found
    if not waits_for_consent(turn, conversation, f"command:{command}:{turn.argument}"):
        handler(turn)


def open_deep_link(turn: Turn, kind: str) -> None:
    """Follow `?start=KIND_VALUE`; the value is the turn's argument."""
    conversation, handler = turn.kit.book.deep_links[kind]
    if not waits_for_consent(turn, conversation, f"deep_link:{kind}:{turn.argument}"):
        handler(turn)


def fulfil(turn: Turn, wish: str) -> None:
    """Do what the person wished before they were asked for consent."""
    kind, _, rest = wish.partition(":")
    name, _, argument = rest.partition(":")
    if kind == "press" and name in turn.kit.book.actions:
        _, action = turn.kit.book.actions[name]
        if action.step is None:
            turn.press = Press(name, argument, turn.caller.version)
            action.run(turn)
            return
    elif kind == "command" and name in turn.kit.book.commands:
        turn.argument = argument
        turn.kit.book.commands[name][1](turn)
        return
    elif kind == "deep_link" and name in turn.kit.book.deep_links:
        turn.argument = argument
        turn.kit.book.deep_links[name][1](turn)
        return
    general.menu(turn)


def _command(turn: Turn) -> str | None:
    """The command a message starts with, without its slash; sets the turn's argument."""
    first, *rest = turn.text.split(maxsplit=1) or [""]
    if not first.startswith("/") or len(first) < 2:
        return None
    name, _, address = first[1:].partition("@")
    if address and turn.kit.bot_username and address.lower() != turn.kit.bot_username.lower():
        return None
    turn.argument = rest[0].strip() if rest else ""
    return name.lower()


def _same_album(turn: Turn) -> bool:
    """One answer an album: its later pictures are silent unless the open step takes them."""
    album = (turn.raw_message or {}).get("media_group_id")
    if album is None:
        return False
    step = turn.kit.book.steps.get(turn.caller.step or "")
    if step is not None and step.takes_albums:
        return False
    if turn.caller.album == album:
        return True
    turn.caller.album = album
    return False
