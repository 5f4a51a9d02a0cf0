"""The machine's clock, and the demo's, which can be moved.

The demo clock's offset is kept in the database, so it survives a restart; time-outs and leases
never use it, they run on the machine's monotonic clock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from services.records.traffic import Setting

_OFFSET = "demo_clock.offset_s"


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
        self.offset = now - datetime.now(UTC)
        for tell in self._moved:
            tell()

    def on_move(self, tell: Callable[[], None]) -> None:
        self._moved.append(tell)


def load_offset(session: Session) -> timedelta:
    value = session.execute(select(Setting.value).where(Setting.name == _OFFSET)).scalar()
    return timedelta(seconds=float(value)) if value is not None else timedelta(0)


def keep_offset(session: Session, offset: timedelta) -> None:
    session.execute(delete(Setting).where(Setting.name == _OFFSET))
    session.execute(insert(Setting).values(name=_OFFSET, value=f"{offset.total_seconds():.3f}"))
