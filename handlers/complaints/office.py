"""The office of complaints, as a turn gives it what it needs."""

from __future__ import annotations

from handlers.turn import Turn
from services.complaints.office import Office


def office(turn: Turn) -> Office:
    """What the use cases of complaints are given, for this turn."""
    return Office(turn.session, turn.kit.policy, turn.kit.vault, turn.now)
