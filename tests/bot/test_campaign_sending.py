"""A campaign on its way through the sender: Telegram's pause is everybody's, and what a person
stops no longer leaves, also what the sender already holds."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from itertools import pairwise

import pytest

from bot.gateway.api import Refused
from bot.gateway.sender import IN_FLIGHT_MAX
from bot.gateway.workers import Workers
from services.database import open_engine, sessions
from services.outbox import Lane
from services.reminders import letters
from tests.support import fast_loop
from tests.support.clock import SetClock
from tests.support.post import MadeUpTelegram, Post

CAMPAIGN = {"lane": Lane.CAMPAIGN, "repeatable": False, "subject": "reminder:1"}


class TimedTelegram(MadeUpTelegram):
    """Notes when each call came, on the fast clock; refuses the one whose number is given."""

    def __init__(self, refuses: int | None = None) -> None:
        super().__init__()
        self.refuses = refuses
        self.moments: list[tuple[float, str, str]] = []

    async def call(self, method, params=None, *, files=None):  # type: ignore[no-untyped-def]
        self.moments.append((fast_loop.fast_time(), method, dict(params).get("text", "")))
        if len(self.moments) == self.refuses:
            raise Refused(429, "Too Many Requests: retry after 30", retry_after_s=30)
        return await super().call(method, params, files=files)


def most_in_a_second(moments: list[float]) -> int:
    return max(bisect_left(moments, at + 1.0) - place for place, at in enumerate(moments))


def test_a_pause_of_thirty_seconds_silences_the_whole_bot_and_is_not_made_up_for(
    sqlite_url: str, clock: SetClock
) -> None:
    refused_at, moments = fast_loop.run(_campaign_with_a_pause(sqlite_url, clock))
    # What was on its way with the refused one may still arrive: no more than a few.
    under_way = [one for one in moments if refused_at < one[0] < refused_at + 2.0]
    assert len(under_way) <= 10
    after = moments[40 + len(under_way) :]
    # The refused one stopped everything at once: not a campaign's message, not an answer to a
    # person who writes meanwhile, not even the answer to a pressed button.
    assert after[0][0] - refused_at >= 30.0
    assert after[0][0] - refused_at < 33.0
    # Then conversations come first, and the lost half minute is not made up for.
    assert {one[1] for one in after[:2]} == {"answerCallbackQuery", "sendMessage"}
    assert after[1][2] == "answer"
    sent = [at for at, method, _ in after if method == "sendMessage"]
    # The limit to the letter is shown in test_limits; here a late timer, as long as the clock
    # runs fast, may push one message nearer to the next. A burst would be dozens.
    assert most_in_a_second(sent) <= 33
    assert len(sent) == 100 - 39 - len(under_way) + 1
    assert all(later - earlier < 1.0 for earlier, later in pairwise(sent))


async def _campaign_with_a_pause(
    url: str, clock: SetClock
) -> tuple[float, list[tuple[float, str, str]]]:
    engine = open_engine(url)
    workers = Workers(1)
    workers.start()
    post = Post(sessions(engine), clock, workers)
    telegram = post.telegram = TimedTelegram(refuses=40)
    for number in range(100):
        post.add("campaign", chat=100 + number, **CAMPAIGN)
    async with post.sending(monotonic=fast_loop.fast_time, per_second=29.5, burst=1.45) as sender:
        await post.until(lambda: len(telegram.moments) >= 40, 60)
        refused_at = telegram.moments[39][0]
        await asyncio.sleep(2)
        sender.offer(
            [
                post.add("answer", chat=7),
                post.add("", chat=7, method="answerCallbackQuery"),
            ]
        )
        await post.until(lambda: set(post.states()) == {"sent"}, 120)
    await workers.stop()
    engine.dispose()
    return refused_at, telegram.moments


@pytest.mark.parametrize("campaign_id", [1, None])
async def test_what_is_stopped_no_longer_leaves_although_the_sender_holds_it(
    sqlite_url: str, clock: SetClock, campaign_id: int | None
) -> None:
    engine = open_engine(sqlite_url)
    workers = Workers(1)
    workers.start()
    post = Post(sessions(engine), clock, workers)
    for number in range(300):
        post.add("campaign", chat=100 + number, **CAMPAIGN)
    async with post.sending(per_second=100.0, burst=2.0):
        await post.until(lambda: len(post.telegram.calls) >= 30)
        with post.make.begin() as session:
            taken = letters.recall(session, clock.now(), campaign_id=campaign_id)
        stopped_at, when_stopped = time.monotonic(), len(post.telegram.calls)
        await asyncio.sleep(0.5)
        settled = len(post.telegram.calls)
        await asyncio.sleep(0.5)
        assert len(post.telegram.calls) == settled, "something left a second after the stop"
        # Who writes meanwhile does not wait behind what was taken back.
        post.add("answer", chat=7)
        await post.until(lambda: post.telegram.texts[-1] == "answer", 3)
    assert time.monotonic() - stopped_at < 4
    assert settled - when_stopped <= IN_FLIGHT_MAX
    assert taken + settled == 300
    await workers.stop()
    engine.dispose()
