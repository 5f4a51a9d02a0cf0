"""The answers in force on a day, read from `answers.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from services.language.labels import Label

_FILE = Path(__file__).with_name("answers.toml")
_KEYS = {
    "code",
    "words",
    "labels",
    "keywords",
    "buttons",
    "valid_from",
    "valid_to",
    "source",
    "confidence",
}
_CONFIDENCE = ("certain", "probable", "unsure")


class AnswersUnusable(ValueError):
    """The data file is not right; the message names the answer."""


class UnknownAnswer(LookupError):
    """No answer in force has this code."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `words` names its messages; `valid_to` is the last day, Algiers."""

    code: str
    words: str
    labels: tuple[Label, ...]
    keywords: tuple[str, ...]
    buttons: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    source: str
    confidence: str

    @property
    def to_be_confirmed(self) -> bool:
        """Whether the reader is told to confirm it with the agency."""
        return self.confidence != "certain"


def read(content: Mapping[str, Any]) -> tuple[Answer, ...]:
    """The answers a TOML document describes, in its order.

    Raises:
        AnswersUnusable
    """
    found = tuple(_answer(row) for row in content.get("answer", ()))
    for place, one in enumerate(found):
        for other in found[:place]:
            if one.code == other.code and _overlap(one, other):
                raise AnswersUnusable(f"{one.code} stands twice for the same days")
    return found


def _answer(row: Mapping[str, Any]) -> Answer:
    code = row.get("code", "")
    if not isinstance(code, str) or not code.isidentifier():
        raise AnswersUnusable(f"{code!r} is no code")
    if unknown := set(row) - _KEYS:
        raise AnswersUnusable(f"{code}: {', '.join(sorted(unknown))} is not known here")
    since, until = row.get("valid_from"), row.get("valid_to")
    if not isinstance(since, date) or (until is not None and until < since):
        raise AnswersUnusable(f"{code}: valid_from is a day, valid_to none before it")
    if row.get("confidence") not in _CONFIDENCE or not row.get("source"):
        raise AnswersUnusable(f"{code}: needs a source, and a confidence of {_CONFIDENCE}")
    try:
        labels = tuple(Label(name) for name in row.get("labels", ()))
    except ValueError as wrong:
        raise AnswersUnusable(f"{code}: {wrong}") from wrong
    return Answer(
        code=code,
        words=row.get("words", code),
        labels=labels,
        keywords=tuple(row.get("keywords", ())),
        buttons=tuple(row.get("buttons", ())),
        valid_from=since,
        valid_to=until,
        source=row["source"],
        confidence=row["confidence"],
    )


def _overlap(one: Answer, other: Answer) -> bool:
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (
        one.valid_to or date.max
    )


@cache
def every() -> tuple[Answer, ...]:
    """All answers of this edition, also those of other days."""
    with _FILE.open("rb") as stream:
        return read(tomllib.load(stream))


def in_force(on: date) -> list[Answer]:
    """The answers of a day, in the order they are listed."""
    return [
        one
        for one in every()
        if one.valid_from <= on and (one.valid_to is None or on <= one.valid_to)
    ]


def answer(code: str, on: date) -> Answer:
    """Raises `UnknownAnswer`."""
    for one in in_force(on):
        if one.code == code:
            return one
    raise UnknownAnswer(code)
