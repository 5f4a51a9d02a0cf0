"""The ways to join, as dated data in `ways.toml`: their words are in the catalogs."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("ways.toml")
_KEYS = {"code", "words", "valid_from", "valid_to", "source", "confidence"}


class UnknownWay(LookupError):
    """No way of joining in force has this code."""


class WaysUnusable(ValueError):
    """The data file is not right; the message names the row."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to join. `words` names its messages; `valid_to` is the last day, Algiers."""

    code: str
    words: str
    valid_from: date
    valid_to: date | None
    source: str
    confidence: str


def read(content: dict[str, Any]) -> tuple[Way, ...]:
    """The ways a TOML document describes.

    Raises:
        WaysUnusable
    """
    found = []
    for row in content.get("way", ()):
        code = row.get("code", "")
        if set(row) - _KEYS or not isinstance(row.get("valid_from"), date) or not row.get("source"):
            raise WaysUnusable(f"{code!r} needs code, valid_from and source, and no other keys")
        if row.get("confidence") not in ("certain", "probable", "unsure"):
            raise WaysUnusable(f"{code!r}: confidence is certain, probable or unsure")
        found.append(
            Way(
                code,
                row.get("words", code),
                row["valid_from"],
                row.get("valid_to"),
                row["source"],
                row["confidence"],
            )
        )
    return tuple(found)


@cache
def every() -> tuple[Way, ...]:
    with _FILE.open("rb") as stream:
        return read(tomllib.load(stream))


def in_force(on: date) -> list[Way]:
    """The ways in force on a day, in the order they are shown."""
    return [
        one
        for one in every()
        if one.valid_from <= on and (one.valid_to is None or on <= one.valid_to)
    ]


def way(code: str, on: date) -> Way:
    """Raises `UnknownWay`."""
    for one in in_force(on):
        if one.code == code:
            return one
    raise UnknownWay(code)
