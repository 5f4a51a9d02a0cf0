"""What people say in their Telegram: write, press, share, send.

Each function is one act of one person. What Telegram would not let them do raises
`Impossible`. Editing, blocking and the like are in `bot.standin.keeping`, groups in
`bot.standin.groups`.
"""

from __future__ import annotations

from bot.standin.entities import CAPTION_LIMIT, TEXT_LIMIT, formatted, units
from bot.standin.files import StoredFile
from bot.standin.methods.media import content_of
from bot.standin.model import (
    CHANNEL,
    GENERAL_TOPIC,
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
            raise Impossible("the person has blocked the bot and must restart it first", "blocked")
        chat.reachable = True
        return chat, 0
    if chat.migrated_to or chat.gone:
        raise Impossible("the group is gone", "group_gone")
    member = chat.member(user.id)
    if member is None or not member.inside:
        raise Impossible("the person is not in this group", "not_member")
    if chat.kind == CHANNEL and not member.may("can_post_messages"):
        raise Impossible("only administrators write in a channel", "read_only")
    if not chat.is_forum:
        return chat, 0
    thread_id = thread_id or GENERAL_TOPIC
    topic = chat.topics.get(thread_id)
    if topic is None or topic.deleted:
        raise Impossible("no such topic", "topic_gone")
    if topic.closed and not member.may("can_manage_topics"):
        raise Impossible("the topic is closed", "topic_closed")
    return chat, thread_id


def say(
    world: World,
    user: User,
    content: Json,
    *,
    chat_id: int | None = None,
    thread_id: int = 0,
    reply_to: int = 0,
    extra: Json | None = None,
) -> Message:
    """Put a person's message into a chat and tell the bots that may hear it."""
    chat, thread_id = _writable(world, user, chat_id, thread_id)
    replied = chat.messages.get(reply_to) if reply_to else None
    message = world.post(chat, user, content, thread_id=thread_id, reply_to=replied, extra=extra)
    whose = user.id if chat.is_private else 0
    if (chat.keyboards.get(whose) or {}).get("force_reply"):
        hide_keyboard(world, chat, user)
    world.deliver_message(message)
    return message


def _caption(caption: str) -> Json:
    if not caption:
        return {}
    if units(caption) > CAPTION_LIMIT:
        raise Impossible("the caption is too long", "caption_too_long")
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
            say(world, user, content, chat_id=chat_id, thread_id=thread_id, reply_to=reply_to)
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
            raise Impossible("the person is not in this group", "not_member")
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
    message = say(world, user, {"contact": contact}, chat_id=chat_id, reply_to=reply_to)
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
    return say(world, user, {"contact": contact}, chat_id=chat_id, extra=extra)


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
    return say(world, user, content, chat_id=chat_id, thread_id=thread_id, reply_to=reply_to)


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
        raise Impossible("an album has 2 to 10 files", "album_size")
    extra: Json = {"media_group_id": world.new_album_id()}
    sent = []
    for position, item in enumerate(items):
        content = content_of(_stored(world, item["file_id"]), item["kind"])
        if position == 0:
            content.update(_caption(caption))
        sent.append(say(world, user, content, chat_id=chat_id, thread_id=thread_id, extra=extra))
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
    return say(world, user, {"location": place}, chat_id=chat_id, thread_id=thread_id)


def send_raw(
    world: World, user: User, *, content: Json, chat_id: int | None = None, thread_id: int = 0
) -> Message:
    """Send any other content of a Message object: a poll, dice, a story, a game."""
    return say(world, user, content, chat_id=chat_id, thread_id=thread_id)
