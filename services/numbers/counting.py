"""Adding up a number said in words, or in digits and words: "1 million 200 mille"."""

from __future__ import annotations

from fractions import Fraction

from services.money import NotAnAmount
from services.numbers.figures import figure
from services.numbers.meanings import Word
from services.numbers.words import Multiplier

_THOUSAND, _MILLION = 1_000, 1_000_000


class Count:
    """Adds up "one million two hundred thousand" as it is read."""

    def __init__(self) -> None:
        self.total = Fraction(0)
        self.current: Fraction | None = None
        self.last_multiplier = 0
        self.biggest = 0
        self.in_words = False
        self._after_and = False
        self._spoken_number = False

    def read(self, word: Word, following: Word | None) -> None:
        if word.kind == "and":
            self._after_and = True
            return
        self.in_words = self.in_words or word.kind != "digits"
        if word.kind == "digits":
            multiplied = following is not None and following.kind in (
                "multiplier",
                "short_thousand",
            )
            self._number(figure(str(word.value), multiplied=multiplied), spoken=False)
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
            # "quatre-vingt" multiplies; "vingt-deux" and "cent dix" add.
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

    def _part(self, kind: str, following: Word | None) -> None:
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
