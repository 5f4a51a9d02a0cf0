"""Reading an amount as people write or say it, and telling when to ask back.

Written amounts ("50 000", "36.000,50 DA") are dinars. Said amounts are counted in
centimes by most people: "3 millions" is 30 000 DA, 50 000 douros are 2 500 DA. Such an
amount is never used before the person has confirmed it, so the answer says `ask_back`
and gives every reading, the likeliest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from services.money import Centimes, NotAnAmount
from services.numbers.counting import Count
from services.numbers.meanings import Word, meanings_of

_MOST = Fraction(10**12)
_CENTIMES_A_DINAR = 100
_CENTIMES_A_DOURO = 5
_THOUSAND, _MILLION = 1_000, 1_000_000


class AmountRead(NamedTuple):
    """What was understood. `readings` are in centimes, the likeliest first."""

    readings: tuple[Centimes, ...]
    ask_back: bool
    """The amount must be shown and confirmed before it is used."""

    @property
    def amount(self) -> Centimes:
        return self.readings[0]


def read_amount(text: str) -> AmountRead:
    """Read the one amount in a text.

    Words that are no part of an amount are passed over, but then it is asked back.

    Raises:
        NotAnAmount: `empty`, `no_number`, `negative`, `two_amounts`, `too_many_decimals`,
            `too_large` or `not_a_number`.
    """
    meanings = meanings_of(text)
    if not meanings:
        raise NotAnAmount("empty")
    runs, strangers = _runs(meanings)
    if not runs:
        raise NotAnAmount("no_number")
    if len(runs) > 1:
        raise NotAnAmount("two_amounts")
    amount = _read_run(runs[0])
    return amount._replace(ask_back=amount.ask_back or strangers)


_COUNTS = frozenset({"digits", "number", "hundred", "multiplier", "half", "quarter"})
_BELONGS = _COUNTS | {"and", "filler", "currency", "short_thousand", "dash"}


def _runs(meanings: Sequence[Word]) -> tuple[list[list[Word]], bool]:
    """The stretches that may be an amount, and whether other words stood around them.

    Among other words a bare number word ("un", "set") is more likely just a word.
    """
    runs: list[list[Word]] = []
    strangers, current = False, list[Word]()
    for word in (*meanings, Word("end")):
        if word.kind in _BELONGS:
            current.append(word)
            continue
        if any(part.kind in _COUNTS for part in current):
            runs.append(current)
        strangers = strangers or word.kind == "stranger"
        current = []
    if strangers:
        runs = [run for run in runs if any(word.kind in ("digits", "multiplier") for word in run)]
    return runs, strangers


def _read_run(run: Sequence[Word]) -> AmountRead:
    if run[0].kind == "dash" and len(run) > 1 and run[1].kind == "digits":
        raise NotAnAmount("negative")
    # A dash only joins number words ("quatre-vingt"): between digits it means something else.
    kinds = [word.kind for word in run]
    if any(
        kinds[place] == "dash" and kinds[place - 1] == "digits" and kinds[place + 1] == "digits"
        for place in range(1, len(run) - 1)
    ):
        raise NotAnAmount("not_a_number")
    currencies = {str(word.value) for word in run if word.kind == "currency"}
    if len(currencies) > 1:
        raise NotAnAmount("two_amounts")
    counted = [word for word in run if word.kind in _COUNTS | {"and", "short_thousand"}]
    while counted and counted[-1].kind == "and":
        counted.pop()
    count = Count()
    for place, word in enumerate(counted):
        count.read(word, counted[place + 1] if place + 1 < len(counted) else None)
    short = any(word.kind == "short_thousand" for word in counted)
    return _in_centimes(count, next(iter(currencies), None), short=short)


def _in_centimes(count: Count, currency: str | None, *, short: bool) -> AmountRead:
    value, literal = count.value()
    said = count.biggest >= _MILLION or (count.biggest >= _THOUSAND and not short)
    as_dinars, as_centimes = value * _CENTIMES_A_DINAR, value
    if currency == "centime":
        return _answer([as_centimes, literal], ask_back=True)
    if currency == "douro":
        return _answer([value * _CENTIMES_A_DOURO], ask_back=True)
    if count.biggest >= _MILLION:
        readings = [as_centimes, as_dinars] if currency is None else [as_dinars, as_centimes]
        return _answer([*readings, literal], ask_back=True)
    if currency == "dinar":
        return _answer([as_dinars], ask_back=short)
    if said:
        return _answer([as_dinars, as_centimes], ask_back=True)
    return _answer([as_dinars], ask_back=count.in_words)


def _answer(readings: Sequence[Fraction | None], *, ask_back: bool) -> AmountRead:
    whole: list[Centimes] = []
    for number, reading in enumerate(readings):
        if reading is None:
            continue
        if reading.denominator != 1:
            if number == 0:
                raise NotAnAmount("too_many_decimals")
            continue
        if reading >= _MOST * _CENTIMES_A_DINAR:
            if number == 0:
                raise NotAnAmount("too_large")
            continue
        if Centimes(int(reading)) not in whole:
            whole.append(Centimes(int(reading)))
    return AmountRead(tuple(whole), ask_back)
