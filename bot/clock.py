"""The machine's clock, and the demo's, which can be moved.

The demo clock's offset is kept in the database, so it survives a restart; time-outs and leases
never use it, they run on the machine's monotonic clock.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

from services.records.traffic import Setting

log = logging.getLogger(__name__)

FOLLOW_EVERY_S = 1.0
SAME = timedelta(milliseconds=10)  # it is kept to the millisecond
_OFFSET = "demo_clock.offset_s"
_KEPT = select(Setting.value).where(Setting.name == _OFFSET)


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class DemoClock:
    """Real time plus an offset."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self.offset = offset
        self._moved: list[Callable[[], None]] = []

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def set(self, now: datetime) -> None:
        """Jump, also backwards; from there the clock runs on."""
        self.shift(now - datetime.now(UTC))

    def shift(self, offset: timedelta) -> None:
        """Run with this offset from now on, and tell who wants to know."""
        self.offset = offset
        for tell in self._moved:
            tell()

    def on_move(self, tell: Callable[[], None]) -> None:
        self._moved.append(tell)


async def follow(
    clock: DemoClock, reader: AsyncEngine, moved: Callable[[], Awaitable[object]]
) -> None:
    """Until cancelled: when another process moves the clock, which it keeps in the database,
    move ours too and call `moved`. A move of our own is found there unchanged."""
    seen: timedelta | None = None
    while True:
        try:
            async with reader.connect() as connection:
                kept = _read((await connection.execute(_KEPT)).scalar())
        except Exception as error:
            log.warning("The demo's clock cannot be read (%s)", type(error).__name__)
        else:
            if seen is not None and kept != seen and abs(kept - clock.offset) > SAME:
                clock.shift(kept)
                await moved()
            seen = kept
        await asyncio.sleep(FOLLOW_EVERY_S)


def load_offset(session: Session) -> timedelta:
    return _read(session.execute(_KEPT).scalar())


def _read(value: str | None) -> timedelta:
    return timedelta(seconds=float(value)) if value is not None else timedelta(0)


def keep_offset(session: Session, offset: timedelta) -> None:
    session.execute(delete(Setting).where(Setting.name == _OFFSET))
    session.execute(insert(Setting).values(name=_OFFSET, value=f"{offset.total_seconds():.3f}"))
