"""The database's schema, moved forward by Alembic on SQLite and PostgreSQL alike."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from services import database

MIGRATIONS = Path(database.__file__).resolve().parent / "records" / "migrations"
_LOCK = 720_015  # any number, the same for all: two processes never migrate at once


class SchemaNotUpgraded(Exception):
    """The migration did not end well; what it said is on the terminal."""


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest migration. Files are named by revision."""
    newest = max(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py"))
    with engine.connect().execution_options(read_only=True) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return bool(found == newest)


def upgrade(database_url: str) -> bool:
    """Bring the schema up to date; returns whether anything had to be done."""
    engine = database.open_engine(database_url)
    try:
        if is_current(engine):
            return False
        _migrate(engine)
        return True
    finally:
        engine.dispose()


def upgrade_apart(database_url: str) -> None:
    """The same in a process of its own, so that Alembic never weighs on this one's memory.

    Raises `SchemaNotUpgraded`.
    """
    engine = database.open_engine(database_url)
    try:
        if is_current(engine):
            return
    finally:
        engine.dispose()
    code = "import sys; from bot import schema; schema.upgrade(sys.stdin.read())"
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
        [sys.executable, "-c", code], input=database_url, text=True, cwd=MIGRATIONS.parents[2]
    )
    if done.returncode:
        raise SchemaNotUpgraded("The database could not be brought up to date (see above).")


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        locked = engine.dialect.name == "postgresql"
        if locked:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            connection.commit()
        try:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        finally:
            connection.rollback()
            if locked:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
                connection.commit()
