"""References of complaints and plans, such as `R-16-26-000123-0` and `E-16-26-000045-7`.

A reference is a letter, the agency's code (two to four digits, 00 for the central
level), the last two digits of the year, a serial of six digits, and a Damm check
digit over all of these digits. The check digit finds every single wrong digit and
every swap of two neighbours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from services.numbers.digits import latin_digits_and_dashes

CENTRAL = "00"
SERIAL_DIGITS = 6
# H. M. Damm's totally anti-symmetric quasigroup of order 10 (thesis, Marburg 2004).
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_AGENCY = re.compile(r"[0-9]{2,4}", re.ASCII)
_SEPARATED = re.compile(r"([RE])-+([0-9]{2,4})-+([0-9]{2})-+([0-9]{1,6})-+([0-9])", re.ASCII)
_COMPACT = re.compile(r"([RE])([0-9]{2,4})([0-9]{2})([0-9]{6})([0-9])", re.ASCII)
_LOOKS_LIKE_ONE = re.compile(r"[RE][0-9]{9,15}", re.ASCII)
_TYPED_FOR_A_DASH = str.maketrans(" /._", "----")


class Kind(Enum):
    """What a reference names; the value is its letter."""

    COMPLAINT = "R"
    PLAN = "E"


class NotAReference(ValueError):
    """The text is not written like a reference at all."""


class ReferenceMistyped(ValueError):
    """The text is written like a reference, but its check digit or length is wrong."""

    def __init__(self, kind: Kind) -> None:
        super().__init__("the check digit or the length does not fit")
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference taken apart; `str()` gives its one written form."""

    kind: Kind
    agency: str
    year: int
    """Four digits: 2026."""
    serial: int

    def __str__(self) -> str:
        return make(self.kind, agency=self.agency, year=self.year, serial=self.serial)


def damm(digits: str) -> int:
    """The Damm check digit; over digits that end in their own check digit it is 0."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def make(kind: Kind, *, agency: str, year: int, serial: int) -> str:
    """Write a reference. `year` has four digits; `serial` counts from 1 within agency and year.

    Raises:
        ValueError: a part does not fit its place; the caller's mistake, not a citizen's.
    """
    if not _AGENCY.fullmatch(agency):
        raise ValueError("an agency code has two to four digits")
    if not 2000 <= year <= 2099:
        raise ValueError("the year must be between 2000 and 2099")
    if not 1 <= serial < 10**SERIAL_DIGITS:
        raise ValueError("the serial must be between 1 and 999999")
    short_year = f"{year % 100:02d}"
    padded = f"{serial:0{SERIAL_DIGITS}d}"
    check = damm(agency + short_year + padded)
    return f"{kind.value}-{agency}-{short_year}-{padded}-{check}"


def parse(text: str) -> Reference:
    """Understand a reference as typed: lower case, spaces, missing dashes, Arabic digits.

    Raises:
        ReferenceMistyped: written like one, but a digit is wrong, missing or too many.
        NotAReference: anything else.
    """
    typed = latin_digits_and_dashes(text).strip().strip("#").upper().translate(_TYPED_FOR_A_DASH)
    typed = typed.strip("-")
    compact = typed.replace("-", "")
    match = _SEPARATED.fullmatch(typed) or _COMPACT.fullmatch(compact)
    if match is None or not _separators_fit(typed, match):
        if _LOOKS_LIKE_ONE.fullmatch(compact):
            raise ReferenceMistyped(Kind(compact[0]))
        raise NotAReference("not written like a reference")
    letter, agency, short_year, serial, check = match.groups()
    kind = Kind(letter)
    padded = serial.zfill(SERIAL_DIGITS)
    if damm(agency + short_year + padded + check) != 0 or int(padded) == 0:
        raise ReferenceMistyped(kind)
    return Reference(kind, agency, 2000 + int(short_year), int(padded))


def _separators_fit(typed: str, match: re.Match[str]) -> bool:
    """Whether separators stand only between the parts, or inside the serial (`000 123`).

    Else a digit too many would slide into the neighbouring part: the check digit
    alone does not see a zero added at the end.
    """
    if match.re is _SEPARATED:
        return True
    serial_start = match.start(4)
    allowed = {
        match.start(2),
        match.start(3),
        *range(serial_start, serial_start + SERIAL_DIGITS + 1),
    }
    places = {
        len(typed[:place].replace("-", "")) for place, sign in enumerate(typed) if sign == "-"
    }
    return places <= allowed
