"""`import` and `sample` at the terminal: what is printed, where, and with which exit code."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bot.cli import data
from services.fund_import import load as loading


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own in an empty directory."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "KEY_FILE", "POLICY_DIR", "DEMO_CLOCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def run(*arguments: str) -> Result:
    commands = typer.Typer(pretty_exceptions_enable=False)
    data.add_to(commands)
    return CliRunner().invoke(commands, arguments)


def make_sample() -> Path:
    made = run("sample", "--contributors", "20", "--out", "s", "--as-of", "2026-07-15")
    assert made.exit_code == 0, made.output
    return Path("s")


@pytest.mark.usefixtures("terminal")
def test_a_sample_is_made_and_loaded_twice() -> None:
    directory = make_sample()

    first = run("import", "s", "--as-of", "2026-07-15")
    again = run("import", "s", "--as-of", "2026-07-15")

    assert first.exit_code == again.exit_code == 0
    assert "A new key was made in" in first.stderr
    assert "A new key" not in again.stderr
    assert "Load 1 is current, payments known up to 2026-07-15" in first.stdout
    assert "Load 2 is current" in again.stdout
    assert (directory / "rejected.csv").read_text("utf-8") == "file,line,reason\n"


@pytest.mark.usefixtures("terminal")
def test_bad_lines_are_counted_and_listed_beside_the_files() -> None:
    directory = make_sample()
    with (directory / "payments.csv").open("a", encoding="utf-8") as file:
        file.write("R-1,123,2024,2024-06-30,36000,post\n")
    (directory / "payment.csv").write_text("x")

    done = run("import", "s", "--as-of", "2026-07-15")

    assert done.exit_code == 0
    assert "1 lines rejected" in done.stdout
    assert "payment.csv is none of the fund's five files" in done.stdout
    assert "ssn: fewer than 12 digits" in (directory / "rejected.csv").read_text("utf-8")


def test_rejected_lines_can_be_listed_elsewhere(terminal: Path) -> None:
    directory = make_sample()

    assert run("import", "s", "--rejected", "other.csv").exit_code == 0

    assert (terminal / "other.csv").exists()
    assert not (directory / "rejected.csv").exists()


def test_where_the_files_may_not_be_touched_the_installation_keeps_the_list(
    terminal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_sample()
    really = os.access
    monkeypatch.setattr("os.access", lambda path, mode: mode != os.W_OK and really(path, mode))

    assert run("import", "s").exit_code == 0

    assert (terminal / "data" / "rejected.csv").exists()


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda s: (s / "payments.csv").write_text("x,y\n"), "payments.csv: header: missing"),
        (lambda s: (s / "agencies.csv").write_bytes(b""), "agencies.csv: is empty"),
        (lambda s: s.rename("elsewhere"), "s: no such directory"),
        (lambda s: [file.unlink() for file in s.iterdir()], "s: has none of agencies.csv"),
    ],
)
def test_what_cannot_be_loaded_is_one_clear_line(spoil: object, told: str) -> None:
    directory = make_sample()
    assert callable(spoil)
    spoil(directory)

    done = run("import", "s")

    assert done.exit_code == 1
    assert done.stderr.splitlines()[-2] == "Nothing was loaded:"
    assert done.stderr.splitlines()[-1].startswith(told)
    assert isinstance(done.exception, SystemExit)


@pytest.mark.usefixtures("terminal")
def test_stopping_by_hand_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    make_sample()

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "import_directory", stop)
    done = run("import", "s")

    assert done.exit_code == 1
    assert "Stopped. Nothing was loaded" in done.stderr


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    "arguments",
    [
        ("sample", "--contributors", "0"),
        ("sample", "--as-of", "2026-13-01"),
        ("sample", "--as-of", "1999-01-01"),
        ("import", "s", "--as-of", "yesterday"),
        ("import",),
    ],
)
def test_wrong_arguments_are_refused(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_sample_that_cannot_be_written_is_one_line(terminal: Path) -> None:
    (terminal / "taken").write_text("a file")

    done = run("sample", "--out", "taken")

    assert done.exit_code == 1
    assert done.stderr.strip().startswith("taken: ")
