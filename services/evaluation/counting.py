"""The sums of every place in a period: what the measures are read off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from services.dates import ONE_DAY, add_months, instant
from services.evaluation import affiliates, reminder_facts, request_facts
from services.evaluation.measures import Period, Sums
from services.evaluation.plan_facts import KEPT_MONTHS
from services.evaluation.scope import Scope
from services.joining.callbacks import Outcome
from services.records.base import table_of
from services.records.evaluation import CaseCell, CaseFact, PlanFact, RequestFact
from services.references import CENTRAL

_cells, _cases, _plans = table_of(CaseCell), table_of(CaseFact), table_of(PlanFact)
_requests = table_of(RequestFact)
_KEY = ("place", "month", "category", "regime")
_SUMMED = tuple(one.name for one in _cells.c if one.name not in (*_KEY, "oldest_open"))


@dataclass(frozen=True, slots=True)
class Counted:
    """The cases of a period, added up by place and category in one look at the cells."""

    rows: list[tuple[str, str, tuple[int, ...]]]

    def by_place(self, scope: Scope, only: str | None = None) -> dict[str, Sums]:
        """Place by place within a scope; with `only`, of one category."""
        found: dict[str, list[int]] = {}
        for place, category, numbers in self.rows:
            if scope.covers(place) and only in (None, category):
                _take_in(found, place, numbers)
        return {place: _cases_of(numbers) for place, numbers in found.items()}

    def by_category(self, scope: Scope) -> dict[str, Sums]:
        """All places of a scope together, category by category."""
        found: dict[str, list[int]] = {}
        for place, category, numbers in self.rows:
            if scope.covers(place):
                _take_in(found, category, numbers)
        return {category: _cases_of(numbers) for category, numbers in found.items()}

    def column(self, name: str) -> dict[tuple[str, str], int]:
        """One number by (place, category), of every agency but the central level."""
        at = _SUMMED.index(name)
        return {
            (place, category): numbers[at]
            for place, category, numbers in self.rows
            if place != CENTRAL
        }


def count_cases(session: Session, period: Period, scope: Scope | None = None) -> Counted:
    """The cases of the whole fund: what is expected of one place rests on all of them. With a
    scope, those of its places alone."""
    rows = session.execute(
        select(
            _cells.c.place,
            _cells.c.category,
            *(func.sum(_cells.c[name]) for name in _SUMMED),
        )
        .where(
            _cells.c.month.in_(period.months),
            true() if scope is None else _within(scope, _cells.c.place),
        )
        .group_by(_cells.c.place, _cells.c.category)
    )
    return Counted([(row[0], row[1], tuple(int(one) for one in row[2:])) for row in rows])


def sums(
    session: Session,
    scope: Scope,
    period: Period,
    *,
    on: date,
    durations: bool = False,
    counted: Counted | None = None,
) -> dict[str, Sums]:
    """The sums of every place within the scope in a period, as things stand `on` a day."""
    found: dict[str, Sums] = {code: Sums() for code in scope.cards}
    found |= (counted or count_cases(session, period, scope)).by_place(scope)

    def at(place: str) -> Sums:
        return found.setdefault(place, Sums())

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


def of_category(
    session: Session, scope: Scope, period: Period, category: str, *, on: date
) -> dict[str, Sums]:
    """One category, place by place: what is counted of its cases."""
    found = count_cases(session, period, scope).by_place(scope, category)
    for (place, about), days in oldest(session, scope, on).items():
        if about == category:
            found.setdefault(place, Sums()).oldest_days = days
    return found


def oldest(session: Session, scope: Scope, on: date) -> dict[tuple[str, str], int]:
    """For how many days the oldest open case of a place and category has waited, whenever it
    was filed."""
    rows = session.execute(
        select(_cells.c.place, _cells.c.category, func.min(_cells.c.oldest_open))
        .where(_cells.c.oldest_open.is_not(None), _within(scope, _cells.c.place))
        .group_by(_cells.c.place, _cells.c.category)
    )
    return {(row[0], row[1]): max(0, (on - row[2]).days) for row in rows}


def whole(by_place: Mapping[str, Sums]) -> Sums:
    """All places together."""
    together = Sums()
    for one in by_place.values():
        together.add(one)
    return together


def _within(scope: Scope, column: ColumnElement[str]) -> ColumnElement[bool]:
    return true() if scope.places is None else column.in_(sorted(scope.places))


def _take_in(found: dict[str, list[int]], key: str, numbers: tuple[int, ...]) -> None:
    known = found.get(key)
    found[key] = (
        list(numbers) if known is None else [a + b for a, b in zip(known, numbers, strict=True)]
    )


def _cases_of(numbers: list[int]) -> Sums:
    sums = Sums()
    for name, number in zip(_SUMMED, numbers, strict=True):
        setattr(sums, name, number)
    return sums


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
    """Plans asked for in the period. A plan counts as kept for some months once these have
    passed since it was signed, and no lapse was proposed up to that day."""
    end = add_months(period.months[-1], 1)
    within = and_(
        _plans.c.asked_on >= period.months[0],
        _plans.c.asked_on < end,
        _within(scope, _plans.c.place),
    )
    signed, trouble = _plans.c.signed_on.is_not(None), _plans.c.trouble_on.is_not(None)
    spans: list[ColumnElement[bool]] = []
    for months in KEPT_MONTHS:
        due = _plans.c.signed_on <= _signed_by(on, months)
        spans += [due, due & or_(~trouble, _plans.c.kept_months >= months)]
    rows = session.execute(
        select(
            _plans.c.place,
            func.count(),
            _number(_plans.c.granted_at_once.is_(True)),
            _number(signed),
            _number(signed & trouble),
            _number(signed & _plans.c.cured.is_(True)),
            _number(signed & _plans.c.broken_on.is_not(None)),
            *map(_number, spans),
        )
        .where(within)
        .group_by(_plans.c.place)
    )
    for code, asked, at_once, signed_number, in_trouble, cured, broken, *by_span in rows:
        place = at(code)
        place.plans_asked += asked
        place.plans_at_once += at_once
        place.plans_signed += signed_number
        place.plans_in_trouble += in_trouble
        place.plans_cured += cured
        place.plans_broken += broken
        place.plans_due = dict(zip(KEPT_MONTHS, by_span[::2], strict=True))
        place.plans_kept = dict(zip(KEPT_MONTHS, by_span[1::2], strict=True))


def _signed_by(on: date, months: int) -> date:
    """The last day of signing from which so many months have passed on a day."""
    day = add_months(on, -months)
    while add_months(day + ONE_DAY, months) <= on:
        day += ONE_DAY
    return day


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
