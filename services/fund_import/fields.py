"""One field's text to its value, or the reason why not (never with the text itself).

Spaces around a field are ignored. Numbers that identify people are understood as people
write them; amounts and dates are taken strictly, since a guess would cost someone money.
Days stay ISO text: SQLite keeps them so and PostgreSQL reads them so.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from functools import lru_cache

from services.identity import (
    NotASocialSecurityNumber,
    normalise_phone,
    normalise_ssn,
)
from services.money import NotAnAmount, parse_plain
from services.policy.category import Category

FIRST_YEAR = 1970
FIRST_DAY = "1950-01-01"
MAX_NAME = 120
MAX_RECEIPT = 40
MAX_CHANNEL = 40
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
_AGENCY_CODE = re.compile(r"[0-9]{2,4}", re.ASCII)
_CATEGORIES = frozenset(Category)
_SSN_REASONS = {
    "empty": "ssn: missing",
    "not_digits": "ssn: not only digits",
    "too_short": "ssn: fewer than 12 digits",
    "too_long": "ssn: more than 12 digits",
}
_AMOUNT_REASONS = {
    "empty": "missing",
    "negative": "negative",
    "too_many_decimals": "more than two decimals",
    "too_large": "too large",
    "not_a_number": "not a plain amount such as 36000.00",
}


class BadField(ValueError):
    """`reason` names the column and the fault."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def ssn(text: str) -> str:
    """The twelve digits of a social security number."""
    if len(text) == 12 and text.isascii() and text.isdigit():
        return text
    try:
        return normalise_ssn(text)
    except NotASocialSecurityNumber as error:
        raise BadField(_SSN_REASONS[error.reason]) from None


def phone(text: str) -> str | None:
    """The number as `+213...`; None where the field is empty.

    Raises:
        NotAPhoneNumber: to be noted; the contributor is loaded without a phone.
    """
    return normalise_phone(text) if text and not text.isspace() else None


@lru_cache(maxsize=16_384)
def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def day(text: str, column: str, *, latest: str) -> str:
    """A day as ISO text, not before 1950 and not after `latest`."""
    text = text.strip()
    if not _is_day(text):
        raise BadField(f"{column}: {'not a day such as 2024-06-30' if text else 'missing'}")
    if text > latest:
        raise BadField(f"{column}: after {latest}")
    if text < FIRST_DAY:
        raise BadField(f"{column}: before {FIRST_DAY}")
    return text


@lru_cache(maxsize=16_384)
def _centimes(text: str) -> int:
    return parse_plain(text)


def amount(text: str, column: str) -> int:
    """An amount in DA with a dot and at most two decimals, as centimes; 0 or more."""
    try:
        return _centimes(text.strip())
    except NotAnAmount as error:
        raise BadField(f"{column}: {_AMOUNT_REASONS[error.reason]}") from None


def year(text: str, *, latest: int) -> int:
    """A contribution year from 1970 to `latest`."""
    text = text.strip()
    if not _YEAR.fullmatch(text):
        raise BadField(f"year: {'not a year such as 2024' if text else 'missing'}")
    found = int(text)
    if not FIRST_YEAR <= found <= latest:
        raise BadField(f"year: not between {FIRST_YEAR} and {latest}")
    return found


def words(text: str, column: str, *, longest: int) -> str:
    """A text on one line, spaces around it removed; may be empty."""
    text = text.strip()
    if len(text) > longest:
        raise BadField(f"{column}: longer than {longest} signs")
    return text


def receipt(text: str) -> str:
    found = words(text, "receipt", longest=MAX_RECEIPT)
    if not found:
        raise BadField("receipt: missing")
    return found


def names(name_fr: str, name_ar: str) -> tuple[str, str]:
    """Both names. One of them may be missing: then the other stands for it, since a name in
    the other letters is better than none."""
    french = words(name_fr, "name_fr", longest=MAX_NAME)
    arabic = words(name_ar, "name_ar", longest=MAX_NAME)
    if not (french or arabic):
        raise BadField("name_fr, name_ar: both missing")
    return french or arabic, arabic or french


def category(text: str) -> str:
    found = text.strip().lower()
    if found not in _CATEGORIES:
        raise BadField(f"category: {'not one of the eight' if found else 'missing'}")
    return found


def agency_code(text: str, column: str) -> str:
    """Two to four digits; 00 stands for the central level and is no agency."""
    found = text.strip()
    if not _AGENCY_CODE.fullmatch(found):
        raise BadField(f"{column}: {'not 2 to 4 digits' if found else 'missing'}")
    if not found.strip("0"):
        raise BadField(f"{column}: {found} is kept for the central level")
    return found


def wilaya(text: str, known: Collection[str]) -> str:
    found = text.strip()
    if found not in known:
        raise BadField(f"wilaya: {'unknown' if found else 'missing'}")
    return found


def count(text: str, column: str) -> int | None:
    """A whole number; None where the field is empty."""
    found = text.strip()
    if not found:
        return None
    if not _COUNT.fullmatch(found):
        raise BadField(f"{column}: not a whole number")
    return int(found)
