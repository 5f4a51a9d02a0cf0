"""Sending, editing, copying and deleting messages; answers to buttons are in `gestures`."""

from __future__ import annotations

from typing import Any

from bot.standin.entities import CAPTION_LIMIT, TEXT_LIMIT, Entity, formatted, units
from bot.standin.markup import read_inline_markup, read_markup
from bot.standin.methods.common import (
    find_chat,
    find_message,
    find_reply,
    find_thread,
    keep_limits,
    me,
    target,
)
from bot.standin.model import CHANNEL, Bot, Chat, Json, Message
from bot.standin.params import Params
from bot.standin.refusal import bad_request
from bot.standin.world import World

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
MEDIA = ("photo", "document", "voice", "video", "audio", "animation", "sticker")
CONTENT = (
    *MEDIA,
    "text",
    "entities",
    "caption",
    "caption_entities",
    "contact",
    "location",
    "link_preview_options",
)


def read_text(params: Params) -> tuple[str, list[Entity]]:
    """Give the checked text of a message and its entities."""
    raw = params.text("text")
    if not raw:
        raise bad_request("message text is empty")
    text, entities = formatted(
        raw, params.text("parse_mode"), params.structure("entities", "message entities")
    )
    if not text:
        raise bad_request("text must be non-empty")
    if units(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return text, entities


def read_caption(params: Params) -> Json:
    """Give the caption fields of a media message, empty when it has none."""
    raw = params.text("caption")
    if not raw:
        return {}
    text, entities = formatted(
        raw, params.text("parse_mode"), params.structure("caption_entities", "caption entities")
    )
    if units(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    if not text:
        return {}
    return {"caption": text, "caption_entities": entities} if entities else {"caption": text}


def send(world: World, bot: Bot, params: Params, content: Any) -> Json:
    """Post a message of a bot; `content` is made once the chat is known to be open."""
    chat = target(world, bot, params)
    thread_id = find_thread(chat, bot, params)
    reply_to = find_reply(world, chat, params)
    markup = read_markup(params, private=chat.is_private)
    body = content() if callable(content) else content
    keep_limits(world, bot, chat)
    message = world.post(
        chat,
        bot.user,
        body,
        thread_id=thread_id,
        reply_to=reply_to,
        markup=markup,
        protected=params.flag("protect_content"),
    )
    return message.data


def send_message(world: World, bot: Bot, params: Params) -> Json:
    """sendMessage."""

    def content() -> Json:
        text, entities = read_text(params)
        return {"text": text, "entities": entities} if entities else {"text": text}

    return send(world, bot, params, content)


def _own_message(world: World, bot: Bot, params: Params) -> Message:
    if params.has("inline_message_id"):
        raise bad_request("message to edit not found")
    chat = target(world, bot, params)
    message = find_message(chat, params.integer("message_id"), "message to edit")
    own = message.sender_id == bot.id or (
        chat.kind == CHANNEL and me(chat, bot).may("can_edit_messages")
    )
    if not own or message.is_service:
        raise bad_request("message can't be edited")
    return message


def _change(
    world: World,
    bot: Bot,
    message: Message,
    drop: tuple[str, ...],
    fields: Json,
    markup: Json | None,
) -> Json:
    """Put new content in place unless nothing would change, which Telegram refuses."""
    kept = {
        name: value
        for name, value in message.data.items()
        if name not in drop and name not in ("reply_markup", "edit_date")
    }
    changed = {**kept, **fields}
    if markup is not None:
        changed["reply_markup"] = markup
    before = {name: value for name, value in message.data.items() if name != "edit_date"}
    if changed == before:
        raise bad_request(_NOT_MODIFIED)
    keep_limits(world, bot, message.chat)
    if fields:
        changed["edit_date"] = world.date()
    elif "edit_date" in message.data:
        changed["edit_date"] = message.data["edit_date"]
    message.data = changed
    world.edited(message)
    return changed


def edit_message_text(world: World, bot: Bot, params: Params) -> Json:
    """editMessageText."""
    message = _own_message(world, bot, params)
    markup = read_inline_markup(params)
    text, entities = read_text(params)
    if "text" not in message.data:
        raise bad_request("there is no text in the message to edit")
    fields: Json = {"text": text}
    if entities:
        fields["entities"] = entities
    return _change(world, bot, message, ("text", "entities"), fields, markup)


def edit_message_caption(world: World, bot: Bot, params: Params) -> Json:
    """editMessageCaption."""
    message = _own_message(world, bot, params)
    markup = read_inline_markup(params)
    fields = read_caption(params)
    if not any(kind in message.data for kind in MEDIA) or "sticker" in message.data:
        raise bad_request("there is no caption in the message to edit")
    return _change(world, bot, message, ("caption", "caption_entities"), fields, markup)


def edit_message_reply_markup(world: World, bot: Bot, params: Params) -> Json:
    """editMessageReplyMarkup."""
    message = _own_message(world, bot, params)
    return _change(world, bot, message, (), {}, read_inline_markup(params))


def _delete_one(chat: Chat, world: World, bot: Bot, message: Message) -> None:
    if chat.is_private:
        allowed = True
    else:
        member = me(chat, bot)
        allowed = message.sender_id == bot.id or member.may("can_delete_messages")
    # after 48 hours a bot may delete only as an administrator
    old = world.date() - int(message.data["date"]) > 48 * 3600
    if not allowed or (old and (chat.is_private or not me(chat, bot).is_admin)):
        raise bad_request("message can't be deleted for everyone")
    world.delete(message)


def delete_message(world: World, bot: Bot, params: Params) -> bool:
    """deleteMessage."""
    chat = target(world, bot, params, writing=False)
    message = find_message(chat, params.integer("message_id"), "message to delete")
    _delete_one(chat, world, bot, message)
    return True


def delete_messages(world: World, bot: Bot, params: Params) -> bool:
    """deleteMessages; unknown ones are skipped, as at Telegram."""
    chat = target(world, bot, params, writing=False)
    wanted = params.structure("message_ids", "message identifiers")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= 100:
        raise bad_request("message identifiers are not specified")
    for message_id in wanted:
        message = chat.messages.get(int(message_id))
        if message is not None:
            _delete_one(chat, world, bot, message)
    return True


def _source(world: World, bot: Bot, params: Params, purpose: str) -> Message:
    origin = find_chat(world, bot, params.values.get("from_chat_id"), writing=False)
    message = find_message(origin, params.integer("message_id"), f"message to {purpose}")
    if message.protected or message.is_service:
        raise bad_request(
            "message can't be copied" if purpose == "copy" else "message can't be forwarded"
        )
    return message


def copy_message(world: World, bot: Bot, params: Params) -> Json:
    """copyMessage."""
    message = _source(world, bot, params, "copy")

    def content() -> Json:
        body = {name: message.data[name] for name in CONTENT if name in message.data}
        if "caption" in params.values and any(kind in body for kind in MEDIA):
            body.pop("caption", None)
            body.pop("caption_entities", None)
            body.update(read_caption(params))
        return body

    return {"message_id": send(world, bot, params, content)["message_id"]}


def forward_message(world: World, bot: Bot, params: Params) -> Json:
    """forwardMessage."""
    message = _source(world, bot, params, "forward")

    def content() -> Json:
        return forwarded(message)

    return send(world, bot, params, content)


def forwarded(message: Message) -> Json:
    """Give the content of a forwarded copy, with where it came from."""
    body = {name: message.data[name] for name in CONTENT if name in message.data}
    if "forward_origin" in message.data:
        body["forward_origin"] = message.data["forward_origin"]
    elif message.chat.kind == CHANNEL:
        body["forward_origin"] = {
            "type": "channel",
            "date": message.data["date"],
            "chat": message.chat.public,
            "message_id": message.id,
        }
    else:
        body["forward_origin"] = {
            "type": "user",
            "date": message.data["date"],
            "sender_user": message.data["from"],
        }
    return body
