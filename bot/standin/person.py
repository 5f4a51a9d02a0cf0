"""The tests' counterpart: people who chat with the bot through the stand-in.

    standin = await Standin.start()
    karim = standin.person(user_id=7, first_name="Karim", phone="+213550000001")
    await karim.send("/start")
    await karim.wait_for(1)
    await karim.press("12 mois")
    assert "échéancier" in karim.last_message.text

The same works on a stand-in in another process: `await Standin.connect(base_url)`.
"""

# ruff: noqa: ASYNC109 - a test says itself how long it is willing to wait
from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp import web

from bot.standin.individual import PATIENCE_S, USERNAME, Person
from bot.standin.link import Link, LocalLink, RemoteLink
from bot.standin.personas import Persona, PersonaGroup, settle
from bot.standin.refusal import Impossible
from bot.standin.seen import Button, Json, Mirror, Seen, Toast, as_seen
from bot.standin.server import build_app
from bot.standin.world import World

TOKEN = "7000000001:standin-token-for-tests-only"  # noqa: S105 - opens nothing but the stand-in
NAME = "CASNOS"

__all__ = [
    "NAME",
    "TOKEN",
    "USERNAME",
    "Button",
    "Impossible",
    "Person",
    "Seen",
    "Standin",
    "Toast",
    "as_seen",
]


class Standin:
    """A running stand-in, its people, its faults and its record of calls."""

    def __init__(self, base_url: str, token: str, mirror: Mirror) -> None:
        self.base_url = base_url
        self.token = token
        self.bot_id = int(token.partition(":")[0])
        self.mirror = mirror
        self.world: World | None = None  # only when it runs in this process
        self._link: Link
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    async def start(
        cls,
        *,
        token: str = TOKEN,
        username: str = USERNAME,
        name: str = NAME,
        host: str = "127.0.0.1",
        port: int = 0,
        clock_url: str = "",
        personas: list[Persona] | None = None,
        groups: list[PersonaGroup] | None = None,
        world: World | None = None,
    ) -> Standin:
        """Start one in this process, on a free port unless told otherwise."""
        world = world or World()
        if token not in world.bots:
            world.add_bot(token, username=username, name=name)
        settle(world, personas or [], groups)
        app = build_app(world, clock_url=clock_url, personas=personas)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        address = runner.addresses[0]
        mirror = Mirror()
        standin = cls(f"http://{address[0]}:{address[1]}", token, mirror)
        standin.world = world
        standin._runner = runner
        standin._link = LocalLink(world, mirror)
        return standin

    @classmethod
    async def connect(cls, base_url: str, *, token: str = TOKEN) -> Standin:
        """Reach one in another process."""
        mirror = Mirror()
        standin = cls(base_url, token, mirror)
        standin._link = await RemoteLink(base_url, mirror).open()
        return standin

    async def stop(self) -> None:
        """Stop it, or end the connection to one elsewhere."""
        await self._link.close()
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Standin:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def person(
        self,
        *,
        user_id: int,
        first_name: str = "Karim",
        last_name: str = "",
        phone: str = "",
        language_code: str = "ar",
        username: str = "",
    ) -> Person:
        """Give a person; the stand-in gets to know them at their first act."""
        details = {
            "first_name": first_name,
            "last_name": last_name,
            "phone": phone,
            "language_code": language_code,
            "username": username,
        }
        return Person(self, user_id, details)

    async def call(self, method: str, /, **params: Any) -> tuple[int, Json]:
        """Call the Bot API as a bot would, in JSON; gives HTTP status and body."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.post(
            f"{self.base_url}/bot{self.token}/{method}", json=params
        ) as answer:
            return answer.status, await answer.json()

    # --- the bot's side -------------------------------------------------------------------

    async def control(self, name: str, /, **wish: Any) -> Any:
        """Carry out a wish of `bot.standin.desk.control`."""
        return await self._link.control(name, wish)

    async def fault(self, kind: str, **details: Any) -> None:
        """Set a fault; kinds and details in `bot.standin.faults`."""
        await self.control("fault", kind=kind, **details)

    async def clear_faults(self) -> None:
        """End all faults."""
        await self.control("clear_faults")

    async def knobs(self, **values: Any) -> None:
        """Set knobs of `bot.standin.world.Knobs`, e.g. limits=True."""
        await self.control("knobs", **values)

    async def calls(self, method: str | None = None, **params: Any) -> list[Json]:
        """Give the recorded calls of a method (getUpdates is only counted)."""
        found: list[Json] = await self.control("calls", method=method, **params)
        return found

    async def counts(self) -> dict[str, int]:
        """Give how many calls of each method arrived, getUpdates among them."""
        found: dict[str, int] = await self.control("counts")
        return found

    async def clear_calls(self) -> None:
        """Forget the calls recorded so far."""
        await self.control("clear_calls")

    async def raw_update(self, update: Json) -> int:
        """Send the bot an update of any content, and give its id."""
        sent: int = await self.control("raw_update", update=update)
        return sent

    async def status(self) -> Json:
        """Give pending updates, calls in flight, seconds since the last call."""
        return await self._link.status()

    async def quiet(self, idle_s: float = 0.15, timeout: float = PATIENCE_S) -> None:
        """Wait until the bot has acknowledged every update and calls nothing for `idle_s`."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + timeout
        while True:
            state = await self._link.status()
            pending = sum(bot["pending"] for bot in state["bots"])
            if not pending and not state["in_flight"] and state["idle_s"] >= idle_s:
                return
            if loop.time() > ends:
                raise TimeoutError(
                    f"the bot is not quiet: {pending} updates pending, "
                    f"{state['in_flight']} calls in flight"
                )
            await asyncio.sleep(0.01 if pending else max(0.01, idle_s - state["idle_s"]))

    async def file(self, file_id: str) -> bytes:
        """Give the content of a file a bot or a person sent."""
        return await self._link.file(file_id)

    async def act(self, name: str, user_id: int, /, **details: Any) -> Any:
        """Carry out a person's act by name; see `bot.standin.acts`."""
        return await self._link.act(name, user_id, details)

    async def until(
        self, holds: Callable[[], bool], timeout: float, failure: Callable[[], str]
    ) -> None:
        """Wait for a condition on what is seen, looked at again at every event."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + timeout
        while not holds():
            left = ends - loop.time()
            if left <= 0:
                raise TimeoutError(failure())
            with self.mirror.changes() as change:
                await asyncio.wait({change}, timeout=left)
