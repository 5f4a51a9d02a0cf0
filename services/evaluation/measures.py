"""The measures, each with its definition: the one table they are computed and explained from.

Cases belong to the period in which they were filed, and to the place that answers for them.
A measure without anything to be measured is None: "too few to say", never zero.
The words of each measure are the messages `measure.NAME` and `measure.NAME.help`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.dates import add_months, end_of_month
from services.evaluation import affiliates
from services.evaluation.scope import Scope
from services.records.base import table_of
from services.records.evaluation import CaseCell, CaseFact, PlanFact

MINUTES_A_DAY = 24 * 60


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"  # 0 to 1
    PER_THOUSAND = "per_thousand"
    HOURS = "hours"  # of working time
    DAYS = "days"  # of the calendar
    STARS = "stars"


@dataclass(slots=True)
class Sums:
    """What the measures of one place and period are made from."""

    filed: int = 0
    still_open: int = 0
    answer_known: int = 0
    answered_in_target: int = 0
    resolution_known: int = 0
    resolved_in_target: int = 0
    resolved: int = 0
    refused: int = 0
    reopened: int = 0
    contested: int = 0
    escalated: int = 0
    transferred_twice: int = 0
    last_hour: int = 0
    without_contact: int = 0
    rated: int = 0
    stars: int = 0
    affiliates: int = 0
    linked: int = 0
    plans_asked: int = 0
    plans_at_once: int = 0
    plans_signed: int = 0
    plans_cured: int = 0
    plans_broken: int = 0
    plans_in_trouble: int = 0
    plans_due: dict[int, int] = field(default_factory=dict)  # by months since signing
    plans_kept: dict[int, int] = field(default_factory=dict)
    answer_minutes: dict[int, int] = field(default_factory=dict)  # minutes: how many cases
    resolution_minutes: dict[int, int] = field(default_factory=dict)
    calendar_minutes: dict[int, int] = field(default_factory=dict)

    def add(self, other: Sums) -> None:
        """Take in the sums of another place."""
        for one in fields(self):
            value = getattr(other, one.name)
            if isinstance(value, dict):
                mine = getattr(self, one.name)
                for key, number in value.items():
                    mine[key] = mine.get(key, 0) + number
            else:
                setattr(self, one.name, getattr(self, one.name) + value)


@dataclass(frozen=True, slots=True)
class Measure:
    """`value` reads it off the sums. `better` is "more", "less", or None where neither is good
    in itself. `durations`: it needs the distribution of times, which costs a longer look."""

    name: str
    unit: Unit
    value: Callable[[Sums], float | None]
    better: str | None = None
    durations: bool = False


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _kept(months: int) -> Callable[[Sums], float | None]:
    return lambda sums: _share(sums.plans_kept.get(months, 0), sums.plans_due.get(months, 0))


def quantile(histogram: Mapping[int, int], share: float) -> int | None:
    """The smallest value that so large a share of all does not exceed (nearest rank)."""
    total = sum(histogram.values())
    passed = 0
    for value in sorted(histogram):
        passed += histogram[value]
        if passed >= share * total:
            return value
    return None


def _time(name: str, share: float, minutes_a_unit: int) -> Callable[[Sums], float | None]:
    def value(sums: Sums) -> float | None:
        found = quantile(getattr(sums, name), share)
        return None if found is None else found / minutes_a_unit

    return value


KEPT_MONTHS = (3, 6, 12)
MEASURES: tuple[Measure, ...] = (
    Measure("filed", Unit.COUNT, lambda s: s.filed),
    Measure(
        "per_affiliates",
        Unit.PER_THOUSAND,
        lambda s: 1_000 * s.filed / s.affiliates if s.affiliates else None,
    ),
    Measure(
        "per_linked", Unit.PER_THOUSAND, lambda s: 1_000 * s.filed / s.linked if s.linked else None
    ),
    Measure("open", Unit.COUNT, lambda s: s.still_open),
    Measure(
        "answered_in_target",
        Unit.SHARE,
        lambda s: _share(s.answered_in_target, s.answer_known),
        "more",
    ),
    Measure(
        "resolved_in_target",
        Unit.SHARE,
        lambda s: _share(s.resolved_in_target, s.resolution_known),
        "more",
    ),
    Measure("answer_median", Unit.HOURS, _time("answer_minutes", 0.5, 60), "less", True),
    Measure("answer_p90", Unit.HOURS, _time("answer_minutes", 0.9, 60), "less", True),
    Measure("resolution_median", Unit.HOURS, _time("resolution_minutes", 0.5, 60), "less", True),
    Measure("resolution_p90", Unit.HOURS, _time("resolution_minutes", 0.9, 60), "less", True),
    Measure(
        "citizen_median", Unit.DAYS, _time("calendar_minutes", 0.5, MINUTES_A_DAY), "less", True
    ),
    Measure("citizen_p90", Unit.DAYS, _time("calendar_minutes", 0.9, MINUTES_A_DAY), "less", True),
    Measure("refused", Unit.SHARE, lambda s: _share(s.refused, s.resolved)),
    Measure("reopened", Unit.SHARE, lambda s: _share(s.reopened, s.filed), "less"),
    Measure("contested", Unit.SHARE, lambda s: _share(s.contested, s.filed), "less"),
    Measure("escalated", Unit.SHARE, lambda s: _share(s.escalated, s.filed), "less"),
    Measure("transferred_twice", Unit.SHARE, lambda s: _share(s.transferred_twice, s.filed)),
    Measure("last_hour", Unit.SHARE, lambda s: _share(s.last_hour, s.resolved), "less"),
    Measure("without_contact", Unit.SHARE, lambda s: _share(s.without_contact, s.resolved)),
    Measure("satisfaction", Unit.STARS, lambda s: s.stars / s.rated if s.rated else None, "more"),
    Measure("satisfaction_answers", Unit.SHARE, lambda s: _share(s.rated, s.resolved)),
    Measure("linked", Unit.SHARE, lambda s: _share(s.linked, s.affiliates), "more"),
    Measure("plans_asked", Unit.COUNT, lambda s: s.plans_asked),
    Measure("plans_at_once", Unit.SHARE, lambda s: _share(s.plans_at_once, s.plans_asked)),
    *(Measure(f"plans_kept_{m}", Unit.SHARE, _kept(m), "more") for m in KEPT_MONTHS),
    Measure("plans_cured", Unit.SHARE, lambda s: _share(s.plans_cured, s.plans_in_trouble), "more"),
    Measure("plans_broken", Unit.SHARE, lambda s: _share(s.plans_broken, s.plans_signed), "less"),
)
BY_NAME = {measure.name: measure for measure in MEASURES}

_cells, _cases, _plans = table_of(CaseCell), table_of(CaseFact), table_of(PlanFact)
_SUMMED = tuple(
    one.name for one in _cells.c if one.name not in ("place", "month", "category", "regime")
)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, from the one of `first` to the one of `last`, both included."""

    first: date
    last: date

    @property
    def months(self) -> list[date]:
        found, month = [], self.first.replace(day=1)
        while month <= self.last:
            found.append(month)
            month = add_months(month, 1)
        return found


