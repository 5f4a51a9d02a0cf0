"""How payments settle what is owed, day by day, in the order in which things happened.

A year is owed from its 1 January. A payment settles the principal of the year it
names; what is left, or a payment without a year, settles principals from the oldest
year to the newest and then surcharges from the oldest; the rest is a credit, used as
soon as something is owed again. A payment for the next year waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from services.contributions.facts import GivenSurcharge, Payment
from services.contributions.result import Allocation, Use
from services.contributions.surcharge import rounded, surcharge_rate
from services.money import Centimes
from services.policy.year import YearRules

_PRINCIPAL, _SURCHARGE, _CREDIT = Use.PRINCIPAL, Use.SURCHARGE, Use.CREDIT
# On one day: first a year opens, then payments are made, then the fund states its figure.
_OPENS, _PAID, _GIVEN = 0, 1, 2


class Owed(NamedTuple):
    """One year as it opens. `dated` is False when its last day is the agency's to tell."""

    rules: YearRules
    due: Centimes
    dated: bool


class _Credit(NamedTuple):
    receipt: str
    amount: int
    for_year: int | None
    on: date


class Ledger:
    """The years owed, oldest first and without a hole, and what was paid on them."""

    __slots__ = (
        "_first",
        "_given_own",
        "_given_paid",
        "_late_parts",
        "_opened",
        "_owed",
        "allocations",
        "contested",
        "credits",
        "given",
        "left",
        "surcharge_paid",
    )

    def __init__(self, owed: Sequence[Owed]) -> None:
        years = len(owed)
        self._owed = owed
        self._first = owed[0].rules.year if owed else 0
        self._opened = 0
        self._late_parts = [0] * years
        self._given_paid = [0] * years
        self._given_own = [0] * years
        self.left: list[int] = [year.due for year in owed]
        self.surcharge_paid = [0] * years
        self.given: list[GivenSurcharge | None] = [None] * years
        self.contested = [False] * years
        self.allocations: list[Allocation] = []
        self.credits: list[_Credit] = []

    def run(
        self,
        payments: Sequence[Payment],
        given: Sequence[tuple[int, GivenSurcharge]],
        last_owed_year: int | None,
    ) -> None:
        """Let everything happen in order. `last_owed_year`: none is owed after it."""
        events: list[tuple[int, int, str, int]] = [
            (date(self._first + place, 1, 1).toordinal(), _OPENS, "", place)
            for place in range(len(self._owed))
        ]
        events += [
            (payment.paid_on.toordinal(), _PAID, payment.receipt, number)
            for number, payment in enumerate(payments)
        ]
        events += [
            (figure.as_of.toordinal(), _GIVEN, "", number)
            for number, (_, figure) in enumerate(given)
        ]
        events.sort()
        for _, kind, _, number in events:
            if kind == _PAID:
                self._pay(payments[number], last_owed_year)
            elif kind == _OPENS:
                self._open(number)
            else:
                year, figure = given[number]
                self._give(year - self._first, figure)

    def own_surcharge(self, place: int, on: date) -> tuple[int, int]:
        """By our rule, in ten-thousandths: accrued on parts paid late, and on what remains."""
        owed = self._owed[place]
        left = self.left[place]
        running = left * surcharge_rate(owed.rules, on) if left and owed.dated else 0
        return self._late_parts[place], running

    def surcharge_due(self, place: int, on: date) -> Centimes:
        """The surcharge still due: the fund's figure less what was paid on it, or ours."""
        figure = self.given[place]
        if figure is not None:
            return Centimes(figure.amount - self._given_paid[place])
        fixed, running = self.own_surcharge(place, on)
        return Centimes(rounded(fixed + running) - self.surcharge_paid[place])

    def since_given(self, place: int, on: date) -> Centimes:
        """By our rule, what accrued after the fund's figure."""
        fixed, running = self.own_surcharge(place, on)
        return Centimes(rounded(fixed + running) - rounded(self._given_own[place]))

    def close(self) -> None:
        """Write down what no year took as credit."""
        self.allocations += [
            Allocation(credit.receipt, _CREDIT, credit.for_year, Centimes(credit.amount), credit.on)
            for credit in self.credits
        ]

    def _open(self, place: int) -> None:
        self._opened = place + 1
        if self.credits:
            self._use_credits(date(self._first + place, 1, 1))

    def _use_credits(self, on: date) -> None:
        waiting, self.credits = self.credits, []
        for credit in waiting:
            rest, year = credit.amount, credit.for_year
            if year is not None:
                place = year - self._first
                if place >= self._opened:
                    self.credits.append(credit)
                    continue
                rest -= self._settle(place, rest, credit.receipt, on)
            self._spread(rest, credit.receipt, on, kept_since=credit.on)

    def _pay(self, payment: Payment, last_owed_year: int | None) -> None:
        rest, year, on = int(payment.amount), payment.year, payment.paid_on
        if year is not None:
            place = year - self._first
            if 0 <= place < self._opened:
                rest -= self._settle(place, rest, payment.receipt, on)
            elif (
                place >= self._opened
                and year == on.year + 1
                and (last_owed_year is None or year <= last_owed_year)
            ):
                self.credits.append(_Credit(payment.receipt, rest, year, on))
                return
        if rest:
            self._spread(rest, payment.receipt, on, kept_since=on)

    def _settle(self, place: int, most: int, receipt: str, on: date) -> int:
        part = min(most, self.left[place])
        if part:
            owed = self._owed[place]
            self.left[place] -= part
            if owed.dated:
                self._late_parts[place] += part * surcharge_rate(owed.rules, on)
            year = self._first + place
            self.allocations.append(Allocation(receipt, _PRINCIPAL, year, Centimes(part), on))
        return part

    def _spread(self, rest: int, receipt: str, on: date, *, kept_since: date) -> None:
        still_open = [place for place in range(self._opened) if self.left[place]]
        if len(still_open) > 1 and rest:
            for place in still_open:
                self.contested[place] = True
        for place in still_open:
            rest -= self._settle(place, rest, receipt, on)
            if not rest:
                return
        for place in range(self._opened):
            part = min(rest, self.surcharge_due(place, on))
            if part:
                self._settle_surcharge(place, part, receipt, on)
                rest -= part
        if rest:
            self.credits.append(_Credit(receipt, rest, None, kept_since))

    def _settle_surcharge(self, place: int, part: int, receipt: str, on: date) -> None:
        if self.given[place] is not None:
            self._given_paid[place] += part
        self.surcharge_paid[place] += part
        year = self._first + place
        self.allocations.append(Allocation(receipt, _SURCHARGE, year, Centimes(part), on))

    def _give(self, place: int, figure: GivenSurcharge) -> None:
        self.given[place] = figure
        self._given_paid[place] = 0
        self._given_own[place] = sum(self.own_surcharge(place, figure.as_of))
        if figure.amount and self.credits and place < self._opened:
            self._use_credits(figure.as_of)
