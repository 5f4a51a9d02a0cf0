"""What every policy row has in common, and how one row is chosen among several.

A row is in force from `valid_from` to `valid_to`, both days included; without
`valid_to` it stays in force until a later row takes its place. `year = 2019` is
short for the whole year. Where several rows cover a day, a row with an end comes
before one without (an exception before the rule), then the narrower scope, then
the later start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Any, ClassVar, NamedTuple

from services.policy import values
from services.policy.category import Category

EVERYTHING_SINCE = date(2010, 1, 1)
"""Contributions are known from here on."""
SERVICE_SINCE = date(2026, 1, 1)
"""The rules of the service itself (plans, complaints, reminders) begin here."""


class Confidence(IntEnum):
    """How sure a rule is; the weakest of several is their `min`."""

    UNSURE = 0
    PROBABLE = 1
    CERTAIN = 2

    def __str__(self) -> str:
        return self.name.lower()


class Asked(NamedTuple):
    """For whom or where a rule is looked up; None asks for the general rule only."""

    category: Category | None = None
    agency: str | None = None
    wilaya: str | None = None
    zone: str | None = None


ANYONE = Asked()


def read_by(reader: Callable[[object], Any], *, optional: bool = False, default: Any = None) -> Any:
    """A field of a row: how its TOML value is read, and what stands when it is absent."""
    if optional:
        return field(default=default, metadata={"read": reader})
    return field(metadata={"read": reader})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One dated rule with where it comes from and how sure it is."""

    TABLE: ClassVar[str]
    SINCE: ClassVar[date | None] = None
    """The table must have a row on every day from here on; None: rows are single events."""
    KEYS: ClassVar[tuple[str, ...]] = ()
    """Fields that say what the row is about; rows of different keys never compete."""

    valid_from: date
    valid_to: date | None
    source: str
    confidence: Confidence
    note: str
    where: str
    """File and line, such as `surcharge.toml:12`."""

    def problem(self) -> str | None:
        """What is wrong between several fields of this row, if anything."""
        return None

    def covers(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def fits(self, asked: Asked) -> int:
        """How narrowly the row is meant for what is asked; -1: not at all."""
        return 0

    def scope(self) -> tuple[Any, ...]:
        """What the row is limited to, for comparing rows."""
        return ()

    def key(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.KEYS)

    def identity(self) -> tuple[Any, ...]:
        """Two rows of equal identity are one rule: the fund's own replaces ours."""
        return (self.TABLE, self.key(), self.scope(), self.valid_from, self.valid_to)

    @property
    def unsure(self) -> bool:
        return self.confidence is Confidence.UNSURE


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRow(Row):
    """A rule for some categories, or for all when none is named."""

    categories: tuple[Category, ...] = read_by(
        values.Each(values.category), optional=True, default=()
    )

    def fits(self, asked: Asked) -> int:
        if not self.categories:
            return 0
        return 1 if asked.category in self.categories else -1

    def scope(self) -> tuple[Any, ...]:
        return tuple(sorted(self.categories))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow(Row):
    """A rule for some agencies, wilayas or a zone, or for everywhere when none is named."""

    agencies: tuple[str, ...] = read_by(values.Each(values.code), optional=True, default=())
    wilayas: tuple[str, ...] = read_by(values.Each(values.code), optional=True, default=())
    zone: str | None = read_by(values.one_of("north", "south"), optional=True)

    def problem(self) -> str | None:
        if sum(map(bool, (self.agencies, self.wilayas, self.zone))) > 1:
            return "names more than one of agencies, wilayas and zone"
        return None

    def fits(self, asked: Asked) -> int:
        if self.agencies:
            return 3 if asked.agency in self.agencies else -1
        if self.wilayas:
            return 2 if asked.wilaya in self.wilayas else -1
        if self.zone:
            return 1 if asked.zone == self.zone else -1
        return 0

    def scope(self) -> tuple[Any, ...]:
        return (tuple(sorted(self.agencies)), tuple(sorted(self.wilayas)), self.zone)


def precedence(row: Row, asked: Asked) -> tuple[bool, int, date]:
    """The larger wins among rows that cover the same day."""
    return (row.valid_to is not None, row.fits(asked), row.valid_from)
