"""Each agency beside what is to be expected of it, and months beside their usual run.

Expected volumes follow the regimes of an agency's affiliates, expected shares the categories
of its cases. The central level is no agency: it is counted, and compared with nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from services.dates import add_months
from services.evaluation import affiliates, comparing, counting
from services.evaluation.comparing import ALARM_TAIL, WARNING_TAIL, Compared
from services.evaluation.counting import Counted
from services.evaluation.measures import Period
from services.evaluation.scope import Scope
from services.records.base import table_of
from services.records.evaluation import CaseCell
from services.references import CENTRAL

COMPARED = ("volume", "answered_in_target", "resolved_in_target")
_SHARES = {
    "answered_in_target": ("answered_in_target", "answer_known"),
    "resolved_in_target": ("resolved_in_target", "resolution_known"),
}
HISTORY_MONTHS = 12
_cells = table_of(CaseCell)


@dataclass(frozen=True, slots=True)
class MonthPoint:
    """A month of an agency: its count and its limits; None before there is a usual run."""

    month: date
    observed: int
    expected: float | None
    low: float | None
    high: float | None
    alarm_low: float | None
    alarm_high: float | None


def compare(
    session: Session, what: str, period: Period, cases: Counted | None = None
) -> list[Compared]:
    """Every agency of the fund, compared for one of `COMPARED`, in the order of codes.

    The scope is applied by whoever shows it: what is expected always rests on all agencies.
    """
    if what == "volume":
        return _volumes(session, period)
    return _shares(cases or counting.count_cases(session, period), what)


def _volumes(session: Session, period: Period) -> list[Compared]:
    exposed = affiliates.by_regime(session)
    everybody = _without_regimes(exposed)
    counts: dict[tuple[str, str], int] = {}
    observed: dict[str, int] = {}
    for place, regime, number in _filed_by_regime(session, period):
        observed[place] = observed.get(place, 0) + number
        counts[place, regime] = counts.get((place, regime), 0) + number
    if any(regime == affiliates.UNKNOWN for _, regime in exposed):
        # Some agencies gave only their number: the mix of none can be taken into account.
        exposed = everybody
        counts = {(place, affiliates.UNKNOWN): number for place, number in observed.items()}
    else:
        # Cases of people whose regime is not known are expected of everybody alike.
        exposed |= everybody
    places = {place for place, _ in exposed}
    counts = {key: number for key, number in counts.items() if key[0] in places}
    return comparing.compare_counts(observed, comparing.expected_counts(counts, exposed))


def _shares(cases: Counted, what: str) -> list[Compared]:
    part, whole = _SHARES[what]
    met, exposed = cases.column(part), cases.column(whole)
    observed: dict[str, int] = {}
    numbers: dict[str, int] = {}
    for (place, _), number in met.items():
        observed[place] = observed.get(place, 0) + number
    for (place, _), number in exposed.items():
        numbers[place] = numbers.get(place, 0) + number
    expected = comparing.expected_counts(met, exposed)
    return comparing.compare_shares(observed, numbers, expected)


def by_month(
    session: Session, scope: Scope, last: date, *, today: date, category: str | None = None
) -> list[MonthPoint]:
    """The last twelve months of the places of a scope together, each beside the mean of those
    before it. The month that is not over yet has no lower limits."""
    end = last.replace(day=1)
    months = [add_months(end, back - HISTORY_MONTHS + 1) for back in range(HISTORY_MONTHS)]
    rows = session.execute(
        select(_cells.c.month, func.sum(_cells.c.filed))
        .where(
            true() if scope.places is None else _cells.c.place.in_(sorted(scope.places)),
            true() if category is None else _cells.c.category == category,
            _cells.c.month <= end,
        )
        .group_by(_cells.c.month)
    )
    counted = {row[0]: int(row[1]) for row in rows}
    if not counted:
        return [MonthPoint(month, 0, None, None, None, None, None) for month in months]
    begun = min(counted)
    found = []
    for month in months:
        before = [one for one in months if begun <= one < month]
        observed = counted.get(month, 0)
        if len(before) < 3:
            found.append(MonthPoint(month, observed, None, None, None, None, None))
            continue
        usual = sum(counted.get(one, 0) for one in before) / len(before)
        inner = comparing.poisson_limits(usual, WARNING_TAIL)
        outer = comparing.poisson_limits(usual, ALARM_TAIL)
        over = month < today.replace(day=1)
        found.append(
            MonthPoint(
                month,
                observed,
                expected=usual,
                low=inner[0] if over else None,
                high=inner[1],
                alarm_low=outer[0] if over else None,
                alarm_high=outer[1],
            )
        )
    return found


def _filed_by_regime(session: Session, period: Period) -> list[tuple[str, str, int]]:
    rows = session.execute(
        select(_cells.c.place, _cells.c.regime, func.sum(_cells.c.filed))
        .where(_cells.c.month.in_(period.months), _cells.c.place != CENTRAL)
        .group_by(_cells.c.place, _cells.c.regime)
    )
    return [(row[0], row[1], int(row[2])) for row in rows]


def _without_regimes(exposed: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    joined: dict[tuple[str, str], int] = {}
    for (place, _), number in exposed.items():
        key = (place, affiliates.UNKNOWN)
        joined[key] = joined.get(key, 0) + number
    return joined
