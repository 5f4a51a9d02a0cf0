"""The rules of one contribution year for one category, put together once.

Whatever the year's rows say is resolved here: the floor in centimes, the last day
to pay with any postponement, the surcharge that will govern it. The rows stay
attached, so that every figure can name its source and how sure it is.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from services.money import BasisPoints, Centimes
from services.policy.category import Category
from services.policy.contribution_rows import (
    Ceiling,
    ContributionRate,
    FirstYear,
    FlatSum,
    Floor,
    PaymentDeadline,
    Postponement,
    Settlement,
    Snmg,
    Surcharge,
)
from services.policy.rows import Row


class YearRules(NamedTuple):
    """Amounts in centimes a year; `due` is the last day to pay without surcharge."""

    year: int
    category: Category
    floor: Centimes
    ceiling: Centimes
    rate: BasisPoints
    flat: Centimes | None
    """What is owed for a year without a declaration, where the category has a flat sum."""
    due: date
    postponed: bool
    first_late_day: date
    surcharge_first: BasisPoints
    surcharge_monthly: BasisPoints
    surcharge_cap: BasisPoints | None
    agency_tells_after: date
    """Affiliated later than this in the year: its date is the agency's to tell."""
    floor_unsure: bool
    ceiling_unsure: bool
    rate_unsure: bool
    flat_unsure: bool
    first_year_unsure: bool
    floor_rows: tuple[Row, ...]
    ceiling_rows: tuple[Row, ...]
    rate_row: ContributionRate
    flat_row: FlatSum | None
    due_rows: tuple[Row, ...]
    surcharge_row: Surcharge
    first_year_row: FirstYear
    settlement_row: Settlement


class YearRows(NamedTuple):
    """The rows in force for one year and category, before anything is worked out."""

    snmg: Snmg
    rate: ContributionRate
    floor: Floor
    ceiling: Ceiling
    flat: FlatSum | None
    deadline: PaymentDeadline
    postponement: Postponement | None
    first_year: FirstYear
    settlement: Settlement


def payment_deadline(
    year: int, deadline: PaymentDeadline, postponement: Postponement | None
) -> date:
    """The last day to pay; it keeps its date on a weekend (no roll-over rule was found)."""
    ordinary = deadline.day.of(year)
    return ordinary if postponement is None else max(ordinary, postponement.until)


def work_out(year: int, category: Category, rows: YearRows, surcharge: Surcharge) -> YearRules:
    """Resolve a year's rows into figures. A stated base wins over a multiple."""
    floor_rows: tuple[Row, ...]
    ceiling_rows: tuple[Row, ...]
    if rows.floor.base is not None:
        floor, floor_rows = rows.floor.base, (rows.floor,)
    else:
        floor = Centimes(rows.snmg.monthly * (rows.floor.months_of_snmg or 0))
        floor_rows = (rows.snmg, rows.floor)
    if rows.ceiling.base is not None:
        ceiling, ceiling_rows = rows.ceiling.base, (rows.ceiling,)
    else:
        ceiling = Centimes(floor * (rows.ceiling.times_the_floor or 1))
        ceiling_rows = (*floor_rows, rows.ceiling)
    due = payment_deadline(year, rows.deadline, rows.postponement)
    postponed = due != rows.deadline.day.of(year)
    due_rows: tuple[Row, ...] = (rows.deadline,)
    if rows.postponement is not None and postponed:
        due_rows = (rows.deadline, rows.postponement)
    return YearRules(
        year=year,
        category=category,
        floor=floor,
        ceiling=max(floor, ceiling),
        rate=rows.rate.total,
        flat=rows.flat.amount if rows.flat else None,
        due=due,
        postponed=postponed,
        first_late_day=due + timedelta(days=1),
        surcharge_first=surcharge.first,
        surcharge_monthly=surcharge.monthly,
        surcharge_cap=surcharge.cap,
        agency_tells_after=rows.first_year.agency_tells_the_date_after.of(year),
        floor_unsure=any(row.unsure for row in floor_rows),
        ceiling_unsure=any(row.unsure for row in ceiling_rows),
        rate_unsure=rows.rate.unsure,
        flat_unsure=rows.flat is not None and rows.flat.unsure,
        first_year_unsure=rows.first_year.unsure,
        floor_rows=floor_rows,
        ceiling_rows=ceiling_rows,
        rate_row=rows.rate,
        flat_row=rows.flat,
        due_rows=due_rows,
        surcharge_row=surcharge,
        first_year_row=rows.first_year,
        settlement_row=rows.settlement,
    )
