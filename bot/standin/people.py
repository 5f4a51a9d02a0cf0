"""What people do in their Telegram: write, press, share, send, edit, block.

Each function is one act of one person. What Telegram would not let them do raises
`Impossible`. Groups are in `bot.standin.groups`.
"""

from __future__ import annotations

from typing import Any

from bot.standin.entities import CAPTION_LIMIT, TEXT_LIMIT, formatted, units
from bot.standin.files import StoredFile
from bot.standin.methods.media import content_of
from bot.standin.methods.messages import forwarded
from bot.standin.model import (
    CHANNEL,
    GENERAL_TOPIC,
    Bot,
    CallbackQuery,
    Chat,
    Json,
    Message,
    User,
)
from bot.standin.refusal import Impossible
from bot.standin.world import World

CALLBACK_BYTES = 64


def chat_of(world: World, user: User, chat_id: int | None = None) -> Chat:
    """Give the chat a person means: a group, or (bot's id or nothing) the bot's chat."""
    if chat_id is None or chat_id in world.bots_by_id or chat_id == user.id:
        bot = world.bots_by_id.get(chat_id or 0) or next(iter(world.bots.values()))
        return world.private_chat(bot, user)
    chat = world.groups.get(chat_id)
    if chat is None:
        raise Impossible("no such chat")
    return chat


def _writable(world: World, user: User, chat_id: int | None, thread_id: int) -> tuple[Chat, int]:
    """Give the chat and topic a person may write in."""
    chat = chat_of(world, user, chat_id)
    if chat.is_private:
        if chat.blocked:
            raise Impossible("the person has blocked the bot and must restart it first")
        chat.reachable = True
        return chat, 0
    if chat.migrated_to or chat.gone:
        raise Impossible("the group is gone")
    member = chat.member(user.id)
    if member is None or not member.inside:
        raise Impossible("the person is not in this group")
    if chat.kind == CHANNEL and not member.may("can_post_messages"):
        raise Impossible("only administrators write in a channel")
    if not chat.is_forum:
        return chat, 0
    thread_id = thread_id or GENERAL_TOPIC
    topic = chat.topics.get(thread_id)
    if topic is None or topic.deleted:
        raise Impossible("no such topic")
    if topic.closed and not member.may("can_manage_topics"):
        raise Impossible("the topic is closed")
    return chat, thread_id


def _say(
    world: World,
    user: User,
    content: Json,
    *,
    chat_id: int | None = None,
    thread_id: int = 0,
    reply_to: int = 0,
    extra: Json | None = None,
) -> Message:
    chat, thread_id = _writable(world, user, chat_id, thread_id)
    replied = chat.messages.get(reply_to) if reply_to else None
    message = world.post(chat, user, content, thread_id=thread_id, reply_to=replied, extra=extra)
    if message.data.get("reply_to_message") and chat.keyboards.get(user.id, {}) is not None:
        asked = chat.keyboards.get(user.id)
        if asked and asked.get("force_reply"):
            chat.keyboards[user.id] = None
    world.deliver_message(message)
    return message


def _caption(caption: str) -> Json:
    if not caption:
        return {}
    if units(caption) > CAPTION_LIMIT:
        raise Impossible("the caption is too long")
    text, entities = formatted(caption, "", None)
    return {"caption": text, "caption_entities": entities} if entities else {"caption": text}


