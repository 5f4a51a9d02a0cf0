"""What each piece of a typed amount means: digits, a number word, a unit, or nothing known."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from services.money import NotAnAmount
from services.numbers.words import Multiplier, pieces, words

_DIGITS = "0123456789"
# Signs that may stand around an amount without meaning anything.
_HARMLESS = frozenset('"!?.,;:()[]«»-\u060c\u061b\u061f~=')
# What may be written onto a figure without a space.
_UNITS = frozenset({"currency", "multiplier", "short_thousand"})
# A share or a sum: something else than one amount.
_OTHER_THINGS = frozenset("%+*<>\u066a")


class Word(NamedTuple):
    """One piece with its meaning; `value` is a Fraction, a Multiplier or a name."""

    kind: str
    value: Fraction | Multiplier | str | None = None


def meanings_of(text: str) -> list[Word]:
    """The pieces of a text with their meaning, longest expressions first.

    Raises:
        NotAnAmount: `not_a_number` for signs that make it another thing (a date, a share).
    """
    known, found = words(), pieces(text)
    meanings, place = list[Word](), 0
    while place < len(found):
        if found[place] == "/" and _betweenfigure(found, place):
            raise NotAnAmount("not_a_number")  # a date
        if found[place][0] in _DIGITS and found[place] not in known.numbers:
            meanings += _starting_with_a_digit(found[place])
            place += 1
            continue
        for length in range(min(known.longest, len(found) - place), 0, -1):
            meaning = _meaning(" ".join(found[place : place + length]))
            if meaning is not None:
                meanings += meaning
                place += length
                break
        else:
            meanings.append(Word("stranger"))
            place += 1
    return meanings


def _betweenfigure(found: Sequence[str], place: int) -> bool:
    around = (*found[max(place - 1, 0) : place], *found[place + 1 : place + 2])
    return len(around) == 2 and all(piece[0] in _DIGITS for piece in around)


def _starting_with_a_digit(piece: str) -> list[Word]:
    """Digits, or digits and a unit ("5da"); else a word of Arabic in Latin letters ("3andi")."""
    if not any(sign.isalpha() for sign in piece):
        return [Word("digits", piece)]
    letters = piece.lstrip(_DIGITS)
    unit = _plain_meaning(letters)
    if unit is None or unit.kind not in _UNITS:  # "3la" is a word: "on"
        return [Word("stranger")]
    return [Word("digits", piece[: -len(letters)]), unit]


def _meaning(piece: str) -> list[Word] | None:
    known = words()
    if piece in _HARMLESS:
        return [Word("dash")] if piece == "-" else [Word("sign")]
    if piece in _OTHER_THINGS:
        raise NotAnAmount("not_a_number")
    plain = _plain_meaning(piece)
    if plain is not None:
        return [plain]
    if piece in known.joining:
        return [Word("and")]
    for letter in known.joined_and:
        if piece.startswith(letter):
            rest = _plain_meaning(piece[len(letter) :])
            if rest is not None:
                return [Word("and"), rest]
    for article in known.articles:
        if piece.startswith(article):
            rest = _plain_meaning(piece[len(article) :])
            if rest is not None:
                return [rest]
    return None


def _plain_meaning(piece: str) -> Word | None:
    known = words()
    if piece in known.quarters:
        return Word("quarter")
    if piece in known.numbers:
        return Word("number", Fraction(known.numbers[piece]))
    if piece in known.hundreds:
        return Word("hundred")
    if piece in known.multipliers:
        return Word("multiplier", known.multipliers[piece])
    if piece in known.halves:
        return Word("half")
    if piece in known.currencies:
        return Word("currency", known.currencies[piece])
    if piece in known.short_thousand:
        return Word("short_thousand")
    return Word("filler") if piece in known.fillers else None
