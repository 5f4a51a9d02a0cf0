"""Reminders and the payments after them, by agency and month.

Everybody who was reminded of money in a month counts once, from the first message of that
month on; a payment counts when it was made on that day or within 14, or 30, days. Nobody is
counted before the fund's payments are known that far.

That people paid after a message does not prove that they paid because of it. Beside them stand
those for whom there was no room that month: they owed money too and could have been written to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from services.dates import add_months, day_in_algiers, instant
from services.evaluation.scope import Scope
from services.records.base import table_of
from services.records.evaluation import ReminderFact
from services.records.fund import Payment
from services.records.reminders import Campaign, CampaignMember, Reminder
from services.reminders.judge import Reason
from services.reminders.steps import Kind

KEPT_MONTHS = 24
SHORT, LONG = timedelta(days=14), timedelta(days=30)
OF_MONEY = (Kind.CONTRIBUTION, Kind.ARREARS, Kind.INSTALLMENT, Kind.CURE)
REACHED = ("sent", "unknown")  # what may have arrived counts as arrived
_facts, _payments = table_of(ReminderFact), table_of(Payment)
_reminders, _members, _campaigns = table_of(Reminder), table_of(CampaignMember), table_of(Campaign)


@dataclass(slots=True)
class After:
    """People reminded, and those who paid within 14 and 30 days of those of whom it is known."""

    people: int = 0
    known_14: int = 0
    paid_14: int = 0
    known_30: int = 0
    paid_30: int = 0

    def add(self, other: After) -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def begin(session: Session) -> None:
    """Forget a pass that did not come to its end."""
    session.execute(delete(_facts).where(_facts.c.complete.is_(False)))


def finish(session: Session) -> None:
    """The pass is complete: from now on it is what readers see."""
    session.execute(delete(_facts).where(_facts.c.complete.is_(True)))
    session.execute(update(_facts).values(complete=True))


def add(
    session: Session,
    agency_of: Mapping[int, str],
    *,
    load: int,
    known_to: date,
    today: date,
) -> None:
    """Count these contributors in, by the payments of a load, known until a day."""
    if not agency_of:
        return
    low, high = min(agency_of), max(agency_of)
    since = add_months(today.replace(day=1), 1 - KEPT_MONTHS)
    firsts: dict[tuple[int, date, bool], date] = {}
    for contributor_id, at, reached in _messages(session, low, high, since):
        day = day_in_algiers(at)
        key = (contributor_id, day.replace(day=1), reached)
        if contributor_id in agency_of and day < firsts.get(key, date.max):
            firsts[key] = day
    if not firsts:
        return
    paid_on = _payments_of(session, sorted({key[0] for key in firsts}), load, since)
    sums: dict[tuple[str, date, bool], After] = {}
    for (contributor_id, month, reached), day in firsts.items():
        if not reached and (contributor_id, month, True) in firsts:
            continue  # there was room for another message in that month
        days = paid_on.get(contributor_id, ())
        short, long = (known_to >= day + length for length in (SHORT, LONG))
        sums.setdefault((agency_of[contributor_id], month, reached), After()).add(
            After(
                1,
                int(short),
                int(short and any(day <= one <= day + SHORT for one in days)),
                int(long),
                int(long and any(day <= one <= day + LONG for one in days)),
            )
        )
    _write(session, sums)


def by_place(
    session: Session, scope: Scope, months: Iterable[date]
) -> dict[tuple[str, bool], After]:
    """The last complete pass, by place and whether people were reached."""
    found: dict[tuple[str, bool], After] = {}
    for row in session.execute(
        select(_facts).where(_facts.c.complete.is_(True), _facts.c.month.in_(list(months)))
    ):
        if scope.covers(row.place):
            one = After(*(getattr(row, name) for name in _NAMES))
            found.setdefault((row.place, row.reached), After()).add(one)
    return found


# --- inside -------------------------------------------------------------------------------

_NAMES = tuple(one.name for one in fields(After))


def _messages(
    session: Session, low: int, high: int, since: date
) -> Iterator[tuple[int, Any, bool]]:
    """Who of a range of contributors was written to, or would have been, had there been room."""

    def of(table: Any) -> Select[Any]:
        no_room = and_(table.c.state == "held", table.c.reason == Reason.NO_CAPACITY.value)
        return select(table.c.contributor_id, table.c.decided_at, table.c.state).where(
            table.c.contributor_id.between(low, high),
            table.c.decided_at >= instant(since),
            or_(table.c.state.in_(REACHED), no_room),
        )

    steps = of(_reminders).where(_reminders.c.kind.in_([kind.value for kind in OF_MONEY]))
    campaigns = of(_members).where(
        # Named one by one, so that each is a short walk along its key.
        _members.c.campaign_id.in_(
            select(_campaigns.c.id).where(_campaigns.c.created_at >= instant(since))
        )
    )
    for query in (steps, campaigns):
        for contributor_id, at, state in session.execute(query):
            yield contributor_id, at, state in REACHED


def _payments_of(session: Session, ids: list[int], load: int, since: date) -> dict[int, list[date]]:
    """The days on which each of these paid something, by the newest word on every receipt."""
    newest: dict[tuple[int, str], tuple[date, int]] = {}
    for start in range(0, len(ids), 500):
        rows = session.execute(
            select(
                _payments.c.contributor_id,
                _payments.c.receipt,
                _payments.c.paid_on,
                _payments.c.amount,
            )
            .where(
                _payments.c.contributor_id.in_(ids[start : start + 500]),
                _payments.c.generation <= load,
            )
            .order_by(_payments.c.generation)
        )
        for contributor_id, receipt, day, amount in rows:
            newest[contributor_id, receipt] = day, amount
    found: dict[int, list[date]] = {}
    for (contributor_id, _), (day, amount) in newest.items():
        if amount > 0 and day >= since:
            found.setdefault(contributor_id, []).append(day)
    return found


def _write(session: Session, sums: Mapping[tuple[str, date, bool], After]) -> None:
    for (place, month, reached), one in sums.items():
        values = dict(zip(_NAMES, astuple(one), strict=True))
        changed = session.execute(
            update(_facts)
            .where(
                _facts.c.place == place,
                _facts.c.month == month,
                _facts.c.reached.is_(reached),
                _facts.c.complete.is_(False),
            )
            .values({name: _facts.c[name] + number for name, number in values.items()})
        )
        if not changed.rowcount:  # type: ignore[attr-defined]
            session.execute(
                insert(_facts),
                {"place": place, "month": month, "reached": reached, "complete": False, **values},
            )
