"""Copies of evidence in a backup, put back, and under the doctor's eyes."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import command_line
from services.complaints import copies, evidence, filing, personal
from services.complaints.evidence import Evidence
from services.complaints.office import Office
from services.database import open_engine, sessions
from services.evidence_store import EvidenceStore
from services.file_content import Content
from services.policy import policy
from services.vault import Vault
from tests.support import fund
from tests.support.complaints import meet_citizen

Run = Callable[..., Result]
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
CITIZEN = 7001


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("BOT_API_URL", "http://127.0.0.1:9")
    for name in ("BOT_TOKEN", "DATABASE_URL", "KEY_FILE", "POLICY_DIR", "EVIDENCE_DIR"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(command_line(arguments[0]), list(arguments))

    return call


class Installation:
    """A database with one case whose three files are kept."""

    def __init__(self, run: Run, folder: Path) -> None:
        assert run("migrate").exit_code == 0
        self.vault = Vault.open(folder / "key")
        self.store = EvidenceStore(folder / "evidence", self.vault)
        self.engine = open_engine(f"sqlite:///{folder / 'casnos.db'}")
        self.blobs = self.do(self._fill)

    def do(self, work: Callable[[Office], object]) -> object:
        with sessions(self.engine).begin() as session:
            return work(Office(session, policy.load(), self.vault, NOW))

    def _fill(self, office: Office) -> list[str]:
        fund.create_agency(office.session, "16")
        meet_citizen(office.session, CITIZEN, language="fr", now=NOW)
        case = filing.file(
            office,
            filing.Filing(
                telegram_id=CITIZEN,
                language="fr",
                category="other",
                agency="16",
                text="Rien ne va.",
            ),
        )
        evidence.keep(office, case, [Evidence("photo", f"f{n}", f"u{n}", n) for n in range(3)])
        self.store.prepare(filled=False)
        tasks = copies.claim(office.session, office.policy, NOW, limit=3)
        for task in tasks:
            part = self.store.begin(task.blob)
            part.write(b"picture %d" % task.id)
            part.finish().close()
            part.keep()
            picture = Content("jpeg", "image/jpeg", "jpg")
            assert copies.keep(
                office.session, task, picture, size=part.size, sha256=part.sha256, now=NOW
            )
        return [task.blob for task in tasks]


@pytest.fixture
def installation(run: Run, tmp_path: Path) -> Installation:
    return Installation(run, tmp_path)


def test_a_backup_holds_the_files_sealed_and_brings_them_back(
    run: Run, installation: Installation, tmp_path: Path
) -> None:
    copy = tmp_path / "safe" / "copy.db"
    done = run("backup", str(copy))
    assert done.exit_code == 0
    assert "3 sealed files" in done.output
    content = (tmp_path / "safe" / "copy.db.evidence.tar").read_bytes()
    assert b"picture" not in content
    for blob in installation.blobs:
        installation.store.remove(blob)
    later = installation.store.place("c" * 32)
    later.parent.mkdir(exist_ok=True)
    later.write_bytes(b"kept after the backup")
    os.utime(later, (0, 0))
    assert run("restore", str(copy)).exit_code == 0
    assert later.stat().st_mtime > 1_000_000_000  # the present database may be wanted back
    for number, blob in enumerate(installation.blobs, start=1):
        with installation.store.open(blob) as stream:
            assert stream.read() == b"picture %d" % number
    assert run("backup", str(copy)).exit_code == 1  # nothing is overwritten


def test_what_was_erased_before_the_files_were_copied_does_not_come_back(
    run: Run, installation: Installation, tmp_path: Path
) -> None:
    installation.store.remove(installation.blobs[0])
    assert "2 sealed files" in run("backup", str(tmp_path / "copy.db")).output


def test_the_doctor_tells_missing_damaged_and_strange_files(
    run: Run, installation: Installation
) -> None:
    store, (missing, damaged, _) = installation.store, installation.blobs
    assert "sent with complaints" not in run("doctor").output
    store.remove(missing)
    place = store.place(damaged)
    place.write_bytes(place.read_bytes()[:-1])
    said = run("doctor")
    assert "1 files sent with complaints are not in" in said.output
    assert "1 files sent with complaints cannot be opened" in said.output
    assert said.exit_code == 1


def test_the_doctor_tells_of_a_directory_that_is_not_mounted(
    run: Run, installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EVIDENCE_DIR", str(tmp_path / "elsewhere"))
    said = run("doctor").output
    assert "is it mounted?" in said
    assert not (tmp_path / "elsewhere").exists()


def test_the_doctor_tells_of_files_that_wait_and_of_those_nobody_names(
    run: Run, installation: Installation
) -> None:
    installation.do(lambda office: personal.erase(office.session, CITIZEN, NOW))
    for blob in installation.blobs:
        os.utime(installation.store.place(blob), (0, 0))
    assert "3 files in" in run("doctor").output

    def file(office: Office) -> None:
        meet_citizen(office.session, CITIZEN, language="fr", now=NOW)
        filing.file(
            office,
            filing.Filing(
                telegram_id=CITIZEN,
                language="fr",
                category="other",
                agency="16",
                text="Rien ne va.",
                files=[Evidence("photo", "f", "u", 1)],
            ),
        )

    installation.do(file)
    assert "wait to be fetched since 2026-11-25 09:00" in run("doctor").output
