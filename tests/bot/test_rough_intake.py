"""What may come in: odd batches, hostile updates, a database that is held or away."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError, OperationalError

from bot.gateway import poller as polling
from bot.gateway.api import Unknown
from bot.gateway.intake import is_update
from bot.gateway.persistence import is_passing
from bot.gateway.poller import Poller
from tests.support.chat import FundBot


class Server:
    """Answers getUpdates with what a test wants, then with silence."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.offsets: list[int | None] = []

    async def call(self, method: str, params: Any, **_: Any) -> Any:
        if method != "getUpdates":
            return True
        self.offsets.append(params.get("offset"))
        if not self.answers:
            await asyncio.sleep(0.01)
            return []
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Taken:
    def __init__(self, trouble: Exception | None = None) -> None:
        self.batches: list[list[Any]] = []
        self.trouble = trouble

    async def take(self, raws: list[Any]) -> None:
        if self.trouble is not None:
            trouble, self.trouble = self.trouble, None
            raise trouble
        self.batches.append([raw for raw in raws if is_update(raw)])


async def polled(server: Server, taken: Taken, seconds: float = 0.3) -> Poller:
    poller = Poller(api=server, intake=taken)  # type: ignore[arg-type]
    task = asyncio.create_task(poller.run())
    await asyncio.sleep(seconds)
    assert not task.done(), "the poller ended"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return poller


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "BACKOFF_S", (0.02,))


@pytest.mark.parametrize("odd", [{}, None, "x", 5, True, {"a": 1}])
async def test_an_answer_that_is_no_list_is_asked_for_again(odd: Any) -> None:
    taken = Taken()
    await polled(Server(odd, [{"update_id": 4}]), taken)
    assert taken.batches[0] == [{"update_id": 4}]


async def test_a_batch_without_any_id_is_not_asked_for_without_pause() -> None:
    server = Server(*[["x", None, {"update_id": "5"}]] * 1_000)
    await polled(server, Taken())
    assert len(server.offsets) < 40
    assert set(server.offsets) == {None}


async def test_an_id_no_column_holds_is_passed_over_and_not_fetched_for_ever() -> None:
    server = Server([{"update_id": 7}, {"update_id": 2**70}])
    taken = Taken()
    await polled(server, taken)
    assert taken.batches == [[{"update_id": 7}]]
    assert server.offsets[1] == 2**70 + 1


async def test_a_negative_id_never_becomes_an_offset() -> None:
    """A negative offset would make Telegram forget what waits."""
    server = Server([{"update_id": -9}])
    await polled(server, Taken())
    assert all(offset is None or offset >= 0 for offset in server.offsets)


async def test_no_fault_ends_the_polling_and_nothing_is_acknowledged_by_it() -> None:
    server = Server([{"update_id": 3}], [{"update_id": 3}])
    taken = Taken(trouble=RuntimeError("anything"))
    poller = await polled(server, taken)
    assert taken.batches == [[{"update_id": 3}]]
    assert server.offsets[:2] == [None, None]
    assert poller.state == "ok"


async def test_json_nested_without_end_is_a_broken_answer() -> None:
    from bot.gateway.api import AiohttpRequest

    with pytest.raises(Unknown):
        AiohttpRequest.parse_json_payload(b"[" * 200_000)


# --- which failures of the database pass ----------------------------------------------------------


class _Failure(Exception):
    def __init__(self, sqlstate: str | None, words: str = "") -> None:
        super().__init__(words)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "passing"),
    [
        ("08006", True),  # the connection is lost
        ("40001", True),  # serialization
        ("40P01", True),  # deadlock
        ("53100", True),  # the disk is full
        ("53300", True),  # too many connections
        ("55P03", True),  # lock not available
        ("57P01", True),  # shut down by the administrator
        ("57P03", True),  # starting up
        ("58030", True),  # input or output error
        ("25006", True),  # read-only after a change of servers
        (None, True),  # no connection at all
        ("42P01", False),  # no such table
        ("22003", False),  # out of range
    ],
)
def test_waiting_helps_against_some_failures_of_postgresql(sqlstate: str, passing: bool) -> None:
    kind = InternalError if sqlstate == "25006" else OperationalError
    assert is_passing(kind("x", {}, _Failure(sqlstate))) is passing


# --- hostile content ------------------------------------------------------------------------


def message(**content: Any) -> dict[str, Any]:
    return {
        "message_id": 5,
        "date": 1_780_000_000,
        "chat": {"id": 7001, "type": "private", "first_name": "S"},
        "from": {"id": 7001, "is_bot": False, "first_name": "S", "language_code": "fr"},
        **content,
    }


def take(bot: FundBot, **update: Any) -> list[tuple[str, dict[str, Any]]]:
    """Hand an update in as the gateway does; whatever it is, it must end. The calls it made."""
    before = len(bot.calls)
    raw = {"update_id": next(bot._update_ids), **update}
    assert is_update(raw)
    bot._units.run_group(bot._units.arrive([raw]))
    with contextlib.suppress(AssertionError):
        bot.deliver()
    return [(call.method, call.params) for call in bot.calls[before:]]


def states(bot: FundBot) -> list[str]:
    return bot.do(lambda s: list(s.execute(text("SELECT state FROM updates")).scalars()))


