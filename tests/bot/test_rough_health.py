"""Health: what is late, what waits by intention, and a database that can only be read."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.database import open_engine, sessions
from services.outbox import Outbox
from tests.support.live import Live, live_bot


async def health_until(live: Live, **wanted: Any) -> dict[str, Any]:
    async with asyncio.timeout(12):
        while True:
            _, health = await live.health()
            if all(health[name] == value for name, value in wanted.items()):
                return health
            await asyncio.sleep(0.1)


async def test_a_call_that_is_meant_for_later_is_not_unsent(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with live_bot(sqlite_url, tmp_path) as live:
        engine = open_engine(sqlite_url)
        now = datetime.now(UTC)
        with sessions(engine).begin() as session:
            Outbox(session, now - timedelta(hours=3)).add(
                "sendMessage",
                {"chat_id": 5, "text": "x"},
                chat_id=5,
                not_before=now + timedelta(hours=3),
            )
        engine.dispose()
        await health_until(live, status="ok", oldest_unsent_s=None)


async def test_a_database_that_cannot_be_written_is_told(sqlite_url: str, tmp_path: Path) -> None:
    async with live_bot(sqlite_url, tmp_path) as live:
        holder = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        await live.standin.person(user_id=501, first_name="S", language_code="fr").send("/start")
        health = await health_until(live, status="degraded")
        assert health["writing"].startswith("waiting")
        assert health["database"] == "ok"
        holder.execute("COMMIT")
        holder.close()
        await health_until(live, status="ok", writing="ok")
