"""A bot in a box: real updates through the real unit of work, without a network.

`FundBot` is the whole program but its sockets: temporary database, a clock that stands still,
updates as Telegram's JSON. `Chat` is one person's telephone: it shows what was sent to them,
with edits in place, and presses buttons by what they see.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.persistence import Persistence
from bot.gateway.unit import Units
from bot.means import make_kit
from bot.scheduler import job_named, run_job
from bot.settings import Settings
from handlers.papers import order
from services import outbox
from services.database import open_engine, sessions
from services.outbox import Call, Concluded
from services.records.traffic import Event, SetAsideUpdate
from services.vault import Vault
from tests.support.clock import SetClock

T = TypeVar("T")
_ISOLATES = re.compile("[\u2066-\u2069]")


@dataclass(slots=True)
class Shown:
    """A message as a person sees it."""

    message_id: int
    html: str
    rows: list[list[dict[str, Any]]] = field(default_factory=list)
    keyboard: dict[str, Any] | None = None
    file: bytes | None = None
    file_name: str = ""

    @property
    def text(self) -> str:
        """Without markup, direction isolates and no-break spaces."""
        plain = unescape(re.sub(r"<[^>]+>", "", self.html))
        return _ISOLATES.sub("", plain).replace("\u00a0", " ").replace("\u202f", " ")

    @property
    def buttons(self) -> list[str]:
        return [_plain(button["text"]) for row in self.rows for button in row]


class FundBot:
    """The program without its sockets. `restart()` begins anew on the same database."""

    def __init__(
        self, database_url: str, vault: Vault, clock: SetClock, *, policy_dir: str | None = None
    ) -> None:
        self.database_url = database_url
        self.vault = vault
        self.clock = clock
        self._settings = Settings(DATABASE_URL=database_url, POLICY_DIR=policy_dir, _env_file=None)
        self._engine = open_engine(database_url)
        self._sessions = sessions(self._engine)
        self._committed: list[Call] = []
        self._chats: dict[int, Chat] = {}
        self._update_ids = count(10_000)
        self._message_ids = count(500)
        self.calls: list[Call] = []  # every call that was delivered, in order
        self.restart()

    def restart(self) -> None:
        """As after a stop: nothing but the database survives."""
        self._engine.dispose()
        self.kit = make_kit(self._settings, self.vault, bot_username="fund_bot")
        self._units = Units(
            records=Persistence(self._sessions, sleep=lambda _: None),
            kit=self.kit,
            clock=self.clock,
            after_commit=self._committed.extend,
        )

    def close(self) -> None:
        self._engine.dispose()

    @property
    def sessions(self) -> sessionmaker[Session]:
        return self._sessions

    # --- records ------------------------------------------------------------------------

    def do(self, work: Callable[[Session], T]) -> T:
        """Run something on the records, in a transaction of its own."""
        with self._sessions.begin() as session:
            return work(session)

    def events(self, name: str | None = None) -> list[Event]:
        def read(session: Session) -> list[Event]:
            found = session.scalars(select(Event).order_by(Event.id)).all()
            return [event for event in found if name is None or event.name == name]

        return self.do(read)

    # --- people -------------------------------------------------------------------------

    def chat(
        self,
        telegram_id: int = 7001,
        *,
        language: str = "fr",
        phone: str = "+213550000001",
        first_name: str = "Samir",
    ) -> Chat:
        """The telephone of a person; the same one for the same id."""
        if telegram_id not in self._chats:
            self._chats[telegram_id] = Chat(self, telegram_id, language, phone, first_name)
        return self._chats[telegram_id]

    def group(self, chat_id: int) -> Chat:
        """What a group is shown."""
        if chat_id not in self._chats:
            self._chats[chat_id] = Chat(self, chat_id, "fr", "", "Group")
        return self._chats[chat_id]

    # --- traffic ------------------------------------------------------------------------

    def update(self, *, update_id: int | None = None, **content: Any) -> int:
        """One update comes in and everything it causes is delivered; returns its id."""
        number = next(self._update_ids) if update_id is None else update_id
        raw = json.loads(json.dumps({"update_id": number, **content}))
        for arrived in self._units.arrive([raw]):
            self._units.run(arrived)
        self.deliver()
        failed = self.do(lambda session: session.get(SetAsideUpdate, number))
        if failed is not None:
            trace = self.vault.open_sealed(failed.traceback_sealed or b"")
            raise AssertionError(f"the update was set aside:\n{trace}")
        return number

    def deliver(self) -> None:
        """Deliver every queued call, as the sender would."""
        with self._sessions.begin() as session:
            waiting = [
                call for lane in outbox.Lane for call in outbox.queued(session, lane, limit=1_000)
            ]
        self._committed.clear()
        for call in sorted(waiting, key=lambda one: one.id):
            self._deliver(call)

    def run_job(self, name: str) -> None:
        """Run a scheduled job at the clock's time and deliver what it says."""
        run_job(job_named(name), kit=self.kit, sessions=self._sessions, now=self.clock.now())
        self.deliver()

    def _deliver(self, call: Call) -> None:
        paper = self._paper_of(call)
        with self._sessions.begin() as session:
            params = dict(call.params)
            if call.after_id is not None:
                _, message_id, thread_id = outbox.result_of(session, call.after_id)
                known = {"message_id": message_id, "thread_id": thread_id}
                for name, value in params.items():
                    if isinstance(value, dict) and "$from" in value:
                        params[name] = known[value["$from"]]
            content, file_name = paper
            message_id = thread_id = None
            chat = self._chats.get(int(params.get("chat_id", call.chat_id or 0)))
            if call.method.startswith("send"):
                message_id = next(self._message_ids)
            elif call.method == "createForumTopic":
                thread_id = next(self._message_ids)
            if chat is not None:
                chat._receive(call.method, params, message_id, content, file_name)
            if call.method == "answerCallbackQuery" and call.chat_id in self._chats:
                self._chats[call.chat_id]._toasted(params)
            outbox.conclude(
                session,
                [Concluded(call, "sent", message_id=message_id, thread_id=thread_id)],
                self.clock.now(),
            )
        self.calls.append(call)

    def _paper_of(self, call: Call) -> tuple[bytes | None, str]:
        """What is made just before the call leaves; where it cannot be, the words instead."""
        found = outbox.paper_in(call.params)
        if found is None:
            return None, ""
        try:
            return order.make(self.kit, self._sessions, found[1]), found[1].name
        except order.NotToBeMade:
            outbox.say_instead(call)
            return None, ""


