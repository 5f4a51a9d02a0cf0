"""What must not arrive twice is claimed ahead: a database that keeps the sender waiting makes no
burst, and what was claimed and never left waits again."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update

from bot.gateway.claims import AHEAD, Claims
from bot.gateway.workers import Workers
from services.database import open_engine, sessions
from services.outbox import Call, Lane
from services.records.traffic import OutgoingCall
from tests.support.clock import SetClock
from tests.support.post import MadeUpTelegram, Post

REMINDER = {"lane": Lane.CAMPAIGN, "repeatable": False}


class TimedTelegram(MadeUpTelegram):
    def __init__(self) -> None:
        super().__init__()
        self.moments: list[float] = []

    async def call(self, method, params=None, *, files=None):  # type: ignore[no-untyped-def]
        self.moments.append(time.monotonic())
        return await super().call(method, params, files=files)


@pytest.fixture
async def post(sqlite_url: str, clock: SetClock) -> AsyncIterator[Post]:
    engine = open_engine(sqlite_url)
    workers = Workers(1)
    workers.start()
    found = Post(sessions(engine), clock, workers)
    found.telegram = TimedTelegram()
    yield found
    await workers.stop()
    engine.dispose()


async def test_a_database_that_keeps_the_sender_waiting_makes_no_burst(post: Post) -> None:
    for number in range(200):
        post.add(chat=100 + number, **REMINDER)
    async with post.sending(per_second=50.0, burst=1.25):
        await post.until(lambda: len(post.telegram.calls) >= 20)
        for _ in range(3):  # a job's slices, one after another
            await post.workers.submit(0, lambda: time.sleep(0.4))
        await asyncio.sleep(0.3)
    moments = post.telegram.moments
    # Sent one by one as they were claimed, 20 would leave within a moment of each other.
    in_a_tenth = max(bisect_left(moments, at + 0.1) - place for place, at in enumerate(moments))
    assert in_a_tenth <= 50 * 0.1 + 3
    assert len(moments) >= 20 + AHEAD, "it stood still although some were claimed"


async def test_what_was_claimed_and_did_not_leave_waits_again(post: Post) -> None:
    for number in range(30):
        post.add(chat=100 + number, **REMINDER)
    async with post.sending(per_second=2.0, burst=1.0):
        await post.until(lambda: post.states().count("sending") >= AHEAD // 2)
    left = len(post.telegram.calls)
    assert post.states() == ["sent"] * left + ["queued"] * (30 - left)


async def test_what_was_taken_back_before_it_is_claimed_costs_no_share_of_the_rate(
    post: Post,
) -> None:
    for number in range(300):
        post.add("old", chat=100 + number, **REMINDER)
    post.add("new", chat=7, **REMINDER)
    async with post.sending(per_second=20.0, burst=1.0):
        await post.until(lambda: len(post.telegram.calls) >= 2)
        with post.make.begin() as session:
            session.execute(
                update(OutgoingCall)
                .where(OutgoingCall.state == "queued", OutgoingCall.chat_id != 7)
                .values(state="failed")
            )
        await post.until(lambda: "new" in post.telegram.texts, 5)
    assert len(post.telegram.calls) <= 2 + 2 * AHEAD


def test_a_chat_that_must_wait_gives_its_place_to_others() -> None:
    claims, calls = Claims(), [_call(number) for number in range(AHEAD)]
    assert claims.room(0, 40) == AHEAD
    claims.begin()
    assert claims.room(0, 40) == 0  # one claim at a time
    claims.done(call.id for call in calls)
    assert claims.room(0, 40) == 0
    for call in calls:
        claims.set_aside(call)
    assert claims.room(0, 40) == AHEAD
    assert claims.room(20, 40) == 4  # never more claimed and in flight than may be in doubt
    assert claims.take(calls[0])
    assert not claims.take(calls[0])
    assert claims.is_missing(calls[0])
    assert len(claims.take_all()) == AHEAD - 1


def _call(number: int) -> Call:
    return Call(number, Lane.CAMPAIGN, number, "sendMessage", {}, repeatable=False)
