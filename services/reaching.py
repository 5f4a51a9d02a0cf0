"""Reaching a person of an agency: is it open now, who waits before, by when an answer comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from services.complaints.office import Office
from services.complaints.state import Status
from services.dates import day_in_algiers, instant
from services.policy.values import Hours
from services.records.base import table_of
from services.records.complaints import Complaint
from services.working_time import AgencyCalendar, agency_calendar

_complaints = table_of(Complaint)


@dataclass(frozen=True, slots=True)
class Opening:
    """Opening of an agency around an instant; instants are UTC, `today` a day of Algiers."""

    today: date
    spans: tuple[tuple[datetime, datetime], ...]
    """When it opens and closes today; empty when it is closed all day."""
    open_now: bool
    opens_next: datetime
    """Now while it is open, else the next opening."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What someone who writes now can expect of an agency."""

    opening: Opening
    ahead: int
    """Open cases of the agency that nobody has taken yet."""
    answer_by: datetime
    """The promise: the first-answer target, in opening time."""


def opening(office: Office, agency: str | None) -> Opening:
    """Opening today; without an agency, the general hours."""
    calendar = _calendar(office, agency)
    today = day_in_algiers(office.now)
    spans = tuple(_span(today, hours) for hours in calendar.hours(today))
    return Opening(
        today=today,
        spans=spans,
        open_now=calendar.is_open(office.now),
        opens_next=calendar.next_opening(office.now),
    )


def outlook(office: Office, agency: str) -> Outlook:
    """What a question that is sent now can expect."""
    ahead = office.session.execute(
        select(func.count())
        .select_from(_complaints)
        .where(
            _complaints.c.desk == agency,
            _complaints.c.restricted.is_(False),
            _complaints.c.status == Status.NEW.value,
            _complaints.c.owner.is_(None),
        )
    ).scalar_one()
    return Outlook(
        opening=opening(office, agency),
        ahead=int(ahead),
        answer_by=office.calendar(agency).add(office.now, office.targets(office.now).first_answer),
    )


def _calendar(office: Office, agency: str | None) -> AgencyCalendar:
    card = office.agencies.get(agency) if agency is not None else None
    wilaya = card.wilaya if card is not None else None
    return agency_calendar(office.policy, agency=agency, wilaya=wilaya)


def _span(day: date, hours: Hours) -> tuple[datetime, datetime]:
    midnight = instant(day)
    return (
        midnight + timedelta(minutes=hours.opens),
        midnight + timedelta(minutes=hours.closes),
    )
