"""The whole program with its sockets, against the local stand-in for Telegram."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.application import Application, Running
from bot.settings import Settings
from bot.standin.person import Standin

TOKEN = "77:live"
TIMEOUT_S = 0.6


@dataclass(slots=True)
class Live:
    """A running program and the Telegram it talks to."""

    standin: Standin
    running: Running
    settings: Settings

    async def health(self) -> tuple[int, dict[str, Any]]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.running.base_url}/health") as answer,
        ):
            return answer.status, await answer.json()


def live_settings(database_url: str, folder: Path, standin: Standin, **values: Any) -> Settings:
    return Settings(
        BOT_TOKEN=SecretStr(TOKEN),
        BOT_API_URL=standin.base_url,
        DATABASE_URL=database_url,
        DATA_DIR=folder,
        _env_file=None,
        **{"HTTP_PORT": 0, **values},
    )


@contextlib.asynccontextmanager
async def live_bot(database_url: str, folder: Path, **values: Any) -> AsyncIterator[Live]:
    """Start both, wait until the bot has introduced itself, and stop both."""
    async with await Standin.start(token=TOKEN, username="fund_bot") as standin:
        settings = live_settings(database_url, folder, standin, **values)
        async with Application(settings, timeout_s=TIMEOUT_S).start() as running:
            await standin.quiet()
            yield Live(standin, running, settings)
