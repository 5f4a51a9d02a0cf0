"""The group of a desk, as its members use it: topics, cards, buttons, words in between."""

from __future__ import annotations

from itertools import count
from typing import Any

from sqlalchemy import select

from services import staff
from services.complaints import letters, store
from services.complaints.office import Office
from services.outbox import Call, Concluded, conclude, result_of
from services.people import Role
from services.records.complaints import DeskTopic
from tests.support.chat import Chat, FundBot, Shown
from tests.support.complaints import DIRECTOR, linked_citizen, open_agencies

GROUP, ADMIN = -1001600, 9009
_ids = count(1)


class Forum:
    """The group of agency 16, as its members use it."""

    def __init__(self, bot: FundBot, chat_id: int = GROUP) -> None:
        self.bot = bot
        self.chat_id = chat_id
        self.chat = bot.group(chat_id)

    def write(
        self,
        person: int,
        text: str,
        *,
        thread: int | None = None,
        reply: bool = False,
        edit: int = 0,
        content: dict[str, Any] | None = None,
    ) -> int:
        number = edit or 70_000 + next(_ids)
        message: dict[str, Any] = {
            "message_id": number,
            "date": int(self.bot.clock.now().timestamp()),
            "chat": self._chat(),
            "from": self._user(person),
            **({"text": text} if content is None else content),
        }
        if thread is not None:
            # As Telegram has it: a plain message in a topic replies to the topic's opening.
            message |= {
                "message_thread_id": thread,
                "is_topic_message": True,
                "reply_to_message": {
                    "message_id": thread,
                    "date": 1,
                    "chat": self._chat(),
                    "from": {"id": 1, "is_bot": True, "first_name": "Bot"},
                    "forum_topic_created": {"name": "R", "icon_color": 1},
                },
            }
        if reply:
            message["reply_to_message"] = {
                "message_id": 1,
                "date": 1,
                "chat": self._chat(),
                "from": {"id": 1, "is_bot": True, "first_name": "Bot"},
            }
        if edit:
            self.bot.update(edited_message=message | {"edit_date": message["date"]})
        else:
            self.bot.update(message=message)
        return number

    def send_file(self, person: int, thread: int, content: dict[str, Any]) -> None:
        """A photo, a document: a message with other content than text."""
        self.write(person, "", thread=thread, content=content)

    def press(self, person: int, label: str) -> str:
        """Press a button on the newest message that has it; returns what flashed up."""
        shown, data = self._find(label)
        self.press_data(person, data, shown)
        return self.chat.toasts[-1] if self.chat.toasts else ""

    def press_data(self, person: int, data: str, shown: Shown) -> None:
        self.bot.update(
            callback_query={
                "id": f"g{next(_ids)}",
                "from": self._user(person),
                "chat_instance": "1",
                "data": data,
                "message": {
                    "message_id": shown.message_id,
                    "date": 1,
                    "chat": self._chat(),
                    "from": {"id": 1, "is_bot": True, "first_name": "Bot"},
                    "text": "card",
                    "message_thread_id": self.thread(),
                    "is_topic_message": True,
                },
            }
        )

    def thread(self, complaint_id: int = 1) -> int:
        sent = [c for c in self.bot.calls if c.method == "createForumTopic"]
        assert sent
        topics = self.bot.do(
            lambda session: {
                row.complaint_id: row.topic_call for row in session.scalars(select(DeskTopic))
            }
        )
        number = self.bot.do(lambda session: result_of(session, topics[complaint_id]))[2]
        assert number is not None
        return int(number)

    def fail_last(self, method: str, error: str) -> Call:
        """As if Telegram had refused the newest call of this method."""
        call = next(
            c for c in reversed(self.bot.calls) if c.method == method and c.chat_id == self.chat_id
        )
        self.bot.do(
            lambda session: conclude(
                session, [Concluded(call, "failed", error)], self.bot.clock.now()
            )
        )
        return call

    def _find(self, label: str) -> tuple[Shown, str]:
        for shown in reversed(self.chat.messages):
            for row in shown.rows:
                for button in row:
                    if label in button["text"] and "callback_data" in button:
                        return shown, button["callback_data"]
        raise AssertionError(f"no button {label!r}")

    def _chat(self) -> dict[str, Any]:
        return {"id": self.chat_id, "type": "supergroup", "title": "Agence 16", "is_forum": True}

    def _user(self, person: int) -> dict[str, Any]:
        return {"id": person, "is_bot": False, "first_name": "X", "language_code": "fr"}


Scene = tuple[FundBot, Forum, Chat]


def open_forum(fund_bot: FundBot) -> Scene:
    """Agency 16 with its group, an administrator, and a citizen who is linked."""
    open_agencies(fund_bot)
    fund_bot.do(
        lambda session: staff.add(
            session,
            telegram_id=ADMIN,
            name="Adel",
            role=Role.ADMIN,
            agency=None,
            now=fund_bot.clock.now(),
            actor="command",
            language="fr",
        )
    )
    fund_bot.chat(ADMIN)
    forum = Forum(fund_bot)
    forum.write(DIRECTOR, "/agency 16")
    assert "bureau 16" in forum.chat.text
    citizen = linked_citizen(fund_bot, name_fr="Karim Benali", ssn="990000000077")
    return fund_bot, forum, citizen


def words_of(bot: FundBot, kind: str) -> list[str]:
    def read(session):  # type: ignore[no-untyped-def]
        office = Office(session, bot.kit.policy, bot.vault, bot.clock.now())
        case = store.load(session, 1)
        assert case is not None
        return [one.text for one in letters.of(office, case).values() if one.kind == kind]

    return bot.do(read)