class Chat:
    """One person's private chat with the bot."""

    def __init__(
        self, bot: FundBot, telegram_id: int, language: str, phone: str, first_name: str
    ) -> None:
        self._bot = bot
        self.id = telegram_id
        self.language = language
        self.phone = phone
        self.first_name = first_name
        self.messages: list[Shown] = []
        self.toasts: list[str] = []
        self.commands: list[str] = []
        self._own_ids = count(1)

    # --- what they see ------------------------------------------------------------------

    @property
    def last_message(self) -> Shown:
        return self.messages[-1]

    @property
    def text(self) -> str:
        """The newest message, as plain text."""
        return self.last_message.text

    @property
    def buttons(self) -> list[str]:
        return self.last_message.buttons

    def seen(self, words: str) -> bool:
        """Whether any message so far holds these words."""
        return any(words in message.text for message in self.messages)

    # --- what they do -------------------------------------------------------------------

    def send(self, text: str) -> Shown:
        """Type a message; returns the newest message after it."""
        content = {"text": text}
        if text.startswith("/"):
            length = len(text.split()[0])
            content |= {"entities": [{"type": "bot_command", "offset": 0, "length": length}]}
        return self.send_message(**content)

    def send_message(self, **content: Any) -> Shown:
        """Any message, in Telegram's own fields: `send_message(sticker={...})`."""
        self._bot.update(message=self._message(**content))
        return self.last_message

    def edit(self, text: str) -> Shown:
        message = self._message(text=text) | {"edit_date": self._now()}
        self._bot.update(edited_message=message)
        return self.last_message

    def share_contact(self, *, phone: str | None = None, user_id: int | None = None) -> Shown:
        """The own contact by the button; another `user_id` is a forwarded one."""
        return self.send_message(
            contact={
                "phone_number": (phone or self.phone).lstrip("+"),
                "first_name": self.first_name,
                "user_id": self.id if user_id is None else user_id,
            }
        )

    def send_photo(self, *, album: str | None = None, caption: str = "", name: str = "p") -> Shown:
        content: dict[str, Any] = {
            "photo": [
                {
                    "file_id": f"photo-{name}",
                    "file_unique_id": f"u-{name}",
                    "width": 800,
                    "height": 600,
                    "file_size": 90_000,
                }
            ]
        }
        if album:
            content["media_group_id"] = album
        if caption:
            content["caption"] = caption
        return self.send_message(**content)

    def press(self, label: str, *, message: Shown | None = None) -> Shown:
        """Press the button whose text holds `label`, on the newest message that has it."""
        candidates = [message] if message is not None else list(reversed(self.messages))
        for shown in candidates:
            for row in shown.rows:
                for button in row:
                    if label in _plain(button["text"]) and "callback_data" in button:
                        return self.press_data(button["callback_data"], on=shown)
        raise AssertionError(f"no button {label!r}; the newest message has {self.buttons}")

    def press_data(self, data: str, *, on: Shown | None = None) -> Shown:
        """A press with any data, also forged."""
        shown = on or self.last_message
        self._bot.update(
            callback_query={
                "id": f"q{next(self._own_ids)}-{self.id}",
                "from": self._user(),
                "chat_instance": "1",
                "data": data,
                "message": {
                    "message_id": shown.message_id,
                    "date": self._now(),
                    "chat": self._chat(),
                    "from": {"id": 1, "is_bot": True, "first_name": "Bot"},
                    "text": shown.text[:4000],
                },
            }
        )
        return self.last_message

    def data_of(self, label: str) -> str:
        """The callback data behind a button's text, for tests that forge or repeat it."""
        for shown in reversed(self.messages):
            for row in shown.rows:
                for button in row:
                    if label in _plain(button["text"]):
                        return str(button["callback_data"])
        raise AssertionError(f"no button {label!r}")

    # --- inside -------------------------------------------------------------------------

    def _receive(
        self,
        method: str,
        params: dict[str, Any],
        message_id: int | None,
        content: bytes | None,
        file_name: str,
    ) -> None:
        if method == "setMyCommands":
            self.commands = [one["command"] for one in params["commands"]]
            return
        markup = params.get("reply_markup") or {}
        rows = markup.get("inline_keyboard", [])
        for row in rows:
            for button in row:
                if "callback_data" in button:
                    assert 1 <= len(button["callback_data"].encode()) <= 64
        text = params.get("text", params.get("caption", ""))
        if method.startswith("edit"):
            for shown in self.messages:
                if shown.message_id == params["message_id"]:
                    shown.html, shown.rows = text or shown.html, rows
                    # What was edited is what the person looks at now.
                    self.messages.remove(shown)
                    self.messages.append(shown)
                    return
            raise AssertionError("an edit of a message that does not exist")
        if message_id is None:
            return
        assert text or content is not None, f"{method} without words"
        assert len(text) <= 4096
        self.messages.append(
            Shown(
                message_id,
                text,
                rows,
                markup if "inline_keyboard" not in markup and markup else None,
                content,
                file_name,
            )
        )

    def _toasted(self, params: dict[str, Any]) -> None:
        if params.get("text"):
            self.toasts.append(_plain(params["text"]))

    def _message(self, **content: Any) -> dict[str, Any]:
        return {
            "message_id": 100_000 + next(self._own_ids),
            "date": self._now(),
            "chat": self._chat(),
            "from": self._user(),
            **content,
        }

    def _user(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language,
        }

    def _chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "private", "first_name": self.first_name}

    def _now(self) -> int:
        return int(self._bot.clock.now().timestamp())


def _plain(text: str) -> str:
    return _ISOLATES.sub("", text).replace("\u00a0", " ").replace("\u202f", " ")
