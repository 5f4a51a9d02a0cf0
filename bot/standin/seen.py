"""Messages as a person sees them, kept up to date from the stand-in's events."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

# marks that steer the direction of text and are not seen themselves
_UNSEEN = dict.fromkeys([*range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F)])
_SPACES = {0x00A0: " ", 0x202F: " "}
_AS_SEEN = {**_UNSEEN, **_SPACES}


def as_seen(text: str) -> str:
    """Drop direction marks and make no-break spaces plain, for comparing what is read."""
    return text.translate(_AS_SEEN)


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button; it has data or leads to an address."""

    text: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Toast:
    """The answer to a pressed button: a passing line, or a box when `alert`."""

    text: str
    alert: bool
    query_id: str
    url: str = ""


@dataclass(slots=True)
class Seen:
    """One message on a person's screen; edits change it in place."""

    data: Json
    order: int
    edits: int = 0
    deleted: bool = False

    @property
    def id(self) -> int:
        """Give the message's id."""
        return int(self.data["message_id"])

    @property
    def text(self) -> str:
        """Give the text or caption, entities dropped."""
        return str(self.data.get("text") or self.data.get("caption") or "")

    @property
    def plain(self) -> str:
        """Give the text without direction marks and with plain spaces."""
        return as_seen(self.text)

    @property
    def sender_id(self) -> int:
        """Give who wrote it; a channel's posts are the channel's."""
        return int((self.data.get("from") or self.data.get("sender_chat") or {"id": 0})["id"])

    @property
    def from_bot(self) -> bool:
        """Say whether a bot wrote it."""
        return bool(self.data.get("from", {}).get("is_bot"))

    @property
    def thread_id(self) -> int:
        """Give the topic, 0 for none or the general one."""
        return int(self.data.get("message_thread_id", 0))

    @property
    def is_service(self) -> bool:
        """Say whether it is an announcement: a topic opened, a member who came."""
        names = ("forum_topic_", "new_chat_", "left_chat_", "group_chat_", "supergroup_chat_")
        more = ("migrate_", "channel_chat_")
        return any(name.startswith(names + more) for name in self.data)

    @property
    def rows(self) -> list[list[Button]]:
        """Give the inline keyboard, row by row."""
        board = self.data.get("reply_markup", {}).get("inline_keyboard", [])
        return [
            [
                Button(
                    button["text"],
                    button.get("callback_data", ""),
                    button.get("url", "") or button.get("web_app", {}).get("url", ""),
                )
                for button in row
            ]
            for row in board
        ]

    @property
    def buttons(self) -> list[str]:
        """Give the texts of the inline buttons, in reading order."""
        return [button.text for row in self.rows for button in row]

    def button(self, text: str) -> Button | None:
        """Find an inline button: by its exact text, else by a part that only one has."""
        wanted = as_seen(text)
        every = [button for row in self.rows for button in row]
        exact = [button for button in every if as_seen(button.text) == wanted]
        if exact:
            return exact[0]
        partly = [button for button in every if wanted in as_seen(button.text)]
        return partly[0] if len(partly) == 1 else None

    def file_id(self) -> str:
        """Give the id of the file it carries, empty when it carries none."""
        for kind in ("document", "voice", "video", "audio", "sticker"):
            if kind in self.data:
                return str(self.data[kind]["file_id"])
        if "photo" in self.data:
            return str(self.data["photo"][-1]["file_id"])
        return ""


@dataclass(slots=True)
class SeenChat:
    """A chat on a person's screen."""

    view: Json = field(default_factory=dict)
    messages: dict[int, Seen] = field(default_factory=dict)
    keyboards: dict[int, Json | None] = field(default_factory=dict)


class Mirror:
    """What can be seen in all chats, kept current by events; lets tests wait for changes."""

    def __init__(self) -> None:
        self.chats: dict[tuple[int, int], SeenChat] = {}
        self.toasts: dict[int, list[Toast]] = {}
        self.actions: list[Json] = []
        self.reactions: list[Json] = []
        self.order = 0
        self._waiters: set[asyncio.Future[None]] = set()

    def chat(self, chat_id: int, bot_id: int) -> SeenChat:
        """Give a chat by its Bot API id; `bot_id` is 0 for groups."""
        return self.chats.setdefault((chat_id, bot_id), SeenChat())

    def take(self, event: Json) -> None:
        """Bring one event into the picture."""
        handler = getattr(self, f"_on_{event['event']}", None)
        if handler is not None:
            handler(event)
        self.order += 1
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _on_hello(self, event: Json) -> None:
        for view in event["chats"]:
            chat = self.chat(view["chat_id"], view["bot_id"])
            chat.view = {name: value for name, value in view.items() if name != "messages"}
            for data in view["messages"]:
                chat.messages.setdefault(data["message_id"], Seen(data, self.order))
            self._take_keyboards(chat)

    @staticmethod
    def _take_keyboards(chat: SeenChat) -> None:
        chat.keyboards = {
            int(user_id): keyboard for user_id, keyboard in chat.view["keyboards"].items()
        }

    def _on_chat(self, event: Json) -> None:
        view = event["chat"]
        chat = self.chat(view["chat_id"], view["bot_id"])
        chat.view = view
        self._take_keyboards(chat)

    def _on_message(self, event: Json) -> None:
        chat = self.chat(event["chat_id"], event["bot_id"])
        data = event["message"]
        chat.messages[data["message_id"]] = Seen(data, self.order + 1)

    def _on_edit(self, event: Json) -> None:
        chat = self.chat(event["chat_id"], event["bot_id"])
        seen = chat.messages.get(event["message"]["message_id"])
        if seen is not None:
            seen.data = event["message"]
            seen.edits += 1

    def _on_delete(self, event: Json) -> None:
        chat = self.chat(event["chat_id"], event["bot_id"])
        for message_id in event["message_ids"]:
            seen = chat.messages.pop(message_id, None)
            if seen is not None:
                seen.deleted = True

    def _on_keyboard(self, event: Json) -> None:
        chat = self.chat(event["chat_id"], event["bot_id"])
        chat.keyboards[event["user_id"]] = event["keyboard"]

    def _on_answer(self, event: Json) -> None:
        self.toasts.setdefault(event["user_id"], []).append(
            Toast(event["text"], event["alert"], event["query_id"], event["url"])
        )

    def _on_action(self, event: Json) -> None:
        self.actions.append(event)

    def _on_reaction(self, event: Json) -> None:
        self.reactions.append(event)

    @contextlib.contextmanager
    def changes(self) -> Iterator[asyncio.Future[None]]:
        """Give a future that is done at the next event."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            yield waiter
        finally:
            self._waiters.discard(waiter)
