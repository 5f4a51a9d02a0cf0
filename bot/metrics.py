"""What `/metrics` counts of our own: numbers only, labels of a fixed few, nobody's data.

Counters belong to the process that counts; what lies in the database is read when it is asked
for, and is the same from every process. `docs/running.md` lists all of it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.complaints.state import OPEN
from services.outbox import Lane
from services.records.audit import EventSeal
from services.records.complaints import Complaint
from services.records.traffic import Event, OutgoingCall

log = logging.getLogger(__name__)

TIMEOUT_S = 3.0
CASES_EVERY_S = 60.0  # counting them reads a whole index
KINDS = ("message", "callback_query", "edited_message", "my_chat_member", "chat_member")
OUTCOMES = ("done", "repeated", "failed", "set_aside")
RESULTS = ("sent", "failed", "unknown", "queued")
_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

_updates = Counter(
    "casnos_updates", "Updates of Telegram by kind and by how they ended", ("kind", "outcome")
)
_unit = Histogram(
    "casnos_unit_seconds", "Time of one transaction that handled updates", buckets=_BUCKETS
)
_calls = Counter(
    "casnos_calls",
    "Calls of the Bot API by lane and result; queued: made again",
    ("lane", "result"),
)
_asked_to_wait = Counter("casnos_asked_to_wait", "Answers 429: more was sent than is allowed")
_jobs = Counter("casnos_job_runs", "Runs of scheduled jobs", ("job", "result"))
_job_seconds = Counter("casnos_job_seconds", "Time spent in scheduled jobs", ("job",))
_job_success = Gauge(
    "casnos_job_last_success_timestamp_seconds", "When a job last ended well", ("job",)
)
_fund = Counter("casnos_fund_calls", "Calls of the fund's own system by result", ("result",))
_waiting = Gauge(
    "casnos_outbox_waiting", "Calls that wait to be made; later: not due yet", ("lane", "due")
)
_open_cases = Gauge("casnos_open_cases", "Complaints the fund owes an answer to", ("status",))
_database = Gauge("casnos_database_up", "1 when the records could be read for this answer")
_unsealed = Gauge("casnos_events_unsealed", "Events of the trail that are not sealed yet")
_sealed_at = Gauge("casnos_last_seal_timestamp_seconds", "When the trail was last sealed")

# Looked up once: asking for a label costs more than counting.
_update_ends = {(k, o): _updates.labels(k, o) for k in (*KINDS, "other") for o in OUTCOMES}
_call_ends = {(lane, r): _calls.labels(lane.name.lower(), r) for lane in Lane for r in RESULTS}
_cases_read_at = float("-inf")
unit_time = _unit.observe
asked_to_wait = _asked_to_wait.inc


def update_ended(raw: Mapping[str, Any], outcome: str) -> None:
    """An update, in Telegram's fields, ended as one of `OUTCOMES`."""
    for kind in KINDS:
        if kind in raw:
            break
    else:
        kind = "other"
    _update_ends[kind, outcome].inc()


def call_ended(lane: int, result: str) -> None:
    """A call of a lane ended as one of `RESULTS`, or is to be made again."""
    _call_ends[Lane(lane), result].inc()


@contextmanager
def job_run(name: str) -> Iterator[None]:
    """Count a run of a job by whether the block raises, and its time; one that is cancelled,
    because the program stops, counts as neither."""
    began = time.monotonic()
    try:
        yield
    except Exception:
        _jobs.labels(name, "failed").inc()
        raise
    else:
        _jobs.labels(name, "done").inc()
        _job_success.labels(name).set_to_current_time()
    finally:
        _job_seconds.labels(name).inc(time.monotonic() - began)


def fund_answered(result: str) -> None:
    """A call of the fund's system ended as `answered`, `unknown_number`, or by the reason it was
    of no use, of which only the word before details is kept."""
    word = result.partition(" ")[0]
    _fund.labels(f"{word[:6]}xx" if word.startswith("http_") else word).inc()


async def read_records(reader: AsyncEngine, now: datetime) -> None:
    """Set what the records tell; when they cannot be read, only that is told."""
    try:
        async with asyncio.timeout(TIMEOUT_S), reader.connect() as connection:
            await _read_outbox(connection, now)
            await _read_trail(connection)
            await _read_cases(connection)
    except Exception as error:
        log.warning("The records cannot be read for /metrics: %s", type(error).__name__)
        _database.set(0)
    else:
        _database.set(1)


async def _read_outbox(connection: AsyncConnection, now: datetime) -> None:
    later = case((OutgoingCall.not_before > now, "later"), else_="now")
    waiting = dict.fromkeys(((lane, due) for lane in Lane for due in ("now", "later")), 0)
    for lane, due, count in await connection.execute(
        select(OutgoingCall.lane, later, func.count())
        .where(OutgoingCall.state == "queued")
        .group_by(OutgoingCall.lane, later)
    ):
        waiting[Lane(lane), due] = count
    for (lane, due), count in waiting.items():
        _waiting.labels(lane.name.lower(), due).set(count)


async def _read_trail(connection: AsyncConnection) -> None:
    seal = (
        await connection.execute(
            select(EventSeal.last_id, EventSeal.sealed_at)
            .order_by(EventSeal.number.desc())
            .limit(1)
        )
    ).first()
    last_id = seal.last_id if seal is not None else 0
    unsealed = await connection.scalar(
        select(func.count()).select_from(Event).where(Event.id > last_id)
    )
    _unsealed.set(unsealed or 0)
    if seal is not None:
        _sealed_at.set(seal.sealed_at.timestamp())


async def _read_cases(connection: AsyncConnection) -> None:
    global _cases_read_at
    if time.monotonic() - _cases_read_at < CASES_EVERY_S:
        return
    counts = dict.fromkeys(OPEN, 0)
    for status, count in await connection.execute(
        select(Complaint.status, func.count())
        .where(Complaint.status.in_(OPEN))
        .group_by(Complaint.status)
    ):
        counts[status] = count
    for status, count in counts.items():
        _open_cases.labels(status).set(count)
    _cases_read_at = time.monotonic()
