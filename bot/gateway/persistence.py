"""Transactions that wait for the database: a lock or an outage passes, a fault does not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

log = logging.getLogger(__name__)

T = TypeVar("T")
BACKOFF_S = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0)

_LOCK = text("SELECT pg_advisory_lock(CAST(:kind AS int), CAST(:number AS int))")
_UNLOCK = text("SELECT pg_advisory_unlock(CAST(:kind AS int), CAST(:number AS int))")
_UPDATES = 720_017  # the kind of lock; two numbers that meet in their lower bits wait, no more
_INT = 0x7FFF_FFFF

# By SQLSTATE: connection, rollback (deadlock, serialization), resources (disk, memory,
# connections), operator (shut down, starting up), system; a lock; a server gone read-only.
_PASSING_CLASSES = ("08", "40", "53", "57", "58")
_PASSING_STATES = ("55P03", "25006")
# By SQLite's primary code: busy, locked, no memory, read-only, interrupted, input or output,
# full, cannot open, protocol.
_PASSING_SQLITE = (5, 6, 7, 8, 9, 10, 13, 14, 15)


class StillAway(Exception):
    """The program stops while the database is still away; nothing was changed."""


class Persistence:
    """Runs work in transactions; while the database is away or locked, waits and repeats.

    `sleep` waits so many seconds; without it a `stop` cuts the waiting short.
    """

    def __init__(
        self, sessions: sessionmaker[Session], *, sleep: Callable[[float], object] | None = None
    ) -> None:
        self._sessions = sessions
        self._stopping = threading.Event()
        self._sleep = sleep or self._stopping.wait
        self.state = "ok"  # for /health: it may be readable and yet full, locked or read-only

    def stop(self) -> None:
        """From now on nothing waits for the database."""
        self._stopping.set()

    def do(self, work: Callable[[Session], T]) -> T:
        """What `work` returns, committed. Raises `StillAway` after a `stop`."""

        def in_transaction() -> T:
            with self._sessions.begin() as session:
                return work(session)

        return self._insist(in_transaction)

    @contextmanager
    def alone(self, number: int) -> Iterator[None]:
        """Inside the block, no other process is in a block of the same number. It spans
        transactions: the database holds a lock for a connection kept open meanwhile, and
        gives it up when that ends. SQLite has one process, and its one worker."""
        connection = self._insist(lambda: self._lock(number))
        if connection is None:
            yield
            return
        try:
            yield
        finally:
            with suppress(DBAPIError):  # whoever lost the connection lost the lock
                connection.execute(_UNLOCK, {"kind": _UPDATES, "number": number & _INT})
            connection.close()

    def _lock(self, number: int) -> Connection | None:
        with self._sessions() as session:
            engine = session.get_bind().engine
        if engine.dialect.name != "postgresql":
            return None
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            connection.execute(_LOCK, {"kind": _UPDATES, "number": number & _INT})
        except BaseException:
            connection.close()
            raise
        return connection

    def _insist(self, attempt: Callable[[], T]) -> T:
        failures = 0
        while True:
            try:
                result = attempt()
                self.state = "ok"
                return result
            except DBAPIError as error:
                if not is_passing(error):
                    raise
                if self._stopping.is_set():
                    raise StillAway from None
                self.state = f"waiting ({type(error.orig).__name__})"
                wait = BACKOFF_S[min(failures, len(BACKOFF_S) - 1)]
                failures += 1
                log.warning(
                    "The database cannot be used (%s); trying again in %.2f s",
                    type(error.orig).__name__,
                    wait,
                )
            self._sleep(wait)


def is_passing(error: DBAPIError) -> bool:
    """Whether waiting can help."""
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _PASSING_SQLITE
    state = getattr(error.orig, "sqlstate", "")
    if state is None:  # psycopg's own: no connection, or a closed one
        return isinstance(error, OperationalError | InterfaceError)
    return state in _PASSING_STATES or state[:2] in _PASSING_CLASSES
