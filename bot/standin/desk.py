"""What the page and the tests' client use under /standin: acts, events, knobs, clock."""

from __future__ import annotations

import asyncio
import contextlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web

from bot.standin.acts import act
from bot.standin.model import Json
from bot.standin.personas import Persona
from bot.standin.refusal import Impossible
from bot.standin.world import World

PAGE = Path(__file__).with_name("page")
WORDS = Path(__file__).parents[2] / "locales" / "standin"
LANGUAGES = ("ar", "fr")
SAFE_INLINE = (
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "audio/ogg",
    "audio/wav",
    "video/mp4",
)
_SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' blob: data:; media-src 'self' blob:; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
MAX_EVENTS_WAITING = 100_000


class Desk:
    """Handlers around one world."""

    def __init__(self, world: World, *, clock_url: str, personas: list[Persona]) -> None:
        self.world = world
        self.clock_url = clock_url.rstrip("/")
        self.personas = personas

    # --- the page -----------------------------------------------------------------------

    async def index(self, request: web.Request) -> web.StreamResponse:
        """Give the page."""
        return web.FileResponse(PAGE / "index.html", headers=_SECURITY)

    async def asset(self, request: web.Request) -> web.StreamResponse:
        """Give one of the page's own files."""
        path = PAGE / request.match_info["name"]
        if path.parent != PAGE or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers=_SECURITY)

    async def words(self, request: web.Request) -> web.StreamResponse:
        """Give the page's words in a language."""
        language = request.match_info["language"]
        if language not in LANGUAGES:
            raise web.HTTPNotFound
        return web.FileResponse(
            WORDS / f"{language}.json", headers={**_SECURITY, "Content-Type": "application/json"}
        )

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Give a file's content to the page; what could run as a page only as a download."""
        stored = self.world.files.by_id.get(request.match_info["file_id"])
        if stored is None:
            raise web.HTTPNotFound
        inline = stored.mime in SAFE_INLINE
        how = "inline" if inline else "attachment"
        return web.Response(
            body=stored.data,
            headers={
                "Content-Type": stored.mime if inline else "application/octet-stream",
                "Content-Disposition": f"{how}; filename*=UTF-8''{quote(stored.name)}",
                "Content-Security-Policy": "sandbox; default-src 'none'",
                "X-Content-Type-Options": "nosniff",
            },
        )

    # --- acts and events ----------------------------------------------------------------

    async def act(self, request: web.Request) -> web.Response:
        """Carry out an act: {"actor": user id, …details}."""
        details = await _json(request)
        user_id = details.pop("actor", 0)
        if not isinstance(user_id, int):
            raise web.HTTPBadRequest
        try:
            outcome = act(self.world, request.match_info["name"], user_id, details)
        except Impossible as error:
            # a person's "no" is an ordinary answer, no fault for the browser to report
            return web.json_response({"ok": False, "error": str(error), "code": error.code})
        return web.json_response({"ok": True, "result": outcome}, dumps=_dumps)

    async def upload(self, request: web.Request) -> web.Response:
        """Keep a file sent as the raw body; gives its id."""
        stored = self.world.files.add(
            kind=request.query.get("kind", "document"),
            name=request.query.get("name", "file.bin"),
            mime=request.content_type,
            data=await request.read(),
        )
        return web.json_response({"ok": True, "result": stored.file_id})

    async def events(self, request: web.Request) -> web.WebSocketResponse:
        """Stream the state once and then every change, over a WebSocket."""
        socket = web.WebSocketResponse(heartbeat=20, compress=False)
        await socket.prepare(request)
        waiting: asyncio.Queue[Json] = asyncio.Queue(MAX_EVENTS_WAITING)

        def listener(event: Json) -> None:
            # rendered at once: a message's data may change before it is sent
            with contextlib.suppress(asyncio.QueueFull):
                waiting.put_nowait({"text": _dumps(event)})

        hello = {
            **self.world.snapshot(),
            "personas": [persona.view() for persona in self.personas],
            "clock": bool(self.clock_url),
        }
        self.world.listeners.append(listener)
        pump = asyncio.create_task(_pump(socket, waiting, _dumps(hello)))
        try:
            async for _ in socket:
                pass
        finally:
            self.world.listeners.remove(listener)
            pump.cancel()
        return socket

    async def status(self, request: web.Request) -> web.Response:
        """Say whether a bot is there, what waits for it, and what the time is."""
        return web.json_response(self.state())

    def state(self) -> Json:
        """Give the state of each bot's side."""
        now = self.world.monotonic()
        return {
            "date": self.world.date(),
            "clock": bool(self.clock_url),
            "in_flight": self.world.calls.in_flight,
            "idle_s": now - self.world.calls.last_at,
            "bots": [
                {
                    "id": bot.id,
                    "pending": len(bot.queue.pending),
                    "connected": bot.webhook is not None
                    or (bot.last_poll_at > 0 and now - bot.last_poll_at < 60),
                }
                for bot in self.world.bots.values()
            ],
        }

    # --- for tests ----------------------------------------------------------------------

    async def control(self, request: web.Request) -> web.Response:
        """Carry out a test's wish: {"do": name, …}; see `control`."""
        wish = await _json(request)
        name = str(wish.pop("do", ""))
        try:
            return web.json_response(
                {"ok": True, "result": control(self.world, name, wish)}, dumps=_dumps
            )
        except (Impossible, ValueError, TypeError, KeyError) as error:
            return web.json_response({"ok": False, "error": str(error)}, status=409)

    # --- the demo's clock ---------------------------------------------------------------

    async def read_clock(self, request: web.Request) -> web.Response:
        """Give the demo's time, asking the bot where it can be asked."""
        now = await self._ask("GET", None) if self.clock_url else None
        if now:
            self._follow(now)
        return web.json_response({"available": bool(self.clock_url), "date": self.world.date()})

    async def set_clock(self, request: web.Request) -> web.Response:
        """Move the demo's clock: {"now": ISO time with its offset}."""
        wish = await _json(request)
        try:
            moment = datetime.fromisoformat(str(wish.get("now", "")))
        except ValueError:
            return web.json_response({"ok": False, "error": "not a time"}, status=400)
        if moment.tzinfo is None:
            return web.json_response({"ok": False, "error": "a time without offset"}, status=400)
        if not self.clock_url:
            return web.json_response({"ok": False, "error": "no clock"}, status=409)
        if await self._ask("POST", {"now": moment.isoformat()}) is None:
            return web.json_response({"ok": False, "error": "the bot did not answer"}, status=502)
        self._follow(moment.isoformat())
        return web.json_response({"ok": True, "date": self.world.date()})

    def _follow(self, now: str) -> None:
        with contextlib.suppress(ValueError):
            moment = datetime.fromisoformat(now)
            self.world.clock_offset_s += moment.timestamp() - self.world.exact_date()
            self.world.emit("clock", date=self.world.date())

    async def _ask(self, method: str, body: Json | None) -> str | None:
        """Call the bot's clock; gives its time as text, None when it did not answer well."""
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
                session.request(method, f"{self.clock_url}/demo/clock", json=body) as answer,
            ):
                if answer.status >= 300:
                    return None
                content = await answer.json(content_type=None)
                return str(content.get("now", "")) if isinstance(content, dict) else ""
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
            return None


