"""How a year's figure came about: every step as data, with the rules it used.

Computed only when somebody asks. A step holds figures and rows; the words are the
reader's language's business.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import NamedTuple

from services.contributions.facts import Facts
from services.contributions.result import BaseSource, Limit, Position, Use, YearLine
from services.contributions.surcharge import rounded, surcharge_rate
from services.dates import full_months
from services.money import BasisPoints, Centimes
from services.policy.policy import Policy
from services.policy.rows import Confidence, Row
from services.policy.year import YearRules


class StepKey(Enum):
    """The step, in the order in which steps appear."""

    BASE_DECLARED = "base_declared"
    BASE_PROVISIONAL = "base_provisional"
    BASE_FLOOR = "base_floor"
    FLAT_SUM = "flat_sum"
    RAISED_TO_FLOOR = "raised_to_floor"
    LOWERED_TO_CEILING = "lowered_to_ceiling"
    CONTRIBUTION = "contribution"
    FIRST_YEAR = "first_year"
    CEASED_YEAR = "ceased_year"
    LAST_DAY = "last_day"
    LAST_DAY_POSTPONED = "last_day_postponed"
    LAST_DAY_FROM_AGENCY = "last_day_from_agency"
    PAID = "paid"
    SURCHARGE_FIXED = "surcharge_fixed"
    SURCHARGE_RUNNING = "surcharge_running"
    SURCHARGE_ACCRUED = "surcharge_accrued"
    SURCHARGE_PAID = "surcharge_paid"
    SURCHARGE_GIVEN = "surcharge_given"
    STILL_DUE = "still_due"


class Step(NamedTuple):
    """One step; each kind fills what it needs and leaves the rest None.

    `amount` is what the step starts from, `result` what it comes to (both centimes).
    """

    key: StepKey
    result: Centimes | None = None
    amount: Centimes | None = None
    year: int | None = None
    rate: BasisPoints | None = None
    day: date | None = None
    days_late: int | None = None
    full_months: int | None = None
    receipt: str | None = None
    rows: tuple[Row, ...] = ()
    """The policy rows that determined the result, each with source and confidence."""

    @property
    def confidence(self) -> Confidence | None:
        """The weakest of the rows used; None when no rule was needed."""
        return min((row.confidence for row in self.rows), default=None)


def explain(position: Position, facts: Facts, policy: Policy, year: int) -> tuple[Step, ...]:
    """The steps behind one line of a position, from the base to what is still due.

    `facts` and `policy` must be those the position was computed from.

    Raises:
        LookupError: the position has no such year.
    """
    line = position.line(year)
    if line is None:
        raise LookupError(year)
    rules = policy.year(year, position.category)
    return (
        *_base_steps(line, facts, rules),
        *_year_steps(line, facts, rules),
        *_payment_steps(line, position, rules),
        *_surcharge_steps(line, position, rules),
        Step(StepKey.STILL_DUE, result=line.total, amount=line.remaining, day=position.on),
    )


def _base_steps(line: YearLine, facts: Facts, rules: YearRules) -> list[Step]:
    if line.base_source is BaseSource.FLAT:
        rows = (rules.flat_row,) if rules.flat_row else ()
        return [Step(StepKey.FLAT_SUM, result=line.due, rows=rows)]
    steps: list[Step] = []
    if line.base_source is BaseSource.DECLARED:
        declared = facts.declarations[line.year]
        steps.append(Step(StepKey.BASE_DECLARED, result=declared, year=line.year))
    elif line.base_source is BaseSource.PROVISIONAL:
        declared = facts.declarations[line.base_from] if line.base_from else Centimes(0)
        steps.append(Step(StepKey.BASE_PROVISIONAL, result=declared, year=line.base_from))
    else:
        steps.append(Step(StepKey.BASE_FLOOR, result=rules.floor, rows=rules.floor_rows))
    if line.limit is Limit.FLOOR:
        steps.append(Step(StepKey.RAISED_TO_FLOOR, result=rules.floor, rows=rules.floor_rows))
    elif line.limit is Limit.CEILING:
        steps.append(
            Step(StepKey.LOWERED_TO_CEILING, result=rules.ceiling, rows=rules.ceiling_rows)
        )
    steps.append(
        Step(
            StepKey.CONTRIBUTION,
            result=line.due,
            amount=line.base,
            rate=rules.rate,
            rows=(rules.rate_row,),
        )
    )
    return steps


def _year_steps(line: YearLine, facts: Facts, rules: YearRules) -> list[Step]:
    steps: list[Step] = []
    if facts.affiliated_on is not None and facts.affiliated_on.year == line.year:
        rows = (rules.first_year_row,) if facts.affiliated_on != date(line.year, 1, 1) else ()
        steps.append(Step(StepKey.FIRST_YEAR, line.due, day=facts.affiliated_on, rows=rows))
    if facts.ceased_on is not None and facts.ceased_on.year == line.year:
        steps.append(Step(StepKey.CEASED_YEAR, line.due, day=facts.ceased_on))
    if line.due_date is None:
        steps.append(Step(StepKey.LAST_DAY_FROM_AGENCY, rows=(rules.first_year_row,)))
    else:
        key = StepKey.LAST_DAY_POSTPONED if line.postponed else StepKey.LAST_DAY
        steps.append(Step(key, day=line.due_date, rows=rules.due_rows))
    return steps


def _payment_steps(line: YearLine, position: Position, rules: YearRules) -> list[Step]:
    left = int(line.due)
    steps: list[Step] = []
    for part in position.allocations:
        if part.year == line.year and part.use is Use.PRINCIPAL:
            left -= part.amount
            steps.append(
                Step(
                    StepKey.PAID,
                    result=Centimes(left),
                    amount=part.amount,
                    day=part.on,
                    receipt=part.receipt,
                    rows=(rules.settlement_row,),
                )
            )
    return steps


def _surcharge_steps(line: YearLine, position: Position, rules: YearRules) -> list[Step]:
    steps = _accrual_steps(line, position, rules)
    if line.surcharge_as_of is not None:
        # Paid on it since is the last word of the line; before, the fund has counted it.
        steps.append(Step(StepKey.SURCHARGE_GIVEN, line.surcharge, day=line.surcharge_as_of))
    elif line.surcharge_paid:
        steps.append(
            Step(StepKey.SURCHARGE_PAID, result=line.surcharge, amount=line.surcharge_paid)
        )
    return steps


def _accrual_steps(line: YearLine, position: Position, rules: YearRules) -> list[Step]:
    """Our own rule at work; under a figure of the fund it is only for comparison."""
    if line.due_date is None:
        return []
    steps = [
        _late_part(StepKey.SURCHARGE_FIXED, part.amount, part.on, rules, part.receipt)
        for part in position.allocations
        if part.year == line.year and part.use is Use.PRINCIPAL and part.on > rules.due
    ]
    if line.remaining and position.on > rules.due:
        steps.append(
            _late_part(StepKey.SURCHARGE_RUNNING, line.remaining, position.on, rules, None)
        )
    if len(steps) > 1:
        accrued = Centimes(line.surcharge_fixed + line.surcharge_running)
        steps.append(Step(StepKey.SURCHARGE_ACCRUED, accrued, rows=(rules.surcharge_row,)))
    return steps


def _late_part(
    key: StepKey, amount: Centimes, on: date, rules: YearRules, receipt: str | None
) -> Step:
    rate = surcharge_rate(rules, on)
    return Step(
        key,
        result=rounded(amount * rate),
        amount=amount,
        rate=rate,
        day=on,
        days_late=(on - rules.due).days,
        full_months=full_months(rules.first_late_day, on),
        receipt=receipt,
        rows=(rules.surcharge_row,),
    )
