"""The database moves forward with what it holds, on both kinds; models and migrations agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, select, text

from bot import schema
from services.database import open_engine, parse_url, sessions
from services.records.all import Base
from services.records.evaluation import CaseCell, PlanFact, StatisticsMark

CASE = {
    "place": "16",
    "month": date(2026, 9, 1),
    "filed_on": date(2026, 9, 3),
    "category": "chifa",
    "regime": "",
    "restricted": False,
    "answer_minutes": None,
    "resolution_minutes": None,
    "calendar_minutes": None,
    "answered_in_target": None,
    "resolved_in_target": None,
    "reopened": 0,
    "contested": False,
    "escalated": False,
    "transfers": 0,
    "last_hour": False,
    "without_contact": False,
    "stars": None,
    "touched_at": "2026-09-03 00:00:00",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.db'}"
        return
    server = str(request.getfixturevalue("postgresql_server"))
    outside = create_engine(parse_url(server), isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS old"))
        connection.execute(text("CREATE DATABASE old"))
    yield parse_url(server).set(database="old").render_as_string(hide_password=False)
    with outside.connect() as connection:
        connection.execute(text("DROP DATABASE old WITH (FORCE)"))
    outside.dispose()


def _upgrade(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def test_there_is_one_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_the_migrations_make_what_the_models_say(empty_url: str) -> None:
    schema.upgrade(empty_url)
    engine = open_engine(empty_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_facts_of_before_are_filled_up_as_the_program_would(empty_url: str) -> None:
    engine = open_engine(empty_url)
    _upgrade(engine, "0001")
    columns = [*CASE, "complaint_id", "status", "outcome"]
    names = ", ".join(columns)
    marks = ", ".join(f":{name}" for name in columns)
    with engine.begin() as connection:
        for number, status, outcome, day in (
            (1, "closed", "accepted", 3),
            (2, "closed", "accepted", 3),
            (3, "closed", "partly", 3),
            (4, "resolved", "explained", 3),
            (5, "in_hand", None, 9),
            (6, "new", None, 12),
        ):
            values = CASE | {"complaint_id": number, "status": status, "outcome": outcome}
            values["filed_on"] = date(2026, 9, day)
            connection.execute(
                text(f"INSERT INTO case_facts ({names}) VALUES ({marks})"),
                values,
            )
        zeros = [
            *("still_open", "answer_known", "answered_in_target", "resolution_known"),
            *("resolved_in_target", "resolved", "refused", "reopened", "contested", "escalated"),
            *("transferred_twice", "last_hour", "without_contact", "rated", "stars"),
        ]
        named = ", ".join(["place", "month", "category", "regime", "filed", *zeros])
        connection.execute(
            text(
                f"INSERT INTO case_cells ({named}) VALUES "
                f"('16', '2026-09-01', 'chifa', '', 6, {', '.join('0' for _ in zeros)})"
            )
        )
        connection.execute(
            text("INSERT INTO statistics_marks VALUES ('last_event', 7), ('collection_load', 3)")
        )
        for plan, trouble in ((1, None), (2, "2026-12-01")):
            connection.execute(
                text(
                    "INSERT INTO plan_facts (plan_id, place, asked_on, granted_at_once, refused,"
                    " signed_on, trouble_on, cured) VALUES (:plan, '16', '2026-08-31', :yes, :no,"
                    " '2026-08-31', :trouble, :no)"
                ),
                {
                    "plan": plan,
                    "yes": True,
                    "no": False,
                    "trouble": date.fromisoformat(trouble) if trouble else None,
                },
            )
    _upgrade(engine, "head")
    with sessions(engine)() as session:
        cell = session.scalars(select(CaseCell)).one()
        assert (cell.accepted, cell.partly, cell.explained) == (2, 1, 1)
        assert cell.oldest_open == date(2026, 9, 9)
        assert [one.name for one in session.scalars(select(StatisticsMark))] == ["last_event"]
        kept = session.execute(select(PlanFact.plan_id, PlanFact.kept_months))
        assert sorted(tuple(row) for row in kept) == [(1, None), (2, 3)]
    engine.dispose()
    assert schema.upgrade(empty_url) is False
