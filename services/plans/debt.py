"""What of a position goes into a plan, by the rule of the day: ordinary, or of a campaign.

Ordinary: everything owed, surcharges and the current year included. Under a campaign: the
earlier years, once the current year is paid; the surcharges the law waives are frozen and
set aside. Without an open campaign nothing here ever speaks of a waiver.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from services.contributions.result import Position
from services.money import NOTHING, Centimes, share, total
from services.policy.contribution_rows import Campaign


class PlanKind(StrEnum):
    ORDINARY = "ordinary"
    CAMPAIGN = "campaign"


class YearOwed(NamedTuple):
    """A contribution year as it enters a plan, in centimes."""

    year: int
    principal: Centimes
    surcharge: Centimes


class NothingLate(Exception):
    """Nothing is late, so there is nothing to spread; carries what is owed later, and when."""

    def __init__(self, later: Centimes, due: date | None) -> None:
        super().__init__("nothing is late")
        self.later = later
        self.due = due


@dataclass(frozen=True, slots=True)
class Debt:
    """What a plan would spread (`amount`), as owed on a day of Algiers."""

    on: date
    kind: PlanKind
    campaign: str | None
    amount: Centimes
    frozen: Centimes
    """Surcharges set aside under the campaign; 0 in an ordinary plan."""
    years: tuple[YearOwed, ...]
    estimate: bool
    pay_first: Centimes
    """A campaign is open, but this much of the current year has to be paid to enter it."""

    @property
    def principal(self) -> Centimes:
        return total(year.principal for year in self.years)

    @property
    def surcharge(self) -> Centimes:
        return total(year.surcharge for year in self.years)


def debt_of(where: Position, campaign: Campaign | None) -> Debt:
    """What would be spread of a position.

    Raises:
        NothingLate: nobody spreads what is not late.
    """
    if not where.late:
        deadline = where.next_deadline
        raise NothingLate(where.principal, deadline.day if deadline is not None else None)
    owed = tuple(
        YearOwed(line.year, line.remaining, line.surcharge) for line in where.lines if line.total
    )
    pay_first = NOTHING
    if campaign is not None:
        # The current year's contribution has to be paid; a surcharge on it is waived with the
        # others.
        this_year = total(year.principal for year in owed if year.year == where.on.year)
        if any(year.principal for year in owed if year.year < where.on.year):
            if not this_year or "current_year_paid" not in campaign.requires:
                return _under(campaign, where, owed)
            pay_first = this_year
    return Debt(
        on=where.on,
        kind=PlanKind.ORDINARY,
        campaign=None,
        amount=total(Centimes(year.principal + year.surcharge) for year in owed),
        frozen=NOTHING,
        years=owed,
        estimate=where.estimate,
        pay_first=pay_first,
    )


def _under(campaign: Campaign, where: Position, years: tuple[YearOwed, ...]) -> Debt:
    waives = "surcharge" in campaign.waives
    frozen = (
        share(total(year.surcharge for year in years), campaign.waived_percent)
        if waives
        else NOTHING
    )
    owed = total(Centimes(year.principal + year.surcharge) for year in years)
    return Debt(
        on=where.on,
        kind=PlanKind.CAMPAIGN,
        campaign=campaign.code,
        amount=Centimes(owed - frozen),
        frozen=frozen,
        years=years,
        estimate=where.estimate,
        pay_first=NOTHING,
    )
