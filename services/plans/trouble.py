"""When a plan is in danger, what saves it and until when. Pure, by the policy's rule.

An installment counts as overdue from the day after it was due, unless it is paid, a clerk
confirmed its receipt, or a receipt waits for a clerk.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from services.money import Centimes, total
from services.policy.service_rows import PlanTrouble


class Standing(NamedTuple):
    """An installment as it stands: `left` in centimes; `waits` while a clerk has its receipt."""

    number: int
    due: date
    amount: Centimes
    left: Centimes
    settled: bool
    waits: bool


class Danger(NamedTuple):
    """Why a plan is proposed to lapse: the overdue installments and what they sum up to."""

    numbers: tuple[int, ...]
    amount: Centimes


def overdue(parts: Sequence[Standing], on: date, *, days: int = 1) -> list[Standing]:
    """The installments that have been due for so many days at least, oldest first."""
    return [
        part
        for part in parts
        if not part.settled and not part.waits and (on - part.due).days >= days
    ]


def danger(parts: Sequence[Standing], on: date, rule: PlanTrouble) -> Danger | None:
    """Whether the plan is to be proposed to lapse on a day: so many installments overdue for
    so long, or the last one for longer."""
    late = overdue(parts, on, days=rule.overdue_days)
    last = max(parts, key=lambda part: (part.due, part.number))
    last_late = last in overdue(parts, on, days=rule.last_overdue_days)
    if len(late) < rule.installments_overdue and not last_late:
        return None
    owing = overdue(parts, on)
    return Danger(tuple(part.number for part in owing), total(part.left for part in owing))


def danger_day(parts: Sequence[Standing], rule: PlanTrouble) -> date | None:
    """The day on which the plan would be proposed to lapse if nothing more were paid."""
    open_parts = sorted(
        (part for part in parts if not part.settled and not part.waits),
        key=lambda part: (part.due, part.number),
    )
    if not open_parts:
        return None
    days = []
    if len(open_parts) >= rule.installments_overdue:
        deciding = open_parts[rule.installments_overdue - 1]
        days.append(deciding.due + timedelta(days=rule.overdue_days))
    last = max(parts, key=lambda part: (part.due, part.number))
    if last == open_parts[-1]:
        days.append(last.due + timedelta(days=rule.last_overdue_days))
    return min(days) if days else None
