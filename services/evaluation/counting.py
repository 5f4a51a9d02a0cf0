"""The sums of every place in a period: what the measures are read off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from services.dates import add_months, instant
from services.evaluation import affiliates, reminder_facts, request_facts
from services.evaluation.measures import KEPT_MONTHS, Period, Sums
from services.evaluation.scope import Scope
from services.joining.callbacks import Outcome
from services.records.base import table_of
from services.records.evaluation import CaseCell, CaseFact, PlanFact, RequestFact

_cells, _cases, _plans = table_of(CaseCell), table_of(CaseFact), table_of(PlanFact)
_requests = table_of(RequestFact)
_KEY = ("place", "month", "category", "regime")
_SUMMED = tuple(one.name for one in _cells.c if one.name not in (*_KEY, "oldest_open"))


def sums(
    session: Session, scope: Scope, period: Period, *, on: date, durations: bool = False
) -> dict[str, Sums]:
    """The sums of every place within the scope in a period, as things stand `on` a day."""
    found: dict[str, Sums] = {code: Sums() for code in scope.cards}

    def at(place: str) -> Sums:
        return found.setdefault(place, Sums())

    for place, row in _added_up(session, scope, period, "place"):
        _put_cases(at(place), row)
    for place, days in _oldest(session, scope, "place", on):
        at(place).oldest_days = days
    if durations:
        _add_durations(session, scope, period, at)
    for (code, _), number in affiliates.by_regime(session).items():
        if scope.covers(code):
            at(code).affiliates += number
    for code, number in affiliates.linked(session).items():
        if scope.covers(code):
            at(code).linked += number
    _add_plans(session, scope, period, on, at)
    _add_requests(session, scope, period, on, at)
    for (code, reached), after in reminder_facts.by_place(session, scope, period.months).items():
        (at(code).reminded if reached else at(code).no_room).add(after)
    return found


def by_category(session: Session, scope: Scope, period: Period, *, on: date) -> dict[str, Sums]:
    """All places within the scope together, category by category: what is counted of cases."""
    found: dict[str, Sums] = {}
    for category, row in _added_up(session, scope, period, "category"):
        _put_cases(found.setdefault(category, Sums()), row)
    for category, days in _oldest(session, scope, "category", on):
        found.setdefault(category, Sums()).oldest_days = days
    return found


def by_place_of_category(
    session: Session, scope: Scope, period: Period, category: str, *, on: date
) -> dict[str, Sums]:
    """One category, place by place: what is counted of its cases."""
    found: dict[str, Sums] = {}
    only = _cells.c.category == category
    for place, row in _added_up(session, scope, period, "place", only):
        _put_cases(found.setdefault(place, Sums()), row)
    for place, days in _oldest(session, scope, "place", on, only):
        found.setdefault(place, Sums()).oldest_days = days
    return found


def whole(by_place: Mapping[str, Sums]) -> Sums:
    """All places together."""
    together = Sums()
    for one in by_place.values():
        together.add(one)
    return together


def _within(scope: Scope, column: ColumnElement[str]) -> ColumnElement[bool]:
    return true() if scope.places is None else column.in_(sorted(scope.places))


def _added_up(
    session: Session,
    scope: Scope,
    period: Period,
    key: str,
    only: ColumnElement[bool] | None = None,
) -> Iterator[tuple[str, Any]]:
    query = (
        select(
            _cells.c[key],
            *(func.sum(_cells.c[name]).label(name) for name in _SUMMED),
        )
        .where(_cells.c.month.in_(period.months), _within(scope, _cells.c.place))
        .group_by(_cells.c[key])
    )
    for row in session.execute(query if only is None else query.where(only)):
        yield row[0], row


def _oldest(
    session: Session, scope: Scope, key: str, on: date, only: ColumnElement[bool] | None = None
) -> Iterator[tuple[str, int]]:
    """For how many days the oldest open case has waited, whenever it was filed."""
    query = (
        select(_cells.c[key], func.min(_cells.c.oldest_open))
        .where(_cells.c.oldest_open.is_not(None), _within(scope, _cells.c.place))
        .group_by(_cells.c[key])
    )
    for name, day in session.execute(query if only is None else query.where(only)):
        yield name, max(0, (on - day).days)


def _put_cases(sums: Sums, row: Any) -> None:
    for name in _SUMMED:
        setattr(sums, name, int(getattr(row, name)))


def _add_durations(
    session: Session, scope: Scope, period: Period, at: Callable[[str], Sums]
) -> None:
    for name in ("answer_minutes", "resolution_minutes", "calendar_minutes"):
        column = _cases.c[name]
        query = (
            select(_cases.c.place, column, func.count())
            .where(
                _cases.c.month.in_(period.months),
                column.is_not(None),
                _within(scope, _cases.c.place),
            )
            .group_by(_cases.c.place, column)
        )
        for place, minutes, number in session.execute(query):
            getattr(at(place), name)[minutes] = number


def _add_plans(
    session: Session, scope: Scope, period: Period, on: date, at: Callable[[str], Sums]
) -> None:
    """Plans asked for in the period. Those signed are counted by their day, so that many plans
    make few rows; those in trouble also by the day it began."""
    end = add_months(period.months[-1], 1)
    rows = session.execute(
        select(
            _plans.c.place,
            _plans.c.signed_on,
            _plans.c.trouble_on,
            func.count(),
            _number(_plans.c.granted_at_once.is_(True)),
            _number(_plans.c.cured.is_(True)),
            _number(_plans.c.broken_on.is_not(None)),
        )
        .where(
            _plans.c.asked_on >= period.months[0],
            _plans.c.asked_on < end,
            _within(scope, _plans.c.place),
        )
        .group_by(_plans.c.place, _plans.c.signed_on, _plans.c.trouble_on)
    )
    marks: dict[date, list[tuple[int, date]]] = {}
    for code, signed_on, trouble_on, number, at_once, cured, broken in rows:
        place = at(code)
        place.plans_asked += number
        place.plans_at_once += at_once
        if signed_on is None:
            continue
        place.plans_signed += number
        place.plans_in_trouble += number if trouble_on is not None else 0
        place.plans_cured += cured
        place.plans_broken += broken
        if signed_on not in marks:
            days = ((months, add_months(signed_on, months)) for months in KEPT_MONTHS)
            marks[signed_on] = [(months, day) for months, day in days if day <= on]
        for months, day in marks[signed_on]:
            place.plans_due[months] = place.plans_due.get(months, 0) + number
            if trouble_on is None or trouble_on > day:
                place.plans_kept[months] = place.plans_kept.get(months, 0) + number


def _add_requests(
    session: Session, scope: Scope, period: Period, on: date, at: Callable[[str], Sums]
) -> None:
    end = add_months(period.months[-1], 1)
    passed = and_(_requests.c.outcome.is_(None), _requests.c.call_by < instant(on))
    rows = session.execute(
        select(
            _requests.c.place,
            _requests.c.kind,
            func.count(),
            _number(_requests.c.outcome == Outcome.JOINED.value),
            _number(or_(_requests.c.in_time.is_not(None), passed)),
            _number(_requests.c.in_time.is_(True)),
        )
        .where(
            _requests.c.asked_on >= period.months[0],
            _requests.c.asked_on < end,
            _within(scope, _requests.c.place),
        )
        .group_by(_requests.c.place, _requests.c.kind)
    )
    for code, kind, number, joined, known, in_time in rows:
        place = at(code)
        if kind == request_facts.PERSON:
            place.persons_asked += number
            continue
        place.calls_asked += number
        place.calls_joined += joined
        place.calls_known += known
        place.calls_in_time += in_time


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
