"""Long polling that acknowledges after the commit: Telegram is the durable queue in front.

The next request names the lowest id that is not committed, so what was not committed comes
again. Once that is acknowledged no offset is sent: repeats are known by the set of ids, and
Telegram may restart its numbering, so "greater than the last" would lose updates.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from bot.gateway.api import BotApi, NotSent, Refused, Unknown
from bot.gateway.intake import ALLOWED_UPDATES, Intake

log = logging.getLogger(__name__)

POLL_S = 25
BATCH = 100
BACKOFF_S = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


class Poller:
    def __init__(self, *, api: BotApi, intake: Intake) -> None:
        self._api = api
        self._intake = intake
        self._offset: int | None = None
        self.state = "starting"

    async def run(self) -> None:
        """Poll until cancelled; no failure ends it."""
        failures = 0
        webhook_removed = False
        while True:
            try:
                if not webhook_removed:
                    await self._api.call("deleteWebhook", {"drop_pending_updates": False})
                    webhook_removed = True
                    self.state = "ok"
                await self._poll_once()
                failures = 0
                self.state = "ok"
            except Refused as refusal:
                webhook_removed = refusal.code != 409
                self.state = f"refused ({refusal.code})"
                wait = refusal.retry_after_s or BACKOFF_S[min(failures, len(BACKOFF_S) - 1)]
                log.warning("Polling was refused: %s; again in %.1f s", refusal, wait)
                failures += 1
                await asyncio.sleep(wait)
            except (NotSent, Unknown) as failure:
                self.state = failure.message
                wait = BACKOFF_S[min(failures, len(BACKOFF_S) - 1)]
                log.warning("Polling failed (%s); again in %.1f s", failure.message, wait)
                failures += 1
                await asyncio.sleep(wait)
            except Exception as fault:
                # Nothing of this batch is acknowledged, so it comes again.
                self.state = f"failed ({type(fault).__name__})"
                wait = BACKOFF_S[min(failures, len(BACKOFF_S) - 1)]
                log.error("Polling failed here: %s; again in %.1f s", type(fault).__name__, wait)
                failures += 1
                await asyncio.sleep(wait)

    async def _poll_once(self) -> None:
        params: dict[str, Any] = {
            "timeout": POLL_S,
            "limit": BATCH,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        if self._offset is not None:
            params["offset"] = self._offset
        batch = await self._api.call("getUpdates", params, timeout_s=POLL_S + 10)
        if not isinstance(batch, list):
            raise Unknown("the answer is no list of updates")
        if not batch:
            self._offset = None
            return
        await self._intake.take(batch)
        # Also beyond what we can keep: it was passed over, and must not come for ever.
        ids = [raw.get("update_id") for raw in batch if isinstance(raw, dict)]
        last = max((number for number in ids if isinstance(number, int)), default=-1)
        if last < 0:  # a negative offset would make Telegram forget what waits
            self._offset = None
            raise Unknown("no update has an id")
        self._offset = last + 1
