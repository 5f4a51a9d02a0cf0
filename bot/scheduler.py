"""Wakes the jobs. What is due is read from the database by our clock, never remembered here.

APScheduler only rings; a job that was missed while the program was away finds its work when it
next runs, once. Jobs report their end or their failure.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.workers import Workers
from services import housekeeping
from services.clock import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A job by name; `run` is synchronous and looks up by itself what is due."""

    name: str
    every_s: float
    run: Callable[[Session, Clock], object]


JOBS: tuple[Job, ...] = (
    Job("retention", 3_600, lambda session, clock: housekeeping.retention(session, clock.now())),
)


class Scheduler:
    def __init__(
        self,
        *,
        clock: Clock,
        sessions: sessionmaker[Session],
        workers: Workers,
    ) -> None:
        self._clock = clock
        self._sessions = sessions
        self._workers = workers
        self._scheduler: AsyncIOScheduler | None = None

    async def run(self) -> None:
        """Ring until cancelled; everything that fell due meanwhile is done at the start."""
        # It reads the machine's clock and would skip a job one second late by default.
        scheduler = AsyncIOScheduler(
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        for job in JOBS:
            scheduler.add_job(self._do, IntervalTrigger(seconds=int(job.every_s)), args=(job,))
        scheduler.start()
        self._scheduler = scheduler
        try:
            await self.wake()
            await asyncio.Event().wait()
        finally:
            self._scheduler = None
            scheduler.shutdown(wait=False)

    async def wake(self) -> None:
        """Let every job look at once: at the start, and after the demo's clock jumped."""
        if self._scheduler is None:
            return
        for job in JOBS:
            await self._do(job)

    async def _do(self, job: Job) -> None:
        def work() -> object:
            with self._sessions.begin() as session:
                return job.run(session, self._clock)

        try:
            result = await self._workers.submit(0, work)
        except Exception as error:
            log.error("The job %s failed: %s", job.name, type(error).__name__)
        else:
            log.debug("The job %s ended: %s", job.name, result)
