"""Reading chats and members, forum topics, leaving."""

from __future__ import annotations

from typing import Any

from bot.standin.methods.common import (
    known_user,
    me,
    require_right,
    target,
)
from bot.standin.model import GENERAL_TOPIC, PRIVATE, Bot, Chat, Json, Topic
from bot.standin.params import Params
from bot.standin.refusal import bad_request
from bot.standin.world import World

TOPIC_COLOURS = (0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F)
_NO_TOPIC_RIGHT = "not enough rights to manage topics in the chat"
_PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


def get_chat(world: World, bot: Bot, params: Params) -> Json:
    """getChat."""
    chat = target(world, bot, params, writing=False)
    body: Json = {
        **chat.public,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }
    if chat.kind != PRIVATE:
        body["permissions"] = dict.fromkeys(_PERMISSIONS, True)
    pinned = chat.messages.get(chat.pinned[-1]) if chat.pinned else None
    if pinned is not None:
        body["pinned_message"] = pinned.data
    return body


def get_chat_member(world: World, bot: Bot, params: Params) -> Json:
    """getChatMember."""
    chat = target(world, bot, params, writing=False)
    user = known_user(world, params)
    if chat.is_private:
        if user.id not in (chat.id, bot.id):
            raise bad_request("member not found")
        return {"user": user.public, "status": "member"}
    member = chat.member(user.id)
    if member is None:
        raise bad_request("member not found")
    return member.public()


def get_chat_administrators(world: World, bot: Bot, params: Params) -> list[Json]:
    """getChatAdministrators; other bots are left out."""
    chat = target(world, bot, params, writing=False)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    return [
        member.public()
        for member in chat.members.values()
        if member.is_admin and (not member.user.is_bot or member.user.id == bot.id)
    ]


def get_chat_member_count(world: World, bot: Bot, params: Params) -> int:
    """getChatMemberCount."""
    chat = target(world, bot, params, writing=False)
    return 2 if chat.is_private else sum(member.inside for member in chat.members.values())


def leave_chat(world: World, bot: Bot, params: Params) -> bool:
    """leaveChat."""
    chat = target(world, bot, params, writing=False)
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    member = me(chat, bot)
    before = member.public()
    told = world.post(chat, bot.user, {"left_chat_member": bot.user.public}, is_service=True)
    world.deliver_message(told)
    member.status = "left"
    world.member_changed(chat, bot.user, before, member)
    return True


def _forum(world: World, bot: Bot, params: Params) -> Chat:
    chat = target(world, bot, params)
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    return chat


def _topic_name(params: Params) -> str:
    name = params.text("name").strip()
    if not name:
        raise bad_request("topic name must be non-empty")
    if len(name) > 128:
        raise bad_request("TOPIC_TITLE_INVALID")
    return name


def create_forum_topic(world: World, bot: Bot, params: Params) -> Json:
    """createForumTopic."""
    chat = _forum(world, bot, params)
    require_right(chat, bot, "can_manage_topics", "not enough rights to create a topic")
    name = _topic_name(params)
    colour = params.integer("icon_color", TOPIC_COLOURS[0])
    if colour not in TOPIC_COLOURS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    topic = open_topic(world, chat, bot.user, name, colour)
    return {"message_thread_id": topic.thread_id, "name": name, "icon_color": colour}


def open_topic(world: World, chat: Chat, creator: Any, name: str, colour: int) -> Topic:
    """Open a topic: its id is that of the service message that announces it."""
    thread_id = chat.next_message_id
    topic = Topic(thread_id, name, colour, creator_id=creator.id)
    chat.topics[thread_id] = topic
    world.post(
        chat,
        creator,
        {"forum_topic_created": {"name": name, "icon_color": colour}},
        thread_id=thread_id,
        is_service=True,
    )
    world.emit("chat", chat=chat.view())
    return topic


def _topic(chat: Chat, bot: Bot, params: Params) -> Topic:
    topic = chat.topics.get(params.integer("message_thread_id"))
    if topic is None or topic.deleted or topic.thread_id == GENERAL_TOPIC:
        raise bad_request("TOPIC_ID_INVALID")
    if topic.creator_id != bot.id:
        require_right(chat, bot, "can_manage_topics", _NO_TOPIC_RIGHT)
    return topic


def edit_forum_topic(world: World, bot: Bot, params: Params) -> bool:
    """editForumTopic."""
    chat = _forum(world, bot, params)
    topic = _topic(chat, bot, params)
    if params.has("name"):
        name = _topic_name(params)
        if name == topic.name:
            raise bad_request("TOPIC_NOT_MODIFIED")
        topic.name = name
        world.post(
            chat,
            bot.user,
            {"forum_topic_edited": {"name": name}},
            thread_id=topic.thread_id,
            is_service=True,
        )
        world.emit("chat", chat=chat.view())
    return True


def set_closed(world: World, chat: Chat, topic: Topic, actor: Any, *, closed: bool) -> Any:
    """Close or reopen a topic and announce it there."""
    topic.closed = closed
    name = "forum_topic_closed" if closed else "forum_topic_reopened"
    message = world.post(chat, actor, {name: {}}, thread_id=topic.thread_id, is_service=True)
    world.emit("chat", chat=chat.view())
    return message


def close_forum_topic(world: World, bot: Bot, params: Params) -> bool:
    """closeForumTopic."""
    chat = _forum(world, bot, params)
    topic = _topic(chat, bot, params)
    if topic.closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    set_closed(world, chat, topic, bot.user, closed=True)
    return True


def reopen_forum_topic(world: World, bot: Bot, params: Params) -> bool:
    """reopenForumTopic."""
    chat = _forum(world, bot, params)
    topic = _topic(chat, bot, params)
    if not topic.closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    set_closed(world, chat, topic, bot.user, closed=False)
    return True


def delete_forum_topic(world: World, bot: Bot, params: Params) -> bool:
    """deleteForumTopic, with all its messages."""
    chat = _forum(world, bot, params)
    topic = _topic(chat, bot, params)
    require_right(chat, bot, "can_delete_messages", _NO_TOPIC_RIGHT)
    remove_topic(world, chat, topic)
    return True


def remove_topic(world: World, chat: Chat, topic: Topic) -> None:
    """Take a topic and its messages away; no update tells a bot of it."""
    topic.deleted = True
    for message in [each for each in chat.messages.values() if each.thread_id == topic.thread_id]:
        world.delete(message)
    world.emit("chat", chat=chat.view())
