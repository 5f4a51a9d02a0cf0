"""What a person wishes for, and whether a machine may grant it: every reason why not.

Inside standard terms a plan is granted at once. Outside nothing is refused here: each reason
says what stands in the way and what would change it, and a person decides (law 25-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Any

from services.dates import add_months
from services.money import Centimes
from services.plans.schedule import (
    MONTH_END,
    IsWorkingDay,
    Schedule,
    TooManyInstallments,
    by_amount,
    by_length,
    least_down_payment,
    regular_amount,
)
from services.policy.service_rows import PlanTerms, StandardTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was chosen: by length (`months`) or by means (`means`, centimes a month).

    `down_payment` None is the least the terms allow; `day` 0 is the month's end.
    """

    months: int | None = None
    means: Centimes | None = None
    down_payment: Centimes | None = None
    day: int = MONTH_END

    def over(self, months: int) -> Wish:
        return replace(self, months=months, means=None)

    def paying(self, means: Centimes) -> Wish:
        return replace(self, months=None, means=means)


class Why(Enum):
    """A reason why a plan is not granted at once. Each has its text, and what would help."""

    ARREARS_OVER = "arrears_over"
    MONTHS_OVER = "months_over"
    LAPSED_RECENTLY = "lapsed_recently"
    DOWN_PAYMENT_UNDER = "down_payment_under"
    MEANS_UNDER_SMALLEST = "means_under_smallest"
    MEANS_TOO_SMALL = "means_too_small"


@dataclass(frozen=True, slots=True)
class Reason:
    """`facts` are the figures and days its text needs, ready to be shown."""

    why: Why
    facts: Mapping[str, Any] = field(default_factory=dict)


class MeansTooSmall(ValueError):
    """No offered length keeps installments within the means; `least` a month would do.

    `smallest` is the smallest installment the terms allow at all.
    """

    def __init__(self, means: Centimes, least: Centimes, smallest: Centimes) -> None:
        super().__init__("the means are too small")
        self.means = means
        self.least = least
        self.smallest = smallest

    @property
    def why(self) -> Why:
        return Why.MEANS_UNDER_SMALLEST if self.means < self.smallest else Why.MEANS_TOO_SMALL


def down_payment_of(wish: Wish, debt: Centimes, terms: PlanTerms) -> Centimes:
    """The down payment meant: the one named, else the least."""
    if wish.down_payment is not None:
        return wish.down_payment
    return least_down_payment(debt, terms.down_payment_at_least)


def months_for_means(rest: Centimes, means: Centimes, terms: PlanTerms) -> int:
    """The shortest offered length whose installments do not exceed the means.

    Raises:
        MeansTooSmall
    """
    for months in terms.months:
        if regular_amount(rest, months, terms.smallest_installment) <= means:
            return months
    least = regular_amount(rest, terms.months[-1], terms.smallest_installment)
    raise MeansTooSmall(means, least, min(terms.smallest_installment, rest))


def schedule_of(
    wish: Wish, debt: Centimes, terms: PlanTerms, *, signed_on: date, is_working_day: IsWorkingDay
) -> Schedule:
    """The schedule a wish means. Means no offered length can meet are taken as they are, and
    means that would take more than ten years give the longest offered length: either can only
    be sent to a person, who sees what was asked.

    Raises:
        NothingToSpread, NoWorkingDay
    """
    down_payment = down_payment_of(wish, debt, terms)
    months = wish.months
    if wish.means is not None:
        try:
            rest = Centimes(max(1, debt - down_payment))
            months = months_for_means(rest, wish.means, terms)
        except MeansTooSmall:
            try:
                return by_amount(
                    debt,
                    amount=wish.means,
                    down_payment=down_payment,
                    day=wish.day,
                    signed_on=signed_on,
                    is_working_day=is_working_day,
                )
            except TooManyInstallments:
                months = terms.months[-1]
    if months is None:
        raise ValueError("a wish is by length or by means")
    return by_length(
        debt,
        months=months,
        down_payment=down_payment,
        day=wish.day,
        signed_on=signed_on,
        smallest=terms.smallest_installment,
        is_working_day=is_working_day,
    )


def reasons_against(
    schedule: Schedule,
    *,
    means: Centimes | None = None,
    terms: PlanTerms,
    standard: StandardTerms,
    last_lapse: date | None,
) -> tuple[Reason, ...]:
    """Every reason why a machine may not grant this schedule; none means it may.

    `means` is given where the person asked by means; limits are included in the terms.
    """
    found: list[Reason] = []
    debt, rest = schedule.debt, Centimes(schedule.debt - schedule.down_payment)
    if debt > standard.arrears_up_to:
        found.append(
            Reason(
                Why.ARREARS_OVER,
                {
                    "debt": debt,
                    "limit": standard.arrears_up_to,
                    "first": Centimes(debt - standard.arrears_up_to),
                },
            )
        )
    least = least_down_payment(debt, terms.down_payment_at_least)
    if schedule.down_payment < least:
        found.append(
            Reason(Why.DOWN_PAYMENT_UNDER, {"least": least, "offered": schedule.down_payment})
        )
    too_small = _means_too_small(rest, means, terms)
    if too_small is not None:
        found.append(
            Reason(
                too_small.why,
                {
                    "means": too_small.means,
                    "least": too_small.least,
                    "smallest": too_small.smallest,
                    "months": terms.months[-1],
                },
            )
        )
    if schedule.months > standard.months_up_to:
        monthly = regular_amount(rest, standard.months_up_to, terms.smallest_installment)
        found.append(
            Reason(
                Why.MONTHS_OVER,
                {"months": schedule.months, "limit": standard.months_up_to, "monthly": monthly},
            )
        )
    if last_lapse is not None:
        free_on = add_months(last_lapse, standard.no_lapse_within_months)
        if schedule.signed_on <= free_on:
            found.append(Reason(Why.LAPSED_RECENTLY, {"lapsed_on": last_lapse, "until": free_on}))
    return tuple(found)


def _means_too_small(
    rest: Centimes, means: Centimes | None, terms: PlanTerms
) -> MeansTooSmall | None:
    if means is None:
        return None
    try:
        months_for_means(rest, means, terms)
    except MeansTooSmall as refusal:
        return refusal
    return None