def half_year(day: date) -> Period:
    """The half-year a day lies in."""
    first = date(day.year, 1 if day.month <= 6 else 7, 1)
    return Period(first, end_of_month(add_months(first, 5)))


def sums(
    session: Session,
    scope: Scope,
    period: Period,
    *,
    on: date,
    durations: bool = False,
    categories: Iterable[str] | None = None,
) -> dict[str, Sums]:
    """The sums of every place within the scope in a period, as things stand `on` a day.

    With `categories`, only cases of these, and neither affiliates nor plans.
    """
    found: dict[str, Sums] = {code: Sums() for code in scope.cards}
    wanted = None if categories is None else list(categories)

    def at(place: str) -> Sums:
        return found.setdefault(place, Sums())

    query = (
        select(_cells.c.place, *(func.sum(_cells.c[name]).label(name) for name in _SUMMED))
        .where(_cells.c.month.in_(period.months))
        .group_by(_cells.c.place)
    )
    if wanted is not None:
        query = query.where(_cells.c.category.in_(wanted))
    for row in session.execute(query):
        if scope.covers(row.place):
            place = at(row.place)
            for name in _SUMMED:
                setattr(place, name, int(getattr(row, name)))
    if durations:
        _add_durations(session, scope, period, wanted, at)
    if wanted is None:
        for (code, _), number in affiliates.by_regime(session).items():
            if scope.covers(code):
                at(code).affiliates += number
        for code, number in affiliates.linked(session).items():
            if scope.covers(code):
                at(code).linked += number
        _add_plans(session, scope, period, on, at)
    return found


def whole(by_place: Mapping[str, Sums]) -> Sums:
    """All places together."""
    together = Sums()
    for one in by_place.values():
        together.add(one)
    return together


def _add_durations(
    session: Session,
    scope: Scope,
    period: Period,
    categories: list[str] | None,
    at: Callable[[str], Sums],
) -> None:
    for name in ("answer_minutes", "resolution_minutes", "calendar_minutes"):
        column = _cases.c[name]
        query = (
            select(_cases.c.place, column, func.count())
            .where(_cases.c.month.in_(period.months), column.is_not(None))
            .group_by(_cases.c.place, column)
        )
        if categories is not None:
            query = query.where(_cases.c.category.in_(categories))
        for place, minutes, number in session.execute(query):
            if scope.covers(place):
                getattr(at(place), name)[minutes] = number


def _add_plans(
    session: Session, scope: Scope, period: Period, on: date, at: Callable[[str], Sums]
) -> None:
    end = add_months(period.months[-1], 1)
    for plan in session.execute(
        select(_plans).where(_plans.c.asked_on >= period.months[0], _plans.c.asked_on < end)
    ):
        if not scope.covers(plan.place):
            continue
        place = at(plan.place)
        place.plans_asked += 1
        place.plans_at_once += plan.granted_at_once
        if plan.signed_on is None:
            continue
        place.plans_signed += 1
        place.plans_in_trouble += plan.trouble_on is not None
        place.plans_cured += plan.cured
        place.plans_broken += plan.broken_on is not None
        for months in KEPT_MONTHS:
            mark = add_months(plan.signed_on, months)
            if mark <= on:
                place.plans_due[months] = place.plans_due.get(months, 0) + 1
                if plan.trouble_on is None or plan.trouble_on > mark:
                    place.plans_kept[months] = place.plans_kept.get(months, 0) + 1
