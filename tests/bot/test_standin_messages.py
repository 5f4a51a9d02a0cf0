"""The stand-in accepts what Telegram accepts and refuses the rest in Telegram's own words."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.standin.person import Person, Standin

KEYBOARD = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with await Standin.start() as running:
        yield running


@pytest.fixture
async def karim(standin: Standin) -> Person:
    person = standin.person(user_id=7, first_name="Karim", phone="+213550000001")
    await person.send("/start")
    return person


def png(width: int, height: int) -> bytes:
    """Build a small valid PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


REFUSED = [
    ("sendMessage", {"text": "x"}, 400, "chat_id is empty"),
    ("sendMessage", {"chat_id": 7}, 400, "message text is empty"),
    ("sendMessage", {"chat_id": 7, "text": "  \n "}, 400, "text must be non-empty"),
    ("sendMessage", {"chat_id": 7, "text": "x" * 4097}, 400, "message is too long"),
    ("sendMessage", {"chat_id": 7, "text": "\U0001f600" * 2049}, 400, "message is too long"),
    ("sendMessage", {"chat_id": 999, "text": "x"}, 400, "chat not found"),
    ("sendMessage", {"chat_id": "@nobody_here", "text": "x"}, 400, "chat not found"),
    ("sendMessage", {"chat_id": -100123, "text": "x"}, 400, "chat not found"),
    ("sendMessage", {"chat_id": 7, "text": "x", "parse_mode": "Word"}, 400, "unsupported parse"),
    (
        "sendMessage",
        {"chat_id": 7, "text": "<b>x", "parse_mode": "HTML"},
        400,
        "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
    (
        "sendMessage",
        {"chat_id": 7, "text": "x", "message_thread_id": 5},
        400,
        "message thread not found",
    ),
    (
        "sendMessage",
        {"chat_id": 7, "text": "x", "reply_parameters": {"message_id": 99}},
        400,
        "message to be replied not found",
    ),
    ("editMessageText", {"chat_id": 7, "text": "x"}, 400, "message identifier is not specified"),
    (
        "editMessageText",
        {"chat_id": 7, "message_id": 99, "text": "x"},
        400,
        "message to edit not found",
    ),
    (
        "editMessageText",
        {"chat_id": 7, "message_id": 1, "text": "x"},
        400,
        "message can't be edited",
    ),
    ("deleteMessage", {"chat_id": 7, "message_id": 99}, 400, "message to delete not found"),
    (
        "copyMessage",
        {"chat_id": 7, "from_chat_id": 7, "message_id": 99},
        400,
        "message to copy not found",
    ),
    (
        "forwardMessage",
        {"chat_id": 7, "from_chat_id": 7, "message_id": 99},
        400,
        "message to forward not found",
    ),
    (
        "answerCallbackQuery",
        {"callback_query_id": "1"},
        400,
        "query is too old and response timeout expired or query ID is invalid",
    ),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, 400, "MESSAGE_TOO_LONG"),
    ("sendChatAction", {"chat_id": 7, "action": "dancing"}, 400, "wrong parameter action"),
    ("getFile", {"file_id": "nothing"}, 400, "invalid file_id"),
    ("sendPhoto", {"chat_id": 7}, 400, "there is no photo in the request"),
    ("sendDocument", {"chat_id": 7, "document": "BQAC"}, 400, "wrong file identifier"),
    (
        "sendDocument",
        {"chat_id": 7, "document": "https://example.org/a.pdf"},
        400,
        "failed to get HTTP URL content",
    ),
    ("sendMediaGroup", {"chat_id": 7, "media": []}, 400, "too few messages"),
    (
        "setMyCommands",
        {"commands": [{"command": "Start!", "description": "x"}]},
        400,
        "BOT_COMMAND_INVALID",
    ),
    (
        "setMyCommands",
        {"commands": [{"command": "start", "description": ""}]},
        400,
        "BOT_COMMAND_DESCRIPTION_INVALID",
    ),
    ("setMyCommands", {"commands": [{"command": "start"}]}, 400, "can't parse BotCommand"),
    ("setMyCommands", {"commands": "{"}, 400, "can't parse commands JSON object"),
    ("setMyDescription", {"description": "x" * 513}, 400, "BOT_DESCRIPTION_INVALID"),
    ("setMyShortDescription", {"short_description": "x" * 121}, 400, "BOT_SHORT_DESCRIPTION"),
    ("setMyName", {"name": "x" * 65}, 400, "BOT_TITLE_INVALID"),
    ("setMyName", {"name": "x", "language_code": "french"}, 400, "invalid language code"),
    ("setMessageReaction", {"chat_id": 7, "message_id": 99}, 400, "message to react not found"),
    ("getChatMember", {"chat_id": 7, "user_id": 8}, 400, "invalid user_id specified"),
    ("getChatAdministrators", {"chat_id": 7}, 400, "there are no administrators"),
    ("leaveChat", {"chat_id": 7}, 400, "chat member status can't be changed in private chats"),
    ("createForumTopic", {"chat_id": 7, "name": "x"}, 400, "the chat is not a forum"),
    ("setWebhook", {"url": "nonsense"}, 400, "bad webhook"),
    ("setWebhook", {"url": "https://a.dz/", "secret_token": "a b"}, 400, "secret token contains"),
]


