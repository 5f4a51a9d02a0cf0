"""An event loop whose seconds pass faster: half a minute of waiting takes a test a few seconds."""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
SPEED = 8.0


class _FastSelector(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> Any:
        return super().select(timeout if timeout is None or timeout < 0 else timeout / SPEED)


class FastLoop(asyncio.SelectorEventLoop):
    """Its `time()` runs at `SPEED` times the machine's, and so do all waits that stand on it."""

    def __init__(self) -> None:
        super().__init__(_FastSelector())

    def time(self) -> float:
        return fast_time()


def fast_time() -> float:
    return time.monotonic() * SPEED


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run something to its end on a fast loop of its own."""
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        return runner.run(main)
