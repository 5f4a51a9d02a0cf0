"""What it costs to seal the trail of events and to check it: speed, and memory that stays.

Fills a SQLite file with made-up events (`--events N`, default 300,000) about complaints, plans
and looks, seals all of it and checks it as `audit verify` does, in a process of its own for the
peak of its memory; a tenth of it comes first for comparison: memory must not grow with the
trail. Then 20,000 cases of five events each are replayed. Figures are CPU time, so that a busy
machine falsifies them little.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot import schema
from services import signing
from services.audit import replay, seals, verification
from services.database import open_engine, sessions
from services.records.base import table_of
from services.records.complaints import Complaint
from services.records.people import Person
from services.records.traffic import Event
from services.vault import Vault

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
VAULT = Vault(b"k" * 32)
AT_ONCE = 20_000
CASES = 20_000
LIFE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("filed", {"desk": "16", "level": "agency"}),
    ("taken", {}),
    ("asked", {"message": 2}),
    ("replied", {}),
    ("resolved", {"outcome": "accepted", "message": 3}),
)
PERSON = {
    "telegram_id": 7,
    "language": "fr",
    "language_chosen": True,
    "reachable": True,
    "wrong_proofs": 0,
    "created_at": START,
}
CASE = {
    "telegram_id": 7,
    "agency": "16",
    "category": "other",
    "restricted": False,
    "anonymous": False,
    "language": "fr",
    "filed_at": START,
    "desk": "16",
    "level": "agency",
    "status": "resolved",
    "owner": 7001,
    "late": False,
}
KINDS = (
    ("complaint.filed", "complaint", {"desk": "16", "level": "agency", "answer_by": "2026-01-05"}),
    ("account.looked_at", "contributor", {"role": "agent", "agency": "16", "what": "case"}),
    ("plan.granted", "plan", {"debt": 18_000_000, "months": 12, "by": "machine"}),
    ("complaint.answered", "complaint", {"message": 1234567}),
)


def fill(url: str, count: int) -> None:
    schema.upgrade(url)
    engine = open_engine(url)
    for first in range(0, count, AT_ONCE):
        rows = []
        for number in range(first, min(first + AT_ONCE, count)):
            name, kind, data = KINDS[number % len(KINDS)]
            rows.append(
                {
                    "at": START + timedelta(seconds=number),
                    "name": name,
                    "actor": f"staff:{7_000 + number % 900}",
                    "subject_kind": kind,
                    "subject_id": number // 4,
                    "data": data,
                }
            )
        with engine.begin() as connection:
            connection.execute(insert(table_of(Event)), rows)
    engine.dispose()


def fill_cases(url: str) -> None:
    """Cases that were filed, taken, asked back, replied to and resolved."""
    schema.upgrade(url)
    engine = open_engine(url)
    answer_by = (START + timedelta(days=3)).isoformat()
    with engine.begin() as connection:
        connection.execute(insert(table_of(Person)), PERSON)
        for first in range(1, CASES + 1, AT_ONCE // 5):
            numbers = range(first, min(first + AT_ONCE // 5, CASES + 1))
            connection.execute(
                insert(table_of(Complaint)),
                [CASE | {"id": n, "reference": f"R{n}"} for n in numbers],
            )
            connection.execute(
                insert(table_of(Event)),
                [
                    {
                        "at": START + timedelta(hours=step),
                        "name": f"complaint.{name}",
                        "actor": "staff:7001",
                        "subject_kind": "complaint",
                        "subject_id": number,
                        "data": data | ({"answer_by": answer_by} if name == "filed" else {}),
                    }
                    for number in numbers
                    for step, (name, data) in enumerate(LIFE)
                ],
            )
    engine.dispose()


def replay_cases(url: str) -> int:
    engine = open_engine(url).execution_options(read_only=True)
    seen: list[int] = []
    with sessions(engine).begin() as session:
        assert list(replay.run(session, seen.append)) == []
    engine.dispose()
    return seen[-1]


def seal(url: str) -> int:
    engine = open_engine(url)
    make = sessions(engine)
    more = True
    while more:
        with make.begin() as session:
            more = seals.run(session, VAULT, START + timedelta(days=365))
    with make.begin() as session:
        count = seals.sealed_rows(session)
    engine.dispose()
    return count


def verify(url: str) -> int:
    engine = open_engine(url).execution_options(read_only=True)
    with sessions(engine).begin() as session:
        report = verification.verify(session, keys=[signing.public_key(VAULT)])
    engine.dispose()
    assert not report.breaks
    return report.events


def _measured(job: tuple[Callable[[str], int], str]) -> tuple[int, float, float]:
    """(events, CPU seconds, peak MiB) in a process of its own."""
    work, url = job
    began = time.process_time()
    count = work(url)
    seconds = time.process_time() - began
    return count, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(work: Callable[[str], int], url: str) -> tuple[int, float, float]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.map(_measured, [(work, url)])[0]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--events", type=int, default=300_000)
    events = options.parse_args().events
    peaks = []
    for count in (events // 10, events):
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'trail.db'}"
            fill(url, count)
            for name, work in (("sealed", seal), ("checked", verify)):
                done, seconds, peak = apart(work, url)
                assert done == count
                print(
                    f"{count:,} events {name}: {seconds:.2f} CPU-s,"
                    f" {done / seconds:,.0f} a CPU-second, peak {peak:.0f} MiB"
                )
            peaks.append(peak)
    print(f"memory of ten times the trail: {peaks[1] - peaks[0]:+.0f} MiB")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'cases.db'}"
        fill_cases(url)
        done, seconds, peak = apart(replay_cases, url)
    print(
        f"{done:,} cases of {len(LIFE)} events replayed: {seconds:.2f} CPU-s,"
        f" {done / seconds:,.0f} a CPU-second, peak {peak:.0f} MiB"
    )


if __name__ == "__main__":
    main()