@pytest.mark.parametrize(
    ("method", "params", "code", "reason"),
    REFUSED,
    ids=[f"{number}-{row[0]}" for number, row in enumerate(REFUSED)],
)
async def test_telegrams_refusals(
    standin: Standin, karim: Person, method: str, params: dict, code: int, reason: str
) -> None:
    status, body = await standin.call(method, **params)
    assert status == code == body["error_code"]
    assert body["ok"] is False
    assert reason in body["description"]
    assert body["description"].startswith("Bad Request: ")


MARKUPS = [
    ({"inline_keyboard": [[{"text": "A", "callback_data": "x" * 65}]]}, "BUTTON_DATA_INVALID"),
    ({"inline_keyboard": [[{"text": "A", "callback_data": ""}]]}, "BUTTON_DATA_INVALID"),
    # 64 bytes, not 64 letters
    ({"inline_keyboard": [[{"text": "A", "callback_data": "é" * 33}]]}, "BUTTON_DATA_INVALID"),
    ({"inline_keyboard": [[{"text": "A"}]]}, "Text buttons are unallowed in the inline keyboard"),
    ({"inline_keyboard": [[{"callback_data": "a"}]]}, 'Can\'t find field "text"'),
    ({"inline_keyboard": [{"text": "A"}]}, "must be an Array of Arrays"),
    ({"inline_keyboard": "x"}, "must be of type Array"),
    ({"inline_keyboard": [[{"text": "A", "url": "not a url"}]]}, "Wrong HTTP URL"),
    ({"inline_keyboard": [[{"text": "A", "callback_data": "a"}]] * 101}, "reply markup is too"),
    ({"keyboard": []}, "REPLY_MARKUP_INVALID"),
    ({"keyboard": [[{"request_contact": True}]]}, 'Can\'t find field "text"'),
    ([], "object expected as reply markup"),
    ("{broken", "can't parse reply keyboard markup JSON object"),
]


@pytest.mark.parametrize(("markup", "reason"), MARKUPS)
async def test_keyboards_telegram_would_not_take(
    standin: Standin, karim: Person, markup: object, reason: str
) -> None:
    status, body = await standin.call("sendMessage", chat_id=7, text="x", reply_markup=markup)
    assert status == 400
    assert reason in body["description"]
    assert karim.from_bot == []


async def test_callback_data_of_sixty_four_bytes_is_taken(standin: Standin, karim: Person) -> None:
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "é" * 32}]]}
    status, _ = await standin.call("sendMessage", chat_id=7, text="x", reply_markup=markup)
    assert status == 200


