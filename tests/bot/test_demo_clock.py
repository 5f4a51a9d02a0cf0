"""The demo's clock: moved in one process, it is moved in all of the same database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from bot.application import Application, Running
from bot.standin.person import Standin
from tests.support.live import TIMEOUT_S, TOKEN, live_settings


async def move(running: Running, now: datetime) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{running.base_url}/demo/clock", json={"now": now.isoformat()}) as answer,
    ):
        assert answer.status == 200


async def arrives(running: Running, now: datetime) -> None:
    async with asyncio.timeout(8):
        while True:
            if abs(running.clock.now() - now) < timedelta(seconds=20):
                return
            await asyncio.sleep(0.05)


async def test_every_process_follows_a_jump_and_keeps_its_own(
    postgresql_url: str, tmp_path: Path
) -> None:
    forward = datetime(2027, 7, 1, 9, tzinfo=UTC)
    back = datetime(2026, 1, 5, 9, tzinfo=UTC)
    async with await Standin.start(token=TOKEN, username="fund_bot") as standin:
        settings = live_settings(
            postgresql_url,
            tmp_path,
            standin,
            DEMO_CLOCK=True,
            # With a webhook neither of the two asks for updates.
            WEBHOOK_URL="http://127.0.0.1:9/hook",
            WEBHOOK_SECRET=SecretStr("s" * 20),
        )
        async with (
            Application(settings, only=("web",), timeout_s=TIMEOUT_S).start() as first,
            Application(settings, only=("web",), timeout_s=TIMEOUT_S).start() as second,
        ):
            await move(first, forward)
            await arrives(second, forward)
            await arrives(first, forward)
            await move(second, back)
            await arrives(first, back)
            await asyncio.sleep(2.2)  # nobody falls back on what the other one had before
            await arrives(first, back)
            await arrives(second, back)
