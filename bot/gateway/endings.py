"""Writes down how calls ended: one commit for all that ended while the last one was made."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.orm import Session

from bot.gateway.transactions import Transactions
from services import outbox
from services.clock import Clock
from services.outbox import Concluded

log = logging.getLogger(__name__)

DATABASE_RETRY_S = 0.5


class Endings:
    """Commits the ends of calls, in the order they came."""

    def __init__(self, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock
        self._waiting: list[tuple[Concluded, asyncio.Future[None]]] = []
        self._commits: asyncio.Task[None] | None = None

    async def write_down(self, concluded: Concluded) -> None:
        """Returns once it is committed: while the database is away, this waits for it."""
        if concluded.state == "queued" and concluded.call.repeatable:
            return  # as it was: nothing to write
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((concluded, future))
        if self._commits is None:
            self._commits = asyncio.create_task(self._commit_all())
        await future

    async def _commit_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            ends = [concluded for concluded, _ in batch]

            def conclude(session: Session, ends: list[Concluded] = ends) -> None:
                outbox.conclude(session, ends, self._clock.now())

            try:
                await self._transactions.do(conclude)
            except Exception as error:
                log.warning("The outbox cannot be written (%s); again", type(error).__name__)
                self._waiting = batch + self._waiting
                await asyncio.sleep(DATABASE_RETRY_S)
                continue
            for _, future in batch:
                if not future.done():
                    future.set_result(None)
        self._commits = None
