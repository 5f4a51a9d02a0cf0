"""What people do with groups, forums and channels: make them, join, promote, upgrade."""

from __future__ import annotations

from typing import Any

from bot.standin.methods.chats import TOPIC_COLOURS, open_topic, remove_topic, set_closed
from bot.standin.model import (
    ADMIN_RIGHTS,
    CHANNEL,
    GENERAL_TOPIC,
    GROUP,
    SUPERGROUP,
    Chat,
    Member,
    Topic,
    User,
)
from bot.standin.people import chat_of
from bot.standin.refusal import Impossible
from bot.standin.world import World

ALL_RIGHTS = frozenset(ADMIN_RIGHTS)
BOT_RIGHTS = frozenset(
    {
        "can_manage_chat",
        "can_delete_messages",
        "can_pin_messages",
        "can_manage_topics",
        "can_invite_users",
        "can_post_messages",
        "can_edit_messages",
    }
)
GENERAL_NAME = "General"


def create_group(
    world: World,
    user: User,
    *,
    title: str,
    kind: str = SUPERGROUP,
    is_forum: bool = False,
    username: str = "",
    chat_id: int | None = None,
) -> Chat:
    """Make a group, supergroup (also with topics) or channel with oneself as creator."""
    if kind not in (GROUP, SUPERGROUP, CHANNEL):
        raise Impossible("a group is a group, supergroup or channel")
    if is_forum and kind != SUPERGROUP:
        raise Impossible("only a supergroup has topics")
    chat = world.group(
        kind=kind, title=title, username=username, is_forum=is_forum, chat_id=chat_id
    )
    chat.members[user.id] = Member(user, "creator")
    if is_forum:
        chat.topics[GENERAL_TOPIC] = Topic(GENERAL_TOPIC, GENERAL_NAME)
    created = {
        GROUP: "group_chat_created",
        SUPERGROUP: "supergroup_chat_created",
        CHANNEL: "channel_chat_created",
    }[kind]
    world.post(chat, user, {created: True}, is_service=True)
    world.emit("chat", chat=chat.view())
    return chat


def _group(world: World, user: User, chat_id: int) -> Chat:
    chat = chat_of(world, user, chat_id)
    if chat.is_private:
        raise Impossible("not a group")
    return chat


def _as_admin(chat: Chat, user: User) -> None:
    member = chat.member(user.id)
    if member is None or not member.is_admin:
        raise Impossible("only an administrator can do that")


def _named(world: World, member_id: int) -> User:
    found = world.users.get(member_id)
    if found is None:
        raise Impossible("no such user")
    return found


def add_member(world: World, user: User, *, chat_id: int, member_id: int) -> None:
    """Add a person or a bot to a group one is in."""
    chat = _group(world, user, chat_id)
    inside = chat.member(user.id)
    if inside is None or not inside.inside:
        raise Impossible("the person is not in this group")
    _enter(world, chat, user, _named(world, member_id))


def join(world: World, user: User, *, chat_id: int) -> None:
    """Enter a group by oneself, as by an invitation link."""
    chat = _group(world, user, chat_id)
    _enter(world, chat, user, user)


def _enter(world: World, chat: Chat, actor: User, newcomer: User) -> None:
    member = chat.members.get(newcomer.id)
    if member is not None and member.inside:
        return
    if member is None:
        member = Member(newcomer, "left")
        chat.members[newcomer.id] = member
    before = member.public()
    member.status = "member"
    world.member_changed(chat, actor, before, member)
    if chat.kind != CHANNEL:
        message = world.post(chat, actor, {"new_chat_members": [newcomer.public]}, is_service=True)
        world.deliver_message(message)


def _exit(world: World, chat: Chat, actor: User, leaver: User, status: str) -> None:
    member = chat.member(leaver.id)
    if member is None or not member.inside:
        raise Impossible("the person is not in this group")
    before = member.public()
    if chat.kind != CHANNEL:
        message = world.post(chat, actor, {"left_chat_member": leaver.public}, is_service=True)
        world.deliver_message(message)
    member.status = status
    member.rights = frozenset()
    world.member_changed(chat, actor, before, member)


def leave(world: World, user: User, *, chat_id: int) -> None:
    """Leave a group."""
    _exit(world, _group(world, user, chat_id), user, user, "left")


def remove_member(world: World, user: User, *, chat_id: int, member_id: int) -> None:
    """Put a person or a bot out of a group."""
    chat = _group(world, user, chat_id)
    _as_admin(chat, user)
    _exit(world, chat, user, _named(world, member_id), "kicked")


def promote(
    world: World,
    user: User,
    *,
    chat_id: int,
    member_id: int,
    rights: list[str] | None = None,
    title: str = "",
) -> None:
    """Make a member administrator; without a list a person gets all rights, a bot its usual."""
    chat = _group(world, user, chat_id)
    _as_admin(chat, user)
    promoted = _named(world, member_id)
    member = chat.members.get(member_id)
    if member is None or not member.inside:
        _enter(world, chat, user, promoted)
        member = chat.members[member_id]
    usual = BOT_RIGHTS if promoted.is_bot else ALL_RIGHTS
    before = member.public()
    member.status = "administrator"
    member.rights = usual if rights is None else frozenset(rights)
    member.title = title
    world.member_changed(chat, user, before, member)


