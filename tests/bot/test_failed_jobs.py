"""A job that fails is written down for the digest, and the next ones run all the same."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.gateway.workers import Workers
from bot.scheduler import Job, Scheduler
from services.database import open_engine, sessions
from services.records.evaluation import JobFailure
from services.vault import Vault
from tests.support.chat import FundBot
from tests.support.clock import SetClock


async def test_a_failed_job_is_kept_by_its_kind_without_its_words(
    sqlite_url: str, vault: Vault, clock: SetClock
) -> None:
    engine = open_engine(sqlite_url)
    make = sessions(engine)
    bot = FundBot(sqlite_url, vault, clock)
    workers = Workers(1)
    workers.start()
    scheduler = Scheduler(
        kit=bot.kit, clock=clock, sessions=make, workers=workers, after_commit=lambda _: None
    )

    def broken(*_: Any) -> None:
        raise ValueError("Karim Benali, 990000000077")

    done: list[str] = []
    await scheduler._do(Job("broken", 60, broken))
    await scheduler._do(Job("whole", 60, lambda *_: done.append("whole")))
    with make() as session:
        [kept] = session.scalars(select(JobFailure)).all()
    assert (kept.job, kept.error, kept.at) == ("broken", "ValueError", clock.now())
    assert done == ["whole"]
    await workers.stop()
    bot.close()
    engine.dispose()
