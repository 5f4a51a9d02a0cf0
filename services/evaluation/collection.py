"""Collection and arrears by agency and year: what the positions of all contributors add up to.

A pass goes through the contributors in the order of their ids, so many a run, and adds up what
each owes on the day the pass began, and who paid after a reminder. Readers see the last pass
that is complete. A new one begins with every load and every month.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from services import accounts
from services.contributions import position
from services.dates import day_in_algiers
from services.evaluation import marks, reminder_facts
from services.evaluation.scope import Scope
from services.policy import Policy
from services.records.base import table_of
from services.records.evaluation import CollectionFact
from services.records.fund import Load

_NEXT = "collection_next"
_DAY, _LOAD, _DONE = marks.COLLECTION_DAY, marks.COLLECTION_LOAD, marks.COLLECTION_DONE
_facts = table_of(CollectionFact)
_load = select(Load.__table__.c.generation, Load.__table__.c.as_of).where(
    Load.__table__.c.state == "current"
)
_contributors = text("""
    SELECT contributor_id, agency, generation FROM profiles
     WHERE contributor_id > :after
       AND generation <= (SELECT generation FROM loads WHERE state = 'current')
     ORDER BY contributor_id, generation LIMIT :most
""")


@dataclass(slots=True)
class Collected:
    """One place and year, or several together; centimes. `on` is the day it is true for."""

    on: date | None = None
    contributors: int = 0
    in_arrears: int = 0
    due: int = 0
    paid: int = 0
    late: int = 0
    surcharge: int = 0

    def add(self, other: Collected) -> None:
        self.on = other.on
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


_SUMS = ("contributors", "in_arrears", "due", "paid", "late", "surcharge")


def go_on(session: Session, policy: Policy, now: datetime, *, at_most: int) -> bool:
    """Take the pass further by so many rows of contributors; False once there is nothing to do."""
    current = session.execute(_load).one_or_none()
    if current is None:
        return False
    load, known_to = current
    today = day_in_algiers(now)
    if marks.read(session, _LOAD) != load or _is_of_another_month(session, today):
        _begin(session, load, today)
    elif marks.read(session, _DONE):
        return False
    on = date.fromordinal(marks.read(session, _DAY))
    after = marks.read(session, _NEXT)
    rows = session.execute(_contributors, {"after": after, "most": at_most}).all()
    # A contributor of several loads has several rows: the newest comes last, and the last one
    # of a full page may have more beyond it.
    agency_of = {row.contributor_id: row.agency for row in rows}
    if len(rows) == at_most and len(agency_of) > 1:
        agency_of.popitem()
    sums: dict[tuple[str, int], Collected] = {}
    for contributor_id, agency in agency_of.items():
        facts = accounts.facts_of(session, contributor_id)
        if facts is None:
            continue
        for line in position(facts, policy, on).lines:
            late = line.remaining if line.late else 0
            sums.setdefault((agency, line.year), Collected()).add(
                Collected(on, 1, int(late > 0), line.due, line.paid, late, line.surcharge)
            )
    _add(session, sums, on)
    reminder_facts.add(session, agency_of, load=load, known_to=known_to, today=on)
    if len(rows) < at_most:
        reminder_facts.finish(session)
        session.execute(delete(_facts).where(_facts.c.complete.is_(True)))
        session.execute(update(_facts).values(complete=True))
        marks.write(session, _DONE, 1)
    else:
        marks.write(session, _NEXT, max(agency_of))
    return True


def by_place_and_year(session: Session, scope: Scope) -> dict[tuple[str, int], Collected]:
    """Every place of a scope, year by year, from the last complete pass."""
    rows = session.execute(
        select(_facts).where(_facts.c.complete.is_(True)).order_by(_facts.c.place, _facts.c.year)
    )
    return {
        (row.place, row.year): Collected(row.on, *(getattr(row, name) for name in _SUMS))
        for row in rows
        if scope.covers(row.place)
    }


def by_place(found: Mapping[tuple[str, int], Collected]) -> dict[str, Collected]:
    """All years together, place by place."""
    joined: dict[str, Collected] = {}
    for (place, _), one in found.items():
        joined.setdefault(place, Collected()).add(one)
    return joined


def by_year(found: Mapping[tuple[str, int], Collected]) -> dict[int, Collected]:
    """All places together, year by year."""
    joined: dict[int, Collected] = {}
    for (_, year), one in found.items():
        joined.setdefault(year, Collected()).add(one)
    return dict(sorted(joined.items()))


def _is_of_another_month(session: Session, today: date) -> bool:
    began = date.fromordinal(marks.read(session, _DAY) or 1)
    return (began.year, began.month) != (today.year, today.month)


def _begin(session: Session, load: int, today: date) -> None:
    session.execute(delete(_facts).where(_facts.c.complete.is_(False)))
    reminder_facts.begin(session)
    for name, value in ((_NEXT, 0), (_DAY, today.toordinal()), (_LOAD, load), (_DONE, 0)):
        marks.write(session, name, value)


def _add(session: Session, sums: Mapping[tuple[str, int], Collected], on: date) -> None:
    for (place, year), one in sums.items():
        changed = session.execute(
            update(_facts)
            .where(_facts.c.place == place, _facts.c.year == year, _facts.c.complete.is_(False))
            .values({name: _facts.c[name] + getattr(one, name) for name in _SUMS})
        )
        if not changed.rowcount:  # type: ignore[attr-defined]
            values = {name: getattr(one, name) for name in _SUMS}
            session.execute(
                insert(_facts),
                {"place": place, "year": year, "complete": False, "on": on, **values},
            )
