"""Faults on purpose, and the record of what arrived and what took effect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.standin.person import Person, Standin


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with await Standin.start() as running:
        yield running


@pytest.fixture
async def karim(standin: Standin) -> Person:
    person = standin.person(user_id=7, first_name="Karim")
    await person.send("/start")
    return person


async def say(standin: Standin, text: str = "x", wait_s: float = 5) -> tuple[int, str, str]:
    """Send a message as a bot; gives status, content type and body."""
    timeout = aiohttp.ClientTimeout(total=wait_s)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.post(
            f"{standin.base_url}/bot{standin.token}/sendMessage", json={"chat_id": 7, "text": text}
        ) as answer,
    ):
        return answer.status, answer.content_type, await answer.text()


ANSWERED = [
    ("too_many", {"retry_after": 3}, 429, '"retry_after":3', False),
    ("forbidden", {}, 403, "bot was blocked by the user", False),
    ("bad_request", {"description": "Bad Request: TOPIC_CLOSED"}, 400, "TOPIC_CLOSED", False),
    ("unauthorized", {}, 401, "Unauthorized", False),
    ("error_500", {}, 500, "Internal Server Error", False),
    ("error_500", {"effect": True}, 500, "Internal Server Error", True),
    ("bad_gateway", {}, 502, "<html>", False),
    ("bad_gateway", {"effect": True}, 502, "<html>", True),
    ("broken_json", {}, 200, "}]", True),
    ("wrong_type", {}, 200, "<html>", True),
    ("slow", {"delay_s": 0.05}, 200, '"ok":true', True),
]


@pytest.mark.parametrize(("kind", "details", "status", "part", "effect"), ANSWERED)
async def test_a_fault_hits_one_call_and_says_whether_it_took_effect(
    standin: Standin, karim: Person, kind: str, details: dict, status: int, part: str, effect: bool
) -> None:
    await standin.fault(kind, method="sendMessage", **details)
    got, _, body = await say(standin)
    assert got == status
    assert part in body
    assert len(karim.from_bot) == int(effect)
    assert (await say(standin))[0] == 200
    first, second = await standin.calls("sendMessage")
    assert (first["fault"], first["took_effect"]) == (kind, effect)
    assert (second["fault"], second["took_effect"]) == ("", True)
    assert first["at"] < second["at"]


@pytest.mark.parametrize(
    ("kind", "effect"), [("drop_before", False), ("drop_after", True), ("truncated", True)]
)
async def test_a_cut_connection(standin: Standin, karim: Person, kind: str, effect: bool) -> None:
    await standin.fault(kind)
    with pytest.raises(aiohttp.ClientError):
        await say(standin)
    assert len(karim.from_bot) == int(effect)
    assert (await say(standin))[0] == 200


@pytest.mark.parametrize("effect", [True, False])
async def test_a_slow_answer_outlives_the_callers_patience(
    standin: Standin, karim: Person, effect: bool
) -> None:
    await standin.fault("slow", delay_s=5, effect=effect)
    with pytest.raises(asyncio.TimeoutError):
        await say(standin, wait_s=0.2)
    assert len(karim.from_bot) == int(effect)


async def test_faults_by_method_chat_number_and_chance(standin: Standin, karim: Person) -> None:
    await standin.fault("error_500", method="sendPhoto", times=None)
    assert (await say(standin))[0] == 200
    await standin.fault("error_500", times=2)
    assert [(await say(standin))[0] for _ in range(3)] == [500, 500, 200]
    await standin.fault("forbidden", chat_id=8, times=None)
    assert (await say(standin))[0] == 200
    await standin.clear_faults()
    await standin.fault("error_500", times=None, probability=0.5)
    codes = [(await say(standin))[0] for _ in range(60)]
    assert 10 < codes.count(500) < 50
    await standin.clear_faults()
    assert (await say(standin))[0] == 200


async def test_polling_is_hit_only_when_named(standin: Standin) -> None:
    await standin.fault("error_500", times=None)
    assert (await standin.call("getUpdates"))[0] == 200
    await standin.fault("error_500", method="getUpdates")
    assert (await standin.call("getUpdates"))[0] == 500


async def test_the_record_counts_what_arrived(standin: Standin, karim: Person) -> None:
    await say(standin, "one")
    await say(standin, "two")
    await standin.call("sendMessage", chat_id=7)
    calls = await standin.calls("sendMessage", chat_id=7)
    assert [call["params"].get("text") for call in calls] == ["one", "two", None]
    assert [call["status"] for call in calls] == [200, 200, 400]
    assert calls[2]["description"] == "Bad Request: message text is empty"
    assert (await standin.counts())["sendMessage"] == 3
    await standin.clear_calls()
    assert await standin.calls() == []


async def test_an_unknown_fault_or_knob_is_an_error_of_the_test(standin: Standin) -> None:
    with pytest.raises(ValueError, match="unknown fault"):
        await standin.fault("earthquake")
    with pytest.raises(ValueError, match="no such knob"):
        await standin.knobs(gravity=1)
