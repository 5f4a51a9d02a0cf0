"""The fund's own figures over ours: they win, and where the two differ it is noticed.

Pure. Our computation stays beside them: it explains, and it covers years the fund is
silent about.
"""

from __future__ import annotations

from datetime import date

from services.contributions import (
    BaseSource,
    Deadline,
    Facts,
    Limit,
    Position,
    Status,
    YearLine,
    position,
)
from services.fund_system.answer import Answer, StatedYear
from services.money import Centimes, total
from services.policy import Policy

TOLERANCE = Centimes(100)
"""Figures may differ by rounding: up to 1 DA is no discrepancy."""


def position_by_fund(answer: Answer, policy: Policy, on: date) -> Position:
    """The position on a day from the fund's answer: its records, and over ours its figures.

    A year that the fund states is the fund's word; its surcharge may have grown since the
    answer, which the line says (`surcharge_since`).
    """
    ours = position(answer.facts, policy, on)
    if not answer.years and answer.credit is None:
        return ours
    lines = {line.year: line for line in ours.lines}
    for year, stated in answer.years.items():
        lines[year] = _by_fund(lines.get(year), year, stated, answer.day, on)
    ordered = tuple(lines[year] for year in sorted(lines))
    return ours._replace(
        lines=ordered,
        status=_status(ordered, answer.facts, on),
        principal=total(line.remaining for line in ordered),
        late_principal=total(line.remaining for line in ordered if line.late),
        surcharge=total(line.surcharge for line in ordered),
        credit=ours.credit if answer.credit is None else answer.credit,
        next_deadline=_next_deadline(ours, ordered, answer.facts, policy, on),
    )


def difference(answer: Answer, policy: Policy) -> Centimes:
    """The fund's total of the years it states less our own of the same day and records.

    0 when they differ by no more than 1 DA. Our own knows no surcharge of the fund.
    """
    if not answer.years:
        return Centimes(0)
    ours = position(answer.facts._replace(surcharges={}), policy, answer.day)
    own = total(line.total for line in ours.lines if line.year in answer.years)
    stated = total(Centimes(one.remaining + one.surcharge) for one in answer.years.values())
    apart = Centimes(stated - own)
    return apart if abs(apart) > TOLERANCE else Centimes(0)


def _by_fund(
    line: YearLine | None, year: int, stated: StatedYear, as_of: date, on: date
) -> YearLine:
    if line is None:  # a year that we do not compute: all of it is the fund's word
        return YearLine(
            year=year,
            base=None,
            base_source=BaseSource.FLAT,
            base_from=None,
            limit=Limit.NONE,
            due=stated.due,
            due_date=None,
            postponed=False,
            paid=stated.paid,
            remaining=stated.remaining,
            surcharge=stated.surcharge,
            surcharge_paid=Centimes(0),
            surcharge_fixed=Centimes(0),
            surcharge_running=Centimes(0),
            surcharge_as_of=as_of,
            surcharge_since=Centimes(0),
            late=bool(stated.remaining) and year < on.year,
            doubts=0,
        )
    due_date = line.due_date
    overdue = on > due_date if due_date is not None else on.year > year
    return line._replace(
        due=stated.due,
        paid=stated.paid,
        remaining=stated.remaining,
        surcharge=stated.surcharge,
        surcharge_as_of=as_of,
        late=overdue and stated.remaining > 0,
        doubts=0,
    )


def _status(lines: tuple[YearLine, ...], facts: Facts, on: date) -> Status:
    if any(line.late or line.surcharge for line in lines):
        return Status.IN_ARREARS
    if facts.ceased_on is not None and facts.ceased_on <= on:
        return Status.CEASED
    return Status.UP_TO_DATE if lines else Status.NOTHING_KNOWN


def _next_deadline(
    ours: Position, lines: tuple[YearLine, ...], facts: Facts, policy: Policy, on: date
) -> Deadline | None:
    for line in lines:
        if line.remaining and line.due_date is not None and line.due_date >= on:
            return Deadline(line.due_date, line.year, line.remaining)
    if ours.next_deadline is None or ours.next_deadline.amount is None:
        return ours.next_deadline
    # What we thought open is paid, says the fund: then the coming year is next.
    coming = on.year + 1
    if facts.ceased_on is not None and facts.ceased_on.year < coming:
        return None
    return Deadline(policy.year(coming, facts.category).due, coming, None)
