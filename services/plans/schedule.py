"""The arithmetic of a plan: whole centimes, days of Algiers, no clock and no records.

A debt less the down payment is paid in equal installments, rounded up to a centime; the last
one takes the difference, so that all sum exactly. No installment is smaller than the smallest
the terms allow, except the last: a debt that is too small for so many months is over sooner.
Source: DOMAIN, "Installment plans"; the figures themselves are the fund's to set.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from services.money import BasisPoints, Centimes, divide_up

MONTH_END = 0
"""The chosen day that stands for the last day of each month."""
LAST_DAY_EVERY_MONTH_HAS = 28
MOST_INSTALLMENTS = 120
"""Ten years: beyond it nobody, not even a director, can spread a debt here."""
SEARCH_DAYS = 60

IsWorkingDay = Callable[[date], bool]
"""Whether the agency works on a day."""


class Installment(NamedTuple):
    """`number` is 0 for the down payment; amounts in centimes, never 0."""

    number: int
    due: date
    amount: Centimes


class NothingToSpread(ValueError):
    """The down payment leaves nothing, or there is no debt."""

    def __init__(self, debt: Centimes) -> None:
        super().__init__("nothing is left to spread")
        self.debt = debt


class TooManyInstallments(ValueError):
    """So small an installment would take longer than anything the fund may sign."""

    def __init__(self, count: int, smallest_possible: Centimes) -> None:
        super().__init__("too many installments")
        self.count = count
        self.smallest_possible = smallest_possible


class NoWorkingDay(ValueError):
    """The agency's calendar has no working day anywhere near; carries the day sought."""

    def __init__(self, day: date) -> None:
        super().__init__("no working day was found")
        self.day = day


@dataclass(frozen=True)
class Schedule:
    """A debt spread out. `regular` is every installment but the last; `months` how many."""

    debt: Centimes
    down_payment: Centimes
    regular: Centimes
    day: int
    signed_on: date
    installments: tuple[Installment, ...]
    """Without the down payment; numbered from 1."""

    @property
    def months(self) -> int:
        return len(self.installments)

    @property
    def last(self) -> Installment:
        return self.installments[-1]

    @cached_property
    def parts(self) -> tuple[Installment, ...]:
        """All that is to be paid, the down payment (number 0, due on signing) first."""
        if not self.down_payment:
            return self.installments
        return (Installment(0, self.signed_on, self.down_payment), *self.installments)

    def written(self) -> str:
        """Every date and centime in one line each: what an agreement is compared by."""
        return "\n".join(f"{part.number} {part.due} {part.amount}" for part in self.parts)


def least_down_payment(debt: Centimes, at_least: BasisPoints) -> Centimes:
    """The smallest down payment: its share of the debt, a part of a centime counting whole.

    At least a centime stays to be spread, so that even the smallest debt has an installment.
    """
    share = -(-debt * at_least // 10_000)
    return Centimes(max(0, min(share, debt - 1)))


def regular_amount(rest: Centimes, months: int, smallest: Centimes) -> Centimes:
    """What each month costs when `rest` is spread over at most so many months."""
    return min(max(divide_up(rest, months), smallest), rest)


def by_length(
    debt: Centimes,
    *,
    months: int,
    down_payment: Centimes,
    day: int,
    signed_on: date,
    smallest: Centimes,
    is_working_day: IsWorkingDay,
) -> Schedule:
    """Spread a debt over `months`, or fewer where the installments would be too small.

    Raises:
        NothingToSpread, NoWorkingDay, TooManyInstallments
    """
    rest = _rest(debt, down_payment)
    return by_amount(
        debt,
        amount=regular_amount(rest, months, smallest),
        down_payment=down_payment,
        day=day,
        signed_on=signed_on,
        is_working_day=is_working_day,
    )


def by_amount(
    debt: Centimes,
    *,
    amount: Centimes,
    down_payment: Centimes,
    day: int,
    signed_on: date,
    is_working_day: IsWorkingDay,
) -> Schedule:
    """Spread a debt so that every installment is `amount` and the last what remains.

    Raises:
        NothingToSpread, NoWorkingDay, TooManyInstallments
    """
    rest = _rest(debt, down_payment)
    if amount < 1:
        raise ValueError("an installment is at least a centime")
    if not MONTH_END <= day <= LAST_DAY_EVERY_MONTH_HAS:
        raise ValueError("the day is 1 to 28, or 0 for the month's end")
    count = -(-rest // amount)
    if count > MOST_INSTALLMENTS:
        raise TooManyInstallments(count, divide_up(rest, MOST_INSTALLMENTS))
    installments = [
        Installment(
            number,
            due_date(signed_on, number, day, is_working_day),
            Centimes(amount if number < count else rest - amount * (count - 1)),
        )
        for number in range(1, count + 1)
    ]
    return Schedule(debt, down_payment, min(amount, rest), day, signed_on, tuple(installments))


def due_date(signed_on: date, number: int, day: int, is_working_day: IsWorkingDay) -> date:
    """The day installment `number` falls due: the chosen day so many months after signing.

    On a day off it moves to the working day before. Only where that would not come after the
    signing (the 1st, signed at a month's end), it moves to the working day after.
    """
    year, month = divmod(signed_on.year * 12 + signed_on.month - 1 + number, 12)
    last = calendar.monthrange(year, month + 1)[1]
    wished = date(year, month + 1, last if day == MONTH_END else min(day, last))
    found = _working_day(wished, -1, is_working_day)
    return found if found > signed_on else _working_day(wished, 1, is_working_day)


def _working_day(day: date, step: int, is_working_day: IsWorkingDay) -> date:
    for days in range(SEARCH_DAYS):
        found = day + timedelta(days=step * days)
        if is_working_day(found):
            return found
    raise NoWorkingDay(day)


def _rest(debt: Centimes, down_payment: Centimes) -> Centimes:
    if down_payment < 0:
        raise ValueError("a down payment is not negative")
    if debt <= down_payment:
        raise NothingToSpread(debt)
    return Centimes(debt - down_payment)
