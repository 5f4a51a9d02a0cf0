"""`statement` and `policy` at the terminal."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
import typer
from pypdf import PdfReader
from typer.testing import CliRunner, Result

from bot import schema
from bot.cli import policy, statement
from services.database import open_engine, sessions
from services.payment_ways import reference
from services.records.traffic import Event
from services.vault import Vault
from tests.support import fund


def run(*arguments: str) -> Result:
    commands = typer.Typer(pretty_exceptions_enable=False)
    statement.add_to(commands)
    policy.add_to(commands)
    return CliRunner().invoke(commands, arguments)


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own with one contributor."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "KEY_FILE", "POLICY_DIR", "DEMO_CLOCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    url = f"sqlite:///{tmp_path / 'data' / 'casnos.db'}"
    schema.upgrade(url)
    engine = open_engine(url)
    with sessions(engine).begin() as session:
        fund.create_contributor(
            session,
            Vault.open(tmp_path / "data" / "key"),
            ssn="990000001234",
            affiliated_on=date(2024, 1, 1),
        )
    engine.dispose()
    return tmp_path


@pytest.mark.parametrize("number", ["99 0000 00 1234", reference("16", 1)])
def test_the_counter_writes_a_statement_by_number_or_reference(
    installation: Path, number: str
) -> None:
    done = run("statement", number, "--out", "s.pdf", "--language", "fr")
    assert done.exit_code == 0, done.output
    assert "•••• 1234" in done.output
    assert "990000001234" not in done.output
    text = PdfReader(io.BytesIO((installation / "s.pdf").read_bytes())).pages[0].extract_text()
    assert "Karim Benali" in text
    engine = open_engine(f"sqlite:///{installation / 'data' / 'casnos.db'}")
    with sessions(engine).begin() as session:
        [event] = session.query(Event).filter_by(name="statement.made").all()
        assert event.actor == "command"
    engine.dispose()


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("990000009999", "--out", "s.pdf"), "nobody with this number"),
        (("12345", "--out", "s.pdf"), "neither a social security number"),
        (("990000001234", "--out", "s.pdf", "--language", "en"), "choose among ar, fr"),
        (("990000001234", "--out", "no/such/s.pdf"), "No such file"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(arguments: tuple[str, ...], said: str) -> None:
    done = run("statement", *arguments)
    assert done.exit_code == 2
    assert said in " ".join(done.output.replace("│", " ").split())
    assert "Traceback" not in done.output


@pytest.mark.usefixtures("installation")
def test_the_policy_shows_what_is_in_force_on_a_day() -> None:
    done = run("policy", "show", "--on", "2019-05-01", "--table", "snmg")
    assert done.exit_code == 0
    assert "monthly 18000.00 DA" in done.output
    assert "certain · presidential decree" in done.output
    assert "24000.00" not in done.output
    assert run("policy", "show", "--table", "nothing").exit_code == 2


@pytest.mark.usefixtures("installation")
def test_the_policy_as_shipped_is_whole_and_a_hole_is_found(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("policy", "check").exit_code == 0
    own = installation / "policy"
    own.mkdir()
    (own / "hole.toml").write_text(
        "[[snmg]]\nmonthly = 15_000\nvalid_from = 2010-01-01\n"
        'source = "x"\nconfidence = "certain"\nwithdrawn = true\n'
    )
    monkeypatch.setenv("POLICY_DIR", str(own))
    done = run("policy", "check")
    assert done.exit_code == 1
    assert "snmg: no rule from 2010-01-01 to 2011-12-31" in done.output
