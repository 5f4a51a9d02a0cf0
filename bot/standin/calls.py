"""The record of every call the bots made, so that tests can count what arrived."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT = 50_000


@dataclass(slots=True)
class Call:
    """One call: when it arrived (monotonic seconds), how it ended, and whether it took effect."""

    number: int
    at: float
    bot_id: int
    method: str
    params: dict[str, Any] = field(default_factory=dict)
    status: int = 0  # HTTP status answered; 0 while in flight or when the line was cut
    description: str = ""
    took_effect: bool = False
    fault: str = ""
    result: Any = None
    ended_at: float = 0.0

    def view(self) -> dict[str, Any]:
        """Give the record as plain JSON."""
        return asdict(self)


class CallLog:
    """Calls in order of arrival; getUpdates is only counted, it would drown the rest."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self.kept: deque[Call] = deque(maxlen=KEPT)
        self.counts: Counter[str] = Counter()
        self.in_flight = 0
        self._arrived = 0
        self.last_at = monotonic()  # last start or end of a call other than getUpdates

    def begin(self, bot_id: int, method: str) -> Call:
        """Record that a call has arrived."""
        now = self._monotonic()
        self._arrived += 1
        call = Call(self._arrived, now, bot_id, method)
        self.counts[method] += 1
        if method != "getUpdates":
            self.kept.append(call)
            self.in_flight += 1
            self.last_at = now
        return call

    def end(self, call: Call) -> None:
        """Record that a call has been answered or cut off."""
        call.ended_at = self._monotonic()
        if call.method != "getUpdates":
            self.in_flight -= 1
            self.last_at = call.ended_at

    def named(self, method: str | None = None, **params: Any) -> list[Call]:
        """Give the recorded calls of a method, those whose parameters equal the given ones."""
        return [
            call
            for call in self.kept
            if (method is None or call.method == method)
            and all(str(call.params.get(name)) == str(value) for name, value in params.items())
        ]

    def clear(self) -> None:
        """Forget the calls recorded so far."""
        self.kept.clear()
        self.counts.clear()
