"""Calls that must not arrive twice are claimed in the records before they may leave, so that a
kill leaves them *unknown* and not *queued*.

A few are claimed ahead, together: the moment at which one leaves is then decided by Telegram's
limits alone. Were each claimed just before it leaves, those that the database kept waiting would
all leave at once afterwards, more than a second allows.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.outbox import Call

AHEAD = 16  # half a second of sending: longer than the database usually keeps one waiting


class Claims:
    """What is claimed and has not left yet. A call that is taken, comes back after a refusal and
    is to leave again is claimed anew."""

    def __init__(self) -> None:
        self._claimed: set[int] = set()
        self._aside: set[int] = set()  # of those: what its chat's limit keeps back
        self._under_way = False

    def is_missing(self, call: Call) -> bool:
        """Whether the call may not leave yet. One that waits for another's result is claimed
        when that is known."""
        return not call.repeatable and call.after_id is None and call.id not in self._claimed

    def room(self, in_flight: int, most: int) -> int:
        """How many more to claim now, so that no more than `most` are claimed and in flight."""
        ahead = len(self._claimed) - len(self._aside)
        if self._under_way or ahead > AHEAD // 2:
            return 0
        return max(0, min(AHEAD - ahead, most - in_flight - len(self._claimed)))

    def begin(self) -> None:
        self._under_way = True

    def done(self, claimed: Iterable[int]) -> None:
        self._claimed.update(claimed)
        self._under_way = False

    def set_aside(self, call: Call) -> None:
        """Its chat's limit keeps it back: others are claimed in its place."""
        if call.id in self._claimed:
            self._aside.add(call.id)

    def take(self, call: Call) -> bool:
        """Whether the call is claimed; it leaves now, or ends without leaving."""
        self._aside.discard(call.id)
        if call.id not in self._claimed:
            return False
        self._claimed.discard(call.id)
        return True

    def take_all(self) -> list[int]:
        """Everything that is claimed and will not leave from here."""
        left = sorted(self._claimed)
        self._claimed.clear()
        self._aside.clear()
        return left
