"""The webhook: acknowledged after the commit, and nothing handled without the secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from bot.gateway.webhook import SECRET_HEADER
from bot.standin.person import Standin
from services.database import parse_url
from tests.bench.processes import free_port
from tests.support.live import live_bot

SECRET = "a-very-secret-token"


def update(number: int = 11) -> dict[str, Any]:
    user = {"id": 801, "is_bot": False, "first_name": "Samir", "language_code": "fr"}
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": 1_780_000_000,
            "chat": {"id": 801, "type": "private", "first_name": "Samir"},
            "from": user,
            "text": "/start",
            "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
        },
    }


def webhook_settings() -> dict[str, Any]:
    port = free_port()
    return {
        "WEBHOOK_URL": f"http://127.0.0.1:{port}/hook/telegram",
        "WEBHOOK_SECRET": SecretStr(SECRET),
        "HTTP_PORT": port,
    }


def handled(url: str) -> int:
    engine = create_engine(parse_url(url))
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM updates")).scalar() or 0
    engine.dispose()
    return int(count)


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 401), ({SECRET_HEADER: "wrong"}, 403), ({SECRET_HEADER: ""}, 403)]
)
async def test_without_the_right_secret_nothing_is_handled(
    headers: dict[str, str], status: int, sqlite_url: str, tmp_path: Path
) -> None:
    values = webhook_settings()
    async with (
        live_bot(sqlite_url, tmp_path, **values),
        aiohttp.ClientSession() as session,
        session.post(values["WEBHOOK_URL"], json=update(), headers=headers) as answer,
    ):
        assert answer.status == status
    assert handled(sqlite_url) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"{}", b'{"update_id": "1"}', b"\xff"])
async def test_a_body_that_is_no_update_is_refused(
    body: bytes, sqlite_url: str, tmp_path: Path
) -> None:
    values = webhook_settings()
    async with (
        live_bot(sqlite_url, tmp_path, **values),
        aiohttp.ClientSession() as session,
        session.post(values["WEBHOOK_URL"], data=body, headers={SECRET_HEADER: SECRET}) as answer,
    ):
        assert answer.status == 400


async def test_a_conversation_by_webhook_and_each_repeat_is_handled_once(
    database_url: str, tmp_path: Path
) -> None:
    values = webhook_settings()
    async with live_bot(database_url, tmp_path, **values) as live:
        person = live.standin.person(user_id=801, first_name="Samir", language_code="fr")
        await person.send("/start")
        await person.wait_for(lambda: person.from_bot, timeout=20)
        before = handled(database_url)
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                async with session.post(
                    values["WEBHOOK_URL"], json=update(12), headers={SECRET_HEADER: SECRET}
                ) as answer:
                    assert answer.status == 200
        await live.standin.quiet()
        assert handled(database_url) == before + 1
        assert len(person.from_bot) == 2


async def test_polling_takes_over_from_a_webhook_left_behind(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with live_bot(sqlite_url, tmp_path) as live:
        standin: Standin = live.standin
        await standin.call("setWebhook", url="https://127.0.0.1:9/elsewhere")
        person = standin.person(user_id=802, first_name="Samir", language_code="fr")
        await person.send("/start")
        await person.wait_for(lambda: person.from_bot, timeout=30)
