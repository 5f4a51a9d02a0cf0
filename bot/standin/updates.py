"""The queue of updates Telegram keeps for a bot.

Semantics follow Telegram's own server: an offset acknowledges everything below it and an
offset too far in the future acknowledges nothing; a negative one counts from the end. An
undelivered update dies after a time.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

# update kinds a bot gets without asking; the others must be named in allowed_updates
DEFAULT_KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "callback_query",
        "my_chat_member",
        "inline_query",
        "poll",
    }
)
ALL_KINDS = DEFAULT_KINDS | {"chat_member", "message_reaction", "message_reaction_count"}
MAX_BATCH_BYTES = 1 << 22
FUTURE_TOLERANCE = 10  # an offset further ahead is taken for one of an older numbering


@dataclass(slots=True)
class Pending:
    """One undelivered update as ready JSON; `dies_at` in monotonic seconds.

    `chat` is what its order matters within, None for updates of no chat.
    """

    update_id: int
    body: str
    dies_at: float
    chat: Hashable = None


class UpdateQueue:
    """Updates of one bot, oldest first."""

    def __init__(self, first_id: int) -> None:
        self.pending: deque[Pending] = deque()
        self.next_id = first_id
        self.allowed = DEFAULT_KINDS
        self._waiter: asyncio.Future[None] | None = None
        self.added = 0
        self.acknowledged = 0

    def wait(self) -> asyncio.Future[None]:
        """Give a future that is done at the next update; there is one taker at a time."""
        self._waiter = asyncio.get_running_loop().create_future()
        return self._waiter

    def wake(self) -> None:
        """Wake the taker."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def interrupt(self, reason: Exception) -> None:
        """End the taker's wait with a refusal."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(reason)

    def allow(self, kinds: Any) -> None:
        """Set which kinds are kept from now on; an empty list means the default."""
        named = {kind for kind in kinds if kind in ALL_KINDS}
        self.allowed = frozenset(named) if named else DEFAULT_KINDS

    def add(self, kind: str, payload: dict[str, Any], *, now: float, life_s: float) -> int | None:
        """Queue an update and give its id, None when the bot did not ask for its kind."""
        if kind not in self.allowed:
            return None
        update_id = self.next_id
        self.next_id += 1
        body = json.dumps({"update_id": update_id, kind: payload}, ensure_ascii=False)
        about = payload.get("chat") or (payload.get("message") or payload)["chat"]
        self.pending.append(Pending(update_id, body, now + life_s, about["id"]))
        self.added += 1
        self.wake()
        return update_id

    def add_raw(self, body: dict[str, Any], *, now: float, life_s: float) -> int:
        """Queue an update of any content, so tests can send what Telegram never would."""
        update_id = self.next_id
        self.next_id += 1
        text = json.dumps({"update_id": update_id, **body}, ensure_ascii=False)
        self.pending.append(Pending(update_id, text, now + life_s))
        self.added += 1
        self.wake()
        return update_id

    def expire(self, now: float) -> None:
        """Forget updates that lived out their time."""
        if any(update.dies_at <= now for update in self.pending):
            self.pending = deque(update for update in self.pending if update.dies_at > now)

    def poll(self, offset: int, limit: int, now: float) -> list[Pending]:
        """Acknowledge what is below `offset`, then give up to `limit` updates."""
        if offset < 0:
            offset = max(self.next_id + offset, 0)
        if 0 < offset <= self.next_id + FUTURE_TOLERANCE:
            self.acknowledge_below(offset)
        self.expire(now)
        batch: list[Pending] = []
        size = 0
        for update in self.pending:
            size += len(update.body) + 50
            if len(batch) >= limit or size > MAX_BATCH_BYTES:
                break
            batch.append(update)
        return batch

    def acknowledge_below(self, offset: int) -> None:
        """Forget updates numbered below `offset`."""
        while self.pending and self.pending[0].update_id < offset:
            self.pending.popleft()
            self.acknowledged += 1

    def drop(self, update: Pending) -> None:
        """Forget one update that a webhook took."""
        try:
            self.pending.remove(update)
            self.acknowledged += 1
        except ValueError:
            return

    def clear(self) -> None:
        """Forget all pending updates."""
        self.pending.clear()

    def renumber(self, first_id: int) -> None:
        """Number the next updates from `first_id`, as Telegram may after a quiet week."""
        self.next_id = first_id
