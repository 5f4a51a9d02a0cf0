"""Makes the papers of calls that are about to leave, in threads of their own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable

from services.outbox import Call, Paper, paper_in

THREADS = 2  # a country's report takes many seconds: a statement does not wait for it
AT_ONCE = 8  # papers made and not sent yet: more are made when these have left


class Papers:
    """What is made already, by call. `make` draws one paper, and may raise anything."""

    def __init__(self, make: Callable[[Paper], bytes]) -> None:
        self._make = make
        self._made: dict[int, bytes] = {}
        self._begun: set[int] = set()
        self._threads = asyncio.Semaphore(THREADS)

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
            async with self._threads:
                self._made[call.id] = await self._drawn(found[1])
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

    def _drawn(self, paper: Paper) -> asyncio.Future[bytes]:
        """Draw it in a thread that a stop of the program does not wait for."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bytes] = loop.create_future()

        def settle(made: bytes | None, error: BaseException | None) -> None:
            if future.done():  # nobody waits for it any more
                return
            if made is not None:
                future.set_result(made)
            else:
                future.set_exception(error or RuntimeError("nothing was drawn"))

        def draw() -> None:
            made, failure = None, None
            try:
                made = self._make(paper)
            except BaseException as error:  # the waiter decides what it means
                failure = error
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle, made, failure)

        threading.Thread(target=draw, name="paper", daemon=True).start()
        return future
