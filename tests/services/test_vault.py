"""The vault: sealed numbers, keyed fingerprints, and a key file that is made only once."""

from __future__ import annotations

import multiprocessing
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from services.database import open_engine
from services.vault import (
    KeyDoesNotFit,
    KeyFileUnusable,
    SealBroken,
    Vault,
    ensure_key_fits,
)


@pytest.fixture
def fund_engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


SSN = "990000000017"


def test_the_first_start_makes_a_private_key_and_says_so(tmp_path: Path) -> None:
    key_file = tmp_path / "secrets" / "key"

    first = Vault.open(key_file)
    second = Vault.open(key_file)

    assert first.created
    assert not second.created
    assert not first.readable_by_others
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(key_file.read_bytes()) == 32
    assert second.open_sealed(first.seal(SSN)) == SSN
    assert list(key_file.parent.iterdir()) == [key_file]


def _open_and_tell(key_file: Path, results: multiprocessing.Queue[str]) -> None:
    results.put(Vault.open(key_file).key_check())


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[str] = context.Queue()
    starters = [
        context.Process(target=_open_and_tell, args=(tmp_path / "key", results)) for _ in range(8)
    ]
    for starter in starters:
        starter.start()
    checks = {results.get(timeout=20) for _ in starters}
    for starter in starters:
        starter.join()

    assert len(checks) == 1


@pytest.mark.parametrize("content", [b"", b"short", b"k" * 31, b"k" * 33, b"k" * 32 + b"\n"])
def test_a_truncated_or_edited_key_file_is_refused_without_showing_it(
    tmp_path: Path, content: bytes
) -> None:
    key_file = tmp_path / "key"
    key_file.write_bytes(content)

    with pytest.raises(KeyFileUnusable, match=f"has {len(content)} bytes instead of 32") as refusal:
        Vault.open(key_file)

    assert "kkk" not in str(refusal.value)
    assert key_file.read_bytes() == content


def test_a_directory_in_place_of_the_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileUnusable):
        Vault.open(tmp_path)


def test_a_place_where_no_key_can_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")

    with pytest.raises(KeyFileUnusable):
        Vault.open(tmp_path / "file" / "key")


def test_a_key_that_others_can_read_is_noticed(tmp_path: Path) -> None:
    key_file = tmp_path / "key"
    Vault.open(key_file)
    key_file.chmod(0o640)

    assert Vault.open(key_file).readable_by_others


def test_equal_numbers_are_sealed_differently_and_open_the_same(vault: Vault) -> None:
    one, other = vault.seal(SSN), vault.seal(SSN)

    assert one != other
    assert SSN.encode() not in one
    assert vault.open_sealed(one) == vault.open_sealed(other) == SSN


@pytest.mark.parametrize("text", ["", "محمد", "+213550000001", "x" * 10_000])
def test_any_text_can_be_sealed(vault: Vault, text: str) -> None:
    assert vault.open_sealed(vault.seal(text)) == text


def test_another_key_opens_nothing(vault: Vault) -> None:
    with pytest.raises(SealBroken):
        Vault(b"x" * 32).open_sealed(vault.seal(SSN))


def test_every_altered_byte_breaks_the_seal(vault: Vault) -> None:
    sealed = vault.seal(SSN)
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1
        with pytest.raises(SealBroken):
            vault.open_sealed(bytes(altered))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x02" + b"x" * 50, SSN.encode()])
def test_what_is_no_seal_is_refused(vault: Vault, sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        vault.open_sealed(sealed)


def test_a_fingerprint_depends_on_text_purpose_and_key(vault: Vault) -> None:
    fingerprint = vault.fingerprint(SSN, "ssn")

    assert len(fingerprint) == 16
    assert fingerprint == Vault(b"k" * 32).fingerprint(SSN, "ssn")
    others = {
        vault.fingerprint(SSN, "phone"),
        vault.fingerprint("990000000018", "ssn"),
        Vault(b"x" * 32).fingerprint(SSN, "ssn"),
        vault.mac(SSN.encode())[:16],
    }
    assert len(others) == 4
    assert fingerprint not in others


def test_nothing_printed_shows_a_secret(vault: Vault) -> None:
    shown = f"{vault!r} {vault} {vault.key_check()}"

    assert "kkkk" not in shown
    assert (b"k" * 32).hex() not in shown


def test_a_database_accepts_only_the_key_it_began_with(fund_engine: Engine, vault: Vault) -> None:
    with Session(fund_engine) as session, session.begin():
        ensure_key_fits(session, vault)
    with Session(fund_engine) as session, session.begin():
        ensure_key_fits(session, Vault(b"k" * 32))
        with pytest.raises(KeyDoesNotFit):
            ensure_key_fits(session, Vault(b"x" * 32))
