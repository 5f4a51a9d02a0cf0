"""One-time codes a person can read, say and type: twelve signs in three groups of four.

The alphabet is Crockford's base 32: no I, L, O or U. Twelve signs carry 60 bits, so a code
cannot be guessed; only its keyed fingerprint is kept. At least one sign is a letter, so that
a code is never taken for a number.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from services.numbers.digits import latin_digits_and_dashes

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
_GROUP = 4
_SEPARATORS = re.compile(r"[\s\-._/]+")
_MEANT = str.maketrans("ILO", "110")  # what people type or read for a digit


class NotACode(ValueError):
    """The text is not written like a code; it carries nothing of it."""

    def __init__(self) -> None:
        super().__init__("not written like a code")


def draw(choose: Callable[[str], str] = secrets.choice) -> str:
    """A fresh code in its normal form: twelve signs, no dashes."""
    while True:
        code = "".join(choose(ALPHABET) for _ in range(LENGTH))
        if not code.isdigit():
            return code


def in_groups(code: str) -> str:
    """As it is shown: `7K3M-9QXD-2HVT`."""
    return "-".join(code[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def normalise(text: str) -> str:
    """The twelve signs of a code, however typed: spaces, dashes, lower case, Arabic digits.

    Raises:
        NotACode: another length, other signs, or digits alone.
    """
    compact = _SEPARATORS.sub("", latin_digits_and_dashes(text)).upper()
    code = compact.translate(_MEANT)
    if len(code) != LENGTH or compact.isdigit() or any(sign not in ALPHABET for sign in code):
        raise NotACode
    return code
