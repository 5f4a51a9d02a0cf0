"""Changing a plan under way: another day of the month, or another amount. Pure.

What is settled or due stays as it is; only installments still ahead move.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from services.dates import ONE_DAY, end_of_month
from services.money import Centimes, total
from services.plans.schedule import (
    MONTH_END,
    MOST_INSTALLMENTS,
    Installment,
    IsWorkingDay,
    TooManyInstallments,
    due_date,
)


class Ahead(NamedTuple):
    """An installment still to come: its month (first day), and what is left of it."""

    number: int
    month: date
    due: date
    left: Centimes


def on_another_day(
    ahead: Sequence[Ahead], day: int, *, today: date, is_working_day: IsWorkingDay
) -> list[Installment]:
    """The same amounts on another day of their months. One whose new day would be past, or not
    after the one before it, keeps the day it has."""
    moved: list[Installment] = []
    after = today
    for part in ahead:
        wished = end_of_month(part.month) if day == MONTH_END else part.month.replace(day=day)
        due = due_date(_month_before(part.month), 1, day, is_working_day)
        if wished <= today or due <= after:
            due = part.due
        moved.append(Installment(part.number, due, part.left))
        after = due
    return moved


def with_another_amount(
    ahead: Sequence[Ahead], amount: Centimes, day: int, *, is_working_day: IsWorkingDay
) -> list[Installment]:
    """What is ahead in installments of another amount, from the month of the next one on.

    Raises:
        TooManyInstallments
    """
    first = ahead[0]
    rest = total(part.left for part in ahead)
    count = -(-rest // amount)
    if count > MOST_INSTALLMENTS:
        raise TooManyInstallments(count, Centimes(-(-rest // MOST_INSTALLMENTS)))
    anchor = _month_before(first.month)
    return [
        Installment(
            first.number + place - 1,
            first.due if place == 1 else due_date(anchor, place, day, is_working_day),
            Centimes(amount if place < count else rest - amount * (count - 1)),
        )
        for place in range(1, count + 1)
    ]


def _month_before(month: date) -> date:
    """A day of the month before, early enough that nothing moved back ends up before it."""
    return (month - ONE_DAY).replace(day=1)
