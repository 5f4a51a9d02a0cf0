"""The sender among odd answers, jumping clocks, several processes and a database held by others."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.gateway import api
from bot.gateway.api import Refused
from bot.gateway.sender import Sender
from bot.gateway.workers import Workers
from services.database import open_engine, sessions
from services.outbox import Call, Lane
from tests.support.clock import SetClock
from tests.support.post import Post


@pytest.fixture
async def post(sqlite_url: str, clock: SetClock) -> AsyncIterator[Post]:
    engine = open_engine(sqlite_url, workers=2)
    workers = Workers(1)
    workers.start()
    yield Post(sessions(engine), clock, workers)
    await workers.stop()
    engine.dispose()


# --- what answers mean ---------------------------------------------------------------------


def answer(status: int, **content: Any) -> Any:
    return api._result_of(status, json.dumps(content).encode())


def test_yes_without_a_result_is_yes() -> None:
    assert answer(200, ok=True) is None


@pytest.mark.parametrize(
    ("asked", "waits_s"),
    [(3, 3.0), (0.5, 0.5), (0, 1.0), (-5, 1.0), (None, 1.0), ("7", 7.0), ("soon", 1.0)],
)
def test_the_wait_that_telegram_asks_for_is_read(asked: object, waits_s: float) -> None:
    with pytest.raises(Refused) as refusal:
        answer(429, ok=False, error_code=429, parameters={"retry_after": asked})
    assert refusal.value.retry_after_s == waits_s


@pytest.mark.parametrize("asked", [10**12, float("inf"), float("nan")])
def test_an_absurd_wait_is_at_most_a_day(asked: float) -> None:
    with pytest.raises(Refused) as refusal:
        answer(429, ok=False, error_code=429, parameters={"retry_after": asked})
    assert refusal.value.retry_after_s is not None
    assert 0 < refusal.value.retry_after_s <= 86_400


def test_a_refusal_holds_nothing_that_cannot_be_written_down() -> None:
    with pytest.raises(Refused) as refusal:
        answer(
            400,
            ok=False,
            description="a\x00b\ud800",
            parameters={"migrate_to_chat_id": -(2**70)},
        )
    assert refusal.value.description.encode()
    assert "\x00" not in refusal.value.description
    assert refusal.value.migrated_to is None


@pytest.mark.parametrize(
    "result",
    [
        True,
        None,
        [],
        "yes",
        {"message_id": "5"},
        {"message_id": {"a": 1}},
        {"message_id": 2**70},
        {"message_id": True},
        [{"message_id": []}],
    ],
)
async def test_an_odd_result_never_holds_up_what_ended_beside_it(post: Post, result: Any) -> None:
    post.telegram.answers = [result]
    post.add("odd", chat=1)
    post.add("plain", chat=2)
    async with post.sending():
        await post.drained()
    assert post.states() == ["sent", "sent"]


async def test_a_method_the_server_does_not_know_stops_nobody(post: Post) -> None:
    """A Bot API server of an older edition answers 404 to it; a wrong token does so to all."""
    post.telegram.accepted = True
    post.telegram.answers = [Refused(404, "Not Found")]
    post.add(method="setMyShortDescription")
    post.add("hello", chat=2)
    async with post.sending():
        await post.until(lambda: post.states() == ["failed", "sent"], 3)


async def test_a_button_press_is_answered_after_the_wait_telegram_asked_for(post: Post) -> None:
    post.telegram.answers = [Refused(429, "Too Many Requests", retry_after_s=0.3)]
    post.add(method="answerCallbackQuery", params={"callback_query_id": "q"})
    async with post.sending():
        await post.drained()
    assert post.states() == ["sent"]
    assert len(post.telegram.calls) == 2


# --- the clock jumps -------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [timedelta(days=-300), timedelta(days=300)])
@pytest.mark.parametrize("method", ["sendMessage", "answerCallbackQuery"])
async def test_a_wait_is_by_the_machines_clock_whatever_ours_does(
    post: Post, jump: timedelta, method: str
) -> None:
    post.telegram.answers = [Refused(429, "Too Many Requests", retry_after_s=0.5)]
    post.add("first", chat=7, method=method)
    async with post.sending():
        await post.until(lambda: len(post.telegram.calls) == 1)
        post.clock.advance(days=jump.days)
        await asyncio.sleep(0.2)
        assert len(post.telegram.calls) == 1
        await post.until(lambda: post.states() == ["sent"], 3)


# --- order, beside other processes -------------------------------------------------------------


async def test_what_is_found_late_still_goes_before_what_came_after_it(post: Post) -> None:
    """Another process commits a call; this one commits the next and hands it over at once."""
    earlier = post.add("card", chat=3, method="createForumTopic")
    async with post.sending() as sender:
        await post.drained()
        post.telegram.delay_s = 0.05
        earlier = post.add("topic", chat=3, method="createForumTopic")
        later = post.add("card", chat=3, after=earlier)
        sender.offer([later])
        await post.until(lambda: post.states() == ["sent"] * 3, 4)
    assert [method for method, _ in post.telegram.calls][-2:] == ["createForumTopic", "sendMessage"]


async def test_a_full_lane_keeps_the_order_of_a_chat(post: Post, monkeypatch: Any) -> None:
    monkeypatch.setattr("bot.gateway.waiting.WINDOW", 4)
    monkeypatch.setattr("bot.gateway.sender.SWEEP_EVERY_S", 0.3)
    calls: list[Call] = []
    async with post.sending() as sender:
        await asyncio.sleep(0.05)
        post.telegram.delay_s = 0.02
        for number in range(40):
            calls.append(post.add(str(number), chat=1 + number % 3))
            sender.offer(calls[-1:])
            await asyncio.sleep(0.004)
        await post.drained()
    for chat in range(1, 4):
        said = [int(p["text"]) for _, p in post.telegram.calls if p["chat_id"] == chat]
        assert said == sorted(said)


async def test_waiting_for_another_call_takes_nothing_from_the_limits(post: Post) -> None:
    with post.make.begin() as session:
        from services.outbox import Outbox

        box = Outbox(session, post.clock.now())
        held = box.add(
            "sendMessage",
            {"chat_id": 1, "text": "held"},
            chat_id=1,
            not_before=post.clock.now() + timedelta(hours=1),
        )
        for chat in range(2, 22):
            box.add("sendMessage", {"chat_id": chat, "text": "waits"}, chat_id=chat, after=held)
        for chat in range(30, 50):
            box.add(
                "sendMessage", {"chat_id": chat, "text": "now"}, chat_id=chat, lane=Lane.CAMPAIGN
            )
    async with post.sending(per_second=20.0, burst=1.0):
        await post.until(lambda: post.telegram.texts.count("now") == 20, 4)


async def test_a_sender_that_lost_its_turn_and_gets_it_again_sends_nothing_twice(
    post: Post,
) -> None:
    for number in range(3):
        post.add(str(number), chat=9)
    sender: Sender
    async with post.sending(chat_per_second=0.2, chat_burst=1.0) as sender:
        await post.until(lambda: post.states()[0] == "sent")
    with post.make.begin() as session:  # meanwhile another process sent the rest
        from sqlalchemy import update

        from services.records.traffic import OutgoingCall

        session.execute(update(OutgoingCall).values(state="sent"))
    sender._budget._chats.clear()
    again = asyncio.create_task(sender.run())
    await asyncio.sleep(0.3)
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)
    assert post.telegram.texts == ["0"]
    assert sender.waiting == 0


# --- the database is held by another program -----------------------------------------------------


async def test_a_sender_that_starts_on_a_locked_database_sends_once_it_is_free(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.add("hello")
    file = str(post.make.kw["bind"].url.database)
    with post.make.kw["bind"].connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    async with post.sending():
        await asyncio.sleep(0.5)
        holder.execute("COMMIT")
        holder.close()
        await post.drained()
    assert post.states() == ["sent"]


async def test_a_call_that_cannot_be_made_ready_fails_at_last_and_frees_its_chat(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.gateway.verdicts.FAULT_PAUSE_S", 0.01)
    post.telegram.answers = [ValueError("a fault of ours")] * 5
    post.add("impossible", chat=4)
    post.add("next", chat=4)
    async with post.sending():
        await post.until(lambda: post.states() == ["failed", "sent"], 4)


async def test_words_whose_markup_is_refused_arrive_as_they_were_meant(post: Post) -> None:
    post.telegram.answers = [Refused(400, "Bad Request: can't parse entities: x")]
    post.add("<b>3 &lt; 5 &amp; 7", params={"parse_mode": "HTML"})
    async with post.sending():
        await post.drained()
    assert post.telegram.texts[-1] == "3 < 5 & 7"


async def test_a_press_under_a_picture_is_answered_by_a_new_message(post: Post) -> None:
    post.telegram.answers = [Refused(400, "Bad Request: there is no text in the message to edit")]
    post.add("answer", method="editMessageText", params={"message_id": 5})
    async with post.sending():
        await post.drained()
    assert [method for method, _ in post.telegram.calls] == ["editMessageText", "sendMessage"]
