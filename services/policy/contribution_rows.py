"""Rows that decide what a contributor owes and by when."""

# ruff: noqa: RUF009 - read_by() returns a dataclass field, as field() itself does
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from services.money import BasisPoints, Centimes
from services.policy import values
from services.policy.rows import EVERYTHING_SINCE, CategoryRow, Row, read_by
from services.policy.values import MonthDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Snmg(Row):
    """The national minimum wage (SNMG); the one in force on 1 January counts for the year."""

    TABLE: ClassVar[str] = "snmg"
    SINCE: ClassVar[date | None] = EVERYTHING_SINCE
    monthly: Centimes = read_by(values.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionRate(CategoryRow):
    """The two halves of the rate; together they are what is paid on the base."""

    TABLE: ClassVar[str] = "rate"
    SINCE: ClassVar[date | None] = EVERYTHING_SINCE
    social_insurance: BasisPoints = read_by(values.rate)
    retirement: BasisPoints = read_by(values.rate)

    @property
    def total(self) -> BasisPoints:
        return BasisPoints(self.social_insurance + self.retirement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor(CategoryRow):
    """The least base: so many months of the SNMG, or an amount stated outright."""

    TABLE: ClassVar[str] = "floor"
    SINCE: ClassVar[date | None] = EVERYTHING_SINCE
    months_of_snmg: int | None = read_by(values.whole, optional=True)
    base: Centimes | None = read_by(values.amount, optional=True)

    def problem(self) -> str | None:
        if (self.months_of_snmg is None) == (self.base is None):
            return "needs either months_of_snmg or base, not both"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling(CategoryRow):
    """The greatest base: so many times the floor, or an amount stated outright."""

    TABLE: ClassVar[str] = "ceiling"
    SINCE: ClassVar[date | None] = EVERYTHING_SINCE
    times_the_floor: int | None = read_by(values.whole, optional=True)
    base: Centimes | None = read_by(values.amount, optional=True)

    def problem(self) -> str | None:
        if (self.times_the_floor is None) == (self.base is None):
            return "needs either times_the_floor or base, not both"
        if self.times_the_floor == 0:
            return "times_the_floor must be 1 or more"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatSum(CategoryRow):
    """A flat contribution for a year without a declaration (auto-entrepreneur's option)."""

    TABLE: ClassVar[str] = "flat_sum"
    amount: Centimes = read_by(values.amount)

    def problem(self) -> str | None:
        return None if self.categories else "must name its categories"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationDeadline(CategoryRow):
    """The last day to declare the base of a year, in that year."""

    TABLE: ClassVar[str] = "declaration_deadline"
    SINCE: ClassVar[date | None] = EVERYTHING_SINCE
    day: MonthDay = read_by(values.month_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDeadline(CategoryRow):
    """The last day to pay a year's contribution without surcharge, in that year."""

    TABLE: ClassVar[str] = "payment_deadline"
    SINCE: ClassVar[date | None] = EVERYTHING_SINCE
    day: MonthDay = read_by(values.month_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponement(CategoryRow):
    """A notice that moves the payment deadline of one year to a later day.

    The year is the one its dates lie in; a day before the ordinary deadline moves nothing.
    """

    TABLE: ClassVar[str] = "postponement"
    until: date = read_by(values.day)

    def problem(self) -> str | None:
        if self.valid_to is None or self.valid_to.year != self.valid_from.year:
            return "concerns one year: write year = ..."
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstYear(CategoryRow):
    """The year of affiliation is owed in full; begun after this day, the agency tells the date."""

    TABLE: ClassVar[str] = "first_year"
    SINCE: ClassVar[date | None] = EVERYTHING_SINCE
    agency_tells_the_date_after: MonthDay = read_by(values.month_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surcharge(CategoryRow):
    """The late surcharge: a first rate, a further one a full month, and perhaps a cap.

    The row in force on a contribution's first late day governs it to the end.
    """

    TABLE: ClassVar[str] = "surcharge"
    SINCE: ClassVar[date | None] = EVERYTHING_SINCE
    first: BasisPoints = read_by(values.rate)
    monthly: BasisPoints = read_by(values.rate)
    cap: BasisPoints | None = read_by(values.rate, optional=True)

    def problem(self) -> str | None:
        if self.cap is not None and self.cap < self.first:
            return "cap must not be under the first rate"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAffiliation(Row):
    """The penalty for affiliating late: another thing than the surcharge."""

    TABLE: ClassVar[str] = "late_affiliation"
    SINCE: ClassVar[date | None] = EVERYTHING_SINCE
    amount: Centimes = read_by(values.amount)
    monthly: BasisPoints = read_by(values.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement(Row):
    """In which order a payment settles what is owed."""

    TABLE: ClassVar[str] = "settlement"
    SINCE: ClassVar[date | None] = EVERYTHING_SINCE
    order: tuple[str, ...] = read_by(
        values.Each(values.one_of("named_year", "principal", "surcharge"))
    )

    def problem(self) -> str | None:
        if self.order != ("named_year", "principal", "surcharge"):
            return "this program knows one order: named_year, principal, surcharge"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign(Row):
    """A campaign of law: open from `valid_from` to `valid_to`, both days included, Algiers.

    What it waives, and what must have happened for it, are stable keys.
    """

    TABLE: ClassVar[str] = "campaign"
    KEYS: ClassVar[tuple[str, ...]] = ("code",)
    code: str = read_by(values.text)
    waives: tuple[str, ...] = read_by(values.Each(values.one_of("surcharge", "penalty")))
    waived_percent: BasisPoints = read_by(values.rate)
    waived_when: str = read_by(values.one_of("last_installment_paid_on_time", "debt_paid_in_full"))
    requires: tuple[str, ...] = read_by(
        values.Each(values.one_of("current_year_paid", "schedule_signed"))
    )

    def problem(self) -> str | None:
        return None if self.valid_to else "needs valid_to: a campaign has a last day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief(Row):
    """What the prior-appeal commission may cancel of surcharges, and its time limits."""

    TABLE: ClassVar[str] = "relief"
    SINCE: ClassVar[date | None] = EVERYTHING_SINCE
    ordinary: BasisPoints = read_by(values.rate)
    force_majeure: BasisPoints = read_by(values.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal(Row):
    """Where and how long one may appeal: told as information, never used to close a right."""

    TABLE: ClassVar[str] = "appeal"
    SINCE: ClassVar[date | None] = EVERYTHING_SINCE
    straight_to_national_above: Centimes = read_by(values.amount)
    against_local_decision: timedelta = read_by(values.length)
    local_silence: timedelta = read_by(values.length)
    court: timedelta = read_by(values.length)


ROWS: tuple[type[Row], ...] = (
    Snmg,
    ContributionRate,
    Floor,
    Ceiling,
    FlatSum,
    DeclarationDeadline,
    PaymentDeadline,
    Postponement,
    FirstYear,
    Surcharge,
    LateAffiliation,
    Settlement,
    Campaign,
    Relief,
    Appeal,
)
