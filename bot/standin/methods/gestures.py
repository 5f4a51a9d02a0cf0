"""What a bot does around messages: typing, answers to buttons, reactions, pins."""

from __future__ import annotations

from bot.standin.entities import units
from bot.standin.methods.common import find_message, find_thread, me, target
from bot.standin.model import Bot
from bot.standin.params import Params
from bot.standin.refusal import bad_request
from bot.standin.world import World

ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def send_chat_action(world: World, bot: Bot, params: Params) -> bool:
    """sendChatAction."""
    action = params.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = target(world, bot, params)
    thread_id = find_thread(chat, bot, params)
    world.emit("action", chat_id=chat.id, bot_id=bot.id, thread_id=thread_id, action=action)
    return True


def answer_callback_query(world: World, bot: Bot, params: Params) -> bool:
    """answerCallbackQuery; a query is answered once and only for a while."""
    text = params.text("text")
    if units(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query = bot.queries.get(params.text("callback_query_id"))
    late = query is not None and world.monotonic() - query.asked_at > world.knobs.answer_within_s
    if query is None or query.answered or late:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    query.answered = True
    del bot.queries[query.id]
    world.emit(
        "answer",
        user_id=query.user_id,
        chat_id=query.chat.id,
        bot_id=bot.id,
        query_id=query.id,
        text=text,
        alert=params.flag("show_alert"),
        url=params.text("url"),
    )
    return True


def set_message_reaction(world: World, bot: Bot, params: Params) -> bool:
    """setMessageReaction; a bot may set one emoji."""
    chat = target(world, bot, params)
    message = find_message(chat, params.integer("message_id"), "message to react")
    reaction = params.structure("reaction", "reaction types") or []
    if not isinstance(reaction, list) or len(reaction) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    for one in reaction:
        if not isinstance(one, dict) or one.get("type") not in ("emoji", "custom_emoji"):
            raise bad_request("can't parse reaction type")
        if one["type"] == "emoji" and not one.get("emoji"):
            raise bad_request("REACTION_INVALID")
    world.emit(
        "reaction", chat_id=chat.id, bot_id=chat.bot_id, message_id=message.id, reaction=reaction
    )
    return True


def pin_chat_message(world: World, bot: Bot, params: Params) -> bool:
    """pinChatMessage."""
    chat = target(world, bot, params)
    message = find_message(chat, params.integer("message_id"), "message to pin")
    if not chat.is_private and not me(chat, bot).may("can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    if message.id in chat.pinned:
        return True
    chat.pinned.append(message.id)
    told = world.post(
        chat,
        bot.user,
        {"pinned_message": message.data},
        thread_id=message.thread_id,
        is_service=True,
    )
    world.deliver_message(told)  # a bot hears even of its own pins
    world.emit("chat", chat=chat.view())
    return True


def unpin_chat_message(world: World, bot: Bot, params: Params) -> bool:
    """unpinChatMessage; without a message the newest pin goes."""
    chat = target(world, bot, params)
    if not chat.is_private and not me(chat, bot).may("can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    message_id = params.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(message_id)
    world.emit("chat", chat=chat.view())
    return True
