"""Every update comes in here: who is it, what did they do, and which conversation answers.

Private chats are conversations. In groups only commands addressed to the bot are answered, in
channels nothing is; other bots, anonymous administrators and service messages meet silence.
"""

from __future__ import annotations

from datetime import datetime

import telegram
from sqlalchemy.orm import Session

from handlers import general, groups
from handlers.buttons import NotOurButton
from handlers.conversation import Conversation
from handlers.turn import Kit, Turn
from services import people
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
    "write_access_allowed",
)


def receive(
    kit: Kit, session: Session, update: telegram.Update, *, now: datetime, outbox: Outbox
) -> None:
    """Answer one update inside its transaction."""
    if update.my_chat_member is not None:
        _membership(session, update.my_chat_member, kit, now, outbox)
        return
    if update.chat_member is not None:
        groups.joined(session, update.chat_member, kit=kit, now=now, outbox=outbox)
        return
    if update.message is not None and update.message.migrate_to_chat_id is not None:
        new_id = update.message.migrate_to_chat_id
        groups.moved(session, update.message.chat.id, new_id, kit=kit, now=now)
        return
    turn = _turn(kit, session, update, now, outbox)
    if turn is None:
        return
    if turn.chat_type != "private":
        query = update.callback_query
        groups.answer(turn, (query.data or "") if query is not None else "")
    elif turn.edited:
        general.edited(turn)
    elif turn.query_id is not None:
        _pressed(turn, update.callback_query.data or "")  # type: ignore[union-attr]
    else:
        _said(turn)
    turn.finish()


def _turn(
    kit: Kit, session: Session, update: telegram.Update, now: datetime, outbox: Outbox
) -> Turn | None:
    """The turn an update opens; None where silence is the right answer."""
    query = update.callback_query
    if query is not None:
        message = query.message if isinstance(query.message, telegram.Message) else None
        chat = query.message.chat if query.message is not None else None
        user: telegram.User | None = query.from_user
    else:
        message = update.message or update.edited_message
        chat = message.chat if message is not None else None
        user = message.from_user if message is not None else None
    if user is None or user.is_bot or (chat is not None and chat.type == "channel"):
        return None
    if query is None and message is not None and _tells_of_the_chat(message):
        return None
    chat_id = chat.id if chat is not None else user.id
    caller = people.meet(
        session, user.id, chat_id=chat_id, language_code=user.language_code, now=now
    )
    if not caller.reachable and (chat is None or chat.type == "private"):
        caller.reachable = True
        people.set_reachable(session, user.id, True)
    return Turn(
        kit=kit,
        session=session,
        now=now,
        caller=caller,
        outbox=outbox,
        chat_type=chat.type if chat is not None else "private",
        message=message,
        query_id=query.id if query is not None else None,
        edited=update.edited_message is not None,
    )


def _tells_of_the_chat(message: telegram.Message) -> bool:
    return any(getattr(message, name, None) for name in SERVICE_FIELDS)


def _membership(
    session: Session,
    change: telegram.ChatMemberUpdated,
    kit: Kit,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Blocked or unblocked in private; added to a group or removed from it."""
    status = change.new_chat_member.status
    if change.chat.type == "private":
        if people.find(session, change.from_user.id) is not None:
            reachable = status not in ("kicked", "left")
            people.set_reachable(session, change.from_user.id, reachable)
        return
    groups.membership(session, change, kit=kit, now=now, outbox=outbox)


def _pressed(turn: Turn, data: str) -> None:
    """A button: forged or foreign, outdated, or one of ours that counts now."""
    try:
        press = turn.kit.seal.read(turn.chat_id, data)
    except NotOurButton:
        turn.toast("button.not_valid", alert=True)
        return
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
    if _waits_for_consent(turn, conversation, f"press:{press.action}:{press.argument}"):
        return
    action.run(turn)


def _said(turn: Turn) -> None:
    """A message: a command, a word that steers, an answer to the open question, or free text."""
    message = turn.message
    assert message is not None
    if _same_album(turn, message):
        return
    if (command := _command(turn, message)) is not None:
        _run_command(turn, command)
        return
    if (steering := general.steering_word(turn)) is not None:
        steering(turn)
        return
    step = turn.kit.book.steps.get(turn.caller.step or "")
    if step is None:
        general.free_message(turn)
    elif step.answer is None:
        turn.go(step.name)
    else:
        step.answer(turn)


def _run_command(turn: Turn, command: str) -> None:
    found = turn.kit.book.commands.get(command)
    if found is None:
        general.unknown_command(turn)
        return
    conversation, handler = found
    if not _waits_for_consent(turn, conversation, f"command:{command}:{turn.argument}"):
        handler(turn)


def open_deep_link(turn: Turn, kind: str) -> None:
    """Follow `?start=KIND_VALUE`; the value is the turn's argument."""
    conversation, handler = turn.kit.book.deep_links[kind]
    if not _waits_for_consent(turn, conversation, f"deep_link:{kind}:{turn.argument}"):
        handler(turn)


def _waits_for_consent(turn: Turn, conversation: Conversation, wish: str) -> bool:
    """Personal data only after consent; what was wished is done right after it."""
    if not conversation.personal or turn.caller.consented_at is not None:
        return False
    turn.caller.drafts["consent"] = {"wish": wish}
    turn.go("consent.ask")
    return True


def fulfil(turn: Turn, wish: str) -> None:
    """Do what the person wished before they were asked for consent."""
    kind, _, rest = wish.partition(":")
    name, _, argument = rest.partition(":")
    if kind == "press" and name in turn.kit.book.actions:
        _, action = turn.kit.book.actions[name]
        if action.step is None and turn.press is not None:
            turn.press = type(turn.press)(name, argument, turn.caller.version)
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


def _command(turn: Turn, message: telegram.Message) -> str | None:
    """The command a message starts with, without its slash; sets the turn's argument."""
    text = message.text or ""
    if not text.startswith("/") or len(text) < 2:
        return None
    first, _, rest = text.partition(" ")
    name, _, address = first[1:].partition("@")
    if address and turn.kit.bot_username and address.lower() != turn.kit.bot_username.lower():
        return None
    turn.argument = rest.strip()
    return name.lower()


def _same_album(turn: Turn, message: telegram.Message) -> bool:
    """One answer an album: its later pictures are silent unless the open step takes them."""
    album = message.media_group_id
    if album is None:
        return False
    step = turn.kit.book.steps.get(turn.caller.step or "")
    if step is not None and step.takes_albums:
        return False
    if turn.caller.album == album:
        return True
    turn.caller.album = album
    return False
