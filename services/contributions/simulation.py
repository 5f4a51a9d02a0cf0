"""What if: the contribution for an income not yet declared, the effect of a payment on a day."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from services.contributions.base import YearBase, year_base
from services.contributions.facts import Facts, Payment
from services.contributions.position import position
from services.contributions.result import Position
from services.money import Centimes, total
from services.policy.category import Category
from services.policy.policy import Policy
from services.policy.rows import Row
from services.policy.year import YearRules

SIMULATED = "simulated"


class IncomeSimulation(NamedTuple):
    """A year's contribution for a declared income; `estimate`: an unsure rule decided it."""

    rules: YearRules
    base: YearBase
    declare_by: date
    estimate: bool
    rows: tuple[Row, ...]
    """The rules that decided the amount."""


class PaymentSimulation(NamedTuple):
    """The position on the day of the payment, without and with it."""

    before: Position
    after: Position
    amount: Centimes
    may_be_added: Centimes
    """By our rule, what may come on top of the fund's own older surcharges by that day."""


def simulate_income(
    income: Centimes, *, year: int, category: Category, policy: Policy
) -> IncomeSimulation:
    """What declaring this income would cost for a year, without payments or delay."""
    rules = policy.year(year, category)
    base = year_base(rules, income)
    rows: tuple[Row, ...] = (rules.rate_row,)
    if base.base == rules.floor and income < rules.floor:
        rows = (*rules.floor_rows, rules.rate_row)
    elif base.base == rules.ceiling and income > rules.ceiling:
        rows = (*rules.ceiling_rows, rules.rate_row)
    return IncomeSimulation(
        rules=rules,
        base=base,
        declare_by=policy.declaration_deadline(year, category),
        estimate=base.unsure or rules.rate_unsure,
        rows=rows,
    )


def simulate_payment(
    facts: Facts,
    policy: Policy,
    *,
    pay_on: date,
    amount: Centimes | None = None,
    year: int | None = None,
) -> PaymentSimulation:
    """What paying on a day would settle; without an amount, all that is owed on that day.

    `year` names the year to pay, as a payer may at the counter; without an amount it is
    then that year's principal, which is what a payment with a year settles first.
    """
    before = position(facts, policy, pay_on)
    if amount is None:
        line = before.line(year) if year is not None else None
        amount = line.remaining if line is not None else before.total
    # The simulated receipt sorts after real ones of the same day: it is paid on top of them.
    receipt = max([SIMULATED, *(paid.receipt + "+" for paid in facts.payments)])
    paid = Payment(receipt, year, pay_on, amount, SIMULATED)
    after = position(facts._replace(payments=[*facts.payments, paid]), policy, pay_on)
    return PaymentSimulation(
        before=before,
        after=after,
        amount=amount,
        may_be_added=total(line.surcharge_since for line in before.lines),
    )
