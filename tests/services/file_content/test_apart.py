"""The process in which a stranger's file is looked at: what it may, and what becomes of it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from services.file_content import ContentRefused, NotExamined, apart, examine
from services.file_content.confinement import MIB, Limits
from tests.services.file_content import hostile, samples

ROOT = Path(__file__).resolve().parents[3]


class Watched(io.BytesIO):
    """A file that does something to the process once, before its content goes there."""

    def __init__(self, content: bytes, act: Callable[[psutil.Process], None]) -> None:
        super().__init__(content)
        self._act: Callable[[psutil.Process], None] | None = act

    def read(self, size: int | None = -1, /) -> bytes:
        act, self._act = self._act, None
        if act is not None:
            while not (found := lookers()):  # it takes a moment to become what it is
                time.sleep(0.01)
            [looker] = found
            act(looker)
        return super().read(size)


def lookers() -> list[psutil.Process]:
    """The processes that look at a file for this one."""
    return [
        child
        for child in psutil.Process().children()
        if "services.file_content.looker" in child.cmdline()
    ]


def test_what_is_looked_at_apart_is_told_as_it_is() -> None:
    stream = io.BytesIO(samples.pdf())
    stream.seek(0, os.SEEK_END)
    assert examine(stream).code == "pdf"
    with pytest.raises(ContentRefused) as refusal:
        examine(io.BytesIO(samples.PROGRAM))
    assert refusal.value.reason == "dangerous"
    assert lookers() == []


def test_a_file_that_hangs_its_reader_is_broken() -> None:
    with pytest.raises(ContentRefused) as refusal:
        examine(
            io.BytesIO(hostile.jpeg_that_is_drawn_again_and_again()), limits=Limits(processor_s=1)
        )
    assert refusal.value.reason == "broken"
    assert lookers() == []


def test_a_file_that_fattens_its_reader_is_a_bomb() -> None:
    large = hostile.png_of(16_000, 16_000)  # 256 MB, once it is open
    with pytest.raises(ContentRefused) as refusal:
        examine(io.BytesIO(large), limits=Limits(memory=256 * MIB))
    assert refusal.value.reason == "bomb"


def test_a_file_that_crashes_its_reader_is_broken() -> None:
    crash = Watched(samples.pdf(), lambda looker: looker.send_signal(signal.SIGSEGV))
    with pytest.raises(ContentRefused) as refusal:
        examine(crash)
    assert refusal.value.reason == "broken"


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_reader_that_is_ended_from_outside_says_nothing_of_the_file(by: signal.Signals) -> None:
    with pytest.raises(NotExamined):
        examine(Watched(samples.pdf(), lambda looker: looker.send_signal(by)))
    assert lookers() == []


def test_a_machine_that_stands_still_says_nothing_of_the_file() -> None:
    began = time.monotonic()
    with pytest.raises(NotExamined):
        examine(Watched(samples.pdf(), lambda looker: looker.suspend()), patience_s=0.3)
    assert time.monotonic() - began < 5
    assert lookers() == []


def test_a_file_that_cannot_be_read_ends_its_reader() -> None:
    def fail(_: psutil.Process) -> None:
        raise OSError("the share is gone")

    with pytest.raises(OSError, match="share"):
        examine(Watched(samples.pdf(), fail))
    assert lookers() == []


def test_a_reader_that_cannot_be_started_says_nothing_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apart.sys, "executable", "/nowhere/python")
    with pytest.raises(NotExamined):
        examine(io.BytesIO(samples.pdf()))


def test_the_reader_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "77:secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    found: dict[str, str] = {}

    def note(looker: psutil.Process) -> None:
        while not found:
            found.update(looker.environ())

    examine(Watched(samples.pdf(), note))
    assert "PATH" in found
    assert "secret" not in str(found)


CONFINED = """
import contextlib, io, json, socket, sys
from services.file_content.confinement import Limits, confine
from services.file_content.content import ContentRefused
from services.file_content.recognising import prepare, recognise
from tests.services.file_content.test_recognising import REFUSED, TAKEN

def answer(content):
    try:
        return recognise(io.BytesIO(content)).code
    except ContentRefused as refusal:
        return refusal.reason

files = [(code, content) for code, content, _ in TAKEN] + REFUSED
prepare()
confine(Limits(processor_s=20))
denied = 0
for attempt in (lambda: open(sys.argv[1]), socket.socket):
    try:
        attempt()
    except OSError:
        denied += 1
wrong = [(code, answer(content)) for code, content in files if answer(content) != code]
print(json.dumps({"denied": denied, "files": len(files), "wrong": wrong}))
"""


def test_confined_the_reader_opens_nothing_more_and_still_reads_every_kind() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CONFINED, __file__], capture_output=True, cwd=ROOT, check=True
    )
    said = json.loads(done.stdout)
    assert said["denied"] == 2
    assert said["files"] > 60
    assert said["wrong"] == []


def test_the_bot_itself_loads_none_of_the_readers() -> None:
    code = (
        "import io, sys; from services.file_content import examine;"
        "print(examine(io.BytesIO(b'Bonjour')).code,"
        " sorted({'PIL', 'pypdf', 'zipfile', 'fontTools'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "text []"
