"""One spelling for text as people type it: the tables are in `data/normaliser.toml`.

The result holds only `a-z`, Latin digits, plain Arabic letters, `?`, `%` and single
spaces. Normalising twice changes nothing. Text beyond the first 512 characters is cut,
so the work is bounded whatever is sent.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


class _Letters(dict[int, str]):
    """A translation table in which every letter it does not name is a space."""

    def __missing__(self, code: int) -> str:
        self[code] = " "  # remembered, so the second time costs nothing
        return " "


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Compiled tables; `normalise` uses the one read from the data file."""

    characters: int
    table: dict[int, str]
    apostrophe_after_digit: re.Pattern[str]
    digit_and_apostrophe: dict[str, str]
    elided: re.Pattern[str]
    apostrophe: re.Pattern[str]
    repeated: re.Pattern[str]
    unit: re.Pattern[str]
    digit_in_word: re.Pattern[str]
    arabizi: dict[str, str]

    def __call__(self, text: str) -> str:
        """Normalise one message; an empty string when nothing readable is in it."""
        text = text[: self.characters]
        if not text.isascii():
            # Compatibility forms unfold (presentation forms, full width), which can be long.
            text = unicodedata.normalize("NFKC", text)[: self.characters]
        text = text.lower()
        if self.apostrophe.search(text):
            text = self._without_apostrophes(text)
        text = text.translate(self.table)
        text = self.repeated.sub(r"\1", text)
        if self.digit_in_word.search(text):
            text = self.unit.sub(r"\1 \2", text)
            text = self.digit_in_word.sub(self._letter_for_digit, text)
            text = self.repeated.sub(r"\1", text)
            text = self.unit.sub(r"\1 \2", text)
        return " ".join(text.split())

    def _without_apostrophes(self, text: str) -> str:
        text = self.apostrophe_after_digit.sub(
            lambda found: self.digit_and_apostrophe[found.group(1)], text
        )
        text = self.elided.sub(r"\1 ", text)
        return self.apostrophe.sub("", text)

    def _letter_for_digit(self, found: re.Match[str]) -> str:
        return self.arabizi.get(found.group(), found.group())


def build(data: dict[str, Any]) -> Normaliser:
    """Compile the tables of a normaliser file."""
    signs = re.escape(data["apostrophe"]["signs"])
    after_digit: dict[str, str] = data["apostrophe"]["after_digit"]
    elided = "|".join(map(re.escape, data["apostrophe"]["elided"]))
    arabizi = {key: value for key, value in data["arabizi"].items() if isinstance(value, str)}
    units = "|".join(sorted(data["arabizi"]["units"]["words"], key=len, reverse=True))
    repeats = int(data["limits"]["repeats"])
    return Normaliser(
        characters=int(data["limits"]["characters"]),
        table=_table(data),
        apostrophe_after_digit=re.compile(
            rf"(?<![0-9])([{''.join(after_digit)}])[{signs}](?=[a-z])"
        ),
        digit_and_apostrophe=after_digit,
        elided=re.compile(rf"\b({elided})[{signs}]"),
        apostrophe=re.compile(rf"[{signs}]"),
        repeated=re.compile(rf"([^\W\d_])\1{{{repeats - 1},}}"),
        unit=re.compile(rf"(?<!\w)([0-9]+)({units})(?!\w)", re.ASCII),
        # A single digit with a Latin letter on at least one side and no digit next to it.
        digit_in_word=re.compile(r"(?<![0-9])(?:(?<=[a-z])[0-9]|[0-9](?=[a-z]))(?![0-9])"),
        arabizi=arabizi,
    )


def _table(data: dict[str, Any]) -> dict[int, str]:
    table = _Letters()
    for kept in data["alphabet"].values():
        table.update({ord(letter): letter for letter in kept})
    for letter, variants in data["letters"].items():
        table.update({ord(variant): letter for variant in variants})
    for letter, written in data["pairs"].items():
        table[ord(letter)] = written
    for zero in data["digits"]["zeros"]:
        table.update({ord(zero) + value: str(value) for value in range(10)})
    for letter in data["dropped"]["letters"]:
        table[ord(letter)] = ""
    for first, last in data["dropped"]["ranges"]:
        table.update(dict.fromkeys(range(int(first, 16), int(last, 16) + 1), ""))
    for name, signs in data["emoji"].items():
        table.update({ord(sign): f" {name} " for sign in signs})
    return table


def read_table(name: str) -> dict[str, Any]:
    """One of this package's own data tables."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def default() -> Normaliser:
    """The normaliser of the data file, compiled once."""
    return build(read_table("normaliser.toml"))


def normalise(text: str) -> str:
    """`text` in its one spelling, by the tables of the data file."""
    return default()(text)
