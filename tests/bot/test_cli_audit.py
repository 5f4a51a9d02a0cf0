"""`audit verify`: what it says, and with which exit code, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from bot.cli import command_line
from services import signing
from services.audit import seals
from services.plans import states
from services.records.complaints import Complaint
from services.records.plans import Plan
from services.vault import Vault
from tests.services.audit.trail import START, Trail

Run = Callable[..., Result]


@pytest.fixture
def trail(database_url: str, vault: Vault) -> Iterator[Trail]:
    made = Trail(database_url, vault)
    yield made
    made.engine.dispose()


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    key_file = tmp_path / "key"
    key_file.write_bytes(b"k" * 32)
    key_file.chmod(0o600)
    for name in ("BOT_TOKEN", "POLICY_DIR", "DEMO_CLOCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("KEY_FILE", str(key_file))
    monkeypatch.setenv("BOT_API_URL", "http://127.0.0.1:9")

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(command_line(arguments[0]), list(arguments))

    return call


def head_in(result: Result) -> str:
    found = re.search(r"--expect (\S+)", result.stdout)
    assert found is not None
    return found[1]


def test_a_whole_trail_gives_a_head_to_write_down(run: Run, trail: Trail) -> None:
    trail.record(5)
    trail.seal(at_most=2)
    trail.record(1)
    result = run("audit", "verify")
    assert result.exit_code == 0, result.output
    assert "Blocks 1 to 3: 5 events" in result.stdout
    assert "1 events are not sealed yet" in result.stdout
    assert "The trail is whole" in result.stdout
    assert head_in(result) == trail.head()


def test_the_head_may_be_typed_as_it_was_copied(run: Run, trail: Trail) -> None:
    trail.record(5)
    trail.seal()
    number, _, letters = trail.head().partition(":")
    typed = f"{number}:{letters.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')}"
    assert run("audit", "verify", "--expect", typed).exit_code == 0
    other = f"{number}:AAAA-BBBB-CCCC-DDDD"
    result = run("audit", "verify", "--expect", other)
    assert result.exit_code == 1
    assert "Block 1: it is not the block that was written down" in result.stdout
    assert run("audit", "verify", "--expect", "nonsense").exit_code == 2


def test_a_change_is_named_without_telling_what_it_was_about(run: Run, trail: Trail) -> None:
    trail.record(5, name="person.noted", data={"secret": "Benali"})
    trail.seal(at_most=2)
    trail.tamper('UPDATE events SET data = \'{"secret": "Mansouri"}\' WHERE id = 4')
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "Block 2: event 4 was altered after it was sealed" in result.stdout
    assert "NOT WHOLE" in result.stdout
    assert not re.search("Benali|Mansouri|7001", result.output)


def test_before_the_first_seal_it_says_so(run: Run, trail: Trail) -> None:
    assert run("audit", "verify").exit_code == 0
    trail.record(1)
    result = run("audit", "verify")
    assert result.exit_code == 3
    assert "Nothing is sealed yet" in result.stdout


def test_an_auditor_with_a_copy_needs_only_the_public_key(
    run: Run, trail: Trail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail.record(2)
    trail.seal()
    public = tmp_path / "public.pem"
    public.write_text(signing.write_public_key(signing.public_key(trail.vault)))
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "none"))
    assert run("audit", "verify", "--public-key", str(public)).exit_code == 0
    assert not (tmp_path / "none").exists()


def test_what_cannot_be_checked_is_not_called_broken(
    run: Run, trail: Trail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail.record(1)
    trail.seal()
    (tmp_path / "broken.db").write_text("no database" * 100)
    for name, value in (
        ("KEY_FILE", str(tmp_path / "none")),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", f"sqlite:///{tmp_path}/broken.db"),
        ("HTTP_PORT", "many"),
    ):
        with monkeypatch.context() as changed:
            changed.setenv(name, value)
            result = run("audit", "verify")
        assert result.exit_code == 2, (name, value, result.output)
        assert result.output.strip()
        assert "Traceback" not in result.output
    version = trail.do(
        lambda session: session.scalar(text("SELECT version_num FROM alembic_version"))
    )
    trail.tamper("UPDATE alembic_version SET version_num = '0001'")
    try:
        result = run("audit", "verify")
        assert (result.exit_code, "bot migrate" in result.output) == (2, True)
    finally:
        trail.tamper("UPDATE alembic_version SET version_num = :version", version=version)


def test_an_old_instant_on_a_new_event_asks_for_an_explanation(
    run: Run, trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail.record(1)
    trail.seal()
    trail.record(1, at=START.replace(month=10))
    trail.seal()
    result = run("audit", "verify")
    assert result.exit_code == 3
    assert "Block 2: event 2 bears an instant long before" in result.stdout
    monkeypatch.setenv("DEMO_CLOCK", "1")
    assert run("audit", "verify").exit_code == 0


def test_a_record_that_says_something_else_than_its_events_is_named(run: Run, trail: Trail) -> None:
    """Two rows by hand, each without the event that would make it so."""
    trail.record(
        1,
        name="complaint.filed",
        subject=("complaint", 1),
        data={"desk": "16", "level": "agency", "answer_by": START.isoformat()},
    )
    trail.record(1, name="plan.requested", subject=("plan", 1))

    def rows(session: object) -> None:
        session.add_all(  # type: ignore[attr-defined]
            (
                Complaint(
                    id=1,
                    reference="R-16-26-000001-1",
                    telegram_id=1,
                    agency="16",
                    category="other",
                    restricted=False,
                    anonymous=False,
                    language="fr",
                    filed_at=START,
                    desk="31",
                    level="agency",
                    status="closed",
                    promised_by=START,
                    late=False,
                ),
                Plan(
                    id=1,
                    reference="E-16-26-000001-1",
                    agency="16",
                    contributor_id=1,
                    state="active",
                    kind="ordinary",
                    wish={},
                    figured_on=START.date(),
                    debt=1,
                    frozen=0,
                    down_payment=0,
                    regular=1,
                    months=1,
                    day=1,
                    years=[],
                    estimate=False,
                    asked_at=START,
                ),
            )
        )

    trail.tamper(
        "INSERT INTO people (telegram_id, language, language_chosen, reachable, wrong_proofs,"
        " created_at) VALUES (1, 'fr', TRUE, TRUE, 0, '2026-01-01')"
    )
    trail.do(rows)
    trail.seal()
    result = run("audit", "verify")
    assert result.exit_code == 1, result.output
    assert "complaint R-16-26-000001-1 says something else than its events" in result.stdout
    assert "its events: desk, status" in result.stdout
    assert "plan E-16-26-000001-1 says something else than its events: state" in result.stdout
    assert run("audit", "verify", "--no-replay").exit_code == 0


def test_the_doctor_tells_how_old_the_last_seal_is(run: Run, trail: Trail) -> None:
    trail.record(1)
    assert "the trail of events is unsealed: 1 events are not proven" in run("doctor").output
    trail.seal()
    said = run("doctor").output
    assert "not proven" not in said
    assert f"The trail is sealed up to block {trail.head()} (" in said


def test_every_move_of_a_plan_is_replayed_by_its_event() -> None:
    ends = {(one.start, one.event): one.end for one in states.TABLE}
    for one in states.TABLE:
        assert ends[one.start, one.event] is one.end  # by whom does not change where it leads


# --- a backup put back ----------------------------------------------------------------------


def test_a_backup_that_was_put_back_explains_the_heads_that_are_gone(
    sqlite_url: str, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "key"))
    (tmp_path / "key").write_bytes(b"k" * 32)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(command_line(arguments[0]), list(arguments))

    trail = Trail(sqlite_url, vault)
    trail.record(2)
    trail.seal()
    early = trail.head()
    assert call("backup", str(tmp_path / "copy.db")).exit_code == 0
    trail.record(2)
    trail.seal()
    late = trail.head()
    trail.engine.dispose()
    assert call("restore", str(tmp_path / "copy.db")).exit_code == 0
    trail = Trail(sqlite_url, vault)
    trail.do(lambda session: seals.run(session, vault, START))
    trail.engine.dispose()
    assert call("audit", "verify", "--expect", early).exit_code == 0
    result = call("audit", "verify", "--expect", late)
    assert result.exit_code == 1
    assert "A backup was put back on" in result.stdout
