"""The sums of every place in a period: what the measures are read off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from sqlalchemy import func, select
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
    session: Session,
    scope: Scope,
    period: Period,
    *,
    on: date,
    durations: bool = False,
    categories: Iterable[str] | None = None,
) -> dict[str, Sums]:
    """The sums of every place within the scope in a period, as things stand `on` a day.

    With `categories`, only cases of these, and nothing of what is no case.
    """
    found: dict[str, Sums] = {code: Sums() for code in scope.cards}
    wanted = None if categories is None else list(categories)

    def at(place: str) -> Sums:
        return found.setdefault(place, Sums())

    query = (
        select(
            _cells.c.place,
            func.min(_cells.c.oldest_open).label("oldest_open"),
            *(func.sum(_cells.c[name]).label(name) for name in _SUMMED),
        )
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
            if row.oldest_open is not None:
                place.oldest_days = max(0, (on - row.oldest_open).days)
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
        _add_requests(session, scope, period, on, at)
        for (code, reached), after in reminder_facts.by_place(
            session, scope, period.months
        ).items():
            (at(code).reminded if reached else at(code).no_room).add(after)
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


def _add_requests(
    session: Session, scope: Scope, period: Period, on: date, at: Callable[[str], Sums]
) -> None:
    end = add_months(period.months[-1], 1)
    for one in session.execute(
        select(_requests).where(
            _requests.c.asked_on >= period.months[0], _requests.c.asked_on < end
        )
    ):
        if not scope.covers(one.place):
            continue
        place = at(one.place)
        if one.kind == request_facts.PERSON:
            place.persons_asked += 1
            continue
        place.calls_asked += 1
        place.calls_joined += one.outcome == Outcome.JOINED.value
        passed = one.outcome is None and one.call_by < instant(on)
        place.calls_known += one.in_time is not None or passed
        place.calls_in_time += bool(one.in_time)
