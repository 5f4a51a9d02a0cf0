"""Who is reminded: people by their links, a slice at a time, with what they chose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, union
from sqlalchemy.orm import Session

from services.linking import SELF
from services.plans.states import LIVE, WAITING
from services.records.base import Instant, table_of
from services.records.complaints import Complaint
from services.records.people import Link, Person
from services.records.plans import Plan
from services.records.reminders import CampaignMember, Reminder, ReminderChoice
from services.reminders.judge import Recipient

LEFT = ("queued", "sent", "unknown")
"""What left, or may have: it counts as a reminder when the next one is weighed."""

_links, _people, _choices = table_of(Link), table_of(Person), table_of(ReminderChoice)
_UNDER_WAY = [state.value for state in (*LIVE, *WAITING)]
_reminders, _members = table_of(Reminder), table_of(CampaignMember)


@dataclass(frozen=True, slots=True)
class Account:
    """An account a person is reminded of. `since`: the instant it was linked."""

    contributor_id: int
    link_id: int
    since: datetime
    is_own: bool


class Reader(NamedTuple):
    """Who reads about a contributor, by which link; `is_own`: themself, not under a mandate."""

    link_id: int
    telegram_id: int
    is_own: bool


@dataclass(slots=True)
class Addressee:
    """A person with the accounts they are the one to be reminded of."""

    telegram_id: int
    language: str
    hide_amounts: bool
    recipient: Recipient
    accounts: list[Account] = field(default_factory=list)


def _in_force(today: date) -> ColumnElement[bool]:
    return and_(_links.c.ended_at.is_(None), or_(_links.c.until.is_(None), _links.c.until >= today))


# For whom something can have changed since an instant, where no step is new: something of
# theirs waits to be looked at again, they have a plan or a case, or they are new themselves.
_plans, _cases = table_of(Plan), table_of(Complaint)
_may_have_changed = union(
    select(_reminders.c.telegram_id).where(_reminders.c.state == "waiting"),
    select(_links.c.telegram_id).where(
        _links.c.ended_at.is_(None), _links.c.since >= bindparam("since", type_=Instant)
    ),
    select(_links.c.telegram_id).where(
        _links.c.ended_at.is_(None),
        _links.c.contributor_id.in_(
            select(_plans.c.contributor_id).where(_plans.c.state.in_(_UNDER_WAY))
        ),
    ),
    select(_cases.c.telegram_id).where(_cases.c.status == "waiting"),
    select(_people.c.telegram_id).where(
        _people.c.consented_at >= bindparam("since", type_=Instant)
    ),
)
_everyone = (
    select(_people.c.telegram_id)
    .where(_people.c.telegram_id > bindparam("after"), _people.c.consented_at.is_not(None))
    .order_by(_people.c.telegram_id)
    .limit(bindparam("most"))
)
_some = _everyone.where(_people.c.telegram_id.in_(_may_have_changed))


def next_people(
    session: Session, after: int, most: int, *, since: datetime | None = None
) -> list[int]:
    """The next people who may be reminded of anything, in the order of their numbers; with
    `since`, only those for whom something can have changed from then on."""
    values = {"after": after, "most": most}
    if since is None:
        return list(session.execute(_everyone, values).scalars())
    return list(session.execute(_some, values | {"since": since}).scalars())


def size(session: Session) -> int:
    """How many people have an account."""
    return session.execute(select(func.count(func.distinct(_links.c.telegram_id)))).scalar_one()


def addressees(session: Session, people: Sequence[int], today: date) -> list[Addressee]:
    """These people, each with the accounts that are theirs to be reminded of: their own; those
    they hold a mandate for only while the contributor has no account of their own here, and
    then the oldest mandate's holder."""
    found = _people_as_addressees(session, people)
    links = session.execute(
        select(
            _links.c.id,
            _links.c.telegram_id,
            _links.c.contributor_id,
            _links.c.since,
            _links.c.kind,
        )
        .where(_links.c.telegram_id.in_(people), _in_force(today))
        .order_by(_links.c.id)
    ).all()
    reader = readers(session, sorted({link.contributor_id for link in links}), today)
    for link in links:
        if reader[link.contributor_id].link_id == link.id:
            found[link.telegram_id].accounts.append(
                Account(link.contributor_id, link.id, link.since, link.kind == SELF)
            )
    return [found[person] for person in people if person in found]


def readers(session: Session, contributors: Sequence[int], today: date) -> dict[int, Reader]:
    """Who reads about each contributor; those nobody reads about are left out."""
    chosen: dict[int, Reader] = {}
    rows = session.execute(
        select(_links.c.contributor_id, _links.c.id, _links.c.telegram_id, _links.c.kind)
        .where(_links.c.contributor_id.in_(contributors), _in_force(today))
        .order_by(_links.c.contributor_id, _links.c.id)
    )
    own: set[int] = set()
    for contributor_id, link_id, telegram_id, kind in rows:
        if kind == SELF:
            chosen[contributor_id] = Reader(link_id, telegram_id, True)
            own.add(contributor_id)
        elif contributor_id not in own:
            chosen.setdefault(contributor_id, Reader(link_id, telegram_id, False))
    return chosen


def recipients(session: Session, people: Sequence[int]) -> dict[int, Addressee]:
    """People by their Telegram account, for campaigns."""
    return _people_as_addressees(session, people)


def _people_as_addressees(session: Session, people: Sequence[int]) -> dict[int, Addressee]:
    last = last_reminded(session, people)
    rows = session.execute(
        select(
            _people.c.telegram_id,
            _people.c.language,
            _people.c.consented_at,
            _people.c.reachable,
            _choices.c.muted,
            _choices.c.hide_amounts,
        )
        .select_from(_people.outerjoin(_choices, _choices.c.telegram_id == _people.c.telegram_id))
        .where(_people.c.telegram_id.in_(people))
    )
    return {
        row.telegram_id: Addressee(
            row.telegram_id,
            row.language,
            bool(row.hide_amounts),
            Recipient(
                row.telegram_id,
                consented=row.consented_at is not None,
                reachable=row.reachable,
                muted=frozenset(row.muted or ()),
                last_at=last.get(row.telegram_id),
            ),
        )
        for row in rows
    }


def last_reminded(session: Session, people: Sequence[int]) -> dict[int, datetime]:
    """When each of these people was last sent a reminder, of any kind."""
    found: dict[int, datetime] = defaultdict()
    for table in (_reminders, _members):
        rows = session.execute(
            select(table.c.telegram_id, func.max(table.c.decided_at))
            .where(table.c.telegram_id.in_(people), table.c.state.in_(LEFT))
            .group_by(table.c.telegram_id)
        )
        for telegram_id, at in rows:
            known = found.get(telegram_id)
            found[telegram_id] = at if known is None else max(at, known)
    return found
