"""A sudden cluster: far more complaints of one category at one place than in its past months.

Each is told once a month. The alarm level is shared between all the pairs that are looked at
(Bonferroni), so that many small agencies together do not cry wolf.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from services.dates import add_months, day_in_algiers
from services.evaluation import comparing
from services.records.base import table_of
from services.records.evaluation import CaseCell, ClusterFlag

LOOK_BACK_MONTHS = 6
AT_LEAST = 5
FALSE_ALARMS_A_MONTH = 0.05
_cells, _flags = table_of(CaseCell), table_of(ClusterFlag)


@dataclass(frozen=True, slots=True)
class Cluster:
    place: str
    category: str
    month: date
    observed: int
    expected: float


def find_new(session: Session, now: datetime) -> list[Cluster]:
    """Clusters of this month that were not flagged yet; they are written down."""
    month = day_in_algiers(now).replace(day=1)
    start = add_months(month, -LOOK_BACK_MONTHS)
    rows = session.execute(
        select(_cells.c.place, _cells.c.category, _cells.c.month, func.sum(_cells.c.filed))
        .where(_cells.c.month >= start, _cells.c.month <= month)
        .group_by(_cells.c.place, _cells.c.category, _cells.c.month)
    ).all()
    past: dict[tuple[str, str], int] = {}
    present: dict[tuple[str, str], int] = {}
    months: set[date] = set()
    for place, category, filed_in, number in rows:
        if filed_in == month:
            present[place, category] = int(number)
        else:
            months.add(filed_in)
            past[place, category] = past.get((place, category), 0) + int(number)
    if len(months) < 3 or not present:
        return []  # no usual run to compare with
    known = {
        (row.place, row.category)
        for row in session.execute(
            select(_flags.c.place, _flags.c.category).where(_flags.c.month == month)
        )
    }
    tail = FALSE_ALARMS_A_MONTH / len(present)
    found = []
    for (place, category), observed in sorted(present.items()):
        # A past without any counts as half a case: "never before" is not "impossible".
        expected = max(past.get((place, category), 0), 0.5) / len(months)
        if (place, category) in known or observed < AT_LEAST:
            continue
        if observed > comparing.poisson_limits(expected, tail)[1]:
            found.append(Cluster(place, category, month, observed, expected))
    if found:
        session.execute(
            insert(_flags),
            [
                {
                    "place": one.place,
                    "category": one.category,
                    "month": one.month,
                    "found_at": now,
                    "observed": one.observed,
                    "expected_tenths": round(one.expected * 10),
                }
                for one in found
            ],
        )
    return found
