"""The stand-in's whole state in memory: no HTTP here, and nothing of the fund.

Bots change it through `bot.standin.methods`, people through `bot.standin.people`. Every
change is told to the listeners (the page, the tests' client) as a small dict.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.standin.calls import CallLog
from bot.standin.faults import Faults
from bot.standin.files import FileStore
from bot.standin.limits import Limits
from bot.standin.model import (
    CHANNEL,
    GENERAL_TOPIC,
    PRIVATE,
    SUPERGROUP,
    Bot,
    Chat,
    Json,
    Member,
    Message,
    User,
)
from bot.standin.updates import UpdateQueue

Listener = Callable[[Json], None]


@dataclass(slots=True)
class Knobs:
    """What a test may set differently from Telegram; times in seconds."""

    limits: bool = False  # keep Telegram's sending limits
    update_life_s: float = 86_400.0  # an undelivered update
    query_life_s: float = 150.0  # an undelivered button press
    answer_within_s: float = 60.0  # a button press may be answered this long
    history: int = 5_000  # messages kept a chat


class World:
    """Users, bots, chats, messages, files and the updates waiting for the bots."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        first_update_id: int = 500_000_001,
    ) -> None:
        self._now = now
        self.monotonic = monotonic
        self.clock_offset_s = 0.0  # set when the demo's clock is moved
        self.first_update_id = first_update_id
        self.knobs = Knobs()
        self.bots: dict[str, Bot] = {}
        self.bots_by_id: dict[int, Bot] = {}
        self.users: dict[int, User] = {}
        self.private: dict[tuple[int, int], Chat] = {}
        self.groups: dict[int, Chat] = {}
        self.files = FileStore()
        self.calls = CallLog(monotonic)
        self.faults = Faults()
        self.limits = Limits(monotonic)
        self.listeners: list[Listener] = []
        self._next_query = 1
        self._next_group = 1
        self._next_album = 1

    # --- time and ids -----------------------------------------------------------------

    def date(self) -> int:
        """Give the date for a message: Unix seconds, moved with the demo's clock."""
        return int(self.exact_date())

    def exact_date(self) -> float:
        """Give the same with its fraction of a second."""
        return self._now() + self.clock_offset_s

    def new_query_id(self) -> str:
        """Give the id of a button press."""
        self._next_query += 1
        return str(4_000_000_000_000_000 + self._next_query)

    def new_album_id(self) -> str:
        """Give the id that ties the messages of an album together."""
        self._next_album += 1
        return str(13_000_000_000_000_000 + self._next_album)

    def new_group_id(self, kind: str) -> int:
        """Give a chat id of Telegram's look: -100… for supergroups and channels."""
        self._next_group += 1
        number = 4_000 + self._next_group
        return -number if kind == "group" else -1_002_000_000_000 - number

    # --- who and where ----------------------------------------------------------------

    def add_bot(self, token: str, *, username: str, name: str) -> Bot:
        """Register a bot; its id is the number in front of the token's colon."""
        bot_id = int(token.partition(":")[0])
        user = User(bot_id, name, username=username, is_bot=True)
        bot = Bot(token, user, UpdateQueue(self.first_update_id))
        self.bots[token] = bot
        self.bots_by_id[bot_id] = bot
        self.users[bot_id] = user
        return bot

    def add_user(self, user: User) -> User:
        """Register a person, or give the new details of one already known."""
        known = self.users.get(user.id)
        if known is None:
            self.users[user.id] = user
            self.emit("user", user=self.user_view(user))
            return user
        for name in ("first_name", "last_name", "username", "phone", "language_code", "about"):
            setattr(known, name, getattr(user, name))
        known.refresh()
        for chat in self.private.values():
            if chat.user is known:
                chat.refresh()
        self.emit("user", user=self.user_view(known))
        return known

    def private_chat(self, bot: Bot, user: User) -> Chat:
        """Give the chat of a person with a bot, opened on first use."""
        chat = self.private.get((bot.id, user.id))
        if chat is None:
            chat = Chat(user.id, PRIVATE, user=user, bot_id=bot.id)
            self.private[(bot.id, user.id)] = chat
            self.emit("chat", chat=chat.view())
        return chat

    def bots_in(self, chat: Chat) -> Iterator[Bot]:
        """Give the bots that take part in a chat."""
        if chat.is_private:
            yield self.bots_by_id[chat.bot_id]
            return
        for user_id, member in chat.members.items():
            bot = self.bots_by_id.get(user_id)
            if bot is not None and member.inside:
                yield bot

    # --- messages ---------------------------------------------------------------------

    def post(
        self,
        chat: Chat,
        sender: User,
        content: Json,
        *,
        thread_id: int = 0,
        reply_to: Message | None = None,
        markup: Json | None = None,
        protected: bool = False,
        is_service: bool = False,
        extra: Json | None = None,
    ) -> Message:
        """Put a message into a chat and show it to its people (not yet to bots)."""
        if chat.is_private:
            counter: Bot | Chat = self.bots_by_id[chat.bot_id]
        else:
            counter = chat
        message_id = counter.next_message_id
        counter.next_message_id += 1
        if reply_to is None and not is_service and thread_id and thread_id != GENERAL_TOPIC:
            reply_to = chat.messages.get(thread_id)
        data: Json = {
            "message_id": message_id,
            **self._head_of(chat, sender, thread_id, reply_to),
            **(extra or {}),
            **content,
        }
        if protected:
            data["has_protected_content"] = True
        if markup is not None:
            if "inline_keyboard" in markup:
                data["reply_markup"] = markup
            else:
                self._set_keyboard(chat, markup, reply_to)
        message = Message(
            message_id,
            chat,
            data,
            sender.id,
            thread_id=thread_id,
            protected=protected,
            is_service=is_service,
        )
        chat.messages[message_id] = message
        if len(chat.messages) > self.knobs.history:
            del chat.messages[next(iter(chat.messages))]
        if self.listeners:
            self.emit("message", chat_id=chat.id, bot_id=chat.bot_id, message=data)
        return message

    def _head_of(self, chat: Chat, sender: User, thread_id: int, reply_to: Message | None) -> Json:
        """Who says it, where and when, and what it answers."""
        data: Json = {"from": sender.public}
        if chat.kind == CHANNEL:
            data = {"sender_chat": chat.public}
        data |= {"chat": chat.public, "date": self.date()}
        if thread_id and thread_id != GENERAL_TOPIC:
            data |= {"message_thread_id": thread_id, "is_topic_message": True}
        if reply_to is not None:
            data["reply_to_message"] = {
                name: value
                for name, value in reply_to.data.items()
                if name not in ("reply_to_message", "pinned_message")
            }
        return data

    def _set_keyboard(self, chat: Chat, markup: Json, reply_to: Message | None) -> None:
        keyboard = None if "remove_keyboard" in markup else markup
        whose = 0
        if chat.is_private:
            whose = chat.id
        elif markup.get("selective") and reply_to is not None:
            whose = reply_to.sender_id
        chat.keyboards[whose] = keyboard
        self.emit("keyboard", chat_id=chat.id, bot_id=chat.bot_id, user_id=whose, keyboard=keyboard)

    def edited(self, message: Message) -> None:
        """Tell the people that a message has changed."""
        if self.listeners:
            chat = message.chat
            self.emit("edit", chat_id=chat.id, bot_id=chat.bot_id, message=message.data)

    def delete(self, message: Message) -> None:
        """Take a message out of its chat."""
        message.deleted = True
        chat = message.chat
        chat.messages.pop(message.id, None)
        if message.id in chat.pinned:
            chat.pinned.remove(message.id)
        self.emit("delete", chat_id=chat.id, bot_id=chat.bot_id, message_ids=[message.id])

    # --- updates ----------------------------------------------------------------------

    def deliver(self, bot: Bot, kind: str, payload: Json) -> int | None:
        """Queue an update for a bot and give its id."""
        life = self.knobs.query_life_s if kind == "callback_query" else self.knobs.update_life_s
        return bot.queue.add(kind, payload, now=self.monotonic(), life_s=life)

    def deliver_message(self, message: Message, *, edited: bool = False) -> list[int]:
        """Queue a person's message for every bot of the chat that may hear it."""
        chat = message.chat
        kind = "channel_post" if chat.kind == CHANNEL else "message"
        if edited:
            kind = f"edited_{kind}"
        ids = []
        for bot in self.bots_in(chat):
            if chat.is_private or self._hears(bot, chat, message):
                update_id = self.deliver(bot, kind, message.data)
                if update_id is not None:
                    ids.append(update_id)
        return ids

    def _hears(self, bot: Bot, chat: Chat, message: Message) -> bool:
        """Tell by Telegram's privacy mode whether a bot gets a group's message."""
        member = chat.members[bot.id]
        if bot.hears_everything or member.is_admin or message.is_service or chat.kind == CHANNEL:
            return True
        reply = message.data.get("reply_to_message")
        if reply is not None and reply.get("from", {}).get("id") == bot.id:
            return True
        text = message.data.get("text") or message.data.get("caption") or ""
        if text.startswith("/"):
            addressed = text.split(maxsplit=1)[0].partition("@")[2]
            return not addressed or addressed.lower() == bot.user.username.lower()
        return False

    def member_changed(self, chat: Chat, actor: User, before: Json, after: Member) -> None:
        """Queue my_chat_member or chat_member for the bots, and show the change."""
        payload = {
            "chat": chat.public,
            "from": actor.public,
            "date": self.date(),
            "old_chat_member": before,
            "new_chat_member": after.public(),
        }
        for user_id, member in chat.members.items():
            bot = self.bots_by_id.get(user_id)
            if bot is None:
                continue
            if user_id == after.user.id:
                self.deliver(bot, "my_chat_member", payload)
            elif member.is_admin:
                self.deliver(bot, "chat_member", payload)
        self.emit("chat", chat=chat.view())

    # --- listeners --------------------------------------------------------------------

    def emit(self, event: str, **details: Any) -> None:
        """Tell the page and the tests' clients of a change."""
        if self.listeners:
            told = {"event": event, **details}
            for listener in list(self.listeners):
                listener(told)

    @staticmethod
    def user_view(user: User) -> Json:
        """Give what the page knows of a person: all that they know of themselves."""
        return {
            **user.public,
            "language_code": user.language_code,
            "phone": user.phone,
            "about": user.about,
        }

    def snapshot(self) -> Json:
        """Give everything the page needs to draw itself."""
        chats = [*self.private.values(), *self.groups.values()]
        return {
            "event": "hello",
            "users": [self.user_view(user) for user in self.users.values()],
            "bots": [bot.user.public for bot in self.bots.values()],
            "chats": [
                {**chat.view(), "messages": [each.data for each in chat.messages.values()]}
                for chat in chats
            ],
            "date": self.date(),
        }

    def group(
        self,
        *,
        kind: str = SUPERGROUP,
        title: str,
        username: str = "",
        is_forum: bool = False,
        chat_id: int | None = None,
    ) -> Chat:
        """Register an empty group; people.create_group fills it as a person would."""
        chat = Chat(
            self.new_group_id(kind) if chat_id is None else chat_id,
            kind,
            title=title,
            username=username,
            is_forum=is_forum,
        )
        self.groups[chat.id] = chat
        return chat
