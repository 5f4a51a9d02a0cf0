"""Jobs that failed: written down so that the next digest tells of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from services.records.base import table_of
from services.records.evaluation import JobFailure

KEPT = timedelta(days=90)
_failures = table_of(JobFailure)


def record(session: Session, job: str, error: BaseException, now: datetime) -> None:
    """Write down the kind of error; its words could hold personal data."""
    values = {"job": job, "at": now, "error": type(error).__name__[:80]}
    session.execute(insert(_failures), values)


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(_failures).where(_failures.c.at < now - KEPT))
