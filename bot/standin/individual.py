"""One person of a test: what they see on their screen, what they do, how one waits."""

# ruff: noqa: ASYNC109 - a test says itself how long it is willing to wait
from __future__ import annotations

import base64
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.standin.seen import Json, Seen, SeenChat, Toast, as_seen

if TYPE_CHECKING:
    from bot.standin.person import Standin

USERNAME = "casnos_demo_bot"
PATIENCE_S = 10.0


class Person:
    """One person, in their chat with the bot or (see `at`) in a group."""

    def __init__(
        self,
        standin: Standin,
        user_id: int,
        details: Json,
        *,
        chat_id: int | None = None,
        thread_id: int = 0,
    ) -> None:
        self.standin = standin
        self.user_id = user_id
        self.details = details
        self.chat_id = chat_id
        self.thread_id = thread_id
        self._mark = 0
        self._known = False

    def at(self, chat_id: int, thread_id: int = 0) -> Person:
        """Give the same person in a group, or in one of its topics."""
        return Person(
            self.standin, self.user_id, self.details, chat_id=chat_id, thread_id=thread_id
        )

    # --- what they see --------------------------------------------------------------------

    @property
    def chat(self) -> SeenChat:
        """Give the chat as they see it."""
        if self.chat_id is None:
            return self.standin.mirror.chat(self.user_id, self.standin.bot_id)
        return self.standin.mirror.chat(self.chat_id, 0)

    @property
    def messages(self) -> list[Seen]:
        """Give all messages of the chat (or topic) with edits applied, oldest first."""
        every = self.chat.messages.values()
        if self.thread_id:
            return [seen for seen in every if seen.thread_id == self.thread_id]
        return list(every)

    @property
    def from_bot(self) -> list[Seen]:
        """Give the bot's messages, oldest first."""
        return [seen for seen in self.messages if seen.from_bot and not seen.is_service]

    @property
    def answers(self) -> list[Seen]:
        """Give the bot's messages that came after this person's last act."""
        return [seen for seen in self.from_bot if seen.order > self._mark]

    @property
    def last_message(self) -> Seen:
        """Give the bot's newest message."""
        every = self.from_bot
        if not every:
            raise LookupError("the bot has not written here yet")
        return every[-1]

    @property
    def keyboard(self) -> list[str]:
        """Give the texts of the reply keyboard on screen, empty when there is none."""
        return [button["text"] for row in self._board() for button in row]

    def _board(self) -> list[list[Json]]:
        boards = self.chat.keyboards
        if self.chat_id is None:
            board = boards.get(self.user_id)
        else:
            board = boards[self.user_id] if self.user_id in boards else boards.get(0)
        rows: list[list[Json]] = (board or {}).get("keyboard", [])
        return rows

    @property
    def toasts(self) -> list[Toast]:
        """Give the answers to pressed buttons that said something, oldest first."""
        every = self.standin.mirror.toasts.get(self.user_id, [])
        return [toast for toast in every if toast.text or toast.url]

    @property
    def answered_presses(self) -> int:
        """Count the button presses the bot has answered, silent answers included."""
        return len(self.standin.mirror.toasts.get(self.user_id, []))

    # --- what they do ---------------------------------------------------------------------

    async def act(self, name: str, /, **details: Any) -> Any:
        """Carry out any act of `bot.standin.acts`."""
        if not self._known:
            await self.standin.act("add_user", self.user_id, **self.details)
            self._known = True
        self._mark = self.standin.mirror.order
        return await self.standin.act(name, self.user_id, **details)

    def _place(self) -> Json:
        place: Json = {}
        if self.chat_id is not None:
            place["chat_id"] = self.chat_id
        if self.thread_id:
            place["thread_id"] = self.thread_id
        return place

    async def send(self, text: str, *, reply_to: Seen | int = 0) -> Json:
        """Write a text or a command; gives the message as sent."""
        replied = reply_to.id if isinstance(reply_to, Seen) else reply_to
        sent: list[Json] = await self.act("send_text", text=text, reply_to=replied, **self._place())
        return sent[0]

    async def ask(self, text: str, timeout: float = PATIENCE_S) -> Seen:
        """Write, wait until the bot has answered and is quiet, and give its last answer."""
        await self.send(text)
        await self.wait_for(1, timeout=timeout)
        await self.standin.quiet(timeout=timeout)
        return self.last_message

    async def press(self, text: str, *, message: Seen | None = None) -> str:
        """Press a button by its text: of the reply keyboard, else of the newest message.

        Gives the query's id for an inline button, else an empty text. Raises LookupError
        when no button on screen has this text.
        """
        wanted = as_seen(text)
        if message is None:
            for row in self._board():
                for button in row:
                    if as_seen(button["text"]) == wanted:
                        await self._press_key(button)
                        return ""
        places = [message] if message is not None else reversed(self.messages)
        for seen in places:
            found = seen.button(text)
            if found is None:
                continue
            if not found.data:
                raise LookupError(f"the button {text!r} opens a link: {found.url}")
            return await self.press_data(found.data, message_id=seen.id)
        shown = [button for seen in self.messages[-3:] for button in seen.buttons]
        raise LookupError(f"no button {text!r}; on screen: {shown + self.keyboard}")

    async def _press_key(self, button: Json) -> None:
        if button.get("request_contact"):
            await self.share_contact()
        elif button.get("request_location"):
            await self.send_location(36.75, 3.06)
        else:
            await self.send(button["text"])

    async def press_data(self, data: str, *, message_id: int | None = None) -> str:
        """Send any callback data on any message, as a changed app could."""
        target = self.last_message.id if message_id is None else message_id
        place = {} if self.chat_id is None else {"chat_id": self.chat_id}
        query_id: str = await self.act("press", message_id=target, data=data, **place)
        return query_id

    async def share_contact(self) -> Json:
        """Share one's own number."""
        sent: Json = await self.act("share_contact")
        return sent

    async def send_contact(
        self, *, phone: str, first_name: str, user_id: int = 0, forwarded_from: int = 0
    ) -> Json:
        """Send somebody else's contact card."""
        sent: Json = await self.act(
            "send_contact",
            phone=phone,
            first_name=first_name,
            user_id=user_id,
            forwarded_from=forwarded_from,
        )
        return sent

    async def _store(
        self, kind: str, name: str, mime: str, data: bytes, declared_size: int | None
    ) -> str:
        file_id: str = await self.act(
            "add_file",
            kind=kind,
            name=name,
            mime=mime,
            data=base64.b64encode(data).decode(),
            declared_size=declared_size,
        )
        return file_id

    async def send_file(
        self,
        kind: str,
        data: bytes,
        *,
        name: str = "file.bin",
        mime: str = "application/octet-stream",
        caption: str = "",
        declared_size: int | None = None,
        duration: int = 0,
    ) -> Json:
        """Send a photo, document, voice, video, audio or sticker.

        `declared_size` in bytes lets a small file pass for a large one.
        """
        file_id = await self._store(kind, name, mime, data, declared_size)
        sent: Json = await self.act(
            "send_file",
            file_id=file_id,
            kind=kind,
            caption=caption,
            duration=duration,
            **self._place(),
        )
        return sent

    async def send_photo(self, data: bytes, *, caption: str = "") -> Json:
        """Send a photo."""
        return await self.send_file(
            "photo", data, name="photo.png", mime="image/png", caption=caption
        )

    async def send_document(
        self,
        data: bytes,
        *,
        name: str,
        mime: str = "application/pdf",
        caption: str = "",
        declared_size: int | None = None,
    ) -> Json:
        """Send a document."""
        return await self.send_file(
            "document", data, name=name, mime=mime, caption=caption, declared_size=declared_size
        )

    async def send_voice(self, data: bytes = b"OggS", *, duration: int = 3) -> Json:
        """Send a voice message; `duration` in seconds."""
        return await self.send_file(
            "voice", data, name="voice.ogg", mime="audio/ogg", duration=duration
        )

    async def send_album(
        self, parts: list[tuple[str, str, bytes]], *, caption: str = ""
    ) -> list[Json]:
        """Send an album of (kind, name, content)."""
        items = []
        for kind, name, data in parts:
            mime = "image/png" if kind == "photo" else "application/pdf"
            items.append({"kind": kind, "file_id": await self._store(kind, name, mime, data, None)})
        sent: list[Json] = await self.act(
            "send_album", items=items, caption=caption, **self._place()
        )
        return sent

    async def send_location(self, latitude: float, longitude: float) -> Json:
        """Send a place, in degrees."""
        sent: Json = await self.act(
            "send_location", latitude=latitude, longitude=longitude, **self._place()
        )
        return sent

    async def edit(self, message: Json | int, text: str) -> None:
        """Edit one's own message, given as it was sent or by its id."""
        message_id = message if isinstance(message, int) else message["message_id"]
        place = {} if self.chat_id is None else {"chat_id": self.chat_id}
        await self.act("edit_text", message_id=message_id, text=text, **place)

    async def block(self) -> None:
        """Block the bot."""
        await self.act("block")

    async def unblock(self) -> None:
        """Unblock the bot."""
        await self.act("unblock")

    async def clear_history(self) -> None:
        """Delete the chat's messages."""
        await self.act("clear_history")

    async def open_link(self, link: str) -> Json:
        """Follow a deep link; `start=X` alone goes to this stand-in's bot."""
        if link.startswith("start="):
            link = f"https://t.me/{USERNAME}?{link}"
        sent: Json = await self.act("open_link", link=link)
        return sent

    async def create_group(
        self,
        *,
        title: str,
        kind: str = "supergroup",
        is_forum: bool = False,
        with_bot: str = "administrator",
    ) -> int:
        """Make a group and give its id; the bot enters as administrator, member or not ("")."""
        chat = await self.act("create_group", title=title, kind=kind, is_forum=is_forum)
        chat_id = int(chat["chat_id"])
        if with_bot:
            name = "promote" if with_bot == "administrator" else "add_member"
            await self.act(name, chat_id=chat_id, member_id=self.standin.bot_id)
        return chat_id

    async def commands(self) -> list[str]:
        """Give the commands in this person's menu here."""
        found = await self.act("commands", **({} if self.chat_id is None else self._place()))
        return [command["command"] for command in found["commands"]]

    # --- waiting --------------------------------------------------------------------------

    async def wait_for(
        self, what: int | Callable[..., object] = 1, timeout: float = PATIENCE_S
    ) -> list[Seen]:
        """Wait for N messages of the bot since the last act, or until a condition holds.

        The condition is called with this person, or with nothing. Gives `answers`.
        """
        if isinstance(what, int):
            wanted = what

            def holds() -> bool:
                return len(self.answers) >= wanted
        else:
            condition = what
            takes_person = bool(inspect.signature(condition).parameters)

            def holds() -> bool:
                return bool(condition(self) if takes_person else condition())

        await self.standin.until(
            holds,
            timeout,
            lambda: (
                f"user {self.user_id} waited in vain; seen: "
                f"{[seen.text for seen in self.messages[-5:]]}"
            ),
        )
        return self.answers