async def test_an_edit_that_changes_nothing_is_refused(standin: Standin, karim: Person) -> None:
    _, sent = await standin.call("sendMessage", chat_id=7, text="one", reply_markup=KEYBOARD)
    message_id = sent["result"]["message_id"]
    same = {"chat_id": 7, "message_id": message_id, "text": "one", "reply_markup": KEYBOARD}
    status, body = await standin.call("editMessageText", **same)
    assert status == 400
    assert body["description"].startswith("Bad Request: message is not modified: specified new")
    status, body = await standin.call("editMessageText", **{**same, "text": "two"})
    assert body["result"]["text"] == "two"
    assert body["result"]["edit_date"] >= body["result"]["date"]
    assert karim.last_message.text == "two"
    assert karim.last_message.buttons == ["A"]
    # an edit without a keyboard takes the keyboard away
    await standin.call("editMessageText", chat_id=7, message_id=message_id, text="three")
    assert karim.last_message.buttons == []


async def test_only_the_keyboard_can_be_changed(standin: Standin, karim: Person) -> None:
    _, sent = await standin.call("sendMessage", chat_id=7, text="one", reply_markup=KEYBOARD)
    target = {"chat_id": 7, "message_id": sent["result"]["message_id"]}
    status, _ = await standin.call("editMessageReplyMarkup", **target)
    assert status == 200
    assert karim.last_message.buttons == []
    assert (await standin.call("editMessageReplyMarkup", **target))[0] == 400
    reply_keyboard = {"keyboard": [["x"]]}
    status, body = await standin.call(
        "editMessageReplyMarkup", **target, reply_markup=reply_keyboard
    )
    assert body["description"] == "Bad Request: inline keyboard expected"


async def test_a_blocked_bot_is_told_so(standin: Standin, karim: Person) -> None:
    await karim.block()
    status, body = await standin.call("sendMessage", chat_id=7, text="x")
    assert (status, body["error_code"]) == (403, 403)
    assert body["description"] == "Forbidden: bot was blocked by the user"
    await karim.unblock()
    assert (await standin.call("sendMessage", chat_id=7, text="x"))[0] == 200


async def test_a_deleted_account_and_a_stranger_met_in_a_group(
    standin: Standin, karim: Person
) -> None:
    group = await karim.create_group(title="Agence")
    samia = standin.person(user_id=8, first_name="Samia")
    await samia.act("join", chat_id=group)
    status, body = await standin.call("sendMessage", chat_id=8, text="x")
    assert (status, body["description"]) == (
        403,
        "Forbidden: bot can't initiate conversation with a user",
    )
    await karim.act("deactivate")
    status, body = await standin.call("sendMessage", chat_id=7, text="x")
    assert (status, body["description"]) == (403, "Forbidden: user is deactivated")


async def test_wrong_tokens_and_unknown_methods(standin: Standin) -> None:
    async with aiohttp.ClientSession() as session:
        for path, code, words in (
            ("/bot123:abc/getMe", 401, "Unauthorized"),
            ("/botnonsense/getMe", 404, "Not Found"),
            (f"/bot{standin.token}/getMyFortune", 404, "Not Found"),
        ):
            async with session.get(standin.base_url + path) as answer:
                assert answer.status == code
                assert (await answer.json())["description"] == words


