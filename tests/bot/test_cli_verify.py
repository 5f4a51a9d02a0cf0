"""`verify` and `public-key`: a counter checks a plan with nothing but the public key."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import command_line
from services import references, signing
from services.references import Kind
from services.vault import Vault

REFERENCE = references.make(Kind.PLAN, agency="16", year=2026, serial=45)
FACTS: dict[str, signing.Value] = {
    "signed_on": date(2026, 11, 25),
    "total": 18_000_000,
    "installments": 12,
    "holder": "0042",
}


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "key"
    file.write_bytes(b"k" * 32)
    monkeypatch.setenv("KEY_FILE", str(file))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "nowhere"))
    return file


def run(*words: str) -> Result:
    return CliRunner().invoke(command_line(), list(words))


def code(key: bytes = b"k" * 32) -> str:
    return signing.sign(Vault(key), Kind.PLAN, REFERENCE, FACTS)


def test_a_genuine_code_tells_what_was_signed(key_file: Path) -> None:
    told = run("verify", code())
    assert told.exit_code == 0
    assert REFERENCE in told.output
    assert "180000.00 DA" in told.output
    assert "2026-11-25" in told.output
    assert not (key_file.parent / "nowhere").exists()  # no database, nothing made


def test_the_public_key_alone_is_enough(
    key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = tmp_path / "casnos.pem"
    assert run("public-key", "--out", str(public)).exit_code == 0
    assert "PRIVATE" not in public.read_text()
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "missing"))
    assert run("verify", *code().split("-"), "--public-key", str(public)).exit_code == 0
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (code(b"x" * 32), "NOT GENUINE"),
        (code()[:-1], "mistyped"),
        (code().replace("A", "B", 1), "mistyped"),
        ("hello", "not a code"),
    ],
)
def test_anything_else_is_refused_in_one_line(key_file: Path, typed: str, said: str) -> None:
    told = run("verify", typed)
    assert told.exit_code == 1
    assert said in told.output
    assert "Traceback" not in told.output


def test_a_file_without_a_key_is_named(key_file: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("nothing")
    told = run("verify", code(), "--public-key", str(wrong))
    assert told.exit_code == 2
    # The terminal's frame breaks the line where the path ends.
    assert "holds no public key" in " ".join(told.output.replace("│", " ").split())
