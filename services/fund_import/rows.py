"""A line of each file to its values. A row that breaks a rule raises `BadField`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

from services.fund_import import fields
from services.fund_import.fields import BadField
from services.identity import NotAPhoneNumber

# A contributor may announce the end of their activity, at most a year ahead.
_ANNOUNCED = timedelta(days=366)


class Limits(NamedTuple):
    """What a load can know: nothing happened after its own day, no year began after it."""

    today: str
    year: int
    latest_cessation: str

    @classmethod
    def on(cls, as_of: date) -> Limits:
        return cls(as_of.isoformat(), as_of.year, (as_of + _ANNOUNCED).isoformat())


class AgencyRow(NamedTuple):
    code: str
    name_fr: str
    name_ar: str
    wilaya: str
    parent: str | None
    affiliates: int | None


class ContributorRow(NamedTuple):
    """`phone_fault` says why a phone was left out; the rest of the line is good."""

    ssn: str
    name_fr: str
    name_ar: str
    phone: str | None
    category: str
    agency: str
    affiliated_on: str | None
    ceased_on: str | None
    phone_fault: str | None


class YearRow(NamedTuple):
    """A declared base, or (with `as_of`) the fund's own surcharge of a year."""

    ssn: str
    year: int
    amount: int
    as_of: str | None


class PaymentRow(NamedTuple):
    receipt: str
    ssn: str
    year: int | None
    paid_on: str
    amount: int
    channel: str


def agency(line: list[str], *, wilayas: Collection[str]) -> AgencyRow:
    """An agency; whether its parent exists is seen once the whole file is read."""
    code = fields.agency_code(line[0], "code")
    french, arabic = fields.names(line[1], line[2])
    wilaya = fields.wilaya(line[3], wilayas)
    parent = fields.agency_code(line[4], "parent") if line[4].strip() else None
    if parent == code:
        raise BadField("parent: the agency itself")
    return AgencyRow(code, french, arabic, wilaya, parent, fields.count(line[5], "affiliates"))


def contributor(line: list[str], limits: Limits, *, agencies: Collection[str]) -> ContributorRow:
    """A contributor; old records may lack the day of affiliation.

    A phone that is no number is left out and noted.

    Nobody loses their account for a phone mistyped in a file: they prove who they are
    with a code from the counter instead.
    """
    ssn = fields.ssn(line[0])
    french, arabic = fields.names(line[1], line[2])
    category = fields.category(line[4])
    agency_code = fields.agency_code(line[5], "agency")
    if agency_code not in agencies:
        raise BadField("agency: unknown")
    affiliated_on = _day_or_none(line[6], "affiliated_on", limits.today)
    ceased_on = _day_or_none(line[7], "ceased_on", limits.latest_cessation)
    if affiliated_on is not None and ceased_on is not None and ceased_on < affiliated_on:
        raise BadField("ceased_on: before affiliated_on")
    phone_fault = None
    try:
        phone = fields.phone(line[3])
    except NotAPhoneNumber as error:
        phone = None
        phone_fault = f"phone: {error.reason.replace('_', ' ')}, loaded without it"
    return ContributorRow(
        ssn, french, arabic, phone, category, agency_code, affiliated_on, ceased_on, phone_fault
    )


def _day_or_none(text: str, column: str, latest: str) -> str | None:
    return fields.day(text, column, latest=latest) if text.strip() else None


def declaration(line: list[str], limits: Limits) -> YearRow:
    return YearRow(
        fields.ssn(line[0]),
        fields.year(line[1], latest=limits.year),
        fields.amount(line[2], "base"),
        None,
    )


def payment(line: list[str], limits: Limits) -> PaymentRow:
    return PaymentRow(
        fields.receipt(line[0]),
        fields.ssn(line[1]),
        fields.year(line[2], latest=limits.year) if line[2].strip() else None,
        fields.day(line[3], "paid_on", latest=limits.today),
        fields.amount(line[4], "amount"),
        fields.words(line[5], "channel", longest=fields.MAX_CHANNEL),
    )


def surcharge(line: list[str], limits: Limits) -> YearRow:
    return YearRow(
        fields.ssn(line[0]),
        fields.year(line[1], latest=limits.year),
        fields.amount(line[2], "amount"),
        fields.day(line[3], "as_of", latest=limits.today),
    )
