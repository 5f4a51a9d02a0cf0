"""Runs a job while this process holds its lease, and watches for it otherwise."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from services import leases

log = logging.getLogger(__name__)

BEAT_EVERY_S = 2.0
PATIENCE_S = 10.0


class LeaseKeeper:
    """For PostgreSQL, where several processes run; on SQLite the instance lock is enough."""

    def __init__(
        self,
        name: str,
        *,
        sessions: sessionmaker[Session],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._sessions = sessions
        self._monotonic = monotonic
        self._holder = secrets.token_hex(8)
        self.held = False

    async def run(self, job: Callable[[], Awaitable[None]]) -> None:
        """Whenever the lease is held, run `job`; stop it the moment the lease is lost."""
        while True:
            await self._acquire()
            self.held = True
            log.info("This process now does: %s", self._name)
            work = asyncio.ensure_future(job())
            try:
                await self._hold(work)
            finally:
                self.held = False
                work.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await work
                with contextlib.suppress(Exception):
                    await self._do(lambda s: leases.release(s, self._name, holder=self._holder))

    async def _acquire(self) -> None:
        seen: tuple[str, int] | None = None
        seen_at = self._monotonic()
        while True:
            try:
                found = await self._do(lambda session: leases.look(session, self._name))
                if found != seen:
                    seen, seen_at = found, self._monotonic()
                stands_still = self._monotonic() - seen_at >= PATIENCE_S
                free = found is None or found[0] == leases.FREE or stands_still
                if free and await self._do(partial(self._take, found)):
                    return
            except Exception as error:
                log.warning("The lease %s cannot be read (%s)", self._name, type(error).__name__)
            await asyncio.sleep(0.5)

    def _take(self, seen: tuple[str, int] | None, session: Session) -> bool:
        return leases.take(session, self._name, holder=self._holder, seen=seen)

    async def _hold(self, work: asyncio.Future[None]) -> None:
        kept_at = self._monotonic()
        while not work.done():
            await asyncio.wait([work], timeout=BEAT_EVERY_S)
            try:
                kept = await self._do(
                    lambda session: leases.keep(session, self._name, holder=self._holder)
                )
            except Exception:
                # Until the rival's patience ends nobody else can hold it.
                if self._monotonic() - kept_at > PATIENCE_S - 2 * BEAT_EVERY_S:
                    log.warning("The lease %s could not be kept", self._name)
                    return
                continue
            if not kept:
                log.warning("The lease %s was taken by another process", self._name)
                return
            kept_at = self._monotonic()
        if not work.cancelled() and (error := work.exception()) is not None:
            log.error("The job %s ended: %s", self._name, type(error).__name__)
            await asyncio.sleep(1)

    async def _do(self, work: Callable[[Session], Any]) -> Any:
        def job() -> Any:
            with self._sessions.begin() as session:
                return work(session)

        return await asyncio.to_thread(job)
