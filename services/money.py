"""Money in whole centimes: reading and writing plain decimals, and rates.

A dinar is 100 centimes. No amount is ever a float; a rate is a whole number of
basis points (1 % = 100), and a division always says how it rounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NewType

Centimes = NewType("Centimes", int)
BasisPoints = NewType("BasisPoints", int)

NOTHING = Centimes(0)
WHOLE = BasisPoints(10_000)
# Twelve digits of dinars stay far below what a signed 64-bit column holds.
_PLAIN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?", re.ASCII)
_PERCENT = re.compile(r"([0-9]{1,4})(?:[.,]([0-9]{1,2}))? ?%", re.ASCII)


class NotAnAmount(ValueError):
    """The text is no plain decimal amount; `reason` is a stable key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def dinars(amount: int) -> Centimes:
    """Whole dinars as centimes."""
    return Centimes(amount * 100)


def parse_plain(text: str) -> Centimes:
    """Read an amount in DA as files carry it: `36000`, `36000.5`, `36000.00`.

    Strict: Latin digits, a dot, at most two decimals, no sign, no separator.

    Raises:
        NotAnAmount: `empty`, `negative`, `too_many_decimals`, `too_large` or `not_a_number`.
    """
    match = _PLAIN.fullmatch(text)
    if match is None:
        raise NotAnAmount(_why_not_plain(text))
    whole, decimals = match.groups()
    return Centimes(int(whole) * 100 + (int(decimals.ljust(2, "0")) if decimals else 0))


def _why_not_plain(text: str) -> str:
    if not text.strip():
        return "empty"
    if re.fullmatch(r"-[0-9]+(\.[0-9]+)?", text, re.ASCII):
        return "negative"
    if re.fullmatch(r"[0-9]{1,12}\.[0-9]{3,}", text, re.ASCII):
        return "too_many_decimals"
    if re.fullmatch(r"[0-9]{13,}(\.[0-9]+)?", text, re.ASCII):
        return "too_large"
    return "not_a_number"


def format_plain(amount: Centimes) -> str:
    """Write an amount in DA as files carry it, always with two decimals: `36000.00`."""
    sign = "-" if amount < 0 else ""
    whole, decimals = divmod(abs(amount), 100)
    return f"{sign}{whole}.{decimals:02d}"


def percent(text: str) -> BasisPoints:
    """Read a rate as policy files write it: `15 %`, `7.5%`.

    Raises:
        NotAnAmount: `not_a_rate`.
    """
    match = _PERCENT.fullmatch(text)
    if match is None:
        raise NotAnAmount("not_a_rate")
    whole, decimals = match.groups()
    return BasisPoints(int(whole) * 100 + (int(decimals.ljust(2, "0")) if decimals else 0))


def format_percent(rate: BasisPoints) -> str:
    """Write a rate as policy files do: `15 %`, `7.5 %`."""
    whole, decimals = divmod(rate, 100)
    return f"{whole}.{decimals:02d}".rstrip("0").rstrip(".") + " %"


def share(amount: Centimes, rate: BasisPoints) -> Centimes:
    """`rate` of `amount`; half a centime rounds up. The amount may not be negative."""
    if amount < 0:
        raise ValueError("a share of a negative amount is not defined")
    return Centimes((amount * rate + 5_000) // 10_000)


def divide_down(amount: Centimes, parts: int) -> Centimes:
    """One of `parts` equal parts, rounded down to a whole centime."""
    if parts < 1:
        raise ValueError("an amount is divided into one part or more")
    return Centimes(amount // parts)


def divide_up(amount: Centimes, parts: int) -> Centimes:
    """One of `parts` equal parts, rounded up to a whole centime."""
    if parts < 1:
        raise ValueError("an amount is divided into one part or more")
    return Centimes(-(-amount // parts))


def total(amounts: Iterable[Centimes]) -> Centimes:
    """The sum, still typed as centimes."""
    return Centimes(sum(amounts))
