"""`report` at the terminal: three kinds of file, clear refusals, an empty fund."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bot import schema
from bot.cli import report
from services.database import open_engine, sessions
from tests.services.evaluation.year import create_year

YEAR = ("--from", "2026-01-01", "--to", "2026-12-31")


def run(*arguments: str) -> Result:
    commands = typer.Typer(pretty_exceptions_enable=False)
    report.add_to(commands)
    return CliRunner().invoke(commands, arguments)


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "KEY_FILE", "POLICY_DIR", "DEMO_CLOCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    schema.upgrade(f"sqlite:///{tmp_path / 'data' / 'casnos.db'}")
    return tmp_path


def test_one_row_a_case_as_csv(installation: Path) -> None:
    engine = open_engine(f"sqlite:///{installation / 'data' / 'casnos.db'}")
    with sessions(engine).begin() as session:
        create_year(session, cases=80)
    engine.dispose()
    done = run(*YEAR, "--out", "cases.csv")
    assert done.exit_code == 0, done.output
    assert "80 cases" in done.output
    with (installation / "cases.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 80
    assert {row["regime"] for row in rows} == {"", "trader", "craftsperson", "farmer"}


@pytest.mark.parametrize(
    ("name", "begins"), [("r.pdf", b"%PDF"), ("r.xlsx", b"PK"), ("r.csv", b"")]
)
def test_an_empty_fund_has_a_report_too(installation: Path, name: str, begins: bytes) -> None:
    done = run(*YEAR, "--out", name, "--language", "fr")
    assert done.exit_code == 0, done.output
    assert (installation / name).read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*YEAR, "--out", "r.doc"), "--out"),
        ((*YEAR, "--out", "r.pdf", "--language", "en"), "--language"),
        (("--from", "2026-07-01", "--to", "2026-01-01", "--out", "r.pdf"), "--to"),
        ((*YEAR, "--out", "no/such/folder/r.csv"), "--out"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(
    installation: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.output
