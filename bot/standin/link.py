"""Two ways to the stand-in with one face: in this process, or over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any, Protocol

import aiohttp

from bot.standin.acts import act
from bot.standin.desk import Desk, control
from bot.standin.refusal import Impossible
from bot.standin.seen import Json, Mirror
from bot.standin.world import World


class Link(Protocol):
    """What the tests' client needs of a stand-in."""

    async def act(self, name: str, user_id: int, details: Json) -> Any:
        """Carry out a person's act."""

    async def control(self, name: str, wish: Json) -> Any:
        """Carry out a test's wish."""

    async def status(self) -> Json:
        """Give the state of the bots' side."""

    async def file(self, file_id: str) -> bytes:
        """Give a file's content."""

    async def close(self) -> None:
        """End the connection."""


class LocalLink:
    """A world in the same process."""

    def __init__(self, world: World, mirror: Mirror) -> None:
        self._world = world
        self._mirror = mirror
        self._desk = Desk(world, clock_url="", personas=[])
        mirror.take(world.snapshot())
        world.listeners.append(mirror.take)

    async def act(self, name: str, user_id: int, details: Json) -> Any:
        """Carry out a person's act."""
        return act(self._world, name, user_id, details)

    async def control(self, name: str, wish: Json) -> Any:
        """Carry out a test's wish."""
        return control(self._world, name, wish)

    async def status(self) -> Json:
        """Give the state of the bots' side."""
        return self._desk.state()

    async def file(self, file_id: str) -> bytes:
        """Give a file's content."""
        return self._world.files.by_id[file_id].data

    async def close(self) -> None:
        """Stop listening."""
        self._world.listeners.remove(self._mirror.take)


class RemoteLink:
    """A stand-in in another process, by its base address."""

    def __init__(self, base_url: str, mirror: Mirror) -> None:
        self._base = base_url.rstrip("/")
        self._mirror = mirror
        self._session: aiohttp.ClientSession | None = None
        self._reader: asyncio.Task[None] | None = None

    async def open(self) -> RemoteLink:
        """Connect, and have the state before going on."""
        self._session = aiohttp.ClientSession()
        socket = await self._session.ws_connect(
            f"{self._base}/standin/events", max_msg_size=0, heartbeat=20
        )
        self._mirror.take(json.loads(await socket.receive_str()))
        self._reader = asyncio.create_task(self._read(socket))
        return self

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._mirror.take(json.loads(message.data))

    async def _post(self, path: str, body: Json) -> Any:
        assert self._session is not None
        async with self._session.post(self._base + path, json=body) as answer:
            content = await answer.json()
        if not content["ok"]:
            raise Impossible(content["error"])
        return content["result"]

    async def act(self, name: str, user_id: int, details: Json) -> Any:
        """Carry out a person's act."""
        return await self._post(f"/standin/act/{name}", {"actor": user_id, **details})

    async def control(self, name: str, wish: Json) -> Any:
        """Carry out a test's wish."""
        return await self._post("/standin/control", {"do": name, **wish})

    async def status(self) -> Json:
        """Give the state of the bots' side."""
        assert self._session is not None
        async with self._session.get(f"{self._base}/standin/status") as answer:
            state: Json = await answer.json()
            return state

    async def file(self, file_id: str) -> bytes:
        """Give a file's content."""
        assert self._session is not None
        async with self._session.get(f"{self._base}/standin/file/{file_id}") as answer:
            return await answer.read()

    async def close(self) -> None:
        """Disconnect."""
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        if self._session is not None:
            await self._session.close()
