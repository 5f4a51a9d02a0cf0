"""The lines of a digest: cases, plans and calls someone has to look at, as far as they may see
them; and which line is for whom.

Lines about the machine itself (jobs, messages) are for the central level and administrators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true

from services import dates
from services.complaints import access, clock, store, undelivered
from services.complaints.state import OPEN, Status
from services.evaluation import digest_places
from services.evaluation.digest_view import Item, View
from services.evaluation.scope import Scope
from services.people import Role
from services.plans import undelivered as plan_decisions
from services.plans.states import State
from services.records.base import table_of
from services.records.complaints import Complaint, DeskGroup, DeskTopic
from services.records.evaluation import CaseFact
from services.records.joining import Callback
from services.records.plans import Plan

STANDS_STILL = timedelta(days=7)  # a working week
UNTAKEN = timedelta(days=1)
CANDIDATES_MAX = 500
_complaints, _plans, _facts = table_of(Complaint), table_of(Plan), table_of(CaseFact)
_groups, _topics, _callbacks = table_of(DeskGroup), table_of(DeskTopic), table_of(Callback)
_TO_DECIDE = (State.REQUESTED.value, State.LAPSE_PROPOSED.value)


# --- cases, plans and calls -----------------------------------------------------------------


def _breaches_today(view: View) -> Iterable[Item]:
    """Open cases whose next target runs out before the day is over."""
    today = dates.day_in_algiers(view.now)
    _, end = dates.interval_of_days(today, today)
    ids = view.session.execute(
        select(_complaints.c.id)
        .where(
            visible(view),
            _complaints.c.status.in_(OPEN),
            _complaints.c.late.is_(False),
            # Before a target runs out its warning falls due, and that is when it is looked at.
            _complaints.c.look_at < end,
        )
        .order_by(_complaints.c.look_at, _complaints.c.id)
        .limit(CANDIDATES_MAX)
    ).scalars()
    for case in store.load_many(view.session, ids):
        clocks = clock.read(
            case.progress,
            view.now,
            targets=view.office.targets(case.filed_at),
            calendars=view.office.calendar,
        )
        due = [at for at in (clocks.answer_by, clocks.resolve_by) if at is not None]
        if due and min(due) < end:
            yield Item(
                "case",
                case.reference,
                case.id,
                case.filed_at,
                case.category,
                place=case.progress.desk,
            )


def _late(_: View) -> ColumnElement[bool]:
    return _complaints.c.late.is_(True)


def _untaken(view: View) -> ColumnElement[bool]:
    return and_(
        _complaints.c.owner.is_(None),
        _complaints.c.late.is_(False),
        _complaints.c.filed_at < view.now - UNTAKEN,
    )


def _stands_still(view: View) -> ColumnElement[bool]:
    """Nobody did anything for a working week, and it is not the citizen who is waited for."""
    # One look by its key for each open case: joined, all cases of the past would be gone through.
    touched_at = (
        select(_facts.c.touched_at)
        .where(_facts.c.complaint_id == _complaints.c.id)
        .scalar_subquery()
    )
    return and_(
        touched_at < view.now - STANDS_STILL,
        _complaints.c.owner.is_not(None),
        _complaints.c.status != Status.WAITING.value,
    )


def _without_topic(view: View) -> ColumnElement[bool]:
    """Open for a day, its desk has a group that works, and yet it has no topic there."""
    has_one = exists().where(
        _topics.c.complaint_id == _complaints.c.id, _topics.c.chat_id == _groups.c.chat_id
    )
    group = exists().where(
        _groups.c.desk == _complaints.c.desk, _groups.c.trouble.is_(None), ~has_one
    )
    return and_(group, _complaints.c.filed_at < view.now - UNTAKEN)


def _to_decide(_: View) -> ColumnElement[bool]:
    return _plans.c.state.in_(_TO_DECIDE)


def _decisions_late(view: View) -> ColumnElement[bool]:
    """The day that was promised for a decision has passed, and nobody took it."""
    today = dates.day_in_algiers(view.now)
    return or_(
        and_(_plans.c.state == State.REQUESTED.value, _plans.c.answer_by < today),
        and_(_plans.c.state == State.LAPSE_PROPOSED.value, _plans.c.decide_by < today),
    )


def _calls_late(view: View) -> Iterable[Item]:
    """People who want to join, whom nobody called by the time they were promised."""
    places = view.scope.places
    for row in view.session.execute(
        select(_callbacks.c.id, _callbacks.c.agency, _callbacks.c.call_by)
        .where(
            _callbacks.c.outcome.is_(None),
            _callbacks.c.call_by < view.now,
            func.coalesce(_callbacks.c.telegram_id, 0) != view.scope.member.telegram_id,
            true() if places is None else _callbacks.c.agency.in_(sorted(places)),
        )
        .order_by(_callbacks.c.call_by)
        .limit(CANDIDATES_MAX)
    ):
        yield Item("call", row.agency, row.id, row.call_by, place=row.agency)


def _undelivered(view: View) -> Iterable[Item]:
    """Answers and decisions that never reached their citizen: someone has to phone."""
    cases = undelivered.to_phone(view.session, view.since)
    if cases:
        yield from _cases(view, and_(visible(view), _complaints.c.id.in_(cases)))
    plans = undelivered.to_phone(view.session, view.since, plan_decisions.TO_PHONE)
    if plans:
        yield from _plan_items(view, and_(visible_plans(view), _plans.c.id.in_(plans)))


# --- which line is for whom -----------------------------------------------------------------


def _everyone(_: Scope) -> bool:
    return True


def _whole_fund(found: Scope) -> bool:
    return found.whole_fund


def _keepers(found: Scope) -> bool:
    """Those who can call the people who run the machine."""
    return found.member.role in (Role.CENTRAL, Role.ADMIN)


# Lines that are a condition on open cases, or on plans; the others look for themselves.
OF_CASES: dict[str, Callable[[View], ColumnElement[bool]]] = {
    "late": _late,
    "untaken": _untaken,
    "still": _stands_still,
    "topics": _without_topic,
}
OF_PLANS: dict[str, Callable[[View], ColumnElement[bool]]] = {
    "decide_late": _decisions_late,
    "decide": _to_decide,
}
_OTHERS: dict[str, Callable[[View], Iterable[Item]]] = {
    "today": _breaches_today,
    "undelivered": _undelivered,
    "calls": _calls_late,
    "outside": digest_places.outside,
    "clusters": digest_places.clusters,
    "groups": digest_places.groups_in_trouble,
    "no_director": digest_places.without_director,
    "jobs": digest_places.failed_jobs,
    "set_aside": digest_places.set_aside,
    "unknown": digest_places.unknown_calls,
}
# In the order they are read, what waits for the reader first; and for whom each is.
KINDS: dict[str, Callable[[Scope], bool]] = {
    "late": _everyone,
    "today": _everyone,
    "decide_late": _everyone,
    "decide": _everyone,
    "undelivered": _everyone,
    "calls": _everyone,
    "untaken": _everyone,
    "still": _everyone,
    "outside": _everyone,
    "clusters": _everyone,
    "topics": _everyone,
    "groups": _everyone,
    "no_director": _whole_fund,
    "jobs": _keepers,
    "set_aside": _keepers,
    "unknown": _keepers,
}


def count(view: View, kind: str) -> int:
    """How many entries a line has.

    Raises:
        KeyError: there is no such line.
    """
    if not KINDS[kind](view.scope):
        return 0
    if kind in OF_CASES:
        query = select(func.count()).select_from(_complaints).where(of_cases(view, kind))
    elif kind in OF_PLANS:
        query = select(func.count()).select_from(_plans).where(of_plans(view, kind))
    else:
        return len(list(_OTHERS[kind](view)))
    return int(view.session.execute(query).scalar_one())


def items(view: View, kind: str) -> list[Item]:
    """The entries of a line, the oldest first, and no more than anybody reads.

    Raises:
        KeyError: there is no such line.
    """
    if not KINDS[kind](view.scope):
        return []
    if kind in OF_CASES:
        return list(_cases(view, of_cases(view, kind)))
    if kind in OF_PLANS:
        return list(_plan_items(view, of_plans(view, kind)))
    return list(_OTHERS[kind](view))


def of_cases(view: View, kind: str) -> ColumnElement[bool]:
    """The open cases of a line that exist for the reader."""
    return and_(visible(view), _complaints.c.status.in_(OPEN), OF_CASES[kind](view))


def of_plans(view: View, kind: str) -> ColumnElement[bool]:
    """The plans of a line that wait for a decision of the reader, or of their agencies."""
    waits = and_(visible_plans(view), _plans.c.state.in_(_TO_DECIDE), OF_PLANS[kind](view))
    if view.scope.member.role is Role.CENTRAL:
        return and_(waits, _plans.c.level == "central")
    return waits


# --- inside ---------------------------------------------------------------------------------


def _cases(view: View, condition: ColumnElement[bool]) -> Iterable[Item]:
    for row in view.session.execute(
        select(
            _complaints.c.id,
            _complaints.c.reference,
            _complaints.c.filed_at,
            _complaints.c.category,
            _complaints.c.desk,
        )
        .where(condition)
        .order_by(_complaints.c.filed_at, _complaints.c.id)
        .limit(CANDIDATES_MAX)
    ):
        yield Item("case", row.reference, row.id, row.filed_at, row.category, place=row.desk)


def _plan_items(view: View, condition: ColumnElement[bool]) -> Iterable[Item]:
    for row in view.session.execute(
        select(_plans.c.id, _plans.c.reference, _plans.c.asked_at, _plans.c.agency)
        .where(condition)
        .order_by(_plans.c.asked_at, _plans.c.id)
        .limit(CANDIDATES_MAX)
    ):
        yield Item("plan", row.reference, row.id, row.asked_at, place=row.agency)


def visible_plans(view: View) -> ColumnElement[bool]:
    """The plans that exist for the one who looks: of their places, and not their own."""
    places = view.scope.places
    return and_(
        func.coalesce(_plans.c.telegram_id, 0) != view.scope.member.telegram_id,
        true() if places is None else _plans.c.agency.in_(sorted(places)),
    )


def visible(view: View) -> ColumnElement[bool]:
    """The cases that exist for the one who looks. Whoever works on cases has the queue's own
    rule; others never see a restricted case, nor one they filed."""
    member = view.scope.member
    if member.role in access.MAY_WORK:
        return access.scope(view.office, member)
    within = _complaints.c.restricted.is_(False) & (_complaints.c.telegram_id != member.telegram_id)
    if view.scope.places is not None:
        within &= _complaints.c.desk.in_(sorted(view.scope.places))
    return within
