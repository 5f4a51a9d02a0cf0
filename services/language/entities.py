"""Typed things in a message, recognised by rule before anything is guessed.

References, phone numbers and social security numbers are taken out of the text that the
recogniser sees, so no number of a person ever becomes a feature. Amounts and dates are
read where they stand; their words also say what is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from services import references
from services.identity import NotAPhoneNumber, normalise_phone
from services.language.normalise import default as default_normaliser
from services.language.normalise import read_table
from services.money import NotAnAmount
from services.numbers.amounts import AmountRead, read_amount
from services.numbers.digits import latin_digits_and_dashes
from services.numbers.written_dates import DateRead, NotADate, read_date
from services.references import NotAReference, Reference, ReferenceMistyped

_READ_AT_MOST = 160
"""Characters of a message that are tried as an amount or a date."""
_SEPARATOR = r"[ ./_()-]"
_REFERENCE = re.compile(
    rf"(?<![A-Za-z0-9])[RE](?:{_SEPARATOR}{{0,2}}[0-9]){{9,16}}(?![0-9])", re.ASCII | re.IGNORECASE
)
_LONG_NUMBER = re.compile(rf"\+?[0-9](?:{_SEPARATOR}?[0-9]){{7,19}}(?![0-9])", re.ASCII)
_MOBILE = re.compile(r"(?:\+213|00213|213)?0?[567][0-9]{8}", re.ASCII)
_SSN_DIGITS = 12
_WRITTEN_DATE = re.compile(
    r"(?<![0-9/.-])[0-9]{1,4}([/.-])[0-9]{1,2}(?:\1[0-9]{2,4})?(?![0-9/.-])", re.ASCII
)
_BARE_YEAR = re.compile(r"(?:19|20)[0-9]{2}", re.ASCII)
_LETTER = re.compile(r"[^\W\d_]")


class EntityKind(StrEnum):
    """What kind of typed thing was found."""

    REFERENCE = "reference"
    SSN = "ssn"
    PHONE = "phone"
    AMOUNT = "amount"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Entity:
    """One typed thing. `repr` never shows numbers that name a person."""

    kind: EntityKind
    value: Reference | AmountRead | DateRead | str | None
    """A `Reference`, twelve digits, `+213…`, an `AmountRead` or a `DateRead`; None if mistyped."""

    def __repr__(self) -> str:
        shown = "…" if self.kind in (EntityKind.SSN, EntityKind.PHONE) else repr(self.value)
        return f"Entity({self.kind.value}, {shown})"


@dataclass(frozen=True, slots=True)
class Reading:
    """A message taken apart: the entities, and its text with the numbers of people masked."""

    entities: tuple[Entity, ...]
    masked: str
    only_entities: bool
    """Nothing but entities (and small signs) was written."""

    def first(self, kind: EntityKind) -> Entity | None:
        """The first entity of a kind, or None."""
        return next((entity for entity in self.entities if entity.kind is kind), None)


def read(text: str, *, today: date | None = None, expecting: EntityKind | None = None) -> Reading:
    """Take a message apart. `today` (in Algiers) lets dates be read.

    `expecting` settles what could be two things: twelve digits that begin with 213 5 are
    a phone number unless a social security number was asked for.
    """
    text = latin_digits_and_dashes(text[: default_normaliser().characters])
    found: list[Entity] = []
    masked = _take(text, _REFERENCE, _reference, found)
    masked = _take(masked, _LONG_NUMBER, lambda raw: _number(raw, expecting=expecting), found)
    rest = masked[:_READ_AT_MOST]
    if expecting is EntityKind.PHONE and not found:
        phone = _fixed_phone(rest)
        if phone is not None:
            return Reading((phone,), "", only_entities=True)
    day = _date(rest, today) if today and _may_be_date(rest, expecting) else None
    if day is not None:
        found.append(day)
    amount = _amount(rest) if _may_be_amount(rest, expecting, has_date=day is not None) else None
    if amount is not None:
        found.append(amount)
    left = masked
    for kind in EntityKind:
        left = left.replace(mask(kind), "")
    return Reading(tuple(found), masked, bool(found) and not _LETTER.search(left))


def only_number(text: str, kind: EntityKind) -> str | None:
    """The one number of a person of that kind among other words ("my number is ..."); None
    where there is none, or another besides."""
    numbers = [
        entity
        for entity in read(text, expecting=kind).entities
        if entity.kind in (EntityKind.SSN, EntityKind.PHONE)
    ]
    if len(numbers) != 1 or numbers[0].kind is not kind:
        return None
    return str(numbers[0].value)


def mask(kind: EntityKind) -> str:
    """The word that stands for an entity in the text the recogniser sees."""
    return f" entity{kind.value} "


def _take(
    text: str,
    pattern: re.Pattern[str],
    read_one: Callable[[str], Entity | None],
    found: list[Entity],
) -> str:
    def replace(match: re.Match[str]) -> str:
        entity = read_one(match.group())
        if entity is None:
            return match.group()
        found.append(entity)
        return mask(entity.kind)

    return pattern.sub(replace, text)


def _reference(raw: str) -> Entity | None:
    try:
        return Entity(EntityKind.REFERENCE, references.parse(raw))
    except ReferenceMistyped:
        return Entity(EntityKind.REFERENCE, None)
    except NotAReference:
        return None


def _number(raw: str, *, expecting: EntityKind | None) -> Entity | None:
    digits = re.sub(r"[^0-9]", "", raw)
    if expecting is EntityKind.SSN and len(digits) == _SSN_DIGITS:
        return Entity(EntityKind.SSN, digits)
    plus = "+" if raw.startswith("+") else ""
    if _MOBILE.fullmatch(plus + digits) and (digits[0] in "02" or plus or len(digits) == 9):
        try:
            return Entity(EntityKind.PHONE, normalise_phone(plus + digits))
        except NotAPhoneNumber:
            return None
    if len(digits) == _SSN_DIGITS:
        return Entity(EntityKind.SSN, digits)
    return None


def _fixed_phone(text: str) -> Entity | None:
    try:
        return Entity(EntityKind.PHONE, normalise_phone(text))
    except NotAPhoneNumber:
        return None


def _may_be_date(text: str, expecting: EntityKind | None) -> bool:
    return expecting is EntityKind.DATE or bool(_WRITTEN_DATE.search(text))


def _date(text: str, today: date) -> Entity | None:
    try:
        return Entity(EntityKind.DATE, read_date(text, today=today))
    except NotADate:
        return None


@lru_cache(maxsize=1)
def _amount_words() -> frozenset[str]:
    return frozenset(read_table("entities.toml")["amount"]["words"])


def _may_be_amount(text: str, expecting: EntityKind | None, *, has_date: bool) -> bool:
    if expecting is EntityKind.AMOUNT:
        return True
    if has_date:
        return False
    if not _LETTER.search(text):
        if _BARE_YEAR.fullmatch(text.strip()):
            return False
        return any(sign.isdigit() for sign in text)
    words = default_normaliser()(text).split()
    return not _amount_words().isdisjoint(words)


def _amount(text: str) -> Entity | None:
    try:
        return Entity(EntityKind.AMOUNT, read_amount(text))
    except NotAnAmount:
        return None
