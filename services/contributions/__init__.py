"""What a contributor owes, right to the centime, and why. Pure functions of facts and policy."""

from services.contributions.facts import Facts, GivenSurcharge, Payment
from services.contributions.position import position
from services.contributions.result import (
    Allocation,
    BaseSource,
    Deadline,
    Doubt,
    Limit,
    Note,
    NoteKey,
    Position,
    Status,
    Use,
    YearLine,
)

__all__ = [
    "Allocation",
    "BaseSource",
    "Deadline",
    "Doubt",
    "Facts",
    "GivenSurcharge",
    "Limit",
    "Note",
    "NoteKey",
    "Payment",
    "Position",
    "Status",
    "Use",
    "YearLine",
    "position",
]
