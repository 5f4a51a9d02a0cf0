"""A crowd of linked people who are late with one year, written in bulk: for kills and benches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from services.records.base import table_of
from services.records.fund import (
    Contributor,
    Declaration,
    Load,
    Payment,
    Profile,
    Surcharge,
)
from services.records.people import Link, Person
from services.records.reminders import Campaign

FIRST_PERSON = 3_000_000
THEN = datetime(2026, 1, 1, tzinfo=UTC)
YEARS = range(2021, 2027)
BATCH = 20_000


def create_crowd(
    session: Session,
    size: int,
    *,
    linked: Callable[[int], bool] = lambda _: True,
    late: Callable[[int], bool] = lambda _: True,
    sealed: bytes = b"sealed",
) -> None:
    """Contributors from 1 to `size`: five years declared and paid, and 2025 late where `late`.
    The fund states the surcharge, so that the sum is exact."""
    session.execute(
        insert(table_of(Load)),
        {
            "generation": 1,
            "state": "current",
            "started_at": THEN,
            "finished_at": THEN,
            "as_of": date(2026, 11, 20),
            "counts": {},
        },
    )
    for start in range(1, size + 1, BATCH):
        numbers = range(start, min(size, start + BATCH - 1) + 1)
        those = [number for number in numbers if linked(number)]
        owing = [number for number in numbers if late(number)]
        _write(
            session,
            Contributor,
            ("id", "ssn_fingerprint", "ssn_sealed"),
            ((number, number.to_bytes(16, "big"), sealed) for number in numbers),
        )
        _write(
            session,
            Profile,
            (
                "contributor_id",
                "generation",
                "name_fr",
                "name_ar",
                "category",
                "agency",
                "affiliated_on",
            ),
            (
                (number, 1, "Karim Benali", "Karim Benali", "trader", "16", date(2021, 1, 1))
                for number in numbers
            ),
        )
        _write(
            session,
            Declaration,
            ("contributor_id", "year", "generation", "base"),
            ((number, year, 1, 40_000_000) for number in numbers for year in YEARS),
        )
        _write(
            session,
            Payment,
            (
                "contributor_id",
                "receipt",
                "generation",
                "year",
                "paid_on",
                "amount",
                "channel",
            ),
            (
                (number, f"P{number}-{year}", 1, year, date(year, 5, 3), 6_000_000, "post")
                for number in numbers
                for year in YEARS
                if year != 2025 or not late(number)
            ),
        )
        _write(
            session,
            Surcharge,
            ("contributor_id", "year", "generation", "amount", "as_of"),
            ((number, 2025, 1, 500_000, date(2026, 11, 1)) for number in owing),
        )
        _write(
            session,
            Person,
            (
                "telegram_id",
                "language",
                "language_chosen",
                "consented_at",
                "reachable",
                "wrong_proofs",
                "created_at",
            ),
            ((FIRST_PERSON + n, "fr", True, THEN, True, 0, THEN) for n in those),
        )
        _write(
            session,
            Link,
            ("telegram_id", "contributor_id", "kind", "proof", "since"),
            ((FIRST_PERSON + number, number, "self", "phone", THEN) for number in those),
        )


def create_campaign(
    session: Session, *, state: str = "approved", starts_on: date, last: date
) -> Campaign:
    campaign = Campaign(
        state=state,
        year=2025,
        starts_on=starts_on,
        last=last,
        started_by=1,
        created_at=THEN,
        after=0,
        audience=0,
        counts={},
    )
    session.add(campaign)
    session.flush()
    return campaign


def _write(
    session: Session, kind: Any, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    table: Table = table_of(kind)
    if session.get_bind().dialect.name == "postgresql":
        cursor = session.connection().connection.cursor()
        with cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:  # type: ignore[attr-defined]
            for row in rows:
                copy.write_row(row)
        return
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    if found:
        session.execute(insert(table), found)
