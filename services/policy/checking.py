"""What `policy check` and `policy show` print: gaps and overlaps, and the rules in force."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from services.money import format_percent, format_plain
from services.policy import values
from services.policy.policy import Policy
from services.policy.reading import ROW_TYPES
from services.policy.rows import Confidence, Row

_ONE_DAY = timedelta(days=1)


class Finding(NamedTuple):
    """`kind` is `gap` (no rule from..to), `overlap` (two exceptions) or `missing` (no rows)."""

    kind: str
    table: str
    subject: str
    start: date
    end: date | None
    where: tuple[str, ...]


class Shown(NamedTuple):
    """A rule in force, as text for printing."""

    table: str
    scope: str
    values: tuple[tuple[str, str], ...]
    valid_from: date
    valid_to: date | None
    source: str
    confidence: Confidence
    note: str
    where: str


def check(policy: Policy) -> list[Finding]:
    """Days without a general rule, and exceptions of one scope that cut across each other.

    An exception that lies wholly inside another is no overlap: the later start wins.
    """
    findings: list[Finding] = []
    for table, kind in ROW_TYPES.items():
        groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in policy.rows(kind):
            groups[(row.key(), row.scope())].append(row)
        if kind.SINCE is not None:
            findings.extend(_gaps(table, kind.SINCE, policy.rows(kind)))
        for (key, _), rows in groups.items():
            findings.extend(_overlaps(table, " ".join(map(str, key)), rows))
    return findings


def _gaps(table: str, since: date, rows: Iterable[Row]) -> Iterable[Finding]:
    by_subject: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if not any(row.scope()):
            by_subject[row.key()].append(row)
    if not by_subject:
        yield Finding("missing", table, "", since, None, ())
    for key, general in by_subject.items():
        subject = " ".join(map(str, key))
        uncovered: date | None = since
        last = general[0]
        for row in sorted(general, key=lambda row: row.valid_from):
            if uncovered is None:
                break
            if row.valid_from > uncovered:
                end = row.valid_from - _ONE_DAY
                yield Finding("gap", table, subject, uncovered, end, (last.where, row.where))
                uncovered = row.valid_from
            if row.valid_to is None:
                uncovered = None
            elif row.valid_to >= uncovered:
                uncovered = row.valid_to + _ONE_DAY
            last = row
        if uncovered is not None:
            yield Finding("gap", table, subject, uncovered, None, (last.where,))


def _overlaps(table: str, subject: str, rows: list[Row]) -> Iterable[Finding]:
    ending = [(row, row.valid_to) for row in rows if row.valid_to is not None]
    for number, (one, one_end) in enumerate(ending):
        for other, other_end in ending[number + 1 :]:
            start, end = max(one.valid_from, other.valid_from), min(one_end, other_end)
            nested = (start, end) in ((one.valid_from, one_end), (other.valid_from, other_end))
            if start <= end and not nested:
                yield Finding("overlap", table, subject, start, end, (one.where, other.where))


def show(policy: Policy, on: date) -> list[Shown]:
    """Every rule that decides something on a day; where two compete, only the one that wins.

    Rules of contribution years are those of the year the day lies in.
    """
    shown: list[Shown] = []
    for table, kind in ROW_TYPES.items():
        winners: dict[tuple[Any, ...], Row] = {}
        for row in policy.rows(kind):
            if not row.covers(on):
                continue
            subject = (row.key(), row.scope())
            rival = winners.get(subject)
            if rival is None or _wins(row, rival):
                winners[subject] = row
        shown.extend(_shown(table, row) for row in winners.values())
    return shown


def _wins(row: Row, rival: Row) -> bool:
    return (row.valid_to is not None, row.valid_from) >= (
        rival.valid_to is not None,
        rival.valid_from,
    )


_SCOPES = ("categories", "agencies", "wilayas", "zone")


def _shown(table: str, row: Row) -> Shown:
    scope: list[str] = []
    stated: list[tuple[str, str]] = []
    for field in dataclasses.fields(row):
        value = getattr(row, field.name)
        if "read" not in field.metadata or value is None or value == ():
            continue
        written = _text(field.metadata["read"], value)
        if field.name in _SCOPES:
            scope.append(written)
        else:
            stated.append((field.name, written))
    return Shown(
        table,
        ", ".join(scope),
        tuple(stated),
        row.valid_from,
        row.valid_to,
        row.source,
        row.confidence,
        row.note,
        row.where,
    )


_WRITTEN: Mapping[Callable[[object], Any], Callable[[Any], str]] = {
    values.amount: lambda amount: format_plain(amount) + " DA",
    values.rate: format_percent,
    values.length: lambda length: _length(length),
    values.clock_time: lambda at: at.strftime("%H:%M"),
    values.weekday: lambda day: values.WEEKDAYS[day],
    values.flag: lambda flag: "yes" if flag else "no",
}


def _text(reader: Callable[[object], Any], value: Any) -> str:
    """Write a value back the way its kind is written in a policy file."""
    if isinstance(reader, values.Each):
        return ", ".join(_text(reader.one, item) for item in value)
    return _WRITTEN.get(reader, str)(value)


def _length(value: timedelta) -> str:
    minutes = value // timedelta(minutes=1)
    if minutes % 1440 == 0:
        return f"{minutes // 1440} d"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"
