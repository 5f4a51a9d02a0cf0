"""Reading an amount as people write or say it, and telling when to ask back.

Written amounts ("50 000", "36.000,50 DA") are dinars. Said amounts are counted in
centimes by most people: "3 millions" is 30 000 DA, 50 000 douros are 2 500 DA. Such an
amount is never used before the person has confirmed it, so the answer says `ask_back`
and gives every reading, the likeliest first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from services.money import Centimes, NotAnAmount
from services.numbers.words import Multiplier, pieces, words

_MOST = Fraction(10**12)
_CENTIMES_A_DINAR = 100
_CENTIMES_A_DOURO = 5
_THOUSAND, _MILLION = 1_000, 1_000_000
_DIGITS = "0123456789"
# Signs that may stand around an amount without meaning anything.
_HARMLESS = frozenset('"!?.,;:()[]«»-\u060c\u061b\u061f~=')

# A share or a sum: something else than one amount.
_OTHER_THINGS = frozenset("%+*<>\u066a")


class AmountRead(NamedTuple):
    """What was understood. `readings` are in centimes, the likeliest first."""

    readings: tuple[Centimes, ...]
    ask_back: bool
    """The amount must be shown and confirmed before it is used."""

    @property
    def amount(self) -> Centimes:
        return self.readings[0]


class _Word(NamedTuple):
    """One piece with its meaning; `value` is a Fraction, a Multiplier or a name."""

    kind: str
    value: Fraction | Multiplier | str | None = None


def read_amount(text: str) -> AmountRead:
    """Read the one amount in a text.

    Words that are no part of an amount are passed over, but then it is asked back.

    Raises:
        NotAnAmount: `empty`, `no_number`, `negative`, `two_amounts`, `too_many_decimals`,
            `too_large` or `not_a_number`.
    """
    found = pieces(text)
    if not found:
        raise NotAnAmount("empty")
    runs, strangers = _runs(_meanings(found))
    if not runs:
        raise NotAnAmount("no_number")
    if len(runs) > 1:
        raise NotAnAmount("two_amounts")
    amount = _read_run(runs[0])
    return amount._replace(ask_back=amount.ask_back or strangers)


def _meanings(found: Sequence[str]) -> list[_Word]:
    """The pieces with their meaning, longest expressions first."""
    known, meanings, place = words(), [], 0
    while place < len(found):
        if found[place] == "/" and _between_digits(found, place):
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
            meanings.append(_Word("stranger"))
            place += 1
    return meanings


def _between_digits(found: Sequence[str], place: int) -> bool:
    around = (*found[max(place - 1, 0) : place], *found[place + 1 : place + 2])
    return len(around) == 2 and all(piece[0] in _DIGITS for piece in around)


def _starting_with_a_digit(piece: str) -> list[_Word]:
    """Digits, or digits and a unit ("5da"); else a word of Arabic in Latin letters ("3andi")."""
    if not any(sign.isalpha() for sign in piece):
        return [_Word("digits", piece)]
    letters = piece.lstrip(_DIGITS)
    unit = _plain_meaning(letters)
    return [_Word("stranger")] if unit is None else [_Word("digits", piece[: -len(letters)]), unit]


def _meaning(piece: str) -> list[_Word] | None:
    known = words()
    if piece in _HARMLESS:
        return [_Word("dash")] if piece == "-" else [_Word("sign")]
    if piece in _OTHER_THINGS:
        raise NotAnAmount("not_a_number")
    plain = _plain_meaning(piece)
    if plain is not None:
        return [plain]
    if piece in known.joining:
        return [_Word("and")]
    for letter in known.joined_and:
        if piece.startswith(letter):
            rest = _plain_meaning(piece[len(letter) :])
            if rest is not None:
                return [_Word("and"), rest]
    for article in known.articles:
        if piece.startswith(article):
            rest = _plain_meaning(piece[len(article) :])
            if rest is not None:
                return [rest]
    return None


def _plain_meaning(piece: str) -> _Word | None:
    known = words()
    if piece in known.quarters:
        return _Word("quarter")
    if piece in known.numbers:
        return _Word("number", Fraction(known.numbers[piece]))
    if piece in known.hundreds:
        return _Word("hundred")
    if piece in known.multipliers:
        return _Word("multiplier", known.multipliers[piece])
    if piece in known.halves:
        return _Word("half")
    if piece in known.currencies:
        return _Word("currency", known.currencies[piece])
    if piece in known.short_thousand:
        return _Word("short_thousand")
    return _Word("filler") if piece in known.fillers else None


_COUNTS = frozenset({"digits", "number", "hundred", "multiplier", "half", "quarter"})
_BELONGS = _COUNTS | {"and", "filler", "currency", "short_thousand", "dash"}


def _runs(meanings: Sequence[_Word]) -> tuple[list[list[_Word]], bool]:
    """The stretches that may be an amount, and whether other words stood around them.

    Among other words a bare number word ("un", "set") is more likely just a word.
    """
    runs: list[list[_Word]] = []
    strangers, current = False, list[_Word]()
    for word in (*meanings, _Word("end")):
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


class _Count:
    """Adds up "one million two hundred thousand" as it is read."""

    def __init__(self) -> None:
        self.total = Fraction(0)
        self.current: Fraction | None = None
        self.last_multiplier = 0
        self.biggest = 0
        self.in_words = False
        self._after_and = False
        self._spoken_number = False

    def read(self, word: _Word, following: _Word | None) -> None:
        if word.kind == "and":
            self._after_and = True
            return
        self.in_words = self.in_words or word.kind != "digits"
        if word.kind == "digits":
            multiplied = following is not None and following.kind in (
                "multiplier",
                "short_thousand",
            )
            self._number(_digits(str(word.value), multiplied=multiplied), spoken=False)
        elif word.kind == "number":
            assert isinstance(word.value, Fraction)
            self._number(word.value, spoken=True)
        elif word.kind == "hundred":
            self._hundred()
        elif word.kind == "multiplier":
            assert isinstance(word.value, Multiplier)
            self._multiply(word.value.value, word.value.times)
        elif word.kind == "short_thousand":
            self._multiply(_THOUSAND, 1)
        else:
            self._part(word.kind, following)
        self._after_and = False

    def _number(self, value: Fraction, *, spoken: bool) -> None:
        if self.current is None:
            self.current = value
        elif self._spoken_number and spoken:
            # "quatre-vingt" multiplies; "vingt-deux", "cent dix" and "خمسة وعشرين" add.
            if value == 20 and self.current % 100 == 4 and not self._after_and:
                self.current += 76
            else:
                self.current += value
        else:
            raise NotAnAmount("two_amounts")
        self._spoken_number = spoken

    def _hundred(self) -> None:
        if self.current is None:
            self.current = Fraction(100)
        elif self.current < 10 and not self._after_and:
            self.current *= 100
        else:
            self.current += 100
        self._spoken_number = True

    def _multiply(self, value: int, count: int) -> None:
        self.biggest = max(self.biggest, value)
        if self.current is None and self.total and value > self.last_multiplier > 0:
            self.total *= value  # a thousand millions
        else:
            self.total += (self.current if self.current is not None else count) * value
        self.last_multiplier, self.current = value, None

    def _part(self, kind: str, following: _Word | None) -> None:
        part = Fraction(1, 2) if kind == "half" else Fraction(1, 4)
        if self.last_multiplier and self.current is None:
            self.total += part * self.last_multiplier
            return
        if kind == "quarter" and following is not None and following.kind == "multiplier":
            assert isinstance(following.value, Multiplier)
            if following.value.plural:
                part = Fraction(4)
        if self.current is not None:
            part += self.current
        self.current = part
        self._spoken_number = True

    def value(self) -> tuple[Fraction, Fraction | None]:
        """The count; and another where "three millions five hundred" leaves thousands out."""
        rest = self.current if self.current is not None else Fraction(0)
        literal = self.total + rest
        if self.last_multiplier >= _MILLION and 100 <= rest < _THOUSAND and rest % 1 == 0:
            return self.total + rest * (self.last_multiplier // _THOUSAND), literal
        return literal, None


def _read_run(run: Sequence[_Word]) -> AmountRead:
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
    count = _Count()
    for place, word in enumerate(counted):
        count.read(word, counted[place + 1] if place + 1 < len(counted) else None)
    short = any(word.kind == "short_thousand" for word in counted)
    return _in_centimes(count, next(iter(currencies), None), short=short)


def _in_centimes(count: _Count, currency: str | None, *, short: bool) -> AmountRead:
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


def _digits(run: str, *, multiplied: bool) -> Fraction:
    """A run of digits with its separators as a number.

    One separator before exactly three digits groups thousands ("50.000"), unless a
    multiplier follows ("1.255 million"); otherwise the last separator is the decimal one.
    """
    plain = run.replace("\u066b", ";").replace("\u066c", "'")
    head, decimals = _split_decimals(plain, multiplied=multiplied)
    groups = re.split(r"[ '.,]", head)
    if len(groups) > 1 and (
        not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])
    ):
        raise NotAnAmount("not_a_number")
    digits = "".join(groups)
    if len(digits) > 1 and digits[0] == "0":
        raise NotAnAmount("not_a_number")  # a telephone number, a date
    if len(digits) > 15:
        raise NotAnAmount("too_large")
    if len(decimals) > 2 and not multiplied:
        raise NotAnAmount("too_many_decimals")
    return Fraction(f"{digits}.{decimals or 0}")


def _split_decimals(plain: str, *, multiplied: bool) -> tuple[str, str]:
    if ";" in plain:
        head, _, decimals = plain.partition(";")
    else:
        last = max(plain.rfind("."), plain.rfind(","))
        if last < 0:
            return plain, ""
        head, sign, decimals = plain[:last], plain[last], plain[last + 1 :]
        groups_before = re.search(r"[ '.,]", head)
        lone = sign not in head and not (groups_before and groups_before[0] != sign)
        if len(decimals) == 3 and not (lone and (multiplied or head == "0")):
            if lone or sign in head:
                return plain, ""
            raise NotAnAmount("too_many_decimals")
        if sign in head:
            raise NotAnAmount("not_a_number")
    if not (decimals.isascii() and decimals.isdigit()):
        raise NotAnAmount("not_a_number")
    return head, decimals
