"""Who left the band of what is expected of them: written down when it is first seen.

Looked at once a day, when all events are in. Each place is told once a half-year for each of
what is compared; where it stands on any day is in the report and on the pages.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.dates import day_in_algiers
from services.evaluation import agencies, marks, measures
from services.records.base import table_of
from services.records.evaluation import BandFlag, CaseCell

_DAY = "bands_day"
_flags = table_of(BandFlag)
_cells = table_of(CaseCell)


def find_new(session: Session, now: datetime) -> int:
    """Flag the places beyond the limits of chance this half-year; returns how many are new."""
    today = day_in_algiers(now)
    if marks.read(session, _DAY) == today.toordinal():
        return 0
    marks.write(session, _DAY, today.toordinal())
    period = measures.half_year(today)
    of_period = select(_cells.c.place).where(_cells.c.month.between(period.first, period.last))
    if session.execute(of_period.limit(1)).first() is None:
        return 0  # without a case nothing is compared, and what compares is heavy to load
    known = {
        (row.place, row.what)
        for row in session.execute(
            select(_flags.c.place, _flags.c.what).where(_flags.c.first == period.first)
        )
    }
    rows = [
        {
            "place": one.place,
            "what": what,
            "first": period.first,
            "found_at": now,
            "observed": one.observed,
        }
        for what in agencies.COMPARED
        for one in agencies.compare(session, what, period)
        if one.band.is_alarm and (one.place, what) not in known
    ]
    if rows:
        session.execute(insert(_flags), rows)
    return len(rows)
