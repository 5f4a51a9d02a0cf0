"""The tests' counterpart itself: what a person sees and does, near and in another process."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from telegram import Bot, Update
from telegram.ext import Application, CallbackQueryHandler, MessageHandler, filters
from telegram.request import HTTPXRequest

from bot.standin.person import Impossible, Person, Standin, as_seen
from bot.standin.personas import Persona, PersonaGroup

ROOT = Path(__file__).parents[2]
KEYBOARD = {
    "inline_keyboard": [
        [
            {"text": "12 mois", "callback_data": "plan:12"},
            {"text": "\u206624\u2069\u00a0mois", "callback_data": "plan:24"},
        ],
        [{"text": "Site", "url": "https://example.org"}],
    ]
}


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with await Standin.start() as running:
        yield running


@pytest.fixture
def karim(standin: Standin) -> Person:
    return standin.person(
        user_id=7, first_name="Karim", last_name="B", phone="+213550000001", language_code="ar"
    )


async def last_update(standin: Standin) -> dict:
    _, body = await standin.call("getUpdates", offset=-1)
    return body["result"][0]


async def test_buttons_are_pressed_by_what_is_read(standin: Standin, karim: Person) -> None:
    await karim.send("/plan")
    await standin.call("sendMessage", chat_id=7, text="?", reply_markup=KEYBOARD)
    await karim.press("24 mois")
    query = (await last_update(standin))["callback_query"]
    assert (query["data"], query["from"]["id"]) == ("plan:24", 7)
    assert query["message"]["reply_markup"] == KEYBOARD
    with pytest.raises(LookupError, match="no button '36 mois'"):
        await karim.press("36 mois")
    with pytest.raises(LookupError, match="opens a link"):
        await karim.press("Site")
    with pytest.raises(LookupError):
        await karim.press("mois")  # two buttons have it


async def test_any_data_may_be_sent_on_any_message(standin: Standin, karim: Person) -> None:
    await karim.send("/plan")
    _, body = await standin.call("sendMessage", chat_id=7, text="?", reply_markup=KEYBOARD)
    message_id = body["result"]["message_id"]
    await standin.call("deleteMessage", chat_id=7, message_id=message_id)
    await karim.press_data("plan:999", message_id=message_id)
    query = (await last_update(standin))["callback_query"]
    assert query["data"] == "plan:999"
    assert query["message"] == {
        "chat": {"id": 7, "first_name": "Karim", "last_name": "B", "type": "private"},
        "message_id": message_id,
        "date": 0,
    }
    with pytest.raises(Impossible):
        await karim.press_data("x" * 65, message_id=message_id)


async def test_contacts_own_foreign_and_forwarded(standin: Standin, karim: Person) -> None:
    samia = standin.person(user_id=8, first_name="Samia", phone="+213660000002")
    await samia.send("hi")
    await karim.share_contact()
    message = (await last_update(standin))["message"]
    assert message["contact"] == {
        "phone_number": "+213550000001",
        "first_name": "Karim",
        "last_name": "B",
        "user_id": 7,
    }
    await karim.send_contact(phone="+213660000002", first_name="Samia", user_id=8, forwarded_from=8)
    message = (await last_update(standin))["message"]
    assert message["contact"]["user_id"] == 8
    assert message["forward_origin"]["sender_user"]["id"] == 8


async def test_the_reply_keyboard_is_seen_pressed_and_folded(
    standin: Standin, karim: Person
) -> None:
    await karim.send("/start")
    keyboard = {
        "keyboard": [[{"text": "Share", "request_contact": True}], ["Cancel"]],
        "one_time_keyboard": True,
    }
    await standin.call("sendMessage", chat_id=7, text="?", reply_markup=keyboard)
    assert karim.keyboard == ["Share", "Cancel"]
    await karim.press("Share")
    assert (await last_update(standin))["message"]["contact"]["user_id"] == 7
    assert karim.keyboard == []
    await standin.call("sendMessage", chat_id=7, text="?", reply_markup={"keyboard": [["Back"]]})
    await karim.press("Back")
    assert (await last_update(standin))["message"]["text"] == "Back"
    assert karim.keyboard == ["Back"]
    await standin.call(
        "sendMessage", chat_id=7, text="done", reply_markup={"remove_keyboard": True}
    )
    assert karim.keyboard == []


async def test_deep_links_start_the_bot(standin: Standin, karim: Person) -> None:
    await karim.open_link("https://t.me/casnos_demo_bot?start=link_AB-12")
    assert (await last_update(standin))["message"]["text"] == "/start link_AB-12"
    await karim.block()
    await karim.open_link("tg://resolve?domain=casnos_demo_bot&start=agency_16")
    assert (await last_update(standin))["message"]["text"] == "/start agency_16"
    for link in ("https://t.me/other_bot?start=x", "start=a.b", "start=" + "x" * 65):
        with pytest.raises(Impossible):
            await karim.open_link(link)


async def test_files_albums_edits_and_a_cleared_chat(standin: Standin, karim: Person) -> None:
    await karim.send_album(
        [("document", "a.pdf", b"1"), ("document", "b.pdf", b"2")], caption="both"
    )
    _, body = await standin.call("getUpdates")
    first, second = (update["message"] for update in body["result"])
    assert first["media_group_id"] == second["media_group_id"]
    assert (first.get("caption"), second.get("caption")) == ("both", None)
    assert second["document"]["file_name"] == "b.pdf"
    sent = await karim.send("36000")
    await karim.edit(sent, "63000")
    edited = (await last_update(standin))["edited_message"]
    assert (edited["text"], edited["message_id"]) == ("63000", sent["message_id"])
    assert edited["edit_date"] >= edited["date"]
    await karim.clear_history()
    assert karim.messages == []
    assert (await standin.call("sendMessage", chat_id=7, text="still there"))[0] == 200


async def test_blocking_is_told_and_a_blocked_bot_is_not_written_to(
    standin: Standin, karim: Person
) -> None:
    await karim.send("hi")
    await karim.block()
    change = (await last_update(standin))["my_chat_member"]
    assert change["chat"]["id"] == 7
    assert change["new_chat_member"]["status"] == "kicked"
    with pytest.raises(Impossible):
        await karim.send("hello?")
    await karim.unblock()
    change = (await last_update(standin))["my_chat_member"]
    assert change["new_chat_member"]["status"] == "member"


async def test_waiting_ends_in_a_clear_error(standin: Standin, karim: Person) -> None:
    await karim.send("hi")
    with pytest.raises(TimeoutError, match="waited in vain; seen: \\['hi'\\]"):
        await karim.wait_for(1, timeout=0.05)
    with pytest.raises(TimeoutError, match="1 updates pending"):
        await standin.quiet(timeout=0.05)


async def test_direction_marks_are_not_read() -> None:
    assert as_seen("\u206636\u00a0000\u2069\u200f") == "36 000"


async def test_every_kind_of_update_is_parsed_by_the_library(
    standin: Standin, karim: Person
) -> None:
    await standin.call(
        "getUpdates",
        allowed_updates=[
            "message_reaction",
            "chat_member",
            "message",
            "edited_message",
            "callback_query",
            "my_chat_member",
            "channel_post",
            "edited_channel_post",
        ],
    )
    note = await karim.send("/start now https://example.org")
    await karim.edit(note, "changed")
    await standin.call("sendMessage", chat_id=7, text="?", reply_markup=KEYBOARD)
    await karim.press("12 mois")
    await karim.press_data("x", message_id=99)
    await karim.share_contact()
    await karim.send_photo(b"x", caption="c")
    await karim.send_document(b"x", name="a.pdf")
    await karim.send_voice()
    for kind in ("video", "audio", "sticker"):
        await karim.send_file(kind, b"x", name=f"a.{kind}")
    await karim.send_location(36.7, 3.0)
    await karim.act("send_raw", content={"dice": {"emoji": "x", "value": 3}})
    await karim.act("react", message_id=note["message_id"], emoji="\U0001f44d")
    await karim.block()
    await karim.unblock()
    group = await karim.create_group(title="G", is_forum=True)
    topic = await karim.act("create_topic", chat_id=group, name="T")
    await karim.at(group, topic["thread_id"]).send("in the topic")
    await karim.act("close_topic", chat_id=group, thread_id=topic["thread_id"])
    old = await karim.create_group(title="Old", kind="group")
    await karim.act("upgrade", chat_id=old)
    channel = await karim.create_group(title="C", kind="channel")
    post = await karim.at(channel).send("post")
    await karim.at(channel).edit(post, "post 2")
    _, body = await standin.call("getUpdates")
    kinds = set()
    async with Bot(
        standin.token, base_url=f"{standin.base_url}/bot", request=HTTPXRequest()
    ) as library:
        for raw in body["result"]:
            update = Update.de_json(raw, library)
            [kind] = [name for name in raw if name != "update_id"]
            kinds.add(kind)
            parsed = getattr(update, kind)
            assert parsed is not None
            assert not parsed.api_kwargs, (kind, parsed.api_kwargs)
            assert update.effective_chat is not None
        chat = await library.get_chat(group)
        assert chat.is_forum
        me = await library.get_chat_member(group, library.id)
        assert me.can_manage_topics
    assert kinds == {
        "message",
        "edited_message",
        "callback_query",
        "message_reaction",
        "my_chat_member",
        "channel_post",
        "edited_channel_post",
    }


async def test_the_librarys_own_application_talks_with_it(standin: Standin, karim: Person) -> None:
    async def echo(update: Update, _: object) -> None:
        await update.effective_message.reply_text(
            f"<b>{update.effective_message.text}</b>", parse_mode="HTML", reply_markup=KEYBOARD
        )

    async def pressed(update: Update, context: object) -> None:
        await update.callback_query.answer("noted", show_alert=True)
        await update.callback_query.edit_message_text(update.callback_query.data)
        await context.bot.send_document(7, b"%PDF", filename="plan.pdf")

    application = (
        Application.builder()
        .token(standin.token)
        .base_url(f"{standin.base_url}/bot")
        .base_file_url(f"{standin.base_url}/file/bot")
        .build()
    )
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.add_handler(CallbackQueryHandler(pressed))
    async with application:
        await application.start()
        await application.updater.start_polling()
        answer = await karim.ask("hello")
        assert answer.text == "hello"
        assert answer.data["entities"] == [{"type": "bold", "offset": 0, "length": 5}]
        await karim.press("12 mois")
        await karim.wait_for(1)
        assert karim.toasts[-1].text == "noted"
        assert karim.toasts[-1].alert
        assert answer.text == "plan:12"  # edited in place
        assert answer.buttons == []
        assert await standin.file(karim.last_message.file_id()) == b"%PDF"
        await application.updater.stop()
        await application.stop()


async def test_the_same_person_in_another_process() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.standin",
        "--port",
        "0",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        started = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        async with await Standin.connect(started["base_url"], token=started["token"]) as far:
            karim = far.person(user_id=7, first_name="Karim", phone="+213550000001")
            await karim.send("/start")
            await far.call("sendMessage", chat_id=7, text="?", reply_markup=KEYBOARD)
            await karim.wait_for(1)
            query = await karim.press("12 mois")
            await far.call("answerCallbackQuery", callback_query_id=query, text="ok")
            await karim.wait_for(lambda: karim.toasts)
            assert karim.toasts[0].text == "ok"
            sent = await karim.send_contact(phone="+213660000002", first_name="S", user_id=8)
            assert (sent["from"]["id"], sent["contact"]["user_id"]) == (7, 8)
            await far.fault("error_500", method="getMe")
            assert (await far.call("getMe"))[0] == 500
            assert [call["method"] for call in await far.calls()] == [
                "sendMessage",
                "answerCallbackQuery",
                "getMe",
            ]
            for act, details in (("fly", {}), ("send_text", {}), ("send_text", {"words": "x"})):
                with pytest.raises(Impossible, match=act):
                    await karim.act(act, **details)
            await far.call("getUpdates", offset=2_000_000_000)
            # one who comes later sees what was before
            async with await Standin.connect(started["base_url"]) as later:
                again = later.person(user_id=7, first_name="Karim")
                assert [seen.text for seen in again.messages] == ["/start", "?", ""]
    finally:
        process.terminate()
        await process.wait()


async def test_the_clock_is_moved_at_the_bot_and_messages_follow() -> None:
    asked: list[dict] = []

    async def clock(request: web.Request) -> web.Response:
        asked.append(await request.json())
        return web.json_response({"now": asked[-1]["now"]})

    app = web.Application()
    app.router.add_post("/demo/clock", clock)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        async with await Standin.start(clock_url=f"http://{host}:{port}") as standin:
            karim = standin.person(user_id=7, first_name="Karim")
            await karim.send("hi")
            async with ClientSession() as session:

                async def set_clock(now: str) -> tuple[int, dict]:
                    async with session.post(
                        f"{standin.base_url}/standin/clock", json={"now": now}
                    ) as answer:
                        return answer.status, await answer.json()

                assert (await set_clock("tomorrow"))[0] == 400
                assert (await set_clock("2026-07-01T09:00:00"))[0] == 400
                status, body = await set_clock("2026-07-01T09:00:00+01:00")
                assert status == 200
            assert asked == [{"now": "2026-07-01T09:00:00+01:00"}]
            assert abs(body["date"] - 1782892800) <= 2
            _, sent = await standin.call("sendMessage", chat_id=7, text="x")
            assert abs(sent["result"]["date"] - 1782892800) <= 5
    finally:
        await runner.cleanup()


async def test_personas_and_their_groups_are_ready_at_the_start() -> None:
    personas = [
        Persona(4, "Nadia", language_code="fr", group_roles={"alger": "creator"}),
        Persona(5, "Omar", group_roles={"alger": "member"}),
        Persona(7, "Karim", phone="+213550000001"),
    ]
    groups = [PersonaGroup("alger", "Alger", chat_id=-1002000000016)]
    async with await Standin.start(personas=personas, groups=groups) as standin:
        status, _ = await standin.call("createForumTopic", chat_id=-1002000000016, name="x")
        assert status == 200
        _, body = await standin.call("getChatMember", chat_id=-1002000000016, user_id=5)
        assert body["result"]["status"] == "member"
    with pytest.raises(ValueError, match="no creator"):
        await Standin.start(personas=personas[1:], groups=groups)


async def test_the_page_gives_nothing_that_could_run_in_its_name(
    standin: Standin, karim: Person
) -> None:
    sent = await karim.send_document(b"<script>alert(1)</script>", name="a.html", mime="text/html")
    address = f"{standin.base_url}/standin/file/{sent['document']['file_id']}"
    async with ClientSession() as session:
        async with session.get(address) as answer:
            assert answer.content_type == "application/octet-stream"
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert "sandbox" in answer.headers["Content-Security-Policy"]
        # another site's page could send a form without asking, but not JSON
        async with session.post(
            f"{standin.base_url}/standin/act/send_text", data='{"user_id": 7, "text": "x"}'
        ) as answer:
            assert answer.status == 415
        async with session.get(f"{standin.base_url}/page/..%2fserver.py") as answer:
            assert answer.status == 404
