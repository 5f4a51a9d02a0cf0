"""What people do to chats and messages that are there: links, edits, blocking, clearing."""

from __future__ import annotations

from typing import Any

from bot.standin.entities import formatted
from bot.standin.methods.messages import forwarded
from bot.standin.model import Bot, Json, Message, User
from bot.standin.people import chat_of, say, send_text
from bot.standin.refusal import Impossible
from bot.standin.world import World


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
        raise Impossible("no such bot", "no_such_bot")
    payload = parameters.get("start", "")
    if len(payload) > 64 or not all(
        sign.isascii() and (sign.isalnum() or sign in "_-") for sign in payload
    ):
        raise Impossible("a start parameter has up to 64 letters, digits, _ and -", "bad_start")
    chat = world.private_chat(bot, user)
    if chat.blocked:
        unblock(world, user, chat_id=bot.id)
    return send_text(world, user, f"/start {payload}".strip(), chat_id=bot.id)[0]


def forward(
    world: World, user: User, *, message_id: int, from_chat_id: int | None, chat_id: int | None
) -> Message:
    """Forward a message from one of the person's chats to another."""
    source = chat_of(world, user, from_chat_id).messages.get(message_id)
    if source is None:
        raise Impossible("no such message")
    if source.protected:
        raise Impossible("the message is protected", "protected")
    return say(world, user, forwarded(source), chat_id=chat_id)


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