@pytest.mark.parametrize(
    "words",
    ["a\x00b", "\ud800", "x\udfff\x00", "\ud83d\ude00", "ا" * 5_000, "/start \ud800", "\x00"],
)
def test_any_text_gets_an_answer_at_every_step(fund_bot: FundBot, words: str) -> None:
    chat = fund_bot.chat()
    chat.send("/start")
    for step in (None, "J’accepte"):
        if step:
            chat.press(step)
        calls = take(fund_bot, message=message(text=words))
        assert any(method == "sendMessage" for method, _ in calls)
    assert set(states(fund_bot)) == {"done"}


def test_half_a_character_in_a_name_or_a_callback_is_no_trouble(fund_bot: FundBot) -> None:
    user = {"id": 7001, "is_bot": False, "first_name": "\ud800\x00", "language_code": "\ud800"}
    take(fund_bot, message=message(text="/start", **{"from": user}))
    calls = take(
        fund_bot,
        callback_query={"id": "q", "from": user, "data": "\ud800", "message": message()},
    )
    assert ("answerCallbackQuery") in [method for method, _ in calls]
    assert set(states(fund_bot)) == {"done"}


BROKEN = [
    {"message": None},
    {"message": "text"},
    {"message": []},
    {"message": {}},
    {"message": {"chat": {"id": 5}}},
    {"message": {"message_id": 1, "from": None, "chat": None}},
    {"message": message(**{"from": {"id": 2**70, "is_bot": False}, "chat": {"id": 2**70}})},
    {"message": message(chat={"id": -(2**70), "type": "group"})},
    {"message": message(text=5)},
    {"message": message(text=None)},
    {"message": message(text=["a"])},
    {"message": message(contact="x")},
    {"message": message(photo=[])},
    {"message": message(photo="x")},
    {"message": message(document={})},
    {"message": message(location={"latitude": "north"})},
    {"message": message(**{"from": {"id": "7001", "is_bot": False}})},
    {"message": message(**{"from": {"id": True, "is_bot": False}})},
    {"message": message(**{"from": {"id": 7001}})},
    {"message": message(media_group_id={"a": 1})},
    {"edited_message": None},
    {"edited_message": {"chat": 1}},
    {"callback_query": None},
    {"callback_query": {}},
    {"callback_query": {"id": 5, "from": {"id": 7001}}},
    {"callback_query": {"id": "q", "from": {"id": 7001, "is_bot": False}, "data": 5}},
    {"callback_query": {"id": "q", "from": {"id": 7001, "is_bot": False}, "data": None}},
    {"callback_query": {"id": "q", "from": {"id": 7001, "is_bot": False}, "message": "x"}},
    {"my_chat_member": None},
    {"my_chat_member": {}},
    {"my_chat_member": {"chat": {"id": 1, "type": "private"}, "from": 5}},
    {"chat_member": "x"},
    {"unheard_of": {"id": 5}},
    {"inline_query": {"id": "1", "from": {"id": 7001, "is_bot": False}, "query": "x"}},
    {},
]


@pytest.mark.parametrize("update", BROKEN, ids=str)
def test_a_broken_update_ends_and_the_next_one_is_answered(
    fund_bot: FundBot, update: dict[str, Any]
) -> None:
    take(fund_bot, **update)
    assert "received" not in states(fund_bot)
    assert any(m == "sendMessage" for m, _ in take(fund_bot, message=message(text="/start")))


def test_a_broken_button_press_is_answered_all_the_same(sqlite_bot: FundBot) -> None:
    calls = take(
        sqlite_bot,
        callback_query={"id": "q9", "from": {"id": 7001, "is_bot": False}, "message": "x"},
    )
    assert ("answerCallbackQuery", {"callback_query_id": "q9"}) in [
        (m, {"callback_query_id": p.get("callback_query_id")}) for m, p in calls
    ]


def test_the_same_id_with_other_content_changes_nothing(fund_bot: FundBot) -> None:
    chat = fund_bot.chat()
    fund_bot.update(update_id=50, message=message(text="/start"))
    count = len(chat.messages)
    fund_bot.update(update_id=50, message=message(text="/help"))
    assert len(chat.messages) == count


def test_an_id_twice_in_a_batch_is_done_once(sqlite_bot: FundBot) -> None:
    chat = sqlite_bot.chat()
    raw = {"update_id": 60, "message": message(text="/start")}
    sqlite_bot._units.run_group(sqlite_bot._units.arrive([raw, dict(raw)]))
    sqlite_bot.deliver()
    assert len(chat.messages) == 1


def test_an_id_set_aside_once_before_can_be_set_aside_again(sqlite_bot: FundBot) -> None:
    """Telegram may begin its numbers anew long after."""
    sqlite_bot._update_ids = iter([70, 71, 70])  # type: ignore[assignment]
    take(sqlite_bot, message=message(text=["a"]))
    sqlite_bot.do(lambda s: s.execute(text("DELETE FROM updates")))
    sqlite_bot._update_ids = iter([70])  # type: ignore[assignment]
    take(sqlite_bot, message=message(text=["b"]))
    assert states(sqlite_bot) == ["set_aside"]
