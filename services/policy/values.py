"""The kinds of value a policy row holds, and how each is written in TOML.

An amount is a whole number of DA or a text such as "36000.50"; a rate is a text
such as "7.5 %"; a length of time "8 h 30", "72 h" or "5 d"; a day of any year
"06-30"; hours "08:00-16:30". A TOML float is refused everywhere.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from services.money import BasisPoints, Centimes, NotAnAmount, dinars, parse_plain, percent
from services.policy.category import Category

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", re.ASCII)
_LENGTH = re.compile(r"([0-9]+) ?(d|h|min)(?: ?([0-5]?[0-9]))?", re.ASCII)
_HOURS = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])", re.ASCII)


class MonthDay(NamedTuple):
    """A day of any year; 02-29 falls on the 28th in a common year."""

    month: int
    day: int

    def of(self, year: int) -> date:
        return date(year, self.month, min(self.day, calendar.monthrange(year, self.month)[1]))

    def __str__(self) -> str:
        return f"{self.month:02d}-{self.day:02d}"


class Hours(NamedTuple):
    """From a minute of the day to another, the second not included; 24:00 is 1440."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return "-".join(f"{at // 60:02d}:{at % 60:02d}" for at in self)


def amount(value: object) -> Centimes:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return dinars(value)
    if isinstance(value, str):
        try:
            return parse_plain(value)
        except NotAnAmount:
            pass
    raise ValueError('must be an amount: a whole number of DA, or a text such as "36000.50"')


def rate(value: object) -> BasisPoints:
    if isinstance(value, str):
        try:
            return percent(value)
        except NotAnAmount:
            pass
    raise ValueError('must be a rate written as a text such as "7.5 %"')


def whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError("must be a whole number, not negative")


def text(value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError("must be a text that is not empty")


def flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("must be true or false")


def day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("must be a date such as 2026-06-30, without quotes")


def clock_time(value: object) -> time:
    if isinstance(value, time):
        return value
    raise ValueError("must be a time such as 08:00:00, without quotes")


def month_day(value: object) -> MonthDay:
    match = _MONTH_DAY.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[2]) > calendar.monthrange(2024, int(match[1]))[1]:
        raise ValueError('must be a day of the year such as "06-30" (month-day)')
    return MonthDay(int(match[1]), int(match[2]))


def length(value: object) -> timedelta:
    match = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if match is None or (match[3] and match[2] != "h"):
        raise ValueError('must be a length of time such as "8 h 30", "72 h", "5 d" or "10 min"')
    number, unit, minutes = int(match[1]), match[2], int(match[3] or 0)
    if unit == "d":
        return timedelta(days=number)
    return timedelta(hours=number, minutes=minutes) if unit == "h" else timedelta(minutes=number)


def hours(value: object) -> Hours:
    match = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if match is not None:
        opens = int(match[1]) * 60 + int(match[2])
        closes = int(match[3]) * 60 + int(match[4])
        if opens < closes <= 1440:
            return Hours(opens, closes)
    raise ValueError('must be hours such as "08:00-16:30", ending after they begin')


def weekday(value: object) -> int:
    """Monday is 0, as in `date.weekday()`."""
    if isinstance(value, str) and value in WEEKDAYS:
        return WEEKDAYS.index(value)
    raise ValueError(f"must be one of {', '.join(WEEKDAYS)}")


def category(value: object) -> Category:
    try:
        return Category(str(value))
    except ValueError:
        raise ValueError(f"must be one of {', '.join(Category)}") from None


def code(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{2,4}", value, re.ASCII):
        return value
    raise ValueError('must be a code of two to four digits, as a text such as "16"')


class Each:
    """A list whose items are all read by `one`; not empty, none twice."""

    def __init__(self, one: Callable[[object], Any]) -> None:
        self.one = one

    def __call__(self, value: object) -> tuple[Any, ...]:
        if not isinstance(value, list) or not value:
            raise ValueError("must be a list that is not empty")
        read = tuple(self.one(item) for item in value)
        if len(set(read)) != len(read):
            raise ValueError("holds the same item twice")
        return read


def one_of(*allowed: str) -> Callable[[object], str]:
    def choice(value: object) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        raise ValueError(f"must be one of {', '.join(allowed)}")

    return choice
