"""The late surcharge, and the penalty for affiliating late (another thing).

Source: loi 83-14 as amended; probable, so the fund's own figure wins. The surcharge
is a rate of the principal that is late: a first rate once the date has passed, and a
further one for each full month after the first late day. Amounts times rates are
kept exact, in ten-thousandths of a centime, and rounded once for a year: half a
centime rounds up. So splitting a payment never changes what accrued.
"""

from __future__ import annotations

from datetime import date, timedelta

from services.dates import full_months
from services.money import BasisPoints, Centimes, share
from services.policy.contribution_rows import LateAffiliation
from services.policy.year import YearRules


def surcharge_rate(rules: YearRules, on: date) -> BasisPoints:
    """The rate a part of the principal bears when it is paid, or still unpaid, on a day.

    0 up to the last day to pay, included.
    """
    if on <= rules.due:
        return BasisPoints(0)
    months = full_months(rules.first_late_day, on)
    rate = rules.surcharge_first + rules.surcharge_monthly * months
    if rules.surcharge_cap is not None and rate > rules.surcharge_cap:
        return rules.surcharge_cap
    return BasisPoints(rate)


def late_surcharge(unpaid: Centimes, rules: YearRules, on: date) -> Centimes:
    """The surcharge accrued on a day on principal that was unpaid all along. An estimate."""
    return share(unpaid, surcharge_rate(rules, on))


def rounded(ten_thousandths: int) -> Centimes:
    """Ten-thousandths of a centime as centimes; half a centime rounds up."""
    return Centimes((ten_thousandths + 5_000) // 10_000)


def late_affiliation_penalty(due: date, on: date, policy: LateAffiliation) -> Centimes:
    """The penalty (pénalité) for not having affiliated by `due`, as it stands on a day.

    5 000 DA once the day has passed, and 20 % of it for each further full month.
    """
    if on <= due:
        return Centimes(0)
    months = full_months(due + timedelta(days=1), on)
    return Centimes(policy.amount + months * share(policy.amount, policy.monthly))
