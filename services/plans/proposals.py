"""Three proposals side by side: a quick one, one between, a gentle one."""

from __future__ import annotations

from datetime import date

from services.money import Centimes
from services.plans.schedule import IsWorkingDay, NothingToSpread, Schedule, regular_amount
from services.plans.terms import Wish, down_payment_of, months_for_means, schedule_of
from services.policy.service_rows import PlanTerms, StandardTerms

SIDE_BY_SIDE = 3


def lengths(rest: Centimes, terms: PlanTerms) -> tuple[int, ...]:
    """The offered lengths that make a difference: once installments are as small as they may
    be, more months change nothing. There is always one at least."""
    found: list[int] = []
    amounts: set[Centimes] = set()
    for months in terms.months:
        amount = regular_amount(rest, months, terms.smallest_installment)
        if amount not in amounts:
            amounts.add(amount)
            found.append(months)
    return tuple(found)


def propose(
    wish: Wish,
    debt: Centimes,
    terms: PlanTerms,
    standard: StandardTerms,
    *,
    signed_on: date,
    is_working_day: IsWorkingDay,
) -> tuple[Schedule, ...]:
    """Up to three schedules, the shortest first.

    With means named, the shortest that fits them and its neighbours; else lengths that a
    machine may grant, as far apart as possible (all lengths where the debt is over its limit).

    Raises:
        NothingToSpread, MeansTooSmall
    """
    down_payment = down_payment_of(wish, debt, terms)
    if down_payment >= debt:
        raise NothingToSpread(debt)
    rest = Centimes(debt - down_payment)
    choices = lengths(rest, terms)
    if wish.means is not None:
        chosen = _around(choices, months_for_means(rest, wish.means, terms))
    else:
        grantable = [months for months in choices if months <= standard.months_up_to]
        over = debt > standard.arrears_up_to or not grantable
        chosen = _far_apart(choices if over else grantable)
    return tuple(
        schedule_of(
            wish.over(months), debt, terms, signed_on=signed_on, is_working_day=is_working_day
        )
        for months in chosen
    )


def _around(choices: tuple[int, ...], months: int) -> list[int]:
    """A length and its neighbours: one dearer month, one cheaper, where there are such."""
    place = choices.index(months)
    first = max(0, min(place - 1, len(choices) - SIDE_BY_SIDE))
    return list(choices[first : first + SIDE_BY_SIDE])


def _far_apart(choices: tuple[int, ...] | list[int]) -> list[int]:
    """The shortest, the longest and the one in the middle."""
    if len(choices) <= SIDE_BY_SIDE:
        return list(choices)
    return [choices[0], choices[len(choices) // 2], choices[-1]]
