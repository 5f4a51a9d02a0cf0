"""The clock's own work: warnings, cases that go up, cases that nobody has, cases that end.

It finds by itself what is due at the given instant and does each step once; running it again,
or late after an outage, changes nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, tuple_

from services import staff
from services.complaints import absences, access, clock, desk, store
from services.complaints.office import Office
from services.complaints.state import OPEN, Level, Status
from services.complaints.store import Case
from services.records.base import table_of
from services.records.complaints import Complaint
from services.staff import Member

MACHINE = "machine"
AT_ONCE = 500
_complaints = table_of(Complaint)


@dataclass(frozen=True, slots=True)
class Notice:
    """Someone has to be told: `kind` is warning, late, unkept, no_staff or owner_left; `clock`
    the one that ran out. With `to_citizen`, the citizen gets the interim word with the new date."""

    kind: str
    case: Case
    members: list[Member] = field(default_factory=list)
    clock: str | None = None
    to_citizen: bool = False


def run(office: Office) -> list[Notice]:
    """Do everything that is due now."""
    return [*_owners_who_left(office), *_desks_without_staff(office), *_what_fell_due(office)]


def answerable(office: Office, case: Case) -> list[Member]:
    """Who answers for a case at its level and can be told. Where a level has nobody, the next
    one stands in, so the list is empty only when the whole fund has nobody."""
    progress = case.progress
    for level in (Level.AGENCY, Level.DIRECTOR, Level.CENTRAL):
        if level.rank < progress.level.rank:
            continue
        found = [
            one for one in _at(office, level, progress.desk) if access.may_see(office, one, case)
        ]
        if found:
            return found
    return []


def _at(office: Office, level: Level, desk_code: str) -> list[Member]:
    """Who is there at a level, deputies standing in for those away."""
    if level is Level.CENTRAL:
        found = staff.central(office.session)
    elif level is Level.DIRECTOR:
        found = staff.directors_of(office.session, desk_code)
    else:
        found = staff.agents_of(office.session, desk_code)
    return absences.present(office, found)


def _owners_who_left(office: Office) -> list[Notice]:
    """Cases of someone who is no longer with the fund, or went to another agency."""
    held = (_complaints.c.status.in_(OPEN), _complaints.c.owner.is_not(None))
    gone = [
        (owner, code)
        for owner, code in office.session.execute(
            select(_complaints.c.owner, _complaints.c.desk).where(*held).distinct()
        )
        if not _works_at(office, owner, code)
    ]
    if not gone:
        return []
    rows = office.session.execute(
        select(_complaints.c.id)
        .where(*held, tuple_(_complaints.c.owner, _complaints.c.desk).in_(gone))
        .order_by(_complaints.c.id)
        .limit(AT_ONCE)
    )
    found = []
    for number in rows.scalars().all():
        case = store.load(office.session, number, lock=True)
        if case is None or case.progress.owner is None:
            continue
        store.happen(office, case, "released", actor=MACHINE, data={"why": "owner_left"})
        found.append(Notice("owner_left", case, answerable(office, case)))
    return found


def _works_at(office: Office, owner: int, desk_code: str) -> bool:
    member = staff.of(office.session, owner)
    return (
        member is not None
        and member.role in access.MAY_WORK
        and staff.works_for(office.session, member, desk_code)
    )


def _desks_without_staff(office: Office) -> list[Notice]:
    """Cases of a desk where nobody works go to the central level at once."""
    desks = office.session.execute(
        select(_complaints.c.desk)
        .where(_complaints.c.status.in_(OPEN), _complaints.c.level != Level.CENTRAL.value)
        .distinct()
    ).scalars()
    found = []
    for code in desks.all():
        if staff.agents_of(office.session, code) or staff.directors_of(office.session, code):
            continue
        rows = office.session.execute(
            select(_complaints.c.id)
            .where(
                _complaints.c.desk == code,
                _complaints.c.status.in_(OPEN),
                _complaints.c.level != Level.CENTRAL.value,
            )
            .order_by(_complaints.c.id)
            .limit(AT_ONCE)
        )
        for number in rows.scalars().all():
            case = store.load(office.session, number, lock=True)
            if case is None or case.progress.level is Level.CENTRAL:
                continue
            data = {"level": Level.CENTRAL.value, "why": "no_staff"}
            store.happen(office, case, "raised", actor=MACHINE, data=data)
            found.append(Notice("no_staff", case, answerable(office, case)))
    return found


def _what_fell_due(office: Office) -> list[Notice]:
    rows = office.session.execute(
        select(_complaints.c.id)
        .where(_complaints.c.look_at <= office.now)
        .order_by(_complaints.c.look_at, _complaints.c.id)
        .limit(AT_ONCE)
    )
    found: list[Notice] = []
    for number in rows.scalars().all():
        case = store.load(office.session, number, lock=True)
        if case is not None:
            found += _look(office, case)
    return found


def _look(office: Office, case: Case) -> list[Notice]:
    targets = office.targets(case.filed_at)
    progress = case.progress
    if progress.status is Status.RESOLVED:
        if not clock.may_reopen(progress, office.now, targets=targets):
            store.happen(office, case, "closed", actor=MACHINE, data={"why": "time"})
        return []
    steps = clock.due_steps(progress, office.now, targets=targets, calendars=office.calendar)
    found = []
    for due in steps:
        if due.kind == "warning":
            store.happen(office, case, "warned", actor=MACHINE, data={"clock": due.clock})
            found.append(Notice("warning", case, _to_warn(office, case), due.clock))
        elif due.clock is None:
            found.append(_unkept(office, case))
        else:
            found.append(_late(office, case, due.clock))
    # Of two clocks that ran out together, the citizen hears once.
    last = max((n for n, one in enumerate(found) if one.to_citizen), default=None)
    return [
        Notice(one.kind, one.case, one.members, one.clock, to_citizen=number == last)
        for number, one in enumerate(found)
    ]


def _late(office: Office, case: Case, which: str) -> Notice:
    """A target has passed: the case goes up, and the citizen gets a new date."""
    store.happen(office, case, "late", actor=MACHINE, data={"clock": which})
    level = Level.CENTRAL
    if which == clock.FIRST_ANSWER:
        at_agency = case.progress.level is Level.AGENCY
        level = desk.higher(office, case) if at_agency else case.progress.level
    _raise(office, case, level)
    _promise(office, case, office.targets(case.filed_at).first_answer)
    return Notice("late", case, answerable(office, case), which, to_citizen=True)


def _unkept(office: Office, case: Case) -> Notice:
    """News were promised by now and nobody wrote: the case goes up again, and the citizen is
    not left waiting for a date that has passed. Further dates are as far apart as a solution
    may take, so that excuses do not become a nuisance."""
    _raise(office, case, desk.higher(office, case))
    _promise(office, case, office.targets(case.filed_at).resolution)
    return Notice("unkept", case, answerable(office, case), to_citizen=True)


def _raise(office: Office, case: Case, level: Level) -> None:
    if level.rank > case.progress.level.rank:
        data = {"level": level.value, "why": "late"}
        store.happen(office, case, "raised", actor=MACHINE, data=data)


def _promise(office: Office, case: Case, working: timedelta) -> None:
    """A new date for news, so much working time of the desk from now."""
    by = office.calendar(case.progress.desk).add(office.now, working)
    store.happen(office, case, "promised", actor=MACHINE, data={"by": by.isoformat()})


def _to_warn(office: Office, case: Case) -> list[Member]:
    """Whoever has the case; a case that nobody has is told to everyone there and the director."""
    owner = case.progress.owner
    member = staff.of(office.session, owner) if owner is not None else None
    if member is not None and absences.present(office, [member]) == [member]:
        return [member]
    directors = [
        one
        for one in _at(office, Level.DIRECTOR, case.progress.desk)
        if access.may_see(office, one, case)
    ]
    found = answerable(office, case)
    return found + [one for one in directors if one not in found]
