"""How a contributor can pay: the ways of their agency, when its counter is open, the reference.

The ways and hours are policy (`payment_ways.toml`, `hours.toml`), which the fund edits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.dates import in_algiers
from services.numbers.digits import latin_digits_and_dashes
from services.policy import Policy
from services.policy.payment_rows import PaymentWay
from services.policy.values import Hours
from services.references import damm
from services.working_time import agency_calendar

DAYS_AHEAD = 30
_REFERENCE = re.compile(r"P-?([0-9]{2,4})-?([0-9]{8})-?([0-9])", re.ASCII)


class NotAPaymentReference(ValueError):
    """The text is no payment reference, or one digit of it is wrong."""


@dataclass(frozen=True, slots=True)
class Opening:
    """When a counter is open on a day; `unsure`: the hours are to be confirmed."""

    day: date
    hours: tuple[Hours, ...]
    unsure: bool


def ways(policy: Policy, on: date, *, agency: str | None, wilaya: str | None) -> list[PaymentWay]:
    """The ways to pay at a place on a day, in the fund's order; the narrowest row of each."""
    asked = policy.place(on, agency=agency, wilaya=wilaya)
    kinds = dict.fromkeys(row.way for row in policy.rows(PaymentWay))
    found = [policy.find(PaymentWay, on, asked, way=way) for way in kinds]
    return sorted((row for row in found if row is not None), key=lambda row: (row.order, row.way))


def next_opening(
    policy: Policy, now: datetime, *, agency: str | None, wilaya: str | None
) -> Opening | None:
    """Today's hours while the counter has not closed for the day, else those of the next day
    it opens; None when none is known within a month."""
    calendar = agency_calendar(policy, agency=agency, wilaya=wilaya)
    local = in_algiers(now)
    today = local.date()
    minute = local.hour * 60 + local.minute
    for ahead in range(DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        hours = calendar.hours(day)
        if ahead == 0:
            hours = tuple(span for span in hours if span.closes > minute)
        if hours:
            rule = policy.opening_hours(day, agency=agency, wilaya=wilaya)
            return Opening(day, hours, rule.unsure)
    return None


def reference(agency: str, contributor_id: int) -> str:
    """The payment reference, `P-16-00000123-4`: agency, account, Damm check digit.

    It names the account to the fund without showing the social security number.
    """
    digits = f"{agency}{contributor_id:08d}"
    return f"P-{agency}-{contributor_id:08d}-{damm(digits)}"


def account_of(text: str) -> int:
    """The contributor that a payment reference names, typed in any form.

    Raises:
        NotAPaymentReference: it is none, or mistyped.
    """
    plain = re.sub(r"[\s/._]", "", latin_digits_and_dashes(text)).upper()
    match = _REFERENCE.fullmatch(plain)
    if match is None or damm("".join(match.groups())):
        raise NotAPaymentReference
    return int(match[2])
