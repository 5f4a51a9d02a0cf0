"""Wakes the jobs. What is due is read from the database by our clock, never remembered here.

APScheduler only rings; a job that was missed while the program was away finds its work when it
next runs, once. Jobs report their end or their failure.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.orm import Session, sessionmaker

from bot import metrics
from bot.gateway.workers import Workers
from handlers import digest, reminders
from handlers.campaigns import job as campaigns
from handlers.desk import calls, escalations
from handlers.kit import Kit
from handlers.plans import telling
from services import housekeeping
from services.audit import seals
from services.clock import Clock
from services.evaluation import failures
from services.outbox import Call, Outbox

log = logging.getLogger(__name__)

MOST_PAUSE_S = 1.0


Run = Callable[[Kit, Session, datetime, Outbox], object]


@dataclass(frozen=True, slots=True)
class Job:
    """A job by name. `run` is synchronous, looks up by itself what is due at the given instant,
    and adds what it says to the outbox; it may run at any time, any number of times. A large job
    does a slice a run and returns True while there is more to do at once."""

    name: str
    every_s: int
    run: Run


JOBS: tuple[Job, ...] = (
    Job("escalations", 60, escalations.run),
    Job("calls", 600, calls.run),
    Job("plans", 600, telling.run),
    Job("reminders", 15, reminders.run),
    Job("campaigns", 15, campaigns.run),
    # Before the digest, which reads what it finds.
    Job("statistics", 120, digest.statistics),
    Job("digest", 60, digest.send_due),
    Job("seals", 120, lambda kit, session, now, box: seals.run(session, kit.vault, now)),
    Job(
        "retention",
        3_600,
        lambda kit, session, now, box: housekeeping.retention(session, kit.policy, kit.vault, now),
    ),
)


def job_named(name: str) -> Job:
    """Raises `LookupError` with the names there are."""
    for job in JOBS:
        if job.name == name:
            return job
    raise LookupError(f"there is no job {name!r}; there are: {', '.join(j.name for j in JOBS)}")


def run_job(job: Job, *, kit: Kit, sessions: sessionmaker[Session], now: datetime) -> list[Call]:
    """Run a job to its end, each slice in a transaction of its own; returns the calls added."""
    calls: list[Call] = []
    more = True
    while more:
        added, more = run_slice(job, kit=kit, sessions=sessions, now=now)
        calls += added
    return calls


def run_slice(
    job: Job, *, kit: Kit, sessions: sessionmaker[Session], now: datetime
) -> tuple[list[Call], bool]:
    """Run a job once, in one transaction; the calls it added, and whether there is more."""
    with sessions.begin() as session:
        box = Outbox(session, now)
        more = job.run(kit, session, now, box)
    return box.added, more is True


class Scheduler:
    def __init__(
        self,
        *,
        kit: Kit,
        clock: Clock,
        sessions: sessionmaker[Session],
        workers: Workers,
        after_commit: Callable[[Sequence[Call]], None],
    ) -> None:
        self._kit = kit
        self._clock = clock
        self._after_commit = after_commit
        self._sessions = sessions
        self._workers = workers
        self._scheduler: AsyncIOScheduler | None = None
        # Between slices, people who write have as long a turn; where other threads answer
        # them, a quarter of it.
        self._share = 1.0 if workers.count == 1 else 0.25

    async def run(self) -> None:
        """Ring until cancelled; everything that fell due meanwhile is done at the start."""
        # It reads the machine's clock and would skip a job one second late by default.
        scheduler = AsyncIOScheduler(
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        for job in JOBS:
            scheduler.add_job(self._do, IntervalTrigger(seconds=job.every_s), args=(job,))
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
        def work() -> bool:
            added, more = run_slice(
                job, kit=self._kit, sessions=self._sessions, now=self._clock.now()
            )
            self._after_commit(added)
            return more

        more = True
        try:
            with metrics.job_run(job.name):
                while more:
                    began = time.monotonic()
                    more = await self._workers.submit(0, work)
                    if more:
                        pause_s = self._share * (time.monotonic() - began)
                        await asyncio.sleep(min(MOST_PAUSE_S, pause_s))
        except Exception as error:
            log.error("The job %s failed: %s", job.name, type(error).__name__)
            await self._write_down(job, error)

    async def _write_down(self, job: Job, failure: Exception) -> None:
        """Keep a failure for the digest; the database may be what failed."""

        def work() -> None:
            with self._sessions.begin() as session:
                failures.record(session, job.name, failure, self._clock.now())

        try:
            await self._workers.submit(0, work)
        except Exception as error:
            log.error("That could not be written down: %s", type(error).__name__)
