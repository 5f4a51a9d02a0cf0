"""The web server: health, metrics, the webhook and, in the demo, the clock."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import prometheus_client
from aiohttp import web
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import metrics as measures
from bot.clock import DemoClock
from bot.gateway.api import BotApi
from bot.settings import SettingsUnusable
from services.clock import Clock
from services.records.traffic import OutgoingCall

log = logging.getLogger(__name__)

HEALTH_TIMEOUT_S = 3.0
OLD_CALL_S = 120.0


async def listen(runner: web.AppRunner, host: str, port: int) -> str:
    """Serve, and give the address; raises `SettingsUnusable`."""
    try:
        await web.TCPSite(runner, host, port).start()
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "the address cannot be used"
        raise SettingsUnusable(
            f"HTTP_HOST, HTTP_PORT: cannot listen on {host}:{port}: {reason.rpartition(': ')[2]}"
        ) from None
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Health:
    """What `/health` says; each part is asked anew."""

    def __init__(
        self,
        *,
        reader: AsyncEngine,
        api: BotApi | None,
        clock: Clock,
        parts: dict[str, Callable[[], str]],
    ) -> None:
        self.reader = reader
        self._api = api
        self.clock = clock
        self._parts = parts

    async def look(self) -> tuple[int, dict[str, Any]]:
        """(HTTP status, answer): 503 only when the database fails."""
        answer: dict[str, Any] = {"status": "ok"}
        oldest_s: float | None = None
        try:
            async with asyncio.timeout(HEALTH_TIMEOUT_S), self.reader.connect() as connection:
                oldest = (
                    await connection.execute(
                        select(func.min(OutgoingCall.created_at)).where(
                            OutgoingCall.state == "queued",
                            # What is meant for later is not late.
                            or_(
                                OutgoingCall.not_before.is_(None),
                                OutgoingCall.not_before <= self.clock.now(),
                            ),
                        )
                    )
                ).scalar()
                answer["database"] = "ok"
                if oldest is not None:
                    oldest_s = max(0.0, (self.clock.now() - oldest).total_seconds())
        except Exception as error:
            answer["database"] = f"failed ({type(error).__name__})"
        if self._api is not None:
            if self._api.trouble is not None:
                answer["telegram"] = self._api.trouble
            elif self._api.answered_at is None:
                answer["telegram"] = "not reached yet"
            else:
                answer["telegram"] = "ok"
                answer["telegram_answered_s_ago"] = round(
                    time.monotonic() - self._api.answered_at, 1
                )
        for name, state in self._parts.items():
            answer[name] = state()
        answer["oldest_unsent_s"] = None if oldest_s is None else round(oldest_s, 1)
        well = all(
            answer.get(name, "ok") in ("ok", "waiting for the lease", "off")
            for name in ("database", "telegram", *self._parts)
        )
        if not well or (oldest_s or 0) > OLD_CALL_S:
            answer["status"] = "degraded"
        if answer["database"] != "ok":
            answer["status"] = "failed"
            return 503, answer
        return 200, answer


def add_health(app: web.Application, health: Health) -> None:
    async def look(_: web.Request) -> web.Response:
        status, answer = await health.look()
        return web.json_response(answer, status=status)

    async def metrics(_: web.Request) -> web.Response:
        await measures.read_records(health.reader, health.clock.now())
        return web.Response(
            body=prometheus_client.generate_latest(),
            headers={"Content-Type": prometheus_client.CONTENT_TYPE_LATEST},
        )

    app.router.add_get("/health", look)
    app.router.add_get("/metrics", metrics)


def add_demo_clock(app: web.Application, clock: DemoClock, keep: Callable[[], Any]) -> None:
    """`POST /demo/clock` with `{"now": "2026-07-01T09:00:00+01:00"}`; `GET` tells the time."""

    async def tell(_: web.Request) -> web.Response:
        return web.json_response({"now": clock.now().isoformat()})

    async def move(request: web.Request) -> web.Response:
        try:
            now = datetime.fromisoformat((await request.json())["now"])
        except (ValueError, KeyError, TypeError):
            return web.json_response(
                {"error": 'send {"now": "2026-07-01T09:00:00+01:00"}'}, status=400
            )
        if now.tzinfo is None or not 2000 <= now.year <= 2100:
            return web.json_response(
                {"error": "the instant needs its offset, and a year from 2000 to 2100"}, status=400
            )
        clock.set(now)
        await keep()
        return web.json_response({"now": clock.now().isoformat()})

    app.router.add_get("/demo/clock", tell)
    app.router.add_post("/demo/clock", move)
