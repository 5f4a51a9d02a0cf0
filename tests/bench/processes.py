"""Starts the stub and the bots that are measured, and reads their processor time."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(url: str, content: Any = None, *, timeout_s: float = 60) -> Any:
    """GET, or POST when there is content; the JSON answer."""
    data = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout_s) as answer:
        return json.loads(answer.read())


@contextlib.contextmanager
def program(
    *arguments: str, env: dict[str, str] | None = None, log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A Python program for as long as the block; what it prints goes to `log` or nowhere."""
    with (log or Path(os.devnull)).open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=os.environ | (env or {}),
            stdout=out,
            stderr=out,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def stub() -> Iterator[str]:
    """The Bot API stub in a process of its own; gives its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with program("-m", "tests.bench.botapi_stub", str(port)):
        wait_for(lambda: ask(f"{url}/seen"), what="the stub")
        yield url


def wait_for(ready: Any, *, what: str, timeout_s: float = 60) -> Any:
    """Repeat until `ready()` gives something true."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if found := ready():
                return found
        time.sleep(0.05)
    raise TimeoutError(f"{what} did not get ready")


def cpu_s(process: subprocess.Popen[bytes]) -> float:
    """User and system time of a process and its children so far, in seconds."""
    root = psutil.Process(process.pid)
    total = 0.0
    for one in [root, *root.children(recursive=True)]:
        times = one.cpu_times()
        total += times.user + times.system
    return total


def memory_mib(process: subprocess.Popen[bytes]) -> float:
    return float(psutil.Process(process.pid).memory_info().rss) / 2**20
