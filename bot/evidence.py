"""Fetches our own copies of what is sent with a complaint, and removes those that must go.

What there is to do are rows (`services.complaints.copies`), so nothing is lost by a kill and an
outage is made up. No transaction waits for the network; no file is ever whole in memory, nor
readable on the disk. It runs in one process at a time, under a lease of its own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.gateway.api import BotApi, NotSent, Refused, Unknown
from bot.gateway.transactions import Transactions
from handlers.complaints import not_kept
from handlers.kit import Kit
from services.clock import Clock
from services.complaints import copies
from services.complaints.copies import Task
from services.complaints.evidence import SIZE_MAX
from services.complaints.office import Office
from services.evidence_store import EvidenceStore, Part, StoreUnusable
from services.file_content import Content, ContentRefused, NotExamined, examine
from services.outbox import Call, Outbox

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
AT_A_TIME = 3
REMOVED_AT_A_TIME = 100
SWEEP_EVERY_S = 3_600.0
SWEPT_AT_A_TIME = 500
# What lies about for longer than any download takes was left by a kill.
LEFT_OVER_S = 900.0
WITHOUT_RECORD_S = 7 * 86_400.0  # whoever restored the wrong backup has a week to notice
BACKOFF_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)
WRONG_TOKEN_PAUSE_S = 30.0
_PIECE = 256 * 1024  # bytes that are sealed and written in one go
# What a kind of message holds; a document may be anything that is taken.
_KINDS = {
    "photo": ("image/",),
    "voice": ("audio/", "video/mp4", "video/webm"),
    "audio": ("audio/", "video/mp4", "video/webm"),
    "video": ("video/", "image/gif"),
}


class EvidenceKeeper:
    """`run` until cancelled."""

    def __init__(
        self,
        *,
        api: BotApi,
        store: EvidenceStore,
        kit: Kit,
        clock: Clock,
        transactions: Transactions,
        after_commit: Callable[[Sequence[Call]], None],
        look_every_s: float = LOOK_EVERY_S,
        monotonic: Callable[[], float] = time.monotonic,
        machine_time: Callable[[], float] = time.time,
    ) -> None:
        self._api = api
        self._store = store
        self._kit = kit
        self._clock = clock
        self._transactions = transactions
        self._after_commit = after_commit
        self._look_every_s = look_every_s
        self._monotonic = monotonic
        self._machine_time = machine_time
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._ready = False
        self._swept_at = float("-inf")
        self._paused_until = float("-inf")
        self._failures = 0  # in a row: Telegram out of reach
        self.state = "ok"

    def doing(self) -> str:
        """For `/health`."""
        return self.state

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self.look()
                except Exception as error:
                    log.error("Copies of evidence: %s", type(error).__name__)
                await asyncio.sleep(self._look_every_s)
        finally:
            self._ready = False
            under_way = list(self._under_way.values())
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def look(self) -> None:
        """Start on what is due; remove what must go; now and then look for leftovers."""
        if not await self._prepare():
            return
        if self._monotonic() - self._swept_at >= SWEEP_EVERY_S:
            await self.sweep()
        free = AT_A_TIME - len(self._under_way)
        now = self._clock.now()
        if free <= 0 or not await self._transactions.read(lambda s: copies.any_due(s, now)):
            return
        await self._remove()
        if self._monotonic() < self._paused_until:
            return
        but = set(self._under_way)
        found = await self._transactions.do(
            lambda s: copies.claim(s, self._kit.policy, now, limit=free, but=but)
        )
        for task in found:
            self._under_way[task.id] = asyncio.create_task(self._settle(task))
            self._under_way[task.id].add_done_callback(partial(self._done, task.id))

    def _done(self, number: int, _: asyncio.Task[None]) -> None:
        self._under_way.pop(number, None)

    async def settled(self) -> None:
        """Until no file is under way."""
        while self._under_way:
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _prepare(self) -> bool:
        """Whether the directory is there, and the right one."""
        if self._ready:
            return True
        filled = await self._transactions.read(copies.is_any_kept)
        try:
            await asyncio.to_thread(self._store.prepare, filled=filled)
        except StoreUnusable as refusal:
            if self.state != refusal.reason:
                log.error("%s", refusal)
            self.state = refusal.reason
            return False
        self._ready, self.state = True, "ok"
        return True

    # --- one file -----------------------------------------------------------------------

    async def _settle(self, task: Task) -> None:
        if task.spent:
            await self._in_unit(partial(self._lose, task))
            return
        try:
            await self._fetch(task)
        except ContentRefused as refusal:
            await self._in_unit(partial(self._refuse, task, refusal.reason))
        except Refused as refusal:
            await self._after_refusal(task, refusal)
        except NotSent as failure:
            wait_s = BACKOFF_S[min(self._failures, len(BACKOFF_S) - 1)]
            self._failures += 1
            await self._wait(task, wait_s, failure.message)
        except Unknown as doubt:
            await self._failed(task, doubt.reason)
        except NotExamined as trouble:
            await self._failed(task, str(trouble))
        except OSError as error:
            # The disk is full, the share is gone: no fault of the file, and none is lost.
            self._ready = False
            self.state = f"EVIDENCE_DIR cannot be written ({error.strerror})"
            log.error("%s", self.state)
            await self._wait(task, BACKOFF_S[-1], self.state)
        except Exception as error:  # of ours; the next try is set
            log.error("File %s was not kept: %s", task.id, type(error).__name__)
        else:
            self._failures = 0

    async def _fetch(self, task: Task) -> None:
        """Fetch, look at it, move it to its place, write that down."""
        path = await self._api.file_path(task.file_id)
        part = await asyncio.to_thread(self._store.begin, task.blob)
        try:
            await self._receive(path, part)
            content = await asyncio.to_thread(_look, part, task.kind)
            await asyncio.to_thread(part.keep)
        finally:
            await asyncio.to_thread(part.discard)
        named = await self._transactions.do(
            lambda session: copies.keep(
                session,
                task,
                content,
                size=part.size,
                sha256=part.sha256,
                now=self._clock.now(),
            )
        )
        if not named:  # erased meanwhile
            await asyncio.to_thread(self._store.remove, task.blob)

    async def _receive(self, path: str, part: Part) -> None:
        waiting = bytearray()
        received = 0
        async for piece in self._api.download(path):
            received += len(piece)
            if received > SIZE_MAX:
                raise ContentRefused("too_large")
            waiting += piece
            if len(waiting) >= _PIECE:
                await asyncio.to_thread(part.write, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(part.write, bytes(waiting))

    async def _after_refusal(self, task: Task, refusal: Refused) -> None:
        if refusal.code == 429:
            await self._wait(task, refusal.retry_after_s or 1.0, "Telegram asks to wait")
        elif refusal.code == 401 or (refusal.code == 404 and not self._api.accepted):
            await self._wait(task, WRONG_TOKEN_PAUSE_S, "the token is not accepted")
        elif "too big" in refusal.description.lower():
            await self._in_unit(partial(self._refuse, task, "too_large"))
        else:  # the name died, or its place did: Telegram may find it again
            await self._failed(task, f"refused ({refusal.code})")

    async def _failed(self, task: Task, why: str) -> None:
        """The next try is set already; after the last one it is over."""
        log.warning("File %s was not fetched (%s, try %s)", task.id, why, task.tries)
        if task.last:
            await self._in_unit(partial(self._lose, task))

    async def _wait(self, task: Task, wait_s: float, why: str) -> None:
        """Nobody's fault: everything waits, and the try does not count."""
        log.warning("File %s was not fetched (%s); again in %.0f s", task.id, why, wait_s)
        self._paused_until = max(self._paused_until, self._monotonic() + wait_s)
        # The pause is measured here, by the machine's clock: ours may jump.
        now = self._clock.now()
        await self._transactions.do(lambda s: copies.give_back(s, task, again_at=now))

    def _refuse(self, task: Task, reason: str, session: Session, box: Outbox) -> None:
        office = self._office(session, box.now)
        if (case := copies.refuse(office, task, reason)) is not None:
            not_kept.tell(self._kit, box, office, case, task.id)

    def _lose(self, task: Task, session: Session, box: Outbox) -> None:
        office = self._office(session, box.now)
        if (case := copies.lose(office, task)) is not None:
            not_kept.tell(self._kit, box, office, case, task.id)

    # --- what must go -------------------------------------------------------------------

    async def _remove(self) -> None:
        """Remove copies whose record is gone."""
        blobs = await self._transactions.do(
            lambda session: copies.to_remove(session, limit=REMOVED_AT_A_TIME)
        )
        if not blobs:
            return
        for blob in blobs:
            await asyncio.to_thread(self._store.remove, blob)
        await self._transactions.do(lambda session: copies.removed(session, blobs))

    async def sweep(self) -> None:
        """Remove what a kill left: files in the making, and copies that no record names."""
        self._swept_at = self._monotonic()
        now = self._machine_time()
        parts = await asyncio.to_thread(self._store.sweep_parts, older_than=now - LEFT_OVER_S)
        names = await asyncio.to_thread(
            lambda: list(self._store.names(older_than=now - WITHOUT_RECORD_S))
        )
        left = 0
        for start in range(0, len(names), SWEPT_AT_A_TIME):
            some = names[start : start + SWEPT_AT_A_TIME]
            unknown = await self._transactions.read(partial(_without_record, some))
            for name in unknown:
                await asyncio.to_thread(self._store.remove, name)
            left += len(unknown)
        if parts or left:
            log.info("Leftovers removed: %s in the making, %s without a record", parts, left)

    # --- transactions -------------------------------------------------------------------

    def _office(self, session: Session, now: datetime) -> Office:
        return Office(session, self._kit.policy, self._kit.vault, now)

    async def _in_unit(self, work: Callable[[Session, Outbox], object]) -> None:
        def unit(session: Session) -> list[Call]:
            box = Outbox(session, self._clock.now())
            work(session, box)
            return box.added

        self._after_commit(await self._transactions.do(unit))


def _look(part: Part, kind: str) -> Content:
    """What was received, if it is what it may be. Raises `ContentRefused`."""
    with part.finish() as stream:
        content = examine(stream)
    if not content.mime.startswith(_KINDS.get(kind, ("",))):
        raise ContentRefused("broken")
    return content


def _without_record(names: Sequence[str], session: Session) -> set[str]:
    return copies.without_record(session, names)
