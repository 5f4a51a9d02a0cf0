"""Days of Algiers and instants in UTC, months that are full, half-open intervals.

Dates of law are `date`; stored instants are aware UTC. Algeria has no summer time,
but the zone's own rules are used all the same.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta

from services.clock import ALGIERS

ONE_DAY = timedelta(days=1)


def day_in_algiers(instant: datetime) -> date:
    """The day it is in Algiers at an instant.

    Raises:
        ValueError: the instant has no time zone.
    """
    return in_algiers(instant).date()


def in_algiers(instant: datetime) -> datetime:
    """The same instant on the clocks of Algiers."""
    if instant.tzinfo is None:
        raise ValueError("an instant must carry its time zone")
    return instant.astimezone(ALGIERS)


def instant(day: date, at: time = time.min) -> datetime:
    """A day and time on the clocks of Algiers, as an instant in UTC."""
    return datetime.combine(day, at, ALGIERS).astimezone(UTC)


def interval_of_days(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first instant of `first` to the first instant after `last`, which is outside."""
    if last < first:
        raise ValueError("the last day is before the first")
    return instant(first), instant(last + ONE_DAY)


def end_of_month(day: date) -> date:
    """The last day of the month a day lies in."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day so many months on; in a shorter month its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def full_months(start: date, on: date) -> int:
    """How many months are full on a day, counted from `start`; 0 before.

    A month is full when the day of the month of `start` is reached; a shorter month
    is full on its last day: from 2024-07-01 one is full on 2024-08-01, from
    2024-01-31 one is full on 2024-02-29.
    """
    months = (on.year - start.year) * 12 + on.month - start.month
    if on.day < start.day and on.day < calendar.monthrange(on.year, on.month)[1]:
        months -= 1
    return max(months, 0)
