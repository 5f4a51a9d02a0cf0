"""Reading a length of time as people say it: "sur 12 mois", "un an et demi", "6 fois"."""

from __future__ import annotations

from collections.abc import Sequence

from services.money import NotAnAmount
from services.numbers.counting import Count
from services.numbers.meanings import Word, meanings_of
from services.numbers.words import Duration, pieces, words

_DIGITS = "0123456789"
_COUNTS = frozenset({"digits", "number", "hundred", "and", "dash"})  # "vingt-quatre"
_MONTHS_A_YEAR = 12


def read_months(text: str) -> int | None:
    """The months a text names, or None where it names no length, or other figures too.

    "5000 par mois" is no length: a count belongs to the unit right behind it.
    """
    months = 0
    found = _parted(pieces(text))
    before: list[str] = []
    for place, piece in enumerate(found):
        unit = words().durations.get(piece)
        if unit is None:
            before.append(piece)
            continue
        count = _count_at_the_end(before, unit)
        if count is None:
            return None
        months += count * unit.months
        before = []
        if unit.months == _MONTHS_A_YEAR and _half_follows(found[place + 1 :]):
            months += _MONTHS_A_YEAR // 2
    if any(piece[0] in _DIGITS for piece in before):
        return None
    return months or None


def _parted(found: Sequence[str]) -> list[str]:
    """Digits and the unit written onto them ("12mois") stand apart."""
    parted: list[str] = []
    for piece in found:
        letters = piece.lstrip(_DIGITS)
        if letters != piece and letters in words().durations and piece not in words().durations:
            parted += [piece[: -len(letters)], letters]
        else:
            parted.append(piece)
    return parted


def _count_at_the_end(before: Sequence[str], unit: Duration) -> int | None:
    """The number right in front of a unit; None where there is none, or digits besides."""
    try:
        meanings = meanings_of(" ".join(before))
    except NotAnAmount:
        return None
    run: list[Word] = []
    while meanings and meanings[-1].kind in _COUNTS:
        run.insert(0, meanings.pop())
    if any(word.kind == "digits" for word in meanings):
        return None
    while run and run[0].kind == "and":
        run.pop(0)
    if not run:
        return unit.times
    if run[0].kind == "dash":
        return None
    run = [word for word in run if word.kind != "dash"]
    count = Count()
    try:
        for place, word in enumerate(run):
            count.read(word, run[place + 1] if place + 1 < len(run) else None)
    except NotAnAmount:
        return None
    value, _ = count.value()
    return int(value) * (unit.times or 1) if value.denominator == 1 else None


def _half_follows(after: Sequence[str]) -> bool:
    """ "... and a half", with the "and" apart or joined."""
    try:
        meanings = meanings_of(" ".join(after[:2]))
    except NotAnAmount:
        return False
    return [word.kind for word in meanings[:2]] == ["and", "half"]