@pytest.mark.parametrize("name", ["sendMessage", "sendmessage", "SENDMESSAGE"])
@pytest.mark.parametrize("way", ["query", "form", "json", "multipart"])
async def test_a_call_may_come_in_any_form(
    standin: Standin, karim: Person, way: str, name: str
) -> None:
    flat = {"chat_id": "7", "text": "hi", "reply_markup": json.dumps(KEYBOARD)}
    address = f"{standin.base_url}/bot{standin.token}/{name}"
    async with aiohttp.ClientSession() as session:
        if way == "query":
            request = session.get(address, params=flat)
        elif way == "form":
            request = session.post(address, data=flat)
        elif way == "json":
            request = session.post(
                address, json={"chat_id": 7, "text": "hi", "reply_markup": KEYBOARD}
            )
        else:
            form = aiohttp.FormData(flat)
            form.add_field("unused", b"x", filename="x.bin")
            request = session.post(address, data=form)
        async with request as answer:
            assert answer.status == 200, await answer.text()
    assert karim.last_message.text == "hi"
    assert karim.last_message.buttons == ["A"]


async def test_photos_are_looked_at(standin: Standin, karim: Person) -> None:
    async def send(data: bytes) -> tuple[int, dict]:
        form = aiohttp.FormData({"chat_id": "7", "caption": "<i>x</i>", "parse_mode": "HTML"})
        form.add_field("photo", data, filename="p.png", content_type="image/png")
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{standin.base_url}/bot{standin.token}/sendPhoto", data=form) as answer,
        ):
            return answer.status, await answer.json()

    status, body = await send(png(640, 400))
    assert status == 200
    assert [(size["width"], size["height"]) for size in body["result"]["photo"]] == [
        (320, 200),
        (640, 400),
    ]
    assert karim.last_message.text == "x"
    assert await standin.file(karim.last_message.file_id()) == png(640, 400)
    assert (await send(b"not a picture"))[1]["description"] == "Bad Request: IMAGE_PROCESS_FAILED"
    assert (await send(png(10, 900)))[1]["description"] == "Bad Request: PHOTO_INVALID_DIMENSIONS"


async def test_a_caption_has_its_own_limit(standin: Standin, karim: Person) -> None:
    sent = await karim.send_document(b"%PDF", name="a.pdf")
    file_id = sent["document"]["file_id"]
    status, _ = await standin.call("sendDocument", chat_id=7, document=file_id, caption="x" * 1024)
    assert status == 200
    status, body = await standin.call(
        "sendDocument", chat_id=7, document=file_id, caption="x" * 1025
    )
    assert body["description"] == "Bad Request: message caption is too long"
    _, text = await standin.call("sendMessage", chat_id=7, text="x")
    status, body = await standin.call(
        "editMessageCaption", chat_id=7, message_id=text["result"]["message_id"], caption="y"
    )
    assert body["description"] == "Bad Request: there is no caption in the message to edit"


async def test_files_can_be_fetched_up_to_twenty_megabytes(standin: Standin, karim: Person) -> None:
    small = await karim.send_document(b"%PDF-1.4", name="a.pdf")
    _, body = await standin.call("getFile", file_id=small["document"]["file_id"])
    path = body["result"]["file_path"]
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{standin.base_url}/file/bot{standin.token}/{path}") as answer:
            assert await answer.read() == b"%PDF-1.4"
        async with session.get(f"{standin.base_url}/file/bot1:x/{path}") as answer:
            assert answer.status == 401
    big = await karim.send_document(b"x", name="b.pdf", declared_size=20 * 1024 * 1024 + 1)
    status, body = await standin.call("getFile", file_id=big["document"]["file_id"])
    assert (status, body["description"]) == (400, "Bad Request: file is too big")


async def test_protected_messages_are_not_copied(standin: Standin, karim: Person) -> None:
    _, sent = await standin.call("sendMessage", chat_id=7, text="secret", protect_content=True)
    assert sent["result"]["has_protected_content"] is True
    here = {"chat_id": 7, "from_chat_id": 7, "message_id": sent["result"]["message_id"]}
    assert (await standin.call("copyMessage", **here))[0] == 400
    assert (await standin.call("forwardMessage", **here))[0] == 400


