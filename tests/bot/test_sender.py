"""The sender against a made-up Telegram: order, lanes, results, doubt, and restarts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.gateway.api import NotSent, Refused, Unknown
from bot.gateway.workers import Workers
from services.database import open_engine, sessions
from services.outbox import Lane, Outbox
from services.records.people import Person
from services.records.traffic import OutgoingCall, OutgoingFile
from tests.support.clock import SetClock
from tests.support.post import Post


@pytest.fixture
async def post(database_url: str, clock: SetClock) -> AsyncIterator[Post]:
    engine = open_engine(database_url, workers=2)
    workers = Workers(1)
    workers.start()
    yield Post(sessions(engine), clock, workers)
    await workers.stop()
    engine.dispose()


async def test_a_chats_messages_go_in_order_one_at_a_time(post: Post) -> None:
    for number in range(6):
        post.add(str(number), chat=5)
    post.telegram.delay_s = 0.01
    async with post.sending():
        await post.drained()
    assert post.telegram.texts == [str(number) for number in range(6)]


async def test_conversations_go_before_staff_before_installments_before_campaigns(
    post: Post,
) -> None:
    for lane in reversed(Lane):
        for chat in range(3):
            post.add(lane.name, chat=10 * lane + chat + 1, lane=lane)
    async with post.sending(per_second=20.0, burst=1.0):
        await post.drained()
    assert post.telegram.texts == [lane.name for lane in Lane for _ in range(3)]


async def test_a_call_waits_for_anothers_result_and_takes_it(post: Post) -> None:
    with post.make.begin() as session:
        box = Outbox(session, post.clock.now())
        topic = box.add("createForumTopic", {"chat_id": -9, "name": "t"}, chat_id=-9)
        box.add(
            "sendMessage",
            {"chat_id": -9, "text": "card", "message_thread_id": {"$from": "thread_id"}},
            chat_id=-9,
            after=topic,
        )
    async with post.sending():
        await post.drained()
    assert post.telegram.calls[1][1]["message_thread_id"] == 101
    assert [row.thread_id for row in post.rows()] == [101, None]


async def test_a_call_fails_when_the_one_it_waits_for_fails(post: Post) -> None:
    with post.make.begin() as session:
        box = Outbox(session, post.clock.now())
        first = box.add("createForumTopic", {"chat_id": -9, "name": "t"}, chat_id=-9)
        box.add("sendMessage", {"chat_id": -9, "text": "x"}, chat_id=-9, after=first)
    post.telegram.answers = [Refused(400, "Bad Request: not enough rights")]
    async with post.sending():
        await post.drained()
    assert post.states() == ["failed", "failed"]


async def test_what_was_said_is_gone_once_it_was_sent(post: Post) -> None:
    post.add("a secret")
    async with post.sending():
        await post.drained()
    [row] = post.rows()
    assert row.params == ""
    assert (row.state, row.message_id) == ("sent", 101)


@pytest.mark.parametrize("doubt", [Unknown("no answer in time"), Unknown("HTTP 500")])
async def test_a_reminder_in_doubt_is_never_sent_again(post: Post, doubt: Unknown) -> None:
    post.add("reminder", repeatable=False)
    post.telegram.answers = [doubt]
    async with post.sending():
        await post.drained()
        await asyncio.sleep(0.3)
    assert post.states() == ["unknown"]
    assert len(post.telegram.calls) == 1


async def test_an_answer_in_doubt_is_sent_again(post: Post) -> None:
    post.add("answer")
    post.telegram.answers = [Unknown("no answer in time")]
    async with post.sending():
        await post.until(lambda: len(post.telegram.calls) == 1)
        post.clock.advance(seconds=2)
        await post.drained()
    assert post.telegram.texts == ["answer", "answer"]


async def test_a_reminder_that_never_left_is_sent_once_there_is_a_connection(post: Post) -> None:
    post.add("reminder", repeatable=False)
    post.telegram.answers = [NotSent("no connection")]
    async with post.sending():
        await post.until(lambda: len(post.telegram.calls) == 1)
        post.clock.advance(seconds=2)
        await post.drained()
    assert post.states() == ["sent"]
    assert len(post.telegram.calls) == 2


async def test_a_reminder_under_way_at_a_kill_becomes_unknown(post: Post) -> None:
    post.add("reminder", repeatable=False)
    post.add("answer", chat=2)
    with post.make.begin() as session:
        for row in session.scalars(select(OutgoingCall).where(~OutgoingCall.repeatable)):
            row.state = "sending"
    async with post.sending():
        await post.drained()
    assert post.states() == ["unknown", "sent"]
    assert post.telegram.texts == ["answer"]


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
        "Bad Request: message is not modified: specified new message content is the same",
    ],
)
async def test_what_telegram_calls_settled_counts_as_done(post: Post, description: str) -> None:
    post.add(method="editMessageText", params={"message_id": 3})
    post.telegram.answers = [Refused(400, description)]
    async with post.sending():
        await post.drained()
    assert post.states() == ["sent"]


async def test_an_edit_of_a_vanished_message_is_sent_as_a_new_one(post: Post) -> None:
    post.add("the answer", method="editMessageText", params={"message_id": 3})
    post.telegram.answers = [Refused(400, "Bad Request: message to edit not found")]
    async with post.sending():
        await post.drained()
    assert [method for method, _ in post.telegram.calls] == ["editMessageText", "sendMessage"]
    assert "message_id" not in post.telegram.calls[1][1]


async def test_markup_that_telegram_cannot_read_is_sent_as_plain_text(post: Post) -> None:
    post.add("<b>bold <i>text</b>", params={"parse_mode": "HTML"})
    post.telegram.answers = [Refused(400, "Bad Request: can't parse entities: …")]
    async with post.sending():
        await post.drained()
    assert post.telegram.texts[-1] == "bold text"


async def test_a_group_that_became_a_supergroup_gets_its_message_there(post: Post) -> None:
    post.add("card", chat=-5)
    post.telegram.answers = [
        Refused(400, "Bad Request: group chat was upgraded", migrated_to=-1005)
    ]
    async with post.sending():
        await post.drained()
    assert post.telegram.calls[-1][1]["chat_id"] == -1005


async def test_who_blocked_the_bot_gets_nothing_more_and_is_marked(post: Post) -> None:
    with post.make.begin() as session:
        session.add(Person(telegram_id=1, language="ar", created_at=post.clock.now()))
    for number in range(3):
        post.add(str(number))
    post.telegram.answers = [Refused(403, "Forbidden: bot was blocked by the user")]
    async with post.sending():
        await post.drained()
    assert post.states() == ["failed"] * 3
    assert len(post.telegram.calls) == 1
    with post.make.begin() as session:
        person = session.get(Person, 1)
        assert person is not None
        assert person.reachable is False


async def test_a_refused_token_loses_nothing(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.gateway.verdicts.WRONG_TOKEN_PAUSE_S", 0.2)
    post.add("hello")
    post.telegram.answers = [Refused(401, "Unauthorized"), Refused(404, "Not Found")]
    async with post.sending():
        await post.until(lambda: len(post.telegram.calls) >= 1)
        post.clock.advance(seconds=5)
        await post.until(lambda: len(post.telegram.calls) >= 2)
        post.clock.advance(seconds=5)
        await post.drained()
    assert post.states() == ["sent"]


async def test_a_call_for_later_waits_for_its_time_on_our_clock(post: Post) -> None:
    post.add("later", not_before=post.clock.now() + timedelta(hours=2))
    async with post.sending():
        await asyncio.sleep(0.4)
        assert post.telegram.calls == []
        post.clock.advance(hours=2)
        await post.drained()
    assert post.states() == ["sent"]


async def test_a_file_that_an_earlier_edition_kept_travels_with_its_call_and_is_removed(
    post: Post,
) -> None:
    with post.make.begin() as session:
        file = OutgoingFile(name="a.pdf", mime="application/pdf", content=b"%PDF")
        session.add(file)
        session.flush()
        box = Outbox(session, post.clock.now())
        box.add("sendDocument", {"chat_id": 1, "document": {"$file": file.id}}, chat_id=1)
    async with post.sending():
        await post.drained()
    [params] = [params for _, params in post.telegram.calls]
    name = params["document"].removeprefix("attach://")
    assert post.telegram.files[0][name] == ("a.pdf", "application/pdf", b"%PDF")
    with post.make.begin() as session:
        assert session.scalars(select(OutgoingFile)).all() == []


async def test_button_presses_are_answered_although_a_chat_waits_for_its_turn(post: Post) -> None:
    for number in range(8):
        post.add(str(number))
    post.add(method="answerCallbackQuery", params={"callback_query_id": "q"})
    async with post.sending(chat_per_second=0.5, chat_burst=1.0):
        await post.until(
            lambda: any(method == "answerCallbackQuery" for method, _ in post.telegram.calls), 3
        )


async def test_thousands_waiting_are_taken_in_slices_and_all_arrive(post: Post) -> None:
    with post.make.begin() as session:
        box = Outbox(session, post.clock.now())
        for number in range(2_500):
            box.add(
                "sendMessage",
                {"chat_id": number + 1, "text": str(number)},
                chat_id=number + 1,
                lane=Lane.CAMPAIGN,
                repeatable=False,
            )
    async with post.sending() as sender:
        await post.until(lambda: sender.waiting > 0)
        assert sender.waiting <= 1_000
        await post.until(lambda: len(post.telegram.calls) == 2_500, 60)
        await post.drained()
    assert len(set(post.telegram.texts)) == 2_500
