"""The database's schema, moved forward by Alembic on SQLite and PostgreSQL alike."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from services import database

MIGRATIONS = Path(database.__file__).resolve().parent / "records" / "migrations"
_LOCK = 720_015  # any number, the same for all: two processes never migrate at once


def upgrade(database_url: str) -> bool:
    """Bring the schema up to date; returns whether anything had to be done."""
    engine = database.open_engine(database_url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
                connection.commit()
            try:
                head = ScriptDirectory.from_config(config).get_current_head()
                if MigrationContext.configure(connection).get_current_revision() == head:
                    return False
                connection.rollback()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                connection.commit()
                return True
            finally:
                connection.rollback()
                if engine.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
                    connection.commit()
    finally:
        engine.dispose()
