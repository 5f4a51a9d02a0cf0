"""The lines of a digest: each finds what someone has to look at, as far as they may see it.

Lines about the machine itself (jobs, messages) are for the central level and administrators.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true

from services import dates, staff
from services.complaints import access, clock, store, undelivered
from services.complaints.state import OPEN, Status
from services.evaluation.digest_view import Item, View
from services.evaluation.scope import Scope
from services.people import Role
from services.plans import undelivered as plan_decisions
from services.plans.states import State
from services.records.base import table_of
from services.records.complaints import Complaint, DeskGroup, DeskTopic
from services.records.evaluation import BandFlag, CaseFact, ClusterFlag, JobFailure
from services.records.joining import Callback
from services.records.plans import Plan
from services.records.traffic import OutgoingCall, SetAsideUpdate

STANDS_STILL = timedelta(days=7)  # a working week
UNTAKEN = timedelta(days=1)
CANDIDATES_MAX = 500
_complaints, _plans, _facts = table_of(Complaint), table_of(Plan), table_of(CaseFact)
_flags, _bands, _callbacks = table_of(ClusterFlag), table_of(BandFlag), table_of(Callback)
_groups, _topics, _failures = table_of(DeskGroup), table_of(DeskTopic), table_of(JobFailure)
_aside, _calls = table_of(SetAsideUpdate), table_of(OutgoingCall)
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


def _late(view: View) -> Iterable[Item]:
    return _cases(view, _complaints.c.late.is_(True))


def _untaken(view: View) -> Iterable[Item]:
    return _cases(
        view,
        _complaints.c.owner.is_(None)
        & _complaints.c.late.is_(False)
        & (_complaints.c.filed_at < view.now - UNTAKEN),
    )


def _stands_still(view: View) -> Iterable[Item]:
    """Nobody did anything for a working week, and it is not the citizen who is waited for."""
    quiet = select(_facts.c.complaint_id).where(_facts.c.touched_at < view.now - STANDS_STILL)
    return _cases(
        view,
        _complaints.c.id.in_(quiet)
        & _complaints.c.owner.is_not(None)
        & (_complaints.c.status != Status.WAITING.value),
    )


def _plans_to_decide(view: View) -> Iterable[Item]:
    return _plans_where(view, true())


def _decisions_late(view: View) -> Iterable[Item]:
    """The day that was promised for a decision has passed, and nobody took it."""
    today = dates.day_in_algiers(view.now)
    requested = and_(_plans.c.state == State.REQUESTED.value, _plans.c.answer_by < today)
    lapse = and_(_plans.c.state == State.LAPSE_PROPOSED.value, _plans.c.decide_by < today)
    return _plans_where(view, or_(requested, lapse))


def _plans_where(view: View, condition: ColumnElement[bool]) -> Iterable[Item]:
    places = view.scope.places
    query = select(
        _plans.c.id, _plans.c.reference, _plans.c.asked_at, _plans.c.agency, _plans.c.telegram_id
    ).where(
        _plans.c.state.in_(_TO_DECIDE),
        condition,
        true() if places is None else _plans.c.agency.in_(sorted(places)),
    )
    if view.scope.member.role is Role.CENTRAL:
        query = query.where(_plans.c.level == "central")
    for row in view.session.execute(query.order_by(_plans.c.asked_at).limit(CANDIDATES_MAX)):
        if row.telegram_id != view.scope.member.telegram_id:
            yield Item("plan", row.reference, row.id, row.asked_at, place=row.agency)


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
        yield from _cases(view, _complaints.c.id.in_(cases), among=None)
    plans = undelivered.to_phone(view.session, view.since, plan_decisions.TO_PHONE)
    places = view.scope.places
    if plans:
        for row in view.session.execute(
            select(_plans.c.id, _plans.c.reference, _plans.c.asked_at, _plans.c.agency)
            .where(
                _plans.c.id.in_(plans),
                true() if places is None else _plans.c.agency.in_(sorted(places)),
            )
            .order_by(_plans.c.id)
        ):
            yield Item("plan", row.reference, row.id, row.asked_at, place=row.agency)


def _without_topic(view: View) -> Iterable[Item]:
    """Open for a day, its desk has a group that works, and yet it has no topic there."""
    has_one = exists().where(
        _topics.c.complaint_id == _complaints.c.id, _topics.c.chat_id == _groups.c.chat_id
    )
    group = exists().where(
        _groups.c.desk == _complaints.c.desk, _groups.c.trouble.is_(None), ~has_one
    )
    return _cases(view, group & (_complaints.c.filed_at < view.now - UNTAKEN))


# --- agencies and the machine ---------------------------------------------------------------


def _clusters(view: View) -> Iterable[Item]:
    for row in view.session.execute(
        select(_flags).where(_flags.c.found_at >= view.since).order_by(_flags.c.place)
    ):
        if view.scope.covers(row.place):
            yield Item("cluster", row.place, category=row.category, observed=row.observed)


def _outside(view: View) -> Iterable[Item]:
    """Agencies that left the band of what is expected of them."""
    for row in view.session.execute(
        select(_bands).where(_bands.c.found_at >= view.since).order_by(_bands.c.place)
    ):
        if view.scope.covers(row.place):
            yield Item("agency", row.place, category=row.what, observed=row.observed)


def _without_director(view: View) -> Iterable[Item]:
    for code, card in view.scope.cards.items():
        if card.parent is None and not staff.directors_of(view.session, code):
            yield Item("place", code)


def _groups_in_trouble(view: View) -> Iterable[Item]:
    for row in view.session.execute(
        select(_groups.c.desk).where(_groups.c.trouble.is_not(None)).order_by(_groups.c.desk)
    ):
        if view.scope.covers(row.desk):
            yield Item("place", row.desk)


def _failed_jobs(view: View) -> Iterable[Item]:
    rows = view.session.execute(
        select(_failures.c.job, func.max(_failures.c.at), func.count())
        .where(_failures.c.at >= view.since)
        .group_by(_failures.c.job)
        .order_by(_failures.c.job)
    )
    for job, at, number in rows:
        yield Item("job", job, since=at, observed=number)


def _set_aside(view: View) -> Iterable[Item]:
    for row in view.session.execute(
        select(_aside.c.reference, _aside.c.at)
        .where(_aside.c.at >= view.since)
        .order_by(_aside.c.at)
    ):
        yield Item("message", row.reference, since=row.at)


def _unknown_calls(view: View) -> Iterable[Item]:
    for row in view.session.execute(
        select(_calls.c.id, _calls.c.done_at)
        .where(_calls.c.state == "unknown", _calls.c.done_at >= view.since)
        .order_by(_calls.c.done_at)
        .limit(CANDIDATES_MAX)
    ):
        yield Item("message", str(row.id), since=row.done_at)


# --- which line is for whom -----------------------------------------------------------------


def _everyone(_: Scope) -> bool:
    return True


def _whole_fund(found: Scope) -> bool:
    return found.whole_fund


def _keepers(found: Scope) -> bool:
    """Those who can call the people who run the machine."""
    return found.member.role in (Role.CENTRAL, Role.ADMIN)


# In the order they are read: what waits for the reader first.
KINDS: dict[str, tuple[Callable[[View], Iterable[Item]], Callable[[Scope], bool]]] = {
    "late": (_late, _everyone),
    "today": (_breaches_today, _everyone),
    "decide_late": (_decisions_late, _everyone),
    "decide": (_plans_to_decide, _everyone),
    "undelivered": (_undelivered, _everyone),
    "calls": (_calls_late, _everyone),
    "untaken": (_untaken, _everyone),
    "still": (_stands_still, _everyone),
    "outside": (_outside, _everyone),
    "clusters": (_clusters, _everyone),
    "topics": (_without_topic, _everyone),
    "groups": (_groups_in_trouble, _everyone),
    "no_director": (_without_director, _whole_fund),
    "jobs": (_failed_jobs, _keepers),
    "set_aside": (_set_aside, _keepers),
    "unknown": (_unknown_calls, _keepers),
}


# --- inside ---------------------------------------------------------------------------------


def _cases(
    view: View, condition: ColumnElement[bool], *, among: Collection[str] | None = OPEN
) -> Iterable[Item]:
    """Cases that exist for the reader, of some states (None: any), the oldest first."""
    for row in view.session.execute(
        select(
            _complaints.c.id,
            _complaints.c.reference,
            _complaints.c.filed_at,
            _complaints.c.category,
            _complaints.c.desk,
        )
        .where(
            visible(view),
            true() if among is None else _complaints.c.status.in_(among),
            condition,
        )
        .order_by(_complaints.c.filed_at, _complaints.c.id)
        .limit(CANDIDATES_MAX)
    ):
        yield Item("case", row.reference, row.id, row.filed_at, row.category, place=row.desk)


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