def demote(world: World, user: User, *, chat_id: int, member_id: int) -> None:
    """Take an administrator's rights away."""
    chat = _group(world, user, chat_id)
    _as_admin(chat, user)
    member = chat.members.get(member_id)
    if member is None or not member.is_admin:
        raise Impossible("not an administrator")
    before = member.public()
    member.status = "member"
    member.rights = frozenset()
    world.member_changed(chat, user, before, member)


def restrict(world: World, user: User, *, chat_id: int, member_id: int) -> None:
    """Forbid a member to write."""
    chat = _group(world, user, chat_id)
    _as_admin(chat, user)
    member = chat.members[member_id]
    before = member.public()
    member.status = "restricted"
    world.member_changed(chat, user, before, member)


def upgrade(world: World, user: User, *, chat_id: int, is_forum: bool = False) -> Chat:
    """Turn a basic group into a supergroup: a new id, both told by service messages."""
    old = _group(world, user, chat_id)
    _as_admin(old, user)
    if old.kind != GROUP or old.migrated_to:
        raise Impossible("only a basic group is upgraded, once")
    new = world.group(kind=SUPERGROUP, title=old.title, is_forum=is_forum)
    if is_forum:
        new.topics[GENERAL_TOPIC] = Topic(GENERAL_TOPIC, GENERAL_NAME)
    for member in old.members.values():
        new.members[member.user.id] = Member(
            member.user, member.status, member.rights, member.title
        )
    told_old = world.post(old, user, {"migrate_to_chat_id": new.id}, is_service=True)
    told_new = world.post(new, user, {"migrate_from_chat_id": old.id}, is_service=True)
    world.deliver_message(told_old)
    world.deliver_message(told_new)
    old.migrated_to = new.id
    world.emit("chat", chat=old.view())
    world.emit("chat", chat=new.view())
    return new


def set_forum(world: World, user: User, *, chat_id: int, is_forum: bool) -> None:
    """Switch topics on or off in a supergroup."""
    chat = _group(world, user, chat_id)
    _as_admin(chat, user)
    if chat.kind != SUPERGROUP:
        raise Impossible("only a supergroup has topics")
    chat.is_forum = is_forum
    if is_forum:
        chat.topics.setdefault(GENERAL_TOPIC, Topic(GENERAL_TOPIC, GENERAL_NAME))
    chat.refresh()
    world.emit("chat", chat=chat.view())


def rename(world: World, user: User, *, chat_id: int, title: str) -> None:
    """Give a group another title."""
    chat = _group(world, user, chat_id)
    _as_admin(chat, user)
    chat.title = title
    chat.refresh()
    message = world.post(chat, user, {"new_chat_title": title}, is_service=True)
    world.deliver_message(message)
    world.emit("chat", chat=chat.view())


def delete_group(world: World, user: User, *, chat_id: int) -> None:
    """Delete a group for everyone."""
    chat = _group(world, user, chat_id)
    _as_admin(chat, user)
    chat.gone = True
    world.emit("chat", chat=chat.view())


def create_topic(world: World, user: User, *, chat_id: int, name: str) -> Topic:
    """Open a topic in a forum."""
    chat = _group(world, user, chat_id)
    _as_admin(chat, user)
    if not chat.is_forum:
        raise Impossible("the group has no topics")
    topic = open_topic(world, chat, user, name, TOPIC_COLOURS[0])
    world.deliver_message(chat.messages[topic.thread_id])
    return topic


def _topic(world: World, user: User, chat_id: int, thread_id: int) -> tuple[Chat, Topic]:
    chat = _group(world, user, chat_id)
    _as_admin(chat, user)
    topic = chat.topics.get(thread_id)
    if topic is None or topic.deleted:
        raise Impossible("no such topic")
    return chat, topic


def close_topic(world: World, user: User, *, chat_id: int, thread_id: int) -> None:
    """Close a topic."""
    chat, topic = _topic(world, user, chat_id, thread_id)
    message: Any = set_closed(world, chat, topic, user, closed=True)
    world.deliver_message(message)


def reopen_topic(world: World, user: User, *, chat_id: int, thread_id: int) -> None:
    """Reopen a topic."""
    chat, topic = _topic(world, user, chat_id, thread_id)
    message: Any = set_closed(world, chat, topic, user, closed=False)
    world.deliver_message(message)


def delete_topic(world: World, user: User, *, chat_id: int, thread_id: int) -> None:
    """Delete a topic with its messages; no update tells the bot."""
    chat, topic = _topic(world, user, chat_id, thread_id)
    if thread_id == GENERAL_TOPIC:
        raise Impossible("the general topic cannot be deleted")
    remove_topic(world, chat, topic)
