"""From a batch of raw updates to committed units of work, in order within each chat."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from bot.gateway.cleaning import is_storable
from bot.gateway.unit import Arrived, Units
from bot.gateway.workers import Workers

log = logging.getLogger(__name__)

GROUP = 10  # updates that wait together and are committed together
ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "chat_member",
)


class Intake:
    """What polling and webhook share: hand updates in, wait until all are committed."""

    def __init__(self, *, units: Units, workers: Workers) -> None:
        self._units = units
        self._workers = workers
        self.handled = 0

    async def take(self, raws: Sequence[Any]) -> None:
        """Returns once every one of them is committed, done before, or set aside."""
        readable = [raw for raw in raws if is_update(raw)]
        if len(readable) < len(raws):
            log.error("%s updates had no usable id and were passed over", len(raws) - len(readable))
        if not readable:
            return
        arrived = await self._workers.submit(0, lambda: self._units.arrive(readable))
        await asyncio.gather(
            *(
                self._workers.submit(worker, partial(self._units.run_group, group))
                for worker, group in self._groups(arrived)
            )
        )
        self.handled += len(arrived)

    def _groups(self, arrived: Sequence[Arrived]) -> Iterator[tuple[int, list[Arrived]]]:
        """Small groups for one worker each; a chat always meets the same worker."""
        by_worker: dict[int, list[Arrived]] = {}
        for one in arrived:
            by_worker.setdefault(one.key % self._workers.count, []).append(one)
        for worker, ones in by_worker.items():
            for start in range(0, len(ones), GROUP):
                yield worker, ones[start : start + GROUP]


def is_update(raw: object) -> bool:
    return isinstance(raw, Mapping) and is_storable(raw.get("update_id")) and raw["update_id"] >= 0
