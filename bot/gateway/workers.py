"""Threads that run units of work one after another, in the order they were given.

One thread writes to SQLite; a few write to PostgreSQL. A chat always goes to the same
thread, so two updates of one chat never overlap in this process and keep their order.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

_Job = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class Workers:
    """`count` threads. `submit` is called from the event loop and returns a future of it."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queues: list[SimpleQueue[_Job | None]] = [SimpleQueue() for _ in range(count)]
        self._threads = [
            threading.Thread(target=self._work, args=(queue,), name=f"unit-{number}", daemon=True)
            for number, queue in enumerate(self._queues)
        ]
        # Finished jobs are handed back in batches: one wake-up of the loop serves many.
        self._finished: deque[tuple[asyncio.Future[Any], Any, BaseException | None]] = deque()
        self._wake_pending = False

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        for thread in self._threads:
            thread.start()

    async def stop(self, patience_s: float = 5.0) -> None:
        """Let what was given finish, then end the threads; one that a statement holds up for
        longer ends with the process, and its transaction is rolled back."""
        for queue in self._queues:
            queue.put(None)
        until = asyncio.get_running_loop().time() + patience_s
        for thread in self._threads:
            left = max(0.0, until - asyncio.get_running_loop().time())
            await asyncio.to_thread(thread.join, left)

    def submit(self, key: int, job: Callable[[], T]) -> asyncio.Future[T]:
        """Run `job` after everything given before with the same key."""
        assert self._loop is not None, "start() comes first"
        future: asyncio.Future[T] = self._loop.create_future()
        self._queues[key % len(self._queues)].put((job, future))
        return future

    def _work(self, queue: SimpleQueue[_Job | None]) -> None:
        while (entry := queue.get()) is not None:
            job, future = entry
            try:
                self._hand_back(future, job(), None)
            except BaseException as error:  # the waiter decides what it means
                self._hand_back(future, None, error)

    def _hand_back(
        self, future: asyncio.Future[Any], result: Any, error: BaseException | None
    ) -> None:
        assert self._loop is not None
        self._finished.append((future, result, error))
        if not self._wake_pending:
            self._wake_pending = True
            self._loop.call_soon_threadsafe(self._resolve)

    def _resolve(self) -> None:
        self._wake_pending = False
        while self._finished:
            future, result, error = self._finished.popleft()
            if future.done():
                continue
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)
