"""The connection of a load: short transactions, bulk writing, look-ups of many keys, the lock.

A running bot shares the database, and on SQLite one writer keeps all others out. So every
write is cut into slices that hold the lock for a few dozen milliseconds; the size of a
slice follows the speed of the machine.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from services.database import sqlite_file

Row = tuple[Any, ...]

_SLICE_ROWS = 2_000
_FEWEST_ROWS = 100
_MOST_ROWS = 10_000
_LONG_S = 0.050
_SHORT_S = 0.015
_REST_S = 0.010
# SQLite takes 32,766 parameters in a statement; two columns a key leave room.
_KEYS_AT_ONCE = 8_000
_CACHE_KIB = 65_536
_LOCK_NUMBER = 0x0CA5_0905


class LoadInProgress(Exception):
    """Another process is loading into this database."""

    def __init__(self) -> None:
        super().__init__("another load is running on this database")


class Pace:
    """How many rows one transaction may take, by how long the last one took."""

    def __init__(self, rows: int = _SLICE_ROWS) -> None:
        self.rows = rows

    def took(self, seconds: float) -> None:
        if seconds > _LONG_S:
            self.rows = max(_FEWEST_ROWS, self.rows // 2)
        elif seconds < _SHORT_S:
            self.rows = min(_MOST_ROWS, self.rows + self.rows // 2)

    def rest(self) -> None:
        """Leave a gap between transactions that have nothing else between them.

        A waiting writer tries again only every few milliseconds; without a gap it would
        find the lock taken each time.
        """
        time.sleep(_REST_S)


class Store:
    """One connection with what a load needs on SQLite and on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.sqlite = connection.dialect.name == "sqlite"
        self.pace = Pace()
        self._mark = "?" if self.sqlite else "%s"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads: on SQLite it keeps nobody out."""
        self.connection.execution_options(read_only=True)
        with self.connection.begin(), Session(self.connection) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A short transaction that writes."""
        self.connection.execution_options(read_only=False)
        with self.connection.begin(), Session(self.connection) as session:
            yield session
            session.flush()

    def run(self, statement: str, parameters: Iterable[Any] = ()) -> Any:
        """One statement written with `?` for its parameters."""
        return self.connection.exec_driver_sql(
            statement.replace("?", self._mark), tuple(parameters)
        )

    def insert(self, table: str, columns: str, rows: Sequence[Row]) -> None:
        """Write many rows, in slices of short transactions."""
        start = 0
        while start < len(rows):
            piece = rows[start : start + self.pace.rows]
            start += len(piece)
            with self.writing():
                begun = time.perf_counter()
                self._insert_now(table, columns, piece)
            self.pace.took(time.perf_counter() - begun)
            if start < len(rows):
                self.pace.rest()

    def _insert_now(self, table: str, columns: str, rows: Sequence[Row]) -> None:
        if self.sqlite:
            marks = ",".join("?" * len(rows[0]))
            self.connection.exec_driver_sql(
                f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608
                list(rows),
            )
            return
        driver = self.connection.connection.driver_connection
        assert driver is not None
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def rows_of(
        self, columns: str, table: str, key: str, values: Sequence[Any], *, kind: str
    ) -> Iterator[Row]:
        """Rows whose `key` is among many values; `kind` is the key's type on PostgreSQL."""
        for chunk in _chunks(values):
            if self.sqlite:
                marks = ",".join("?" * len(chunk))
                found = self.run(
                    f"SELECT {columns} FROM {table} WHERE {key} IN ({marks})",  # noqa: S608
                    chunk,
                )
            else:
                found = self.run(
                    f"SELECT {columns} FROM {table} WHERE {key} = ANY(?::{kind}[])",  # noqa: S608
                    [list(chunk)],
                )
            yield from found

    def rows_of_pairs(
        self, columns: str, table: str, pairs: Sequence[tuple[int, int]]
    ) -> Iterator[Row]:
        """Rows of many (contributor, year) keys, the newest of each key last."""
        for chunk in _chunks(pairs):
            given: list[Any]
            if self.sqlite:
                marks = ",".join(["(?,?)"] * len(chunk))
                asked = f"(SELECT column1 AS c, column2 AS y FROM (VALUES {marks})) AS asked"  # noqa: S608
                given = [number for pair in chunk for number in pair]
            else:
                asked = "unnest(?::bigint[], ?::smallint[]) AS asked(c, y)"
                given = [[pair[0] for pair in chunk], [pair[1] for pair in chunk]]
            # CROSS JOIN: SQLite then looks each key up instead of reading the whole table.
            yield from self.run(
                f"SELECT {columns} FROM {asked} CROSS JOIN {table} AS held"  # noqa: S608
                " WHERE held.contributor_id = asked.c AND held.year = asked.y"
                " ORDER BY held.generation",
                given,
            )

    def holds_rows(self, table: str) -> bool:
        with self.reading():
            return self.run(f"SELECT 1 FROM {table} LIMIT 1").first() is not None  # noqa: S608


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _KEYS_AT_ONCE):
        yield values[start : start + _KEYS_AT_ONCE]


@contextmanager
def open_store(engine: Engine) -> Iterator[Store]:
    """The store of one load, tuned for bulk and put back as it was.

    On SQLite the batches are not pushed to the disk one by one: a power cut before the
    end loses a load that was not current yet, and the switch itself is pushed.
    """
    with engine.connect() as connection:
        store = Store(connection)
        if not store.sqlite:
            yield store
            return
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        before = {
            name: driver.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "cache_size")
        }
        driver.execute("PRAGMA synchronous=NORMAL")
        driver.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        try:
            yield store
        finally:
            for name, value in before.items():
                driver.execute(f"PRAGMA {name}={value}")


@contextmanager
def push_to_disk(store: Store) -> Iterator[None]:
    """Within, a commit is on the disk when it returns, and with it all that came before."""
    if not store.sqlite:
        yield
        return
    driver = store.connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute("PRAGMA synchronous=FULL")
    try:
        yield
    finally:
        driver.execute("PRAGMA synchronous=NORMAL")


@contextmanager
def only_load(engine: Engine) -> Iterator[None]:
    """Keep a second load out. A killed process lets go of the lock by itself.

    Raises:
        LoadInProgress: another process holds it.
    """
    if engine.dialect.name != "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            query = f"SELECT pg_try_advisory_lock({_LOCK_NUMBER})"
            if not connection.exec_driver_sql(query).scalar():
                raise LoadInProgress
            try:
                yield
            finally:
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK_NUMBER})")
        return
    file = sqlite_file(engine.url)
    if file is None:
        yield
        return
    # A second, empty SQLite file is a lock that works on every system.
    lock = sqlite3.connect(file.with_name(f"{file.name}.loading"), timeout=0, isolation_level=None)
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise LoadInProgress from None
            raise
        yield
    finally:
        lock.close()
