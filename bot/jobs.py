"""What runs in this process until it stops, and what each of it says to `/health`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bot.lease import LeaseKeeper


class Jobs:
    """The tasks of this process. `states` tells of its parts by name."""

    def __init__(self) -> None:
        self.states: dict[str, Callable[[], str]] = {}
        self._tasks: list[asyncio.Task[Any]] = []

    def start(self, name: str, job: Coroutine[Any, Any, object]) -> asyncio.Task[Any]:
        """Start what is no part of its own, or tells its state itself."""
        task = asyncio.create_task(job, name=name)
        self._tasks.append(task)
        return task

    def start_part(
        self,
        name: str,
        job: Callable[[], Awaitable[None]],
        keeper: LeaseKeeper | None = None,
        *,
        doing: Callable[[], str] | None = None,
    ) -> None:
        """Start what only one process may do: with a keeper, whenever it holds the lease.
        `doing` tells how it fares while it runs."""

        async def run() -> None:
            await (job() if keeper is None else keeper.run(job))

        task = self.start(name, run())

        def state() -> str:
            if task.done():
                return "ended"
            if keeper is not None and not keeper.held:
                return "waiting for the lease"
            return doing() if doing is not None else "ok"

        self.states[name] = state

    async def stop(self) -> None:
        """Cancel everything and wait until it has ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
