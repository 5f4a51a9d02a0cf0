"""What a step is about, in figures: settled, uncertain, or so much. Pure.

The exact figure or none: an estimate is left out of a message, which then leads to the status.
"""

from __future__ import annotations

from typing import NamedTuple

from services.contributions import Doubt, NoteKey, Position, Status, YearLine
from services.money import Centimes
from services.reminders.steps import Kind, Step

_WHETHER = Doubt.CEASED_YEAR | Doubt.SETTLEMENT
"""Doubts on whether a year is owed at all, not only on how much."""


class Owed(NamedTuple):
    """`settled`: nothing to say. `uncertain`: whether anything is owed is for the agency to
    tell. `amount`: what is still to pay in centimes; None when it is only an estimate."""

    settled: bool
    uncertain: bool = False
    amount: Centimes | None = None


SETTLED = Owed(settled=True)


def of_year(step: Step, position: Position, declared: bool) -> Owed:
    """What a step of the year means for one contributor on the day of the position."""
    year = int(step.subject)
    if position.status in (Status.CEASED, Status.NOTHING_KNOWN) and not position.total:
        return SETTLED
    if step.kind is Kind.DECLARATION:
        ceased = position.status is Status.CEASED
        return SETTLED if declared or ceased else Owed(settled=False)
    if year > position.on.year:
        return Owed(settled=False)  # announced ahead of its year: the sum is not known yet
    line = position.line(year)
    if line is None or not line.remaining:
        return SETTLED
    return Owed(
        settled=False,
        uncertain=_is_uncertain(line, position),
        amount=None if line.estimate else line.total,
    )


def of_debt(position: Position, year: int | None) -> Owed:
    """What is late, of one year or in all: what a campaign is about."""
    late = [
        line
        for line in position.lines
        if line.total and (line.late or line.surcharge) and year in (None, line.year)
    ]
    if not late:
        return SETTLED
    certain = [line for line in late if not _is_uncertain(line, position)]
    exact = not any(line.estimate for line in late)
    return Owed(
        settled=False,
        uncertain=not certain,
        amount=Centimes(sum(line.total for line in late)) if exact else None,
    )


def _is_uncertain(line: YearLine, position: Position) -> bool:
    if line.due_date is None or any(note.key is NoteKey.NO_RECORDS for note in position.notes):
        return True
    return bool(line.doubts & _WHETHER)
