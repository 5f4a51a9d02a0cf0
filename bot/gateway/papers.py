"""Makes the papers of calls that are about to leave, in threads of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from services.outbox import Call, Paper, paper_in

THREADS = 2  # a country's report takes many seconds: a statement does not wait for it
AT_ONCE = 8  # papers made and not sent yet: more are made when these have left


class Papers:
    """What is made already, by call. `make` draws one paper, and may raise anything."""

    def __init__(self, make: Callable[[Paper], bytes]) -> None:
        self._make = make
        self._made: dict[int, bytes] = {}
        self._begun: set[int] = set()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="papers")

    def is_missing(self, call: Call) -> bool:
        """Whether the call carries a paper that is still to be made."""
        return call.id not in self._made and paper_in(call.params) is not None

    def begin(self, call: Call) -> bool:
        """Whether there is room for the paper of this call; if so, `prepare` comes next."""
        if len(self._made) + len(self._begun) >= AT_ONCE:
            return False
        self._begun.add(call.id)
        return True

    async def prepare(self, call: Call) -> None:
        """Make the paper of a call. Raises what making it raises."""
        found = paper_in(call.params)
        assert found is not None, "the call carries no paper"
        try:
            self._made[call.id] = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._make, found[1]
            )
        finally:
            self._begun.discard(call.id)

    def of(self, call: Call) -> tuple[str, tuple[str, str, bytes]] | None:
        """A paper that was made: its parameter, and file name, MIME type and content."""
        found = paper_in(call.params)
        if found is None or call.id not in self._made:
            return None
        field, paper = found
        return field, (paper.name, paper.mime, self._made[call.id])

    def forget(self, call: Call) -> None:
        self._made.pop(call.id, None)

    def clear(self) -> None:
        self._made.clear()

    def stop(self) -> None:
        """What is being drawn ends by itself; nothing further is begun."""
        self._threads.shutdown(wait=False, cancel_futures=True)
