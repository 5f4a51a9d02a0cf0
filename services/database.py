"""Engines and transactions: SQLite for an agency or a pilot, PostgreSQL for a country.

Units of work run synchronously (`open_engine`); readers such as web pages may use
`open_async_engine`. Both take the same `DATABASE_URL`, with or without a driver's name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import Session, sessionmaker

BUSY_TIMEOUT_MS = 5_000
SQLITE_CACHE_KIB = 8_192


class UnsupportedDatabase(Exception):
    """`DATABASE_URL` names neither SQLite nor PostgreSQL; carries the scheme, not the URL."""

    def __init__(self, scheme: str) -> None:
        super().__init__(f"DATABASE_URL: {scheme!r} is not supported; use sqlite or postgresql")
        self.scheme = scheme


class DatabaseUnusable(Exception):
    """The file of `DATABASE_URL` or its folder cannot be made; carries the reason."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"DATABASE_URL or DATA_DIR: {file}: {reason}")
        self.file = file
        self.reason = reason


def parse_url(database_url: str, *, asynchronous: bool = False) -> URL:
    """The URL with the driver this project uses, whatever driver was written or none."""
    try:
        url = make_url(database_url)
    except Exception:  # its message would repeat the URL, and with it the password
        raise UnsupportedDatabase("an unreadable URL") from None
    backend = {"postgres": "postgresql"}.get(url.get_backend_name(), url.get_backend_name())
    if backend == "sqlite":
        if not url.database or ":memory:" in url.database:
            raise UnsupportedDatabase("sqlite without a file")
        return url.set(drivername="sqlite+aiosqlite" if asynchronous else "sqlite+pysqlite")
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    raise UnsupportedDatabase(backend)


def sqlite_file(url: URL) -> Path | None:
    """The file behind a SQLite URL; None for PostgreSQL."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database)


def open_engine(database_url: str, *, workers: int = 1) -> Engine:
    """The engine that units of work and commands use; `workers` connections are kept open."""
    url = parse_url(database_url)
    if url.get_backend_name() == "sqlite":
        if (file := sqlite_file(url)) is not None:
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise DatabaseUnusable(file, error.strerror or "cannot be made") from None
        engine = create_engine(
            url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, hide_parameters=True
        )
        _prepare_sqlite(engine)
        return engine
    return create_engine(
        url,
        pool_size=workers + 2,
        max_overflow=4,
        pool_pre_ping=False,
        pool_recycle=1_800,
        hide_parameters=True,  # they are personal data
    )


def open_async_engine(database_url: str) -> AsyncEngine:
    """The engine for readers inside the event loop; it never writes."""
    engine = create_async_engine(parse_url(database_url, asynchronous=True))
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_pragmas)
    return engine


def sessions(engine: Engine) -> sessionmaker[Session]:
    """A maker of sessions; leaving `with maker.begin()` by an exception rolls back."""
    return sessionmaker(engine, expire_on_commit=False, autoflush=False)


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: what was acknowledged to Telegram survives a power cut too, not only a kill.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute(f"PRAGMA cache_size=-{SQLITE_CACHE_KIB}")
    cursor.execute("PRAGMA temp_store=MEMORY")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: object) -> None:
        # The driver's own BEGIN comes only before the first write; two connections that
        # read first would then lose updates. So transactions are begun below, by us.
        connection.isolation_level = None
        _set_pragmas(connection, record)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        if connection.get_execution_options().get("read_only"):
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