def send_text(
    world: World,
    user: User,
    text: str,
    *,
    chat_id: int | None = None,
    thread_id: int = 0,
    reply_to: int = 0,
) -> list[Message]:
    """Write a text; a long one goes out in parts, as the apps send it."""
    text, entities = formatted(text, "", None)
    if not text:
        raise Impossible("nothing to send")
    parts = [text]
    if units(text) > TEXT_LIMIT:
        parts = [text[at : at + TEXT_LIMIT // 2] for at in range(0, len(text), TEXT_LIMIT // 2)]
    sent = []
    for part in parts:
        if len(parts) > 1:
            part, entities = formatted(part, "", None)
        content: Json = {"text": part, "entities": entities} if entities else {"text": part}
        sent.append(
            _say(world, user, content, chat_id=chat_id, thread_id=thread_id, reply_to=reply_to)
        )
    chat = sent[0].chat
    board = chat.keyboards.get(user.id if chat.is_private else 0)
    if board and board.get("one_time_keyboard") and _is_button(board, text):
        hide_keyboard(world, chat, user)
    return sent


def _is_button(board: Json, text: str) -> bool:
    return any(button["text"] == text for row in board.get("keyboard", []) for button in row)


def hide_keyboard(world: World, chat: Chat, user: User) -> None:
    """Fold a one-time keyboard away."""
    whose = user.id if chat.is_private else 0
    chat.keyboards[whose] = None
    world.emit("keyboard", chat_id=chat.id, bot_id=chat.bot_id, user_id=whose, keyboard=None)


def open_link(world: World, user: User, link: str) -> Message:
    """Follow t.me/<bot>?start=X (or tg://resolve…) and press the start button."""
    address, _, query = link.strip().partition("?")
    parameters = dict(pair.partition("=")[::2] for pair in query.split("&") if pair)
    if address.startswith("tg://resolve"):
        name = parameters.get("domain", "")
    else:
        name = address.rstrip("/").rpartition("/")[2]
    bot = next(
        (
            each
            for each in world.bots.values()
            if each.user.username.lower() == name.lower().removeprefix("@")
        ),
        None,
    )
    if bot is None:
        raise Impossible("no such bot")
    payload = parameters.get("start", "")
    if len(payload) > 64 or not all(
        sign.isascii() and (sign.isalnum() or sign in "_-") for sign in payload
    ):
        raise Impossible("a start parameter has up to 64 letters, digits, _ and -")
    chat = world.private_chat(bot, user)
    if chat.blocked:
        unblock(world, user, chat_id=bot.id)
    return send_text(world, user, f"/start {payload}".strip(), chat_id=bot.id)[0]


def press(
    world: World, user: User, message_id: int, data: str, *, chat_id: int | None = None
) -> str:
    """Press an inline button, and give the id of the query.

    Any data on any message may be sent, also one that is gone: a changed app can do so.
    """
    if not 1 <= len(data.encode()) <= CALLBACK_BYTES:
        raise Impossible("Telegram's servers take 1 to 64 bytes of callback data")
    chat = chat_of(world, user, chat_id)
    if not chat.is_private:
        member = chat.member(user.id)
        if member is None or not member.inside:
            raise Impossible("the person is not in this group")
    elif chat.blocked:
        raise Impossible("the person has blocked the bot")
    message = chat.messages.get(message_id)
    if message is not None and message.sender_id in world.bots_by_id:
        bot = world.bots_by_id[message.sender_id]
    else:
        bot = next(world.bots_in(chat))
    query = CallbackQuery(world.new_query_id(), user.id, chat, message_id, data, world.monotonic())
    bot.queries[query.id] = query
    shown: Json = (
        message.data
        if message is not None
        else {"chat": chat.public, "message_id": message_id, "date": 0}
    )
    world.deliver(
        bot,
        "callback_query",
        {
            "id": query.id,
            "from": user.public,
            "message": shown,
            "chat_instance": str(-(7_000_000_000_000_000 + abs(chat.id))),
            "data": data,
        },
    )
    return query.id


def share_contact(
    world: World, user: User, *, chat_id: int | None = None, reply_to: int = 0
) -> Message:
    """Share one's own number, as the contact button of a keyboard does."""
    contact: Json = {"phone_number": user.phone, "first_name": user.first_name}
    if user.last_name:
        contact["last_name"] = user.last_name
    contact["user_id"] = user.id
    message = _say(world, user, {"contact": contact}, chat_id=chat_id, reply_to=reply_to)
    board = message.chat.keyboards.get(user.id)
    if board and board.get("one_time_keyboard"):
        hide_keyboard(world, message.chat, user)
    return message


def send_contact(
    world: World,
    user: User,
    *,
    phone: str,
    first_name: str,
    user_id: int = 0,
    chat_id: int | None = None,
    forwarded_from: int = 0,
) -> Message:
    """Send somebody's contact card; `forwarded_from` makes it a forwarded one."""
    contact: Json = {"phone_number": phone, "first_name": first_name}
    if user_id:
        contact["user_id"] = user_id
    extra: Json = {}
    if forwarded_from:
        origin = world.users.get(forwarded_from)
        if origin is None:
            raise Impossible("no such user to forward from")
        extra["forward_origin"] = {
            "type": "user",
            "date": world.date(),
            "sender_user": origin.public,
        }
    return _say(world, user, {"contact": contact}, chat_id=chat_id, extra=extra)


def _stored(world: World, file_id: str) -> StoredFile:
    stored = world.files.by_id.get(file_id)
    if stored is None:
        raise Impossible("no such file")
    return stored


def send_file(
    world: World,
    user: User,
    *,
    file_id: str,
    kind: str,
    caption: str = "",
    chat_id: int | None = None,
    thread_id: int = 0,
    reply_to: int = 0,
    duration: int = 0,
    emoji: str = "",
) -> Message:
    """Send a photo, document, voice, video, audio or sticker already held in the store."""
    details: Json = {}
    if duration and kind in ("voice", "video", "audio"):
        details["duration"] = duration
    if kind == "sticker":
        details["emoji"] = emoji
        details = {name: value for name, value in details.items() if value}
    content = {**content_of(_stored(world, file_id), kind, details), **_caption(caption)}
    return _say(world, user, content, chat_id=chat_id, thread_id=thread_id, reply_to=reply_to)


def send_album(
    world: World,
    user: User,
    *,
    items: list[Json],
    caption: str = "",
    chat_id: int | None = None,
    thread_id: int = 0,
) -> list[Message]:
    """Send 2 to 10 photos, videos or documents as one album: one message, one update each."""
    if not 2 <= len(items) <= 10:
        raise Impossible("an album has 2 to 10 files")
    extra: Json = {"media_group_id": world.new_album_id()}
    sent = []
    for position, item in enumerate(items):
        content = content_of(_stored(world, item["file_id"]), item["kind"])
        if position == 0:
            content.update(_caption(caption))
        sent.append(_say(world, user, content, chat_id=chat_id, thread_id=thread_id, extra=extra))
    return sent


def send_location(
    world: World,
    user: User,
    *,
    latitude: float,
    longitude: float,
    chat_id: int | None = None,
    thread_id: int = 0,
) -> Message:
    """Send a place."""
    place = {"latitude": latitude, "longitude": longitude}
    return _say(world, user, {"location": place}, chat_id=chat_id, thread_id=thread_id)


def send_raw(
    world: World, user: User, *, content: Json, chat_id: int | None = None, thread_id: int = 0
) -> Message:
    """Send any other content of a Message object: a poll, dice, a story, a game."""
    return _say(world, user, content, chat_id=chat_id, thread_id=thread_id)


def forward(
    world: World, user: User, *, message_id: int, from_chat_id: int | None, chat_id: int | None
) -> Message:
    """Forward a message from one of the person's chats to another."""
    source = chat_of(world, user, from_chat_id).messages.get(message_id)
    if source is None:
        raise Impossible("no such message")
    if source.protected:
        raise Impossible("the message is protected")
    return _say(world, user, forwarded(source), chat_id=chat_id)


def edit_text(
    world: World, user: User, *, message_id: int, text: str, chat_id: int | None = None
) -> Message:
    """Edit one's own text or caption."""
    chat = chat_of(world, user, chat_id)
    message = chat.messages.get(message_id)
    if message is None or message.sender_id != user.id:
        raise Impossible("only one's own message can be edited")
    plain, entities = formatted(text, "", None)
    field = "text" if "text" in message.data else "caption"
    marks = "entities" if field == "text" else "caption_entities"
    data = {name: value for name, value in message.data.items() if name != marks}
    data[field] = plain
    if entities:
        data[marks] = entities
    data["edit_date"] = world.date()
    message.data = data
    world.edited(message)
    world.deliver_message(message, edited=True)
    return message


def delete_own(world: World, user: User, *, message_id: int, chat_id: int | None = None) -> None:
    """Delete one message for everyone; bots are not told."""
    chat = chat_of(world, user, chat_id)
    message = chat.messages.get(message_id)
    if message is None:
        raise Impossible("no such message")
    world.delete(message)


def clear_history(world: World, user: User, *, chat_id: int | None = None) -> None:
    """Delete the whole private chat; the bot is not told and stays reachable."""
    chat = chat_of(world, user, chat_id)
    if not chat.is_private:
        raise Impossible("only a private chat can be cleared")
    gone = list(chat.messages)
    for message in chat.messages.values():
        message.deleted = True
    chat.messages.clear()
    chat.pinned.clear()
    chat.keyboards.clear()
    world.emit("delete", chat_id=chat.id, bot_id=chat.bot_id, message_ids=gone)
    world.emit("chat", chat=chat.view())


def _set_blocked(world: World, user: User, chat_id: int | None, *, blocked: bool) -> None:
    chat = chat_of(world, user, chat_id)
    if not chat.is_private:
        raise Impossible("only a private chat can be blocked")
    if chat.blocked == blocked:
        return
    chat.blocked = blocked
    bot: Bot = world.bots_by_id[chat.bot_id]
    before, after = ("member", "kicked") if blocked else ("kicked", "member")
    states = []
    for status in (before, after):
        state: Json = {"user": bot.user.public, "status": status}
        if status == "kicked":
            state["until_date"] = 0
        states.append(state)
    world.deliver(
        bot,
        "my_chat_member",
        {
            "chat": chat.public,
            "from": user.public,
            "date": world.date(),
            "old_chat_member": states[0],
            "new_chat_member": states[1],
        },
    )
    world.emit("chat", chat=chat.view())


def block(world: World, user: User, *, chat_id: int | None = None) -> None:
    """Block the bot: it gets my_chat_member, and 403 when it writes."""
    _set_blocked(world, user, chat_id, blocked=True)


def unblock(world: World, user: User, *, chat_id: int | None = None) -> None:
    """Unblock the bot without a word to it but my_chat_member."""
    _set_blocked(world, user, chat_id, blocked=False)


def deactivate(world: World, user: User) -> None:
    """Delete one's account: bots get 403 "user is deactivated"."""
    user.deactivated = True


def react(
    world: World, user: User, *, message_id: int, emoji: str, chat_id: int | None = None
) -> None:
    """Put an emoji on a message; bots get it if they asked for message_reaction."""
    chat = chat_of(world, user, chat_id)
    if message_id not in chat.messages:
        raise Impossible("no such message")
    payload: dict[str, Any] = {
        "chat": chat.public,
        "message_id": message_id,
        "user": user.public,
        "date": world.date(),
        "old_reaction": [],
        "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
    }
    for bot in world.bots_in(chat):
        if chat.is_private or chat.members[bot.id].is_admin:
            world.deliver(bot, "message_reaction", payload)
    world.emit(
        "reaction",
        chat_id=chat.id,
        bot_id=chat.bot_id,
        message_id=message_id,
        reaction=payload["new_reaction"],
    )
