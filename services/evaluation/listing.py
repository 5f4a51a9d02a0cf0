"""Cases, plans and campaigns as lists: filtered, in pages, as far as the reader may see them.

No list holds a name, a number or anybody's words; a reference opens what it names for those who
work on it. Restricted cases are listed for the central level alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from services.complaints.state import OPEN
from services.dates import interval_of_days
from services.evaluation import digest_lines
from services.evaluation.digest_view import View
from services.evaluation.measures import Period
from services.evaluation.scope import Scope
from services.plans.states import LIVE, State
from services.policy import Policy
from services.records.base import table_of
from services.records.complaints import Complaint
from services.records.plans import Plan
from services.records.reminders import Campaign
from services.reminders import campaign_results
from services.reminders.campaign_results import Result

Row = TypeVar("Row")
PAGE = 50
AS_TABLE_MAX = 20_000  # rows of a list that is taken away as a table
CAMPAIGNS_MAX = 100
_complaints, _plans = table_of(Complaint), table_of(Plan)
_OPEN = _complaints.c.status.in_(OPEN)


@dataclass(frozen=True, slots=True)
class CaseRow:
    reference: str
    place: str
    category: str
    filed_at: datetime
    status: str
    late: bool


@dataclass(frozen=True, slots=True)
class PlanRow:
    """Amounts in centimes; `answer_by` is the day promised for the decision it waits for."""

    reference: str
    place: str
    asked_at: datetime
    state: str
    months: int
    debt: int
    answer_by: date | None


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """One page of a list. `number` counts pages from 1."""

    rows: list[Row]
    count: int
    number: int
    pages: int


# Each may be chosen; the first is what is shown unasked. Those that a digest has too find what
# the digest finds.
CASE_FILTERS: dict[str, Callable[[Period], ColumnElement[bool]] | None] = {
    "open": lambda _: _OPEN,
    "late": None,
    "today": None,
    "untaken": None,
    "still": None,
    "period": lambda period: _filed_in(period),
}
PLAN_FILTERS: dict[str, Callable[[Period], ColumnElement[bool]] | None] = {
    "decide": None,
    "decide_late": None,
    "live": lambda _: _plans.c.state.in_([state.value for state in LIVE]),
    "trouble": lambda _: _plans.c.state == State.LAPSE_PROPOSED.value,
    "period": lambda period: _asked_in(period),
}


def cases(
    view: View,
    period: Period,
    *,
    show: str = "open",
    place: str | None = None,
    category: str | None = None,
    number: int = 1,
    most: int = PAGE,
) -> Listed[CaseRow]:
    """A page of cases, the oldest first; of a period, the newest first.

    Raises:
        KeyError: no such filter.
    """
    condition = _condition(view, period, CASE_FILTERS[show], show, _complaints.c.id)
    query = select(
        _complaints.c.reference,
        _complaints.c.desk,
        _complaints.c.category,
        _complaints.c.filed_at,
        _complaints.c.status,
        _complaints.c.late,
    ).where(
        digest_lines.visible(view),
        condition,
        true() if place is None else _complaints.c.desk == place,
        true() if category is None else _complaints.c.category == category,
    )
    order = _complaints.c.filed_at
    ordered = query.order_by(order.desc() if show == "period" else order, _complaints.c.id)
    return _listed(view.session, query, ordered, number, most, lambda row: CaseRow(*row))


def plans(
    view: View,
    period: Period,
    *,
    show: str = "decide",
    place: str | None = None,
    number: int = 1,
    most: int = PAGE,
) -> Listed[PlanRow]:
    """A page of plans, those that wait longest first; of a period, the newest first.

    Raises:
        KeyError: no such filter.
    """
    condition = _condition(view, period, PLAN_FILTERS[show], show, _plans.c.id)
    query = select(
        _plans.c.reference,
        _plans.c.agency,
        _plans.c.asked_at,
        _plans.c.state,
        _plans.c.months,
        _plans.c.debt,
        func.coalesce(_plans.c.decide_by, _plans.c.answer_by),
    ).where(
        condition,
        digest_lines.visible_plans(view),
        true() if place is None else _plans.c.agency == place,
    )
    order = _plans.c.asked_at
    ordered = query.order_by(order.desc() if show == "period" else order, _plans.c.id)
    return _listed(view.session, query, ordered, number, most, lambda row: PlanRow(*row))


def campaigns(session: Session, scope: Scope) -> list[Campaign]:
    """The newest campaigns that concern the reader's places."""
    query = select(Campaign).order_by(Campaign.id.desc()).limit(CAMPAIGNS_MAX)
    if scope.places is not None:
        query = query.where(
            or_(Campaign.agency.is_(None), Campaign.agency.in_(sorted(_above(scope))))
        )
    return list(session.scalars(query))


def campaign(
    session: Session, policy: Policy, scope: Scope, number: int
) -> tuple[Campaign, dict[str, Result]]:
    """One campaign and what came of it, place by place within the reader's scope.

    Raises:
        LookupError: there is none, or it does not concern these places.
    """
    found = session.get(Campaign, number)
    if found is None:
        raise LookupError(number)
    if scope.places is not None and found.agency not in {None, *_above(scope)}:
        raise LookupError(number)
    results = campaign_results.of(session, policy, found)
    return found, {place: one for place, one in sorted(results.items()) if scope.covers(place)}


# --- inside ---------------------------------------------------------------------------------


def _above(scope: Scope) -> set[str]:
    """The places of a scope, and the agencies above its counters: a campaign for an agency
    reaches its counters too."""
    places = scope.places or frozenset()
    parents = {card.parent for code, card in scope.cards.items() if code in places}
    return {*places, *(code for code in parents if code is not None)}


def _condition(
    view: View,
    period: Period,
    made: Callable[[Period], ColumnElement[bool]] | None,
    show: str,
    column: ColumnElement[int],
) -> ColumnElement[bool]:
    if made is not None:
        return made(period)
    if show in digest_lines.OF_CASES:
        return digest_lines.of_cases(view, show)
    if show in digest_lines.OF_PLANS:
        return digest_lines.of_plans(view, show)
    return column.in_([item.id for item in digest_lines.items(view, show)])


def _filed_in(period: Period) -> ColumnElement[bool]:
    since, until = interval_of_days(period.months[0], period.last)
    return and_(_complaints.c.filed_at >= since, _complaints.c.filed_at < until)


def _asked_in(period: Period) -> ColumnElement[bool]:
    since, until = interval_of_days(period.months[0], period.last)
    return and_(_plans.c.asked_at >= since, _plans.c.asked_at < until)


def _listed(
    session: Session,
    query: Select[Any],
    ordered: Select[Any],
    number: int,
    most: int,
    read: Callable[[Any], Row],
) -> Listed[Row]:
    count = int(session.execute(select(func.count()).select_from(query.subquery())).scalar_one())
    pages = max(1, -(-count // most))
    number = min(max(number, 1), pages)
    rows: Iterator[Any] = iter(session.execute(ordered.offset((number - 1) * most).limit(most)))
    return Listed([read(row) for row in rows], count, number, pages)
