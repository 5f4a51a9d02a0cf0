"""What the stand-in's Telegram is made of: users, bots, chats, topics, messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.standin.updates import UpdateQueue

Json = dict[str, Any]

PRIVATE = "private"
GROUP = "group"
SUPERGROUP = "supergroup"
CHANNEL = "channel"
GENERAL_TOPIC = 1

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
    "can_post_messages",
    "can_edit_messages",
)


@dataclass(slots=True)
class User:
    """A person or a bot as others see it; `phone` is shown only when they share it."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    phone: str = ""
    language_code: str = ""
    is_bot: bool = False
    deactivated: bool = False
    about: Json = field(default_factory=dict)
    public: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Rebuild the User object of the Bot API after a change."""
        self.public = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.last_name:
            self.public["last_name"] = self.last_name
        if self.username:
            self.public["username"] = self.username
        if self.language_code and not self.is_bot:
            self.public["language_code"] = self.language_code


@dataclass(slots=True)
class Member:
    """A user's place in a group; `rights` are the administrator's own."""

    user: User
    status: str = "member"  # creator, administrator, member, restricted, left, kicked
    rights: frozenset[str] = frozenset()
    title: str = ""

    @property
    def inside(self) -> bool:
        """Say whether the user sees the chat."""
        return self.status not in ("left", "kicked")

    @property
    def is_admin(self) -> bool:
        """Say whether the user administers the chat."""
        return self.status in ("creator", "administrator")

    def may(self, right: str) -> bool:
        """Say whether the user has an administrator's right."""
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)

    def public(self) -> Json:
        """Give the ChatMember object of the Bot API."""
        body: Json = {"user": self.user.public, "status": self.status}
        if self.status == "creator":
            body["is_anonymous"] = False
        elif self.status == "administrator":
            body.update({"can_be_edited": False, "is_anonymous": False})
            body.update({right: right in self.rights for right in ADMIN_RIGHTS})
        elif self.status == "kicked":
            body["until_date"] = 0
        if self.title and self.is_admin:
            body["custom_title"] = self.title
        return body


@dataclass(slots=True)
class Topic:
    """A forum topic; its id is that of the message that opened it."""

    thread_id: int
    name: str
    icon_color: int = 0x6FB9F0
    closed: bool = False
    deleted: bool = False
    creator_id: int = 0


@dataclass(slots=True)
class Message:
    """A message; `data` is the Message object of the Bot API as it stands now."""

    id: int
    chat: Chat
    data: Json
    sender_id: int
    thread_id: int = 0
    deleted: bool = False
    protected: bool = False
    is_service: bool = False


@dataclass(slots=True)
class Chat:
    """A conversation; a private one belongs to one bot and one person."""

    id: int
    kind: str
    title: str = ""
    username: str = ""
    user: User | None = None
    bot_id: int = 0
    is_forum: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    keyboards: dict[int, Json | None] = field(default_factory=dict)  # by user id; 0: everyone
    pinned: list[int] = field(default_factory=list)
    next_message_id: int = 1
    migrated_to: int = 0
    gone: bool = False
    blocked: bool = False
    reachable: bool = False  # private: the person has written to the bot at least once
    public: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.refresh()

    @property
    def is_private(self) -> bool:
        """Say whether it is a person's chat with a bot."""
        return self.kind == PRIVATE

    def refresh(self) -> None:
        """Rebuild the Chat object of the Bot API after a change."""
        if self.user is not None:
            user = self.user
            self.public = {"id": self.id, "first_name": user.first_name, "type": PRIVATE}
            if user.last_name:
                self.public["last_name"] = user.last_name
            if user.username:
                self.public["username"] = user.username
            return
        self.public = {"id": self.id, "title": self.title, "type": self.kind}
        if self.username:
            self.public["username"] = self.username
        if self.is_forum:
            self.public["is_forum"] = True

    def member(self, user_id: int) -> Member | None:
        """Give a user's place here, None when they never were in."""
        return self.members.get(user_id)

    def view(self) -> Json:
        """Give what the page and the tests' client know of the chat, without its messages."""
        return {
            "chat_id": self.id,
            "bot_id": self.bot_id,
            "kind": self.kind,
            "title": self.title,
            "is_forum": self.is_forum,
            "blocked": self.blocked,
            "gone": self.gone or bool(self.migrated_to),
            "migrated_to": self.migrated_to,
            "pinned": list(self.pinned),
            "members": [
                {"user_id": user_id, "status": member.status, "title": member.title}
                for user_id, member in self.members.items()
                if member.inside
            ],
            "topics": [
                {"thread_id": topic.thread_id, "name": topic.name, "closed": topic.closed}
                for topic in self.topics.values()
                if not topic.deleted
            ],
            "keyboards": {str(user_id): keyboard for user_id, keyboard in self.keyboards.items()},
        }


@dataclass(slots=True)
class CallbackQuery:
    """A pressed button waiting for its answer; `asked_at` in monotonic seconds."""

    id: str
    user_id: int
    chat: Chat
    message_id: int
    data: str
    asked_at: float
    answered: bool = False


@dataclass(slots=True)
class Webhook:
    """Where updates are delivered to instead of being polled for."""

    url: str
    secret: str = ""
    max_connections: int = 40
    last_error_date: int = 0
    last_error_message: str = ""


@dataclass(slots=True)
class Bot:
    """A bot by its token, with what its owner has set for it."""

    token: str
    user: User
    queue: UpdateQueue
    webhook: Webhook | None = None
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    menu_buttons: dict[int, Json] = field(default_factory=dict)  # by chat id; 0: all chats
    queries: dict[str, CallbackQuery] = field(default_factory=dict)
    next_message_id: int = 1
    hears_everything: bool = False  # privacy mode off
    last_poll_at: float = 0.0

    @property
    def id(self) -> int:
        """Give the bot's own user id."""
        return self.user.id

    def public(self) -> Json:
        """Give the User object that getMe returns."""
        return {
            **self.user.public,
            "can_join_groups": True,
            "can_read_all_group_messages": self.hears_everything,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }
