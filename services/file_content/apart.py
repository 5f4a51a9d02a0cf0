"""The one entry: look at a stranger's file in a short-lived process of its own.

Reading such files is the riskiest thing this program does. A crafted one may hang, fatten or
crash what reads it: that is a process with limits, which has neither this one's environment nor
its open files, and gets the content through a pipe, so that it never lies readable on the disk.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from services.file_content.confinement import Limits
from services.file_content.content import Content, ContentRefused

PATIENCE_S = 30.0  # by the clock: three times the seconds of computing
_ROOT = Path(__file__).resolve().parents[2]
_PIECE = 64 * 1024
_ANSWER_MAX = 4 * 1024
# What an interpreter may need to start; no token, key or address.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME")

# What ends a process for what it did itself; by any other signal it was ended from outside.
_OWN_FAULT = {
    signal.SIGXCPU,
    signal.SIGSEGV,
    signal.SIGABRT,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
}


class NotExamined(Exception):
    """The look did not come to its end, by no fault of the file: it may be tried again."""


def examine(
    stream: BinaryIO, *, limits: Limits | None = None, patience_s: float = PATIENCE_S
) -> Content:
    """What the file in a seekable stream is. Blocks: for a thread.

    Raises:
        ContentRefused: it is kept out; carries why.
        NotExamined: the process could not be started, was ended from outside, or took too long
            on a machine that is too busy.
    """
    stream.seek(0)
    process = _start(limits or Limits())
    assert process.stdin is not None
    assert process.stdout is not None
    alarm = threading.Timer(patience_s, process.kill)
    alarm.start()
    try:
        with contextlib.suppress(BrokenPipeError):  # it ended early; its code says why
            shutil.copyfileobj(stream, process.stdin, _PIECE)
            process.stdin.close()
        answer = process.stdout.read(_ANSWER_MAX)
        return _understood(answer, process.wait())
    finally:
        alarm.cancel()
        process.kill()
        process.wait()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        process.stdout.close()


def _start(limits: Limits) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "services.file_content.looker"]
    command += [str(limits.processor_s), str(limits.memory)]
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # the libraries' complaints quote the file
            start_new_session=True,  # Ctrl-C on the terminal is not for it
            cwd=_ROOT,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        )
    except OSError as error:
        raise NotExamined(error.strerror or "not started") from None


def _understood(answer: bytes, code: int) -> Content:
    if -code in _OWN_FAULT:
        raise ContentRefused("broken")  # it used up its time, or crashed
    try:
        said = json.loads(answer)
    except ValueError:
        raise NotExamined(f"ended with {code}") from None
    if "refused" in said:
        raise ContentRefused(said["refused"])
    return Content(**said)
