"""Transactions for whoever runs on the event loop, made in the worker threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.workers import Workers

T = TypeVar("T")


class Transactions:
    """Short transactions among the units of work, in the order they were asked for."""

    def __init__(self, sessions: sessionmaker[Session], workers: Workers) -> None:
        self._sessions = sessions
        self._workers = workers

    async def do(self, work: Callable[[Session], T]) -> T:
        """What `work` returns, committed. Raises what `work` or the database raises; nothing
        is changed then, and nothing repeated."""

        def job() -> T:
            with self._sessions.begin() as session:
                return work(session)

        return await self._workers.submit(0, job)

    async def read(self, work: Callable[[Session], T]) -> T:
        """What `work` reads: it takes no lock, and waits for nobody who writes."""

        def job() -> T:
            with self._sessions.begin() as session:
                session.connection(execution_options={"read_only": True})
                return work(session)

        return await self._workers.submit(0, job)
