"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.clock import ALGIERS


class SetClock:
    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def set(self, *, day: str, at: str = "10:00") -> None:
        """A day and a time of day in Algiers: `set(day="2026-06-30", at="23:59")`."""
        self._now = datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=ALGIERS).astimezone(UTC)

    def advance(self, **parts: float) -> None:
        """`advance(days=1, hours=2)`."""
        self._now += timedelta(**parts)
