"""Papers are made when their call is about to leave: outside of every unit of work."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from bot.gateway import verdicts
from bot.gateway.api import NotSent
from bot.gateway.papers import AT_ONCE
from bot.gateway.workers import Workers
from handlers.papers.order import NotToBeMade
from services.database import open_engine, sessions
from services.outbox import Call, Paper
from tests.support.clock import SetClock
from tests.support.post import Post

INSTEAD = "We could not make it."


@pytest.fixture
async def post(database_url: str, clock: SetClock) -> AsyncIterator[Post]:
    engine = open_engine(database_url, workers=2)
    workers = Workers(1)
    workers.start()
    yield Post(sessions(engine), clock, workers)
    await workers.stop()
    engine.dispose()


def add_paper(post: Post, chat: int = 1, kind: str = "statement") -> Call:
    paper = Paper(kind, f"{kind}.pdf", "application/pdf", {"contributor": chat}, INSTEAD)
    return post.add(
        "",
        chat=chat,
        method="sendDocument",
        params={"document": paper.as_param(), "caption": "Here it is"},
    )


async def test_a_paper_leaves_with_what_was_made_of_its_order(post: Post) -> None:
    orders: list[Paper] = []

    def make(paper: Paper) -> bytes:
        orders.append(paper)
        return b"%PDF"

    post.make_paper = make
    add_paper(post, chat=5)
    async with post.sending():
        await post.drained()
    [(method, params)] = post.telegram.calls
    assert (method, params["document"]) == ("sendDocument", "attach://paper")
    assert post.telegram.files == [{"paper": ("statement.pdf", "application/pdf", b"%PDF")}]
    assert [dict(one.order) for one in orders] == [{"contributor": 5}]


async def test_while_one_is_drawn_others_are_answered_and_its_own_chat_keeps_its_order(
    post: Post,
) -> None:
    go_on = threading.Event()

    def make(_: Paper) -> bytes:
        assert go_on.wait(8)
        return b"%PDF"

    post.make_paper = make
    add_paper(post, chat=1)
    post.add("after it", chat=1)
    post.add("elsewhere", chat=2)
    async with post.sending():
        await post.until(lambda: post.states() == ["queued", "queued", "sent"])
        with post.make.begin():  # nobody holds the one writer meanwhile
            pass
        drawing = [thread for thread in threading.enumerate() if thread.name == "paper"]
        assert [thread.daemon for thread in drawing] == [True]  # a stop does not wait for it
        go_on.set()
        await post.drained()
    assert [params.get("text") or "paper" for _, params in post.telegram.calls] == [
        "elsewhere",
        "paper",
        "after it",
    ]


async def test_one_that_may_not_be_handed_out_any_more_becomes_words(post: Post) -> None:
    def make(_: Paper) -> bytes:
        raise NotToBeMade

    post.make_paper = make
    add_paper(post)
    async with post.sending():
        await post.drained()
    [(method, params)] = post.telegram.calls
    assert (method, params) == ("sendMessage", {"chat_id": 1, "text": INSTEAD})
    assert post.states() == ["sent"]


async def test_one_that_cannot_be_drawn_is_tried_again_then_becomes_words(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts, "FAULT_PAUSE_S", 0.01)
    tries: list[Paper] = []

    def make(paper: Paper) -> bytes:
        tries.append(paper)
        raise ValueError("a letter without a shape")

    post.make_paper = make
    add_paper(post)
    async with post.sending():
        await post.drained()
    assert len(tries) == verdicts.FAULTS_MAX
    assert post.telegram.texts == [INSTEAD]


async def test_after_a_stop_before_it_left_it_is_made_again(post: Post) -> None:
    add_paper(post)
    post.telegram.answers = [NotSent("no connection")] * 50
    async with post.sending():
        await post.until(lambda: bool(post.telegram.calls))
    assert post.states() == ["queued"]
    post.telegram.answers.clear()
    post.telegram.files.clear()
    async with post.sending():
        await post.drained()
    assert post.telegram.files[-1]["paper"][2] == b"%PDF statement"


async def test_it_is_drawn_once_however_often_the_call_is_made(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts, "BACKOFF_S", (0.01,))
    drawn: list[Paper] = []

    def make(paper: Paper) -> bytes:
        drawn.append(paper)
        return b"%PDF"

    post.make_paper = make
    add_paper(post)
    post.telegram.answers = [NotSent("no connection")] * 3
    async with post.sending():
        await post.drained()
    assert (len(post.telegram.calls), len(drawn)) == (4, 1)


async def test_only_so_many_wait_drawn_while_telegram_is_away(post: Post) -> None:
    drawn: list[Paper] = []

    def make(paper: Paper) -> bytes:
        drawn.append(paper)
        return b"%PDF"

    post.make_paper = make
    for chat in range(1, AT_ONCE + 5):
        add_paper(post, chat=chat)
    post.telegram.delay_s = 30.0
    async with post.sending() as sender:
        await post.until(lambda: len(drawn) >= AT_ONCE)
        await asyncio.sleep(0.1)
        assert len(drawn) == AT_ONCE
        for task in sender._tasks:
            task.cancel()
