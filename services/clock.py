"""Time is handed in: rules and use cases receive a clock, never look at the wall themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

ALGIERS = ZoneInfo("Africa/Algiers")


class Clock(Protocol):
    """What tells the time: the machine's clock, the demo's movable one, or a test's fixed one."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...
