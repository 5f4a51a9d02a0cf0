"""A number someone leaves to be called: a task of an agency, with a target, counted.

It is due within the first-answer target of complaints. Bringing people of the informal market
into the scheme is measured: `counts` serves the evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, false, func, select, true, update
from sqlalchemy.orm import Session

from services import access_trail, events, staff
from services.access_trail import What
from services.complaints.office import Office
from services.dates import day_in_algiers, interval_of_days
from services.identity import normalise_phone
from services.joining import ways
from services.people import Role
from services.records.base import table_of
from services.records.joining import Callback
from services.staff import Member

SUBJECT = "callback"
MAY_CALL = frozenset({Role.AGENT, Role.DIRECTOR, Role.CENTRAL})
PAGE = 6
AT_ONCE = 500  # late calls raised by one run
_callbacks = table_of(Callback)


class Outcome(StrEnum):
    """How a callback ended."""

    JOINED = "joined"
    COMING = "coming"
    NOT_INTERESTED = "not_interested"
    UNREACHABLE = "unreachable"
    WITHDRAWN = "withdrawn"


CLOSED_BY_STAFF = (
    Outcome.JOINED,
    Outcome.COMING,
    Outcome.NOT_INTERESTED,
    Outcome.UNREACHABLE,
)


class UnknownAgency(LookupError):
    """The fund lists no agency under this code."""


class NoSuchCallback(LookupError):
    """There is no such open callback for whoever is asking."""


class NotStaff(PermissionError):
    """Whoever is asking does not call people back (any more)."""


@dataclass(frozen=True, slots=True)
class Task:
    """An open callback as its agency sees it."""

    id: int
    telegram_id: int | None
    agency: str
    way: str
    language: str
    asked_at: datetime
    call_by: datetime


# --- asking to be called --------------------------------------------------------------------


def ask(
    office: Office, *, telegram_id: int, language: str, agency: str, way_code: str, phone: str
) -> Task:
    """Keep a number to call. Asked again while open, the newest wishes replace the earlier.

    Raises:
        UnknownAgency, UnknownWay
        NotAPhoneNumber: as in `services.identity`.
    """
    if agency not in office.agencies:
        raise UnknownAgency(agency)
    code = ways.way(way_code, day_in_algiers(office.now)).code
    sealed = office.vault.seal(normalise_phone(phone))
    call_by = office.calendar(agency).add(office.now, office.targets(office.now).first_answer)
    values = {
        "agency": agency,
        "way": code,
        "language": language,
        "phone_sealed": sealed,
        "asked_at": office.now,
        "call_by": call_by,
        "raised_at": None,
    }
    session = office.session
    number = open_of(session, telegram_id)
    if number is None:
        result = session.execute(
            _callbacks.insert().values(telegram_id=telegram_id, outcome=None, **values)
        )
        number = int(result.inserted_primary_key[0])  # type: ignore[attr-defined]
        name = "callback.asked"
    else:
        session.execute(update(_callbacks).where(_callbacks.c.id == number).values(**values))
        name = "callback.changed"
    events.record(
        session,
        name,
        at=office.now,
        actor=events.person(telegram_id),
        subject=(SUBJECT, number),
        data={"agency": agency, "way": code},
    )
    return _task(office, number)


def open_of(session: Session, telegram_id: int) -> int | None:
    """The open callback of a person, if any."""
    found = session.execute(
        select(_callbacks.c.id).where(
            _callbacks.c.telegram_id == telegram_id, _callbacks.c.outcome.is_(None)
        )
    ).scalar()
    return None if found is None else int(found)


def withdraw(office: Office, telegram_id: int) -> bool:
    """The person no longer wants a call; False where none was open."""
    number = open_of(office.session, telegram_id)
    if number is None:
        return False
    _close(office, number, Outcome.WITHDRAWN, events.person(telegram_id), None)
    return True


# --- the agency's task ----------------------------------------------------------------------


def waiting(office: Office, telegram_id: int, *, page: int = 0) -> tuple[list[Task], int]:
    """A page of the open callbacks a member may see, the earliest first, and how many in all.

    Raises:
        NotStaff
    """
    scope = _scope(office, _member(office, telegram_id))
    count = office.session.execute(
        select(func.count()).select_from(_callbacks).where(_callbacks.c.outcome.is_(None), scope)
    ).scalar_one()
    rows = office.session.execute(
        _tasks()
        .where(_callbacks.c.outcome.is_(None), scope)
        .order_by(_callbacks.c.call_by, _callbacks.c.id)
        .offset(max(page, 0) * PAGE)
        .limit(PAGE)
    )
    return [Task(*row) for row in rows], int(count)


def for_staff(office: Office, telegram_id: int, number: int) -> Task:
    """One open callback for a member.

    Raises:
        NotStaff, NoSuchCallback
    """
    scope = _scope(office, _member(office, telegram_id))
    row = office.session.execute(
        _tasks().where(_callbacks.c.id == number, _callbacks.c.outcome.is_(None), scope)
    ).one_or_none()
    if row is None:
        raise NoSuchCallback
    return Task(*row)


def phone_of(office: Office, telegram_id: int, number: int) -> str:
    """The number to call; whoever looks is written down.

    Raises:
        NotStaff, NoSuchCallback
    """
    member = _member(office, telegram_id)
    task = for_staff(office, telegram_id, number)
    sealed = office.session.execute(
        select(_callbacks.c.phone_sealed).where(_callbacks.c.id == task.id)
    ).scalar_one()
    events.record(
        office.session,
        "callback.number_seen",
        at=office.now,
        actor=events.staff(telegram_id),
        subject=(SUBJECT, task.id),
    )
    if task.telegram_id is not None:
        access_trail.looked(
            office.session, member, What.NUMBER, now=office.now, telegram_id=task.telegram_id
        )
    return office.vault.open_sealed(sealed)


def close(office: Office, telegram_id: int, number: int, outcome: Outcome) -> Task:
    """The call was made, or tried in vain.

    Raises:
        NotStaff, NoSuchCallback
    """
    task = for_staff(office, telegram_id, number)
    _close(office, task.id, outcome, events.staff(telegram_id), telegram_id)
    return task


def callers_of(office: Office, task: Task) -> list[Member]:
    """Who is told of a new callback: the agency's agents, else directors, else the central
    level. Nobody is told of their own."""
    session = office.session
    return _others(
        task,
        staff.agents_of(session, task.agency),
        staff.directors_of(session, task.agency),
        staff.central(session),
    )


def take_late(office: Office) -> list[tuple[Task, list[Member]]]:
    """Open calls whose promise has passed, each once, with who is told: the directors of the
    agency, else the central level."""
    session = office.session
    rows = session.execute(
        _tasks()
        .where(
            _callbacks.c.outcome.is_(None),
            _callbacks.c.raised_at.is_(None),
            _callbacks.c.call_by < office.now,
        )
        .order_by(_callbacks.c.id)
        .limit(AT_ONCE)
    ).all()
    found = [Task(*row) for row in rows]
    if found:
        session.execute(
            update(_callbacks)
            .where(_callbacks.c.id.in_([task.id for task in found]))
            .values(raised_at=office.now)
        )
    return [
        (task, _others(task, staff.directors_of(session, task.agency), staff.central(session)))
        for task in found
    ]


def counts(session: Session, first: date, last: date) -> dict[str, dict[str, int]]:
    """Callbacks asked for in a period (both days included, Algiers), by agency: `asked`, and
    each outcome so far, `open` among them."""
    since, until = interval_of_days(first, last)
    rows = session.execute(
        select(_callbacks.c.agency, _callbacks.c.outcome, func.count())
        .where(_callbacks.c.asked_at >= since, _callbacks.c.asked_at < until)
        .group_by(_callbacks.c.agency, _callbacks.c.outcome)
    )
    found: dict[str, dict[str, int]] = {}
    for agency, outcome, number in rows:
        of_agency = found.setdefault(agency, {"asked": 0})
        of_agency["asked"] += number
        of_agency[outcome or "open"] = number
    return found


# --- inside ---------------------------------------------------------------------------------


def _others(task: Task, *levels: list[Member]) -> list[Member]:
    """The first level that has somebody else than the person themself."""
    for level in levels:
        others = [one for one in level if one.telegram_id != task.telegram_id]
        if others:
            return others
    return []


def _tasks() -> Any:
    return select(
        _callbacks.c.id,
        _callbacks.c.telegram_id,
        _callbacks.c.agency,
        _callbacks.c.way,
        _callbacks.c.language,
        _callbacks.c.asked_at,
        _callbacks.c.call_by,
    )


def _task(office: Office, number: int) -> Task:
    return Task(*office.session.execute(_tasks().where(_callbacks.c.id == number)).one())


def _member(office: Office, telegram_id: int) -> Member:
    member = staff.of(office.session, telegram_id)
    if member is None or member.role not in MAY_CALL:
        raise NotStaff
    return member


def _scope(office: Office, member: Member) -> ColumnElement[bool]:
    if member.role is Role.CENTRAL:
        within: ColumnElement[bool] = true()
    elif member.agency is not None:
        under = [
            code
            for code, card in office.agencies.items()
            if code == member.agency or card.parent == member.agency
        ]
        within = _callbacks.c.agency.in_([member.agency, *under])
    else:
        within = false()
    mine = func.coalesce(_callbacks.c.telegram_id, 0) == member.telegram_id
    return within & ~mine


def _close(
    office: Office, number: int, outcome: Outcome, actor: str, closed_by: int | None
) -> None:
    office.session.execute(
        update(_callbacks)
        .where(_callbacks.c.id == number)
        .values(outcome=outcome.value, closed_at=office.now, closed_by=closed_by)
    )
    events.record(
        office.session,
        "callback.closed",
        at=office.now,
        actor=actor,
        subject=(SUBJECT, number),
        data={"outcome": outcome.value},
    )
