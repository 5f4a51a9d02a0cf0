"""Cases added up by place, month, category and regime: what the pages read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, select
from sqlalchemy.orm import Session

from services.complaints.state import OPEN
from services.dates import end_of_month
from services.records.base import table_of
from services.records.evaluation import CaseCell, CaseFact

_cells, _cases = table_of(CaseCell), table_of(CaseFact)
_KEY = ("place", "month", "category", "regime")


def _where(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))


# What each column counts; the one place where it is said.
SUMS: dict[str, ColumnElement[Any]] = {
    "filed": func.count(),
    "still_open": _where(_cases.c.status.in_(OPEN)),
    "answer_known": _where(_cases.c.answered_in_target.is_not(None)),
    "answered_in_target": _where(_cases.c.answered_in_target.is_(True)),
    "resolution_known": _where(_cases.c.resolved_in_target.is_not(None)),
    "resolved_in_target": _where(_cases.c.resolved_in_target.is_(True)),
    "resolved": _where(_cases.c.outcome.is_not(None)),
    **{
        outcome: _where(_cases.c.outcome == outcome)
        for outcome in ("accepted", "partly", "explained", "refused")
    },
    "reopened": _where(_cases.c.reopened > 0),
    "contested": _where(_cases.c.contested.is_(True)),
    "escalated": _where(_cases.c.escalated.is_(True)),
    "transferred_twice": _where(_cases.c.transfers >= 2),
    "last_hour": _where(_cases.c.last_hour.is_(True)),
    "without_contact": _where(_cases.c.without_contact.is_(True)),
    "rated": _where(_cases.c.stars.is_not(None)),
    "stars": func.coalesce(func.sum(_cases.c.stars), 0),
    "oldest_open": func.min(case((_cases.c.status.in_(OPEN), _cases.c.filed_on))),
}


def add_up(session: Session, touched: Iterable[tuple[str, date]]) -> None:
    """Add up again the cases of these places and months."""
    by_month: dict[date, list[str]] = {}
    for place, month in touched:
        by_month.setdefault(month, []).append(place)
    for month, places in by_month.items():
        session.execute(delete(_cells).where(_cells.c.month == month, _cells.c.place.in_(places)))
        key = [_cases.c[name] for name in _KEY]
        session.execute(
            insert(_cells).from_select(
                [*_KEY, *SUMS],
                select(*key, *SUMS.values())
                # By the day, which the index knows; the month follows from it.
                .where(
                    and_(
                        _cases.c.place.in_(places),
                        _cases.c.filed_on.between(month, end_of_month(month)),
                    )
                )
                .group_by(*key),
            )
        )
