"""The digest of a day: what someone has to look at this morning, as far as they may see it.

Every line is a kind with a count, and opens its list. Lines about the machine itself (jobs,
messages) are for the central level and administrators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, select, true
from sqlalchemy.orm import Session

from services import dates, staff
from services.complaints import access, clock, store
from services.complaints.office import CENTRAL_WILAYA, Office
from services.complaints.state import OPEN, Status
from services.evaluation import agencies, measures, scope
from services.evaluation.comparing import Compared
from services.evaluation.scope import Scope
from services.people import Role
from services.plans.states import State
from services.records.base import table_of
from services.records.complaints import Complaint, DeskGroup
from services.records.evaluation import CaseFact, ClusterFlag, DigestMade, JobFailure
from services.records.plans import Plan
from services.records.traffic import OutgoingCall, SetAsideUpdate
from services.staff import Member
from services.working_time import agency_calendar

AT = time(8)
STANDS_STILL = timedelta(days=7)  # a working week
UNTAKEN = timedelta(days=1)
KEPT = timedelta(days=90)
LIST_MAX = 30
CANDIDATES_MAX = 500
_complaints, _plans, _facts = table_of(Complaint), table_of(Plan), table_of(CaseFact)
_flags, _groups, _digests = table_of(ClusterFlag), table_of(DeskGroup), table_of(DigestMade)
_failures, _aside, _calls = table_of(JobFailure), table_of(SetAsideUpdate), table_of(OutgoingCall)
_TO_DECIDE = (State.REQUESTED.value, State.LAPSE_PROPOSED.value)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list. `kind` is case, plan, agency, cluster, job or message; `reference`
    what it is called; `id` opens it where there is something to open."""

    kind: str
    reference: str
    id: int = 0
    since: datetime | None = None
    category: str | None = None
    observed: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    kind: str
    items: list[Item]

    @property
    def count(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class View:
    """Who looks, at what, and since when."""

    office: Office
    scope: Scope
    since: datetime
    # What is the same for every reader of a morning, worked out once.
    shared: dict[str, list[Compared]] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        return self.office.session

    @property
    def now(self) -> datetime:
        return self.office.now


def is_due(office: Office, member: Member) -> bool:
    """Whether someone's digest of today has to be made now: a working day, 08:00 has passed,
    and it was not made yet. One that was missed on an earlier day is not made up twice: the
    next one reaches back to the last."""
    local = dates.in_algiers(office.now)
    if local.time() < AT:
        return False
    card = office.agencies.get(member.agency or "")
    calendar = agency_calendar(
        office.policy, agency=member.agency, wilaya=card.wilaya if card else CENTRAL_WILAYA
    )
    if not calendar.is_working_day(local.date()):
        return False
    made = office.session.execute(
        select(_digests.c.day).where(
            _digests.c.telegram_id == member.telegram_id, _digests.c.day == local.date()
        )
    ).one_or_none()
    return made is None


def readers(session: Session) -> list[Member]:
    """Everybody whom a digest can reach."""
    return [
        member
        for member in staff.all_members(session)
        if member.role in scope.MAY_READ and member.language is not None and member.reachable
    ]


def view_of(
    office: Office, member: Member, shared: dict[str, list[Compared]] | None = None
) -> View:
    """What someone's next digest looks at: everything since their last, at least a day.

    `shared` is filled and used by all readers of one run.
    """
    last = office.session.execute(
        select(func.max(_digests.c.at)).where(
            _digests.c.telegram_id == member.telegram_id, _digests.c.sent.is_(True)
        )
    ).scalar()
    day_ago = office.now - timedelta(days=1)
    since = min(last, day_ago) if last is not None else day_ago
    within = scope.of_member(office.session, member)
    return View(office, within, since, {} if shared is None else shared)


def keep_made(session: Session, member: Member, now: datetime, *, sent: bool) -> None:
    """Write down that the digest of today was made for someone, or could not be."""
    session.execute(
        insert(_digests),
        {
            "telegram_id": member.telegram_id,
            "day": dates.day_in_algiers(now),
            "at": now,
            "sent": sent,
        },
    )


def forget_old(session: Session, now: datetime) -> None:
    """Remove the marks of digests made long ago."""
    session.execute(delete(_digests).where(_digests.c.at < now - KEPT))


def lines(view: View) -> list[Line]:
    """Every line with something in it, in the order they are read. Empty: all quiet."""
    found = (Line(kind, list_of(view, kind)) for kind in KINDS)
    return [line for line in found if line.items]


def list_of(view: View, kind: str) -> list[Item]:
    """What stands behind a line.

    Raises:
        KeyError: there is no such line.
    """
    look, for_whom = KINDS[kind]
    return list(look(view)) if for_whom(view.scope) else []


# --- the lines ------------------------------------------------------------------------------


def _breaches_today(view: View) -> Iterable[Item]:
    """Open cases whose next target runs out before the day is over."""
    today = dates.day_in_algiers(view.now)
    _, end = dates.interval_of_days(today, today)
    ids = view.session.execute(
        select(_complaints.c.id)
        .where(
            _visible(view),
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
            yield Item("case", case.reference, case.id, case.filed_at, case.category)


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
    places = view.scope.places
    query = select(_plans.c.id, _plans.c.reference, _plans.c.asked_at, _plans.c.state).where(
        _plans.c.state.in_(_TO_DECIDE),
        true() if places is None else _plans.c.agency.in_(sorted(places)),
    )
    if view.scope.member.role is Role.CENTRAL:
        query = query.where(_plans.c.level == "central")
    for row in view.session.execute(query.order_by(_plans.c.asked_at).limit(CANDIDATES_MAX)):
        yield Item("plan", row.reference, row.id, row.asked_at)


def _clusters(view: View) -> Iterable[Item]:
    for row in view.session.execute(
        select(_flags).where(_flags.c.found_at >= view.since).order_by(_flags.c.place)
    ):
        if view.scope.covers(row.place):
            yield Item("cluster", row.place, category=row.category, observed=row.observed)


def _outside(view: View) -> Iterable[Item]:
    """Agencies beyond the limits of chance this half-year, in any of what is compared."""
    period = measures.half_year(dates.day_in_algiers(view.now))
    for what in agencies.COMPARED:
        if what not in view.shared:
            view.shared[what] = agencies.compare(view.session, what, period)
        for one in view.shared[what]:
            if one.band.is_alarm and view.scope.covers(one.place):
                yield Item("agency", one.place, category=what, observed=one.observed)


def _without_director(view: View) -> Iterable[Item]:
    for code, card in view.scope.cards.items():
        if card.parent is None and not staff.directors_of(view.session, code):
            yield Item("place", code)


def _groups_in_trouble(view: View) -> Iterable[Item]:
    for row in view.session.execute(
        select(_groups.c.desk).where(_groups.c.trouble.is_not(None)).order_by(_groups.c.desk)
    ):
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


def _everyone(_: Scope) -> bool:
    return True


def _whole_fund(found: Scope) -> bool:
    return found.whole_fund


def _keepers(found: Scope) -> bool:
    """Those who can call the people who run the machine."""
    return found.member.role in (Role.CENTRAL, Role.ADMIN)


KINDS: dict[str, tuple[Callable[[View], Iterable[Item]], Callable[[Scope], bool]]] = {
    "outside": (_outside, _everyone),
    "clusters": (_clusters, _everyone),
    "today": (_breaches_today, _everyone),
    "late": (_late, _everyone),
    "decide": (_plans_to_decide, _everyone),
    "untaken": (_untaken, _everyone),
    "still": (_stands_still, _everyone),
    "no_director": (_without_director, _whole_fund),
    "groups": (_groups_in_trouble, _whole_fund),
    "jobs": (_failed_jobs, _keepers),
    "set_aside": (_set_aside, _keepers),
    "unknown": (_unknown_calls, _keepers),
}


# --- inside ---------------------------------------------------------------------------------


def _cases(view: View, condition: ColumnElement[bool]) -> Iterable[Item]:
    for row in view.session.execute(
        select(
            _complaints.c.id,
            _complaints.c.reference,
            _complaints.c.filed_at,
            _complaints.c.category,
        )
        .where(_visible(view), _complaints.c.status.in_(OPEN), condition)
        .order_by(_complaints.c.filed_at, _complaints.c.id)
        .limit(CANDIDATES_MAX)
    ):
        yield Item("case", row.reference, row.id, row.filed_at, row.category)


def _visible(view: View) -> ColumnElement[bool]:
    """The cases that exist for the one who looks. Whoever works on cases has the queue's own
    rule; others never see a restricted case, nor one they filed."""
    member = view.scope.member
    if member.role in access.MAY_WORK:
        return access.scope(view.office, member)
    within = _complaints.c.restricted.is_(False) & (_complaints.c.telegram_id != member.telegram_id)
    if view.scope.places is not None:
        within &= _complaints.c.desk.in_(sorted(view.scope.places))
    return within
