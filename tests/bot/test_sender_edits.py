"""Many new states of one message while the limits hold them back: only the newest leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.gateway.workers import Workers
from services.database import open_engine, sessions
from services.outbox import Lane
from tests.support.clock import SetClock
from tests.support.post import Post

GROUP = -1001


@pytest.fixture
async def post(database_url: str, clock: SetClock) -> AsyncIterator[Post]:
    engine = open_engine(database_url, workers=2)
    workers = Workers(1)
    workers.start()
    yield Post(sessions(engine), clock, workers)
    await workers.stop()
    engine.dispose()


def edit(post: Post, text: str, *, message: Any = 3, chat: int = GROUP, **details: Any) -> None:
    post.add(
        text,
        chat=chat,
        method="editMessageText",
        params={"message_id": message},
        **{"lane": Lane.STAFF, **details},
    )


async def test_of_many_waiting_states_of_a_card_only_the_newest_is_sent(post: Post) -> None:
    for number in range(30):
        edit(post, f"card 3, state {number}")
        edit(post, f"card 4, state {number}", message=4)
    async with post.sending():
        await post.drained()
    assert post.telegram.texts == ["card 3, state 29", "card 4, state 29"]
    assert set(post.states()) == {"sent"}


async def test_what_is_left_out_takes_nothing_of_the_groups_share(post: Post) -> None:
    """Four may leave at once, the next one an hour later."""
    for number in range(40):
        edit(post, f"state {number}", message=number % 4)
    async with post.sending(per_second=10_000, burst=100, group_per_minute=1 / 60, group_burst=4):
        await post.drained()
    assert len(post.telegram.calls) == 4


async def test_other_messages_and_other_chats_lose_nothing(post: Post) -> None:
    edit(post, "a", chat=1)
    edit(post, "b", chat=2)
    post.add("c", chat=1)
    post.add("d", chat=1)
    async with post.sending():
        await post.drained()
    assert sorted(post.telegram.texts) == ["a", "b", "c", "d"]


async def test_an_older_state_never_follows_a_newer_one_of_a_quicker_lane(post: Post) -> None:
    edit(post, "old", lane=Lane.STAFF)
    edit(post, "new", lane=Lane.CONVERSATION)
    async with post.sending():
        await post.drained()
    assert post.telegram.texts == ["new"]


async def test_states_of_a_card_that_is_still_being_made_wait_for_it_and_then_merge(
    post: Post,
) -> None:
    card = post.add("card", chat=GROUP, lane=Lane.STAFF)
    for number in range(5):
        edit(post, f"state {number}", message={"$from": "message_id"}, after=card)
    async with post.sending():
        await post.drained()
    assert post.telegram.texts == ["card", "state 4"]
    made = post.rows()[0].message_id
    # Whoever waits for one that was left out still learns which message it was about.
    assert [row.message_id for row in post.rows()[:-1]] == [made] * 5


async def test_a_state_for_later_does_not_hold_back_the_present_one(post: Post) -> None:
    edit(post, "now")
    edit(post, "later", not_before=post.clock.now().replace(year=2030))
    async with post.sending():
        await post.until(lambda: post.states()[0] == "sent")
    assert post.telegram.texts == ["now"]
