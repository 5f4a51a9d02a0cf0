"""What is looked at in a text before it leaves for a citizen: numbers and language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services import accounts
from services.accounts import PHONE, SSN
from services.complaints.office import Office
from services.complaints.store import Case
from services.identity import (
    NotAPhoneNumber,
    NotASocialSecurityNumber,
    is_algerian_mobile,
    mask_phone,
    mask_ssn,
    normalise_phone,
    normalise_ssn,
)
from services.numbers.digits import latin_digits_and_dashes

# Nine digits and more, separated or not; not inside a reference or a longer word.
_NUMBERS = re.compile(r"(?<![\w-])(?:\+|00)?[0-9](?:[ ./-]?[0-9]){8,14}(?![\w])", re.ASCII)
_ARABIC = (0x0600, 0x06FF)


def foreign_numbers(office: Office, case: Case, text: str) -> list[str]:
    """Numbers of persons in a text that are not those of the case, masked.

    A social security number has twelve digits; a mobile number the form of Algeria. What is
    neither (an amount, a date, a receipt) is left alone.
    """
    own_ssn, own_phone = _own(office, case)
    found = []
    for kind, number in _numbers_in(text):
        if kind == PHONE:
            if own_phone is None or office.vault.fingerprint(number, PHONE) != own_phone:
                found.append(mask_phone(number))
        elif number != own_ssn:
            found.append(mask_ssn(number))
    return found


def numbers_of_persons(text: str) -> list[str]:
    """All of them, masked: words that serve many people may hold none."""
    return [
        mask_phone(number) if kind == PHONE else mask_ssn(number)
        for kind, number in _numbers_in(text)
    ]


def _numbers_in(text: str) -> Iterator[tuple[str, str]]:
    """What has the form of a mobile or a social security number: which of them, normalised."""
    for match in _NUMBERS.finditer(latin_digits_and_dashes(text)):
        number = match.group()
        if _is_mobile(number):
            yield PHONE, normalise_phone(number)
            continue
        try:
            yield SSN, normalise_ssn(number)
        except NotASocialSecurityNumber:
            continue


def speaks(text: str, language: str) -> bool:
    """Whether a text is written mostly in the letters of a language (ar or fr)."""
    letters = [character for character in text if character.isalpha()]
    if not letters:
        return True
    arabic = sum(_ARABIC[0] <= ord(letter) <= _ARABIC[1] for letter in letters)
    return (arabic * 2 >= len(letters)) == (language == "ar")


def _is_mobile(number: str) -> bool:
    try:
        return is_algerian_mobile(normalise_phone(number))
    except NotAPhoneNumber:
        return False


def _own(office: Office, case: Case) -> tuple[str | None, bytes | None]:
    if case.contributor_id is None:
        return None, None
    profile = accounts.profile_of(office.session, case.contributor_id)
    return (
        accounts.ssn_of(office.session, office.vault, case.contributor_id),
        profile.phone_fingerprint if profile is not None else None,
    )
