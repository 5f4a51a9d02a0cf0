"""Backups that can be trusted, and a doctor who says what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import command_line
from bot.instance_lock import AlreadyRunning, InstanceLock
from services.people import Role
from tests.support.chat import FundBot
from tests.support.fund import create_agency

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("BOT_API_URL", "http://127.0.0.1:9")
    for name in ("BOT_TOKEN", "DATABASE_URL", "KEY_FILE", "POLICY_DIR"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(command_line(arguments[0]), list(arguments))

    return call


def notes_in(file: Path) -> list[str]:
    connection = sqlite3.connect(file)
    found = [row[0] for row in connection.execute("SELECT value FROM settings ORDER BY name")]
    connection.close()
    return found


def write_note(file: Path, name: str) -> None:
    connection = sqlite3.connect(file)
    connection.execute("INSERT INTO settings (name, value) VALUES (?, ?)", (name, name))
    connection.commit()
    connection.close()


def test_a_backup_is_what_was_there_and_comes_back(run: Run, tmp_path: Path) -> None:
    database, copy = tmp_path / "casnos.db", tmp_path / "safe" / "copy.db"
    assert run("migrate").exit_code == 0
    write_note(database, "before")
    assert run("backup", str(copy)).exit_code == 0
    write_note(database, "after")
    assert "before" in notes_in(copy)
    assert "after" not in notes_in(copy)
    assert run("restore", str(copy)).exit_code == 0
    assert "after" not in notes_in(database)
    [kept] = tmp_path.glob("casnos.db.before-restore-*")
    assert "after" in notes_in(kept)


def test_a_backup_is_taken_beside_a_writer(run: Run, tmp_path: Path) -> None:
    run("migrate")
    database = tmp_path / "casnos.db"
    writer = sqlite3.connect(database)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO settings (name, value) VALUES ('open', 'open')")
    with InstanceLock(database):
        assert run("backup", str(tmp_path / "copy.db")).exit_code == 0
    writer.commit()
    writer.close()
    assert "open" not in notes_in(tmp_path / "copy.db")


def test_nothing_is_overwritten(run: Run, tmp_path: Path) -> None:
    run("migrate")
    (tmp_path / "copy.db").write_text("mine")
    result = run("backup", str(tmp_path / "copy.db"))
    assert result.exit_code == 1
    assert "nothing is overwritten" in result.output
    assert (tmp_path / "copy.db").read_text() == "mine"


@pytest.mark.parametrize("kind", ["missing", "text", "other", "cut"])
def test_what_is_no_backup_changes_nothing(kind: str, run: Run, tmp_path: Path) -> None:
    run("migrate")
    database, file = tmp_path / "casnos.db", tmp_path / "x.db"
    write_note(database, "kept")
    if kind == "text":
        file.write_text("hello")
    elif kind == "other":
        connection = sqlite3.connect(file)
        connection.execute("CREATE TABLE t (x)")
        connection.close()
    elif kind == "cut":
        run("backup", str(file))
        file.write_bytes(file.read_bytes()[:40_000])
    result = run("restore", str(file))
    assert result.exit_code == 1
    assert "Nothing was changed" in result.output
    assert "kept" in notes_in(database)


def test_a_running_bot_is_not_restored_under_its_feet(run: Run, tmp_path: Path) -> None:
    run("migrate")
    run("backup", str(tmp_path / "copy.db"))
    with InstanceLock(tmp_path / "casnos.db"):
        result = run("restore", str(tmp_path / "copy.db"))
    assert isinstance(result.exception, AlreadyRunning)


def test_postgresql_is_backed_up_by_its_own_means(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/none")
    result = run("backup", "x")
    assert result.exit_code == 1
    assert "pg_dump" in result.output


def test_the_doctor_of_a_new_installation_says_what_to_do(run: Run, tmp_path: Path) -> None:
    result = run("doctor")
    assert result.exit_code == 1
    assert "BOT_TOKEN is missing" in result.output
    assert "python -m bot migrate" in result.output
    run("migrate")
    assert "KEY_FILE" in run("doctor").output


def test_the_doctor_names_agencies_without_a_director(
    run: Run, sqlite_bot: FundBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_bot.database_url)
    key = tmp_path / "the-key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o644)
    monkeypatch.setenv("KEY_FILE", str(key))
    assert "no data of the fund is loaded" in run("doctor").output
    sqlite_bot.do(lambda session: create_agency(session, "31", wilaya="31"))
    output = run("doctor").output
    assert "31" in output
    assert f"nobody has the role {Role.ADMIN}" in output
    assert "chmod 600" in output


def test_the_doctor_notices_a_key_of_another_database(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("migrate")
    monkeypatch.setenv("BOT_TOKEN", "1:x")
    (tmp_path / "key").write_bytes(b"a" * 32)
    run("doctor")  # marks the database with this key
    (tmp_path / "key").write_bytes(b"b" * 32)
    assert "another key" in run("doctor").output
