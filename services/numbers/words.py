"""The words of `words.toml`, and how a typed text is cut into words and digits to meet them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from services.numbers.digits import latin_digits_and_dashes

_FILE = Path(__file__).parent / "words.toml"
# In this order: a word of Arabic in Latin letters that holds digits ("n7eb", "3andi"); a
# run of digits with separators inside it (points, commas, apostrophes, the Arabic decimal
# and thousands separators, spaces in front of groups of exactly three digits); a word; a sign.
_PIECE = re.compile(
    r"[a-z]+[0-9][a-z0-9]*(?![0-9])|(?<![0-9.,])[0-9][a-z]{2,}[a-z0-9]*"
    r"|[0-9]+(?:[.,'\u066b\u066c][0-9]+| [0-9]{3}(?![0-9]))*"
    r"|[^\W\d_]+(?:['.][^\W\d_]+)*|\S"
)


class Multiplier(NamedTuple):
    """`times`: 2 for a dual ("two millions" in one word), else 1."""

    value: int
    times: int
    plural: bool


class Duration(NamedTuple):
    """A length of time in months; `times`: 2 for a dual ("two years" in one word), else None."""

    months: int
    times: int | None


class Words(NamedTuple):
    """Every table, its words folded as `fold` folds a text."""

    numbers: Mapping[str, int]
    hundreds: frozenset[str]
    multipliers: Mapping[str, Multiplier]
    short_thousand: frozenset[str]
    halves: frozenset[str]
    quarters: frozenset[str]
    currencies: Mapping[str, str]
    joining: frozenset[str]
    joined_and: tuple[str, ...]
    articles: tuple[str, ...]
    fillers: frozenset[str]
    durations: Mapping[str, Duration]
    months: Mapping[str, int]
    days: Mapping[str, frozenset[str]]
    longest: int
    """How many pieces the longest expression has."""


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _letters() -> dict[int, str]:
    return {ord(letter): other for letter, other in _tables()["letters"].items()}


def fold(text: str) -> str:
    """A text without capitals, accents, vowel signs and hamzas, with Latin digits."""
    plain = latin_digits_and_dashes(text).casefold().replace("\u2019", "'")
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain)
        plain = "".join(sign for sign in decomposed if unicodedata.category(sign) != "Mn")
        plain = plain.translate(_letters())
    return plain


def pieces(text: str) -> list[str]:
    """A folded text cut into runs of digits (separators kept), words, and single signs."""
    return _PIECE.findall(fold(text))


@lru_cache(maxsize=1)
def words() -> Words:
    """The tables, read once."""
    tables = _tables()
    multipliers: dict[str, Multiplier] = {}
    for row in tables["multiplier"]:
        for form, count, plural in (("one", 1, False), ("many", 1, True), ("two", 2, False)):
            for word in _folded(row[form]):
                multipliers[word] = Multiplier(row["value"], count, plural)
    durations: dict[str, Duration] = {}
    for row in tables["duration"]:
        for form, times in (("one", None), ("two", 2)):
            for word in _folded(row[form]):
                durations[word] = Duration(row["months"], times)
    days = {name: frozenset(_folded(listed)) for name, listed in tables["day"].items()}
    currencies = {
        word: name for name, listed in tables["currency"].items() for word in _folded(listed)
    }
    numbers = {word: row["value"] for row in tables["number"] for word in _folded(row["words"])}
    expressions = [*currencies, *numbers, *(word for listed in days.values() for word in listed)]
    return Words(
        numbers=numbers,
        hundreds=frozenset(w for row in tables["hundred"] for w in _folded(row["words"])),
        multipliers=multipliers,
        short_thousand=frozenset(_folded(tables["short_thousand"]["words"])),
        halves=frozenset(_folded(tables["fraction"]["half"])),
        quarters=frozenset(_folded(tables["fraction"]["quarter"])),
        currencies=currencies,
        joining=frozenset(_folded(tables["joining"]["words"])),
        joined_and=tuple(_folded(tables["joined"]["and"])),
        articles=tuple(_folded(tables["joined"]["article"])),
        fillers=frozenset(_folded(tables["filler"]["words"])),
        durations=durations,
        months={w: row["number"] for row in tables["month"] for w in _folded(row["words"])},
        days=days,
        longest=max(len(expression.split()) for expression in expressions),
    )


def _folded(listed: Iterable[str]) -> list[str]:
    return [" ".join(pieces(word)) for word in listed]
