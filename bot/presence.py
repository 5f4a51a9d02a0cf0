"""How long the program was away.

Telegram keeps an update for 24 hours. After a longer outage something may be lost for good, so
people with an open conversation are asked to repeat what they last said. This is about real
time, whatever the demo's clock shows.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.workers import Workers
from handlers import outage
from handlers.kit import Kit
from services import installation
from services.clock import Clock
from services.outbox import Call, Outbox

log = logging.getLogger(__name__)

TELEGRAM_KEEPS = timedelta(hours=24)
BEAT_EVERY_S = 60.0


class Presence:
    """Marks that updates are being taken; `machine` is real time."""

    def __init__(
        self,
        *,
        kit: Kit,
        machine: Clock,
        sessions: sessionmaker[Session],
        workers: Workers,
        after_commit: Callable[[Sequence[Call]], None],
    ) -> None:
        self._kit = kit
        self._machine = machine
        self._sessions = sessions
        self._workers = workers
        self._after_commit = after_commit

    async def run(self) -> None:
        """Look back once, then leave a mark every minute until cancelled."""
        while True:
            try:
                await self._workers.submit(0, self.beat)
            except Exception as error:
                log.warning("The mark of presence failed: %s", type(error).__name__)
            await asyncio.sleep(BEAT_EVERY_S)

    def beat(self) -> None:
        """Leave the mark; after an outage longer than Telegram keeps updates, tell people."""
        now = self._machine.now()
        with self._sessions.begin() as session:
            box = Outbox(session, now)
            last = installation.last_present(session)
            if last is not None and now - last > TELEGRAM_KEEPS:
                told = outage.ask_to_repeat(self._kit, session, box, since=last - TELEGRAM_KEEPS)
                log.warning("Away for %s; %s people are asked to repeat", _hours(now - last), told)
            installation.keep_present(session, now)
        self._after_commit(box.added)


def _hours(gap: timedelta) -> str:
    return f"{gap.total_seconds() / 3600:.0f} h"
