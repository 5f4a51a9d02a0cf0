"""The lines of a digest about agencies, groups and the machine itself: each finds its entries."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from services import staff
from services.evaluation.digest_view import Item, View
from services.people import Role
from services.records.base import table_of
from services.records.complaints import DeskGroup
from services.records.evaluation import BandFlag, ClusterFlag, JobFailure
from services.records.traffic import OutgoingCall, SetAsideUpdate

CANDIDATES_MAX = 500
_flags, _bands = table_of(ClusterFlag), table_of(BandFlag)
_groups, _failures = table_of(DeskGroup), table_of(JobFailure)
_aside, _calls = table_of(SetAsideUpdate), table_of(OutgoingCall)


def clusters(view: View) -> Iterable[Item]:
    for row in view.session.execute(
        select(_flags).where(_flags.c.found_at >= view.since).order_by(_flags.c.place)
    ):
        if view.scope.covers(row.place):
            yield Item("cluster", row.place, category=row.category, observed=row.observed)


def outside(view: View) -> Iterable[Item]:
    """Agencies that left the band of what is expected of them."""
    for row in view.session.execute(
        select(_bands).where(_bands.c.found_at >= view.since).order_by(_bands.c.place)
    ):
        if view.scope.covers(row.place):
            yield Item("agency", row.place, category=row.what, observed=row.observed)


def without_director(view: View) -> Iterable[Item]:
    led = {one.agency for one in staff.all_members(view.session) if one.role is Role.DIRECTOR}
    for code, card in view.scope.cards.items():
        if card.parent is None and code not in led:
            yield Item("place", code)


def groups_in_trouble(view: View) -> Iterable[Item]:
    for row in view.session.execute(
        select(_groups.c.desk).where(_groups.c.trouble.is_not(None)).order_by(_groups.c.desk)
    ):
        if view.scope.covers(row.desk):
            yield Item("place", row.desk)


def failed_jobs(view: View) -> Iterable[Item]:
    rows = view.session.execute(
        select(_failures.c.job, func.max(_failures.c.at), func.count())
        .where(_failures.c.at >= view.since)
        .group_by(_failures.c.job)
        .order_by(_failures.c.job)
    )
    for job, at, number in rows:
        yield Item("job", job, since=at, observed=number)


def set_aside(view: View) -> Iterable[Item]:
    for row in view.session.execute(
        select(_aside.c.reference, _aside.c.at)
        .where(_aside.c.at >= view.since)
        .order_by(_aside.c.at)
    ):
        yield Item("message", row.reference, since=row.at)


def unknown_calls(view: View) -> Iterable[Item]:
    for row in view.session.execute(
        select(_calls.c.id, _calls.c.done_at)
        .where(_calls.c.state == "unknown", _calls.c.done_at >= view.since)
        .order_by(_calls.c.done_at)
        .limit(CANDIDATES_MAX)
    ):
        yield Item("message", str(row.id), since=row.done_at)
