"""Telegram in trouble: the process lives, nothing is lost, nothing unwanted comes twice."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.application import Application
from bot.gateway import verdicts
from bot.standin.person import Person, Standin
from services.database import parse_url
from tests.support.live import TIMEOUT_S, TOKEN, live_bot, live_settings

CONSENT = "J’accepte"


def person_of(standin: Standin, number: int = 501) -> Person:
    return standin.person(user_id=number, first_name="Samir", language_code="fr")


async def answers_to_start(person: Person, *, wait_s: float = 15) -> list[str]:
    """Send /start and wait for the answer; every answer so far."""
    await person.send("/start")
    await person.wait_for(
        lambda: any(CONSENT in " ".join(m.buttons) for m in person.from_bot), timeout=wait_s
    )
    return [message.plain for message in person.from_bot]


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("too_many", {"retry_after": 1}),
        ("error_500", {}),
        ("bad_gateway", {}),
        ("drop_before", {}),
        ("slow", {"delay_s": TIMEOUT_S * 3, "effect": False}),
        ("broken_json", {"effect": False}),
        ("truncated", {"effect": False}),
        ("wrong_type", {"effect": False}),
        ("unauthorized", {}),
    ],
)
async def test_an_answer_that_telegram_did_not_take_is_sent_again(
    kind: str,
    details: dict[str, object],
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verdicts, "WRONG_TOKEN_PAUSE_S", 1.0)
    async with live_bot(sqlite_url, tmp_path) as live:
        await live.standin.fault(kind, method="sendMessage", times=2, **details)
        found = await answers_to_start(person_of(live.standin))
        await live.standin.quiet()
        assert len(found) == 1
        status, health = await live.health()
        assert status == 200
        assert health["oldest_unsent_s"] is None


@pytest.mark.parametrize("kind", ["drop_after", "broken_json", "truncated", "wrong_type"])
async def test_when_it_is_unknown_whether_an_answer_arrived_it_is_sent_again_once(
    kind: str, sqlite_url: str, tmp_path: Path
) -> None:
    async with live_bot(sqlite_url, tmp_path) as live:
        await live.standin.fault(kind, method="sendMessage", times=1)
        person = person_of(live.standin)
        await answers_to_start(person)
        await person.wait_for(lambda: len(person.from_bot) == 2, timeout=10)
        await live.standin.quiet()
        assert len(person.from_bot) == 2


async def test_who_blocked_the_bot_is_unreachable_until_they_write_again(
    sqlite_url: str, tmp_path: Path
) -> None:
    engine = create_engine(parse_url(sqlite_url))

    def reachable() -> bool:
        with engine.connect() as connection:
            return bool(connection.execute(text("SELECT reachable FROM people")).scalar())

    async with live_bot(sqlite_url, tmp_path) as live:
        person = person_of(live.standin)
        await answers_to_start(person)
        await live.standin.fault("forbidden", method="sendMessage", times=1)
        await person.send("/help")
        await live.standin.quiet(timeout=10)
        assert not reachable()
        await person.send("/help")
        await live.standin.quiet(timeout=10)
        assert reachable()
        await person.block()
        await live.standin.quiet()
        assert not reachable()
    engine.dispose()


async def test_retry_after_is_obeyed_and_no_burst_makes_up_for_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with live_bot(sqlite_url, tmp_path) as live:
        people = [person_of(live.standin, 600 + number) for number in range(12)]
        await live.standin.clear_calls()
        await live.standin.fault("too_many", method="sendMessage", times=1, retry_after=2)
        refused_at = time.monotonic()
        await asyncio.gather(*(person.send("/start") for person in people))
        for person in people:
            await person.wait_for(lambda person=person: person.from_bot, timeout=15)
        sent = await live.standin.calls("sendMessage")
        times = sorted(call["at"] for call in sent)
        assert len(sent) == 13
        # What was in flight with the refused call may still arrive; after that, silence.
        late = [at - refused_at for at in times if at - refused_at > 0.5]
        assert min(late) >= 2.0
        assert max(b - a for a, b in pairwise(late)) < 1.0
        assert max(sum(a <= b < a + 0.1 for b in late) for a in late) <= 6, "a burst"


@pytest.mark.parametrize(
    "kind", ["error_500", "bad_gateway", "drop_before", "broken_json", "truncated", "wrong_type"]
)
async def test_polling_survives_and_handles_each_update_once(
    kind: str, sqlite_url: str, tmp_path: Path
) -> None:
    async with live_bot(sqlite_url, tmp_path) as live:
        await live.standin.fault(kind, method="getUpdates", times=3)
        person = person_of(live.standin)
        assert len(await answers_to_start(person, wait_s=25)) == 1


async def test_without_telegram_the_program_starts_and_catches_up_later(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with await Standin.start(token=TOKEN) as standin:
        person = person_of(standin)
        await standin.fault("drop_before", times=None)
        await standin.fault("drop_before", method="getUpdates", times=None)
        settings = live_settings(sqlite_url, tmp_path, standin)
        async with Application(settings, timeout_s=TIMEOUT_S).start() as running:
            assert running.base_url
            await person.send("/start")
            await asyncio.sleep(1)
            assert person.from_bot == []
            await standin.clear_faults()
            await person.wait_for(lambda: person.from_bot, timeout=30)


async def test_an_update_that_fails_three_times_is_set_aside_and_the_rest_go_on(
    sqlite_url: str, tmp_path: Path
) -> None:
    """A raw update that is no valid Telegram object, amid good ones."""
    async with live_bot(sqlite_url, tmp_path) as live:
        first, second = person_of(live.standin, 701), person_of(live.standin, 702)
        await first.send("/menu")
        await live.standin.raw_update(
            {
                "message": {
                    "message_id": 9,
                    "date": 1_780_000_000,
                    "chat": {"id": 701, "type": "private"},
                    "from": {"id": 701, "is_bot": False, "first_name": "S"},
                    "text": ["poison"],
                }
            }
        )
        await second.send("/start")
        await second.wait_for(lambda: second.from_bot, timeout=15)
        await first.wait_for(
            lambda: any("incident" in message.plain for message in first.from_bot), timeout=15
        )
        status, _ = await live.health()
        assert status == 200


async def test_restarted_numbering_loses_no_update(sqlite_url: str, tmp_path: Path) -> None:
    async with live_bot(sqlite_url, tmp_path) as live:
        person = person_of(live.standin)
        await answers_to_start(person)
        await live.standin.control("renumber", first_id=7)
        before = len(person.from_bot)
        await person.send("/help")
        await person.wait_for(lambda: len(person.from_bot) > before, timeout=35)
