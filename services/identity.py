"""Social security and phone numbers: one normal form each, and how they are masked.

The inner structure of a social security number is unsure, so only its length is
checked. No error here carries the number: errors may reach a log, numbers never.
"""

from __future__ import annotations

import re

import phonenumbers

from services.numbers.digits import latin_digits_and_dashes

SSN_LENGTH = 12
_HOME_REGION = "DZ"
_SEPARATORS = str.maketrans("", "", " -./_()")
_SSN_SEPARATORS = str.maketrans("", "", " -./_")
# +213, 00213, 213 or 0 in front of 5, 6 or 7 and eight digits. New ranges are opened
# before the phonenumbers package knows them, so any such number is taken.
_MOBILE = re.compile(r"(?:\+213|00213|213|0)0?([567][0-9]{8})", re.ASCII)
_BARE_MOBILE = re.compile(r"[567][0-9]{8}", re.ASCII)
_MASK = "•••• "


class NotASocialSecurityNumber(ValueError):
    """`reason` is `empty`, `not_digits`, `too_short` or `too_long`; `digits` how many were read."""

    def __init__(self, reason: str, *, digits: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.digits = digits


class NotAPhoneNumber(ValueError):
    """`reason` is `empty`, `not_digits`, `too_short`, `too_long` or `invalid`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def normalise_ssn(text: str) -> str:
    """The twelve digits of a social security number, however they were typed.

    Spaces, dashes, dots, direction marks and Arabic-Indic or Persian digits are understood.

    Raises:
        NotASocialSecurityNumber: with the reason, never with the number.
    """
    compact = latin_digits_and_dashes(text).translate(_SSN_SEPARATORS).strip()
    if not compact:
        raise NotASocialSecurityNumber("empty")
    if not (compact.isascii() and compact.isdigit()):
        raise NotASocialSecurityNumber("not_digits")
    if len(compact) < SSN_LENGTH:
        raise NotASocialSecurityNumber("too_short", digits=len(compact))
    if len(compact) > SSN_LENGTH:
        raise NotASocialSecurityNumber("too_long", digits=len(compact))
    return compact


def mask_ssn(ssn: str) -> str:
    """What a message may show of a social security number: its last four digits."""
    return _MASK + ssn[-4:]


def normalise_phone(text: str) -> str:
    """A phone number as `+` and digits (E.164); without a country it is Algerian.

    Telegram hands contacts with or without the plus; people write 05..., 06..., 07...

    Raises:
        NotAPhoneNumber: with the reason, never with the number.
    """
    compact = latin_digits_and_dashes(text).translate(_SEPARATORS).strip()
    mobile = _MOBILE.fullmatch(compact)
    if mobile is not None:
        return "+213" + mobile.group(1)
    if not compact:
        raise NotAPhoneNumber("empty")
    bare = compact.removeprefix("+")
    if not (bare.isascii() and bare.isdigit()):
        raise NotAPhoneNumber("not_digits")
    if _BARE_MOBILE.fullmatch(compact):
        return "+213" + compact
    if len(bare) < 8:
        raise NotAPhoneNumber("too_short")
    if len(bare) > 17:
        raise NotAPhoneNumber("too_long")
    for candidate in (compact, "+" + bare):
        number = _valid_number(candidate)
        if number is not None:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise NotAPhoneNumber("invalid")


def _valid_number(text: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, _HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def is_algerian_mobile(phone: str) -> bool:
    """Whether a normalised phone is a mobile of Algeria (+213 5, 6 or 7 and eight digits)."""
    return re.fullmatch(r"\+213[567][0-9]{8}", phone, re.ASCII) is not None


def mask_phone(phone: str) -> str:
    """What a message may show of a phone number: its last four digits."""
    return _MASK + phone[-4:]
