"""What many methods do first: find the chat, the topic, the message they are about."""

from __future__ import annotations

from typing import Any

from bot.standin.model import CHANNEL, GENERAL_TOPIC, SUPERGROUP, Bot, Chat, Member, Message, User
from bot.standin.params import Params
from bot.standin.refusal import bad_request, forbidden, too_many_requests
from bot.standin.world import World

_NAMES = {"group": "group chat", SUPERGROUP: "supergroup chat", CHANNEL: "channel chat"}


def find_chat(world: World, bot: Bot, raw: Any, *, writing: bool) -> Chat:
    """Give the chat a call names, refusing as Telegram does where the bot may not go."""
    text = str(raw if raw is not None else "").strip()
    if not text:
        raise bad_request("chat_id is empty")
    if text.startswith("@"):
        chat = next(
            (
                group
                for group in world.groups.values()
                if group.username and group.username.lower() == text[1:].lower()
            ),
            None,
        )
        if chat is None:
            raise bad_request("chat not found")
        return _group(chat, bot, writing=writing)
    try:
        chat_id = int(text)
    except ValueError:
        raise bad_request("chat not found") from None
    if chat_id > 0:
        return _private(world, bot, chat_id, writing=writing)
    chat = world.groups.get(chat_id)
    if chat is None or bot.id not in chat.members:
        raise bad_request("chat not found")
    return _group(chat, bot, writing=writing)


def target(world: World, bot: Bot, params: Params, *, writing: bool = True) -> Chat:
    """Give the chat of the parameter chat_id."""
    return find_chat(world, bot, params.values.get("chat_id"), writing=writing)


def _private(world: World, bot: Bot, user_id: int, *, writing: bool) -> Chat:
    if user_id in world.bots_by_id:
        if not writing:
            raise bad_request("chat not found")
        raise forbidden("bot can't send messages to bots")
    chat = world.private.get((bot.id, user_id))
    user = world.users.get(user_id)
    if user is None:
        raise bad_request("chat not found")
    if writing and user.deactivated:
        raise forbidden("user is deactivated")
    if chat is None or not chat.reachable:
        met = any(
            user_id in group.members and bot.id in group.members for group in world.groups.values()
        )
        if not met:
            raise bad_request("chat not found")
        if writing:
            raise forbidden("bot can't initiate conversation with a user")
        return world.private_chat(bot, user)
    if writing and chat.blocked:
        raise forbidden("bot was blocked by the user")
    return chat


def _group(chat: Chat, bot: Bot, *, writing: bool) -> Chat:
    if chat.migrated_to:
        raise bad_request(
            "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
        )
    if chat.gone:
        raise forbidden("the group chat was deleted")
    member = chat.member(bot.id)
    name = _NAMES[chat.kind]
    if member is None or member.status == "left":
        raise forbidden(f"bot is not a member of the {name}")
    if member.status == "kicked":
        raise forbidden(f"bot was kicked from the {name}")
    if writing and chat.kind == CHANNEL and not member.may("can_post_messages"):
        raise bad_request("need administrator rights in the channel chat")
    if writing and member.status == "restricted":
        raise bad_request("not enough rights to send text messages to the chat")
    return chat


def me(chat: Chat, bot: Bot) -> Member:
    """Give the bot's own place in a group it is in."""
    return chat.members[bot.id]


def require_right(chat: Chat, bot: Bot, right: str, refusal: str) -> None:
    """Refuse unless the bot administers the chat with this right."""
    if not me(chat, bot).may(right):
        raise bad_request(refusal)


def find_thread(chat: Chat, bot: Bot, params: Params) -> int:
    """Give the topic a message goes to: 0 outside forums, 1 for the general topic."""
    thread_id = params.integer("message_thread_id")
    if not chat.is_forum:
        if thread_id:
            raise bad_request("message thread not found")
        return 0
    if not thread_id:
        general = chat.topics.get(GENERAL_TOPIC)
        if general is not None and general.closed and not me(chat, bot).may("can_manage_topics"):
            raise bad_request("TOPIC_CLOSED")
        return GENERAL_TOPIC
    topic = chat.topics.get(thread_id)
    # Telegram knows the general topic only by leaving message_thread_id out
    if topic is None or topic.deleted or thread_id == GENERAL_TOPIC:
        raise bad_request("message thread not found")
    if topic.closed and not me(chat, bot).may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return thread_id


def find_reply(world: World, chat: Chat, params: Params) -> Message | None:
    """Give the message that is replied to, None when the call names none."""
    wanted = params.structure("reply_parameters", "reply parameters")
    if wanted is not None and not isinstance(wanted, dict):
        raise bad_request("object expected as reply parameters")
    if wanted:
        message_id = int(wanted.get("message_id") or 0)
        lenient = bool(wanted.get("allow_sending_without_reply"))
    else:
        message_id = params.integer("reply_to_message_id")
        lenient = params.flag("allow_sending_without_reply")
    if not message_id:
        return None
    message = chat.messages.get(message_id)
    if message is None and not lenient:
        raise bad_request("message to be replied not found")
    return message


def find_message(chat: Chat, message_id: int, purpose: str) -> Message:
    """Give a message by id; `purpose` words the refusal ("message to edit")."""
    if message_id <= 0:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request(f"{purpose} not found")
    return message


def known_user(world: World, params: Params) -> User:
    """Give the user of the parameter user_id."""
    user = world.users.get(params.integer("user_id"))
    if user is None:
        raise bad_request("invalid user_id specified")
    return user


def keep_limits(world: World, bot: Bot, chat: Chat) -> None:
    """Refuse with 429 when the knob is on and the chat or the bot has had its share."""
    if world.knobs.limits:
        wait = world.limits.retry_after(bot.id, chat.id)
        if wait:
            raise too_many_requests(wait)
