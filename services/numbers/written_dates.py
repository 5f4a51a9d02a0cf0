"""Reading a date as people write it: 30/09/2026, "30 septembre", "fin juin", or in Arabic.

The day comes before the month, as everywhere in Algeria, unless the year comes first.
A date without a year is the next one from today on; the answer says that the year
was assumed, so that it can be shown in full before it is used.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from services.dates import add_months, end_of_month
from services.numbers.words import fold, pieces, words

_NUMERIC = re.compile(
    r"(?<![0-9/.-])([0-9]{1,4})[/.-]([0-9]{1,2})(?:[/.-]([0-9]{1,4}))?(?![0-9/-]|\.[0-9])"
)
_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_LAST_DAY = 31
_AROUND_SEPARATORS = re.compile(r"(?<=[0-9]) *([/.-]) *(?=[0-9])")
_SIGNS = frozenset("\"'!?.,;:()[]«»\u060c\u061b\u061f")


class NotADate(ValueError):
    """`reason` is `empty`, `no_date`, `impossible` (30 February) or `two_dates`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DateRead(NamedTuple):
    day: date
    year_assumed: bool


def read_date(text: str, *, today: date) -> DateRead:
    """Read the one date in a text.

    Raises:
        NotADate: with its reason.
    """
    folded = fold(text).strip()
    if not folded:
        raise NotADate("empty")
    numeric = list(_NUMERIC.finditer(_AROUND_SEPARATORS.sub(r"\1", folded)))
    if len(numeric) > 1:
        raise NotADate("two_dates")
    if numeric:
        return _numeric(numeric[0], today)
    return _in_words(_meanings(pieces(text)), today)


def _numeric(match: re.Match[str], today: date) -> DateRead:
    first, second, third = match.groups()
    if len(first) == 4:
        if third is None:
            raise NotADate("no_date")
        return DateRead(_day(int(first), int(second), int(third)), False)
    if len(first) == 3 or (third is not None and len(third) in (1, 3)):
        raise NotADate("no_date")
    if third is None:
        return _next(int(second), int(first), today)
    year = int(third) + (2000 if len(third) == 2 else 0)
    return DateRead(_day(year, int(second), int(first)), False)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NotADate("impossible") from None


def _next(month: int, day: int, today: date) -> DateRead:
    """The next such day from today on; 29 February waits for a leap year."""
    for year in range(today.year, today.year + 9):
        if (
            1 <= month <= 12
            and 1 <= day <= calendar.monthrange(year, month)[1]
            and date(year, month, day) >= today
        ):
            return DateRead(date(year, month, day), True)
    raise NotADate("impossible")


def _next_of_a_month(day: int, today: date) -> DateRead:
    """The next such day of a month ("le 5 du mois"): this month's, or the next that has it."""
    if not 1 <= day <= 31:
        raise NotADate("impossible")
    month = today.replace(day=1)
    while calendar.monthrange(month.year, month.month)[1] < day or month.replace(day=day) < today:
        month = add_months(month, 1)
    return DateRead(month.replace(day=day), True)


def read_day_of_month(text: str) -> int:
    """The day of every month that is meant: "le 5", "5 de chaque mois"; 31 for the month's end.

    Raises:
        NotADate: with its reason.
    """
    parts = _meanings(pieces(text))
    match tuple(part.kind for part in parts):
        case ("number",) | ("number", "this_month") if 1 <= parts[0].value <= _LAST_DAY:
            return parts[0].value
        case ("end",) | ("end", "this_month"):
            return _LAST_DAY
        case ("start",) | ("start", "this_month"):
            return 1
        case ():
            raise NotADate("empty" if not text.strip() else "no_date")
        case ("number", *_):
            raise NotADate("impossible" if len(parts) == 1 else "no_date")
    raise NotADate("no_date")


def read_year(text: str) -> int:
    """The one year in a text: "2024", "en 2024".

    Raises:
        NotADate: `no_date` or `two_dates`.
    """
    found = _YEAR.findall(fold(text))
    if len(found) != 1:
        raise NotADate("two_dates" if found else "no_date")
    return int(found[0])


class _Part(NamedTuple):
    kind: str
    value: int = 0


def _meanings(found: Sequence[str]) -> list[_Part]:
    known, parts, place = words(), list[_Part](), 0
    while place < len(found):
        for length in range(min(known.longest, len(found) - place), 0, -1):
            part = _meaning(" ".join(found[place : place + length]))
            if part is not None:
                parts.append(part)
                place += length
                break
        else:
            place += 1  # a word that is no part of a date
    return [part for part in parts if part.kind != "nothing"]


_DAY_WORDS = ("today", "tomorrow", "after_tomorrow", "end", "start", "this_month", "next_month")


def _meaning(piece: str) -> _Part | None:
    known = words()
    if piece.isascii() and piece.isdigit():
        return _Part("number", int(piece)) if len(piece) <= 4 else None
    if piece in known.days["first"]:
        return _Part("number", 1)
    candidates = [piece]
    candidates += [piece[len(a) :] for a in known.articles if piece.startswith(a)]
    candidates += [piece[len(a) :] for a in known.joined_and if piece.startswith(a)]
    for candidate in candidates:
        if candidate in known.months:
            return _Part("month", known.months[candidate])
        for name in _DAY_WORDS:
            if candidate in known.days[name]:
                return _Part(name)
        if candidate in known.days["filler"] or candidate in _SIGNS:
            return _Part("nothing")
    return None


def _in_words(parts: Sequence[_Part], today: date) -> DateRead:
    kinds = tuple(part.kind for part in parts)
    values = [part.value for part in parts]
    match kinds:
        case ("today",):
            return DateRead(today, False)
        case ("tomorrow",):
            return DateRead(today + timedelta(days=1), False)
        case ("after_tomorrow",):
            return DateRead(today + timedelta(days=2), False)
        case ("end",) | ("end", "this_month"):
            return DateRead(end_of_month(today), False)
        case ("end", "next_month"):
            return DateRead(end_of_month(add_months(today.replace(day=1), 1)), False)
        case ("start", "next_month") | ("next_month",):
            return DateRead(add_months(today.replace(day=1), 1), False)
        case ("number", "number", "number") if values[2] > 31:  # "31 12 2026"
            return DateRead(_day(_year(values[2]), values[1], values[0]), False)
        case ("number", "month", "number"):
            return DateRead(_day(_year(values[2]), values[1], values[0]), False)
        case ("number", "month"):
            return _next(values[1], values[0], today)
        case ("number", "this_month"):
            return _next_of_a_month(values[0], today)
        case ("end", "month", "number"):
            return DateRead(end_of_month(_day(_year(values[2]), values[1], 1)), False)
        case ("end", "month"):
            this_year = end_of_month(date(today.year, values[1], 1))
            if this_year >= today:
                return DateRead(this_year, True)
            return DateRead(end_of_month(date(today.year + 1, values[1], 1)), True)
        case ("start", "month", "number"):
            return DateRead(_day(_year(values[2]), values[1], 1), False)
        case ("start", "month"):
            return _next(values[1], 1, today)
    raise NotADate("two_dates" if kinds.count("month") > 1 else "no_date")


def _year(value: int) -> int:
    if value < 100:
        return 2000 + value
    if not 1900 <= value <= 2200:
        raise NotADate("impossible")
    return value