async def test_a_copy_has_no_origin_and_a_forward_has(standin: Standin, karim: Person) -> None:
    note = await karim.send("a note")
    here = {"chat_id": 7, "from_chat_id": 7, "message_id": note["message_id"]}
    await standin.call("copyMessage", **here)
    assert karim.last_message.text == "a note"
    assert "forward_origin" not in karim.last_message.data
    await standin.call("forwardMessage", **here)
    assert karim.last_message.data["forward_origin"]["sender_user"]["id"] == 7


async def test_a_query_is_answered_once_and_in_time(standin: Standin, karim: Person) -> None:
    await standin.call("sendMessage", chat_id=7, text="x", reply_markup=KEYBOARD)
    query = await karim.press("A")
    assert (await standin.call("answerCallbackQuery", callback_query_id=query, text="ok"))[0] == 200
    assert [toast.text for toast in karim.toasts] == ["ok"]
    assert (await standin.call("answerCallbackQuery", callback_query_id=query))[0] == 400
    await standin.knobs(answer_within_s=0)
    query = await karim.press("A")
    assert (await standin.call("answerCallbackQuery", callback_query_id=query))[0] == 400


async def test_commands_are_found_by_scope_and_language(standin: Standin, karim: Person) -> None:
    async def put(name: str, **more: object) -> None:
        commands = [{"command": name, "description": "x"}]
        assert (await standin.call("setMyCommands", commands=commands, **more))[0] == 200

    await put("default_one")
    assert await karim.commands() == ["default_one"]
    await put("arabic", language_code="ar")
    assert await karim.commands() == ["arabic"]
    await put("private", scope={"type": "all_private_chats"})
    assert await karim.commands() == ["private"]
    await put("mine", scope={"type": "chat", "chat_id": 7})
    assert await karim.commands() == ["mine"]
    _, body = await standin.call("getMyCommands", language_code="ar")
    assert [command["command"] for command in body["result"]] == ["arabic"]
    await standin.call("deleteMyCommands", scope={"type": "chat", "chat_id": 7})
    assert await karim.commands() == ["private"]
    status, body = await standin.call(
        "setMyCommands", commands=[], scope={"type": "chat_member", "chat_id": 7, "user_id": 7}
    )
    assert status == 400


async def test_the_menu_button_and_the_names(standin: Standin, karim: Person) -> None:
    _, body = await standin.call("getChatMenuButton", chat_id=7)
    assert body["result"] == {"type": "commands"}
    web_app = {"type": "web_app", "text": "x", "web_app": {"url": "https://casnos.example"}}
    assert (await standin.call("setChatMenuButton", chat_id=7, menu_button=web_app))[0] == 200
    assert (await standin.call("getChatMenuButton", chat_id=7))[1]["result"] == web_app
    web_app["web_app"] = {"url": "http://casnos.example"}
    assert (await standin.call("setChatMenuButton", menu_button=web_app))[0] == 400
    await standin.call("setMyDescription", description="fr", language_code="fr")
    await standin.call("setMyDescription", description="any")
    _, body = await standin.call("getMyDescription", language_code="fr")
    assert body["result"] == {"description": "fr"}
    _, body = await standin.call("getMyDescription", language_code="ar")
    assert body["result"] == {"description": "any"}


async def test_limits_answer_429_when_switched_on(standin: Standin, karim: Person) -> None:
    for _ in range(40):
        assert (await standin.call("sendMessage", chat_id=7, text="x"))[0] == 200
    await standin.knobs(limits=True)
    answers = [await standin.call("sendMessage", chat_id=7, text="x") for _ in range(8)]
    assert [status for status, _ in answers[:5]] == [200] * 5
    status, body = answers[-1]
    assert status == 429
    wait = body["parameters"]["retry_after"]
    assert body["description"] == f"Too Many Requests: retry after {wait}"
    # typing is no message, and another chat is another chat
    assert (await standin.call("sendChatAction", chat_id=7, action="typing"))[0] == 200
    await standin.person(user_id=8, first_name="Samia").send("hi")
    assert (await standin.call("sendMessage", chat_id=8, text="x"))[0] == 200
