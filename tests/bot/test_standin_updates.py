"""How updates reach a bot: polling with offsets, conflicts, webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.standin.person import Person, Standin


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with await Standin.start() as running:
        yield running


@pytest.fixture
def karim(standin: Standin) -> Person:
    return standin.person(user_id=7, first_name="Karim", phone="+213550000001")


async def poll(standin: Standin, **params: object) -> list[dict]:
    status, body = await standin.call("getUpdates", **params)
    assert status == 200, body
    return body["result"]


def texts(updates: list[dict]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_an_update_stays_until_an_offset_acknowledges_it(
    standin: Standin, karim: Person
) -> None:
    for text in ("a", "b", "c"):
        await karim.send(text)
    first = await poll(standin)
    assert texts(first) == ["a", "b", "c"]
    assert texts(await poll(standin)) == ["a", "b", "c"]
    second = first[1]["update_id"]
    assert second == first[0]["update_id"] + 1
    assert texts(await poll(standin, offset=second)) == ["b", "c"]
    assert texts(await poll(standin)) == ["b", "c"]
    assert texts(await poll(standin, limit=1)) == ["b"]
    assert await poll(standin, offset=first[2]["update_id"] + 1) == []


async def test_a_negative_offset_counts_from_the_end(standin: Standin, karim: Person) -> None:
    for text in ("a", "b", "c"):
        await karim.send(text)
    assert texts(await poll(standin, offset=-1)) == ["c"]
    assert texts(await poll(standin)) == ["c"]


async def test_a_long_poll_is_woken_by_an_update(standin: Standin, karim: Person) -> None:
    waiting = asyncio.create_task(poll(standin, timeout=20))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await karim.send("now")
    assert texts(await asyncio.wait_for(waiting, 2)) == ["now"]


async def test_a_second_poller_ends_the_first_with_409(standin: Standin, karim: Person) -> None:
    first = asyncio.create_task(standin.call("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(standin.call("getUpdates", timeout=20))
    status, body = await asyncio.wait_for(first, 2)
    assert status == 409
    assert body["description"] == (
        "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running"
    )
    await karim.send("x")
    assert (await asyncio.wait_for(second, 2))[0] == 200


async def test_setting_a_webhook_ends_a_waiting_poll(standin: Standin) -> None:
    waiting = asyncio.create_task(standin.call("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    await standin.call("setWebhook", url="http://127.0.0.1:9/hook")
    status, body = await asyncio.wait_for(waiting, 2)
    assert (status, body["description"]) == (
        409,
        "Conflict: terminated by setWebhook request",
    )


async def test_only_the_kinds_asked_for_are_kept(standin: Standin, karim: Person) -> None:
    await poll(standin, allowed_updates=["callback_query"])
    await karim.send("unheard")
    assert await poll(standin) == []
    await poll(standin, allowed_updates=[])
    await karim.send("heard")
    assert texts(await poll(standin)) == ["heard"]


async def test_numbering_may_start_again_below_the_offset(standin: Standin, karim: Person) -> None:
    await karim.send("before")
    [update] = await poll(standin)
    offset = update["update_id"] + 1
    assert await poll(standin, offset=offset) == []
    await standin.control("renumber", first_id=1000)
    await karim.send("after")
    [update] = await poll(standin, offset=offset)
    assert (update["update_id"], update["message"]["text"]) == (1000, "after")
    assert await poll(standin, offset=1001) == []


async def test_an_undelivered_update_dies_of_age(standin: Standin, karim: Person) -> None:
    await standin.knobs(update_life_s=0.05)
    await karim.send("old")
    await asyncio.sleep(0.1)
    assert await poll(standin) == []


async def test_a_webhook_gets_updates_with_its_secret_until_it_takes_them(
    standin: Standin, karim: Person
) -> None:
    came: list[tuple[str, str]] = []

    async def hook(request: web.Request) -> web.Response:
        body = await request.json()
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        came.append((body["message"]["text"], secret))
        if len(came) == 1:
            return web.Response(status=500)
        return web.json_response({"method": "sendMessage", "chat_id": 7, "text": "in the answer"})

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        status, _ = await standin.call(
            "setWebhook", url=f"http://{host}:{port}/hook", secret_token="s3cret"
        )
        assert status == 200
        status, body = await standin.call("getUpdates")
        assert status == 409
        assert "can't use getUpdates method while webhook is active" in body["description"]
        await karim.send("one")
        await karim.wait_for(1)
        assert came == [("one", "s3cret"), ("one", "s3cret")]
        assert karim.last_message.text == "in the answer"
        _, body = await standin.call("getWebhookInfo")
        assert body["result"]["pending_update_count"] == 0
        assert "500" in body["result"]["last_error_message"]
        await standin.call("deleteWebhook")
        await karim.send("two")
        assert texts(await poll(standin)) == ["two"]
    finally:
        await runner.cleanup()


async def test_a_webhook_keeps_the_order_of_a_chat_and_serves_chats_at_once(
    standin: Standin, karim: Person
) -> None:
    started: list[str] = []
    release = asyncio.Event()

    async def hook(request: web.Request) -> web.Response:
        started.append((await request.json())["message"]["text"])
        await release.wait()
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        await standin.call("setWebhook", url=f"http://{host}:{port}/hook", max_connections=2)
        samia = standin.person(user_id=8, first_name="Samia")
        omar = standin.person(user_id=9, first_name="Omar")
        await karim.send("k1")
        await karim.send("k2")
        await samia.send("s1")
        await omar.send("o1")
        await asyncio.sleep(0.2)
        assert started == ["k1", "s1"]
        release.set()
        await standin.quiet(idle_s=0)
        assert sorted(started) == ["k1", "k2", "o1", "s1"]
    finally:
        await runner.cleanup()


async def test_raw_updates_of_any_shape_can_be_sent(standin: Standin) -> None:
    update_id = await standin.raw_update({"message": {"nonsense": True}})
    [update] = await poll(standin)
    assert update == {"update_id": update_id, "message": {"nonsense": True}}