def control(world: World, name: str, wish: Json) -> Any:
    """Carry out a test's wish on the world: faults, knobs, the record of calls, bots."""
    bot = world.bots.get(str(wish.get("token", ""))) or next(iter(world.bots.values()), None)
    if name == "add_bot":
        world.add_bot(wish["token"], username=wish["username"], name=wish["name"])
        return True
    if name == "fault":
        world.faults.add(wish.pop("kind"), **wish)
        return True
    if name == "clear_faults":
        world.faults.clear()
        return True
    if name == "knobs":
        for knob, value in wish.items():
            if not hasattr(world.knobs, knob):
                raise ValueError(f"no such knob: {knob}")
            setattr(world.knobs, knob, value)
        return True
    if name == "calls":
        return [call.view() for call in world.calls.named(wish.pop("method", None), **wish)]
    if name == "counts":
        return dict(world.calls.counts)
    if name == "clear_calls":
        world.calls.clear()
        return True
    if bot is None:
        raise ValueError("no bot yet")
    if name == "raw_update":
        return bot.queue.add_raw(
            wish["update"], now=world.monotonic(), life_s=world.knobs.update_life_s
        )
    if name == "renumber":
        bot.queue.renumber(int(wish["first_id"]))
        return True
    if name == "hear_everything":
        bot.hears_everything = bool(wish["on"])
        return True
    raise ValueError(f"no such wish: {name}")


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


async def _json(request: web.Request) -> Json:
    # only a page of this origin can send JSON without asking first
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        body = await request.json()
    except ValueError:
        raise web.HTTPBadRequest from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body


async def _pump(socket: web.WebSocketResponse, waiting: asyncio.Queue[Json], hello: str) -> None:
    with contextlib.suppress(ConnectionError):
        await socket.send_str(hello)
        while True:
            event = await waiting.get()
            await socket.send_str(event["text"])


def desk_routes(app: web.Application, desk: Desk) -> None:
    """Put the page and its routes into an application."""
    app.router.add_get("/", desk.index)
    app.router.add_get("/page/{name}", desk.asset)
    app.router.add_get("/page/words/{language}", desk.words)
    app.router.add_get("/standin/file/{file_id}", desk.file)
    app.router.add_get("/standin/events", desk.events)
    app.router.add_get("/standin/status", desk.status)
    app.router.add_get("/standin/clock", desk.read_clock)
    app.router.add_post("/standin/clock", desk.set_clock)
    app.router.add_post("/standin/act/{name}", desk.act)
    app.router.add_post("/standin/upload", desk.upload)
    app.router.add_post("/standin/control", desk.control)
