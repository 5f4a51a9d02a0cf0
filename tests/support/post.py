"""An outbox, a sender and a Telegram that answers as a test wants."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.limits import SendingLimits
from bot.gateway.sender import Sender
from bot.gateway.workers import Workers
from services.outbox import Call, Outbox, Paper
from services.records.traffic import OutgoingCall
from tests.support.clock import SetClock


class MadeUpTelegram:
    """Records calls and answers as a test wants; by default it says yes."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.files: list[dict[str, Any]] = []
        self.answers: list[Any] = []
        self.delay_s = 0.0
        self.accepted = False  # whether it ever said yes to our token
        self._number = 100

    async def call(self, method: str, params: Any = None, *, files: Any = None) -> Any:
        self.calls.append((method, dict(params)))
        if files:
            self.files.append(files)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        self._number += 1
        if method == "createForumTopic":
            return {"message_thread_id": self._number, "name": "t"}
        return {"message_id": self._number} if answer is None else answer

    @property
    def texts(self) -> list[str]:
        return [params.get("text", "") for _, params in self.calls]


class Post:
    """An outbox, a sender and a made-up Telegram."""

    def __init__(self, make: sessionmaker[Session], clock: SetClock, workers: Workers) -> None:
        self.make = make
        self.clock = clock
        self.workers = workers
        self.telegram = MadeUpTelegram()
        self.make_paper: Callable[[Paper], bytes] = lambda paper: f"%PDF {paper.kind}".encode()

    def add(self, text: str = "hello", *, chat: int = 1, **details: Any) -> Call:
        method = details.pop("method", "sendMessage")
        extra = details.pop("params", {})
        with self.make.begin() as session:
            return Outbox(session, self.clock.now()).add(
                method, {"chat_id": chat, "text": text, **extra}, chat_id=chat, **details
            )

    def rows(self) -> list[OutgoingCall]:
        with self.make.begin() as session:
            return list(session.scalars(select(OutgoingCall).order_by(OutgoingCall.id)))

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]

    @contextlib.asynccontextmanager
    async def sending(
        self, *, monotonic: Callable[[], float] = time.monotonic, **limits: Any
    ) -> AsyncIterator[Sender]:
        sender = Sender(
            api=self.telegram,  # type: ignore[arg-type]
            sessions=self.make,
            workers=self.workers,
            clock=self.clock,
            make_paper=self.make_paper,
            limits=SendingLimits(**limits) if limits else SendingLimits.of_rate(10_000),
            monotonic=monotonic,
        )
        task = asyncio.create_task(sender.run())
        try:
            yield sender
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await sender.settle(2)

    async def until(self, condition: Callable[[], bool], wait_s: float = 8) -> None:
        async with asyncio.timeout(wait_s):
            while not condition():  # noqa: ASYNC110 - what is waited for is in the database
                await asyncio.sleep(0.02)

    async def drained(self) -> None:
        await self.until(lambda: not any(s in ("queued", "sending") for s in self.states()))
