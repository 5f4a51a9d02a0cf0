"""What a computation answers: a position with its lines, in whole centimes.

These are named tuples because a pass over the whole country makes tens of millions
of them. Words for people are no part of them: only keys and figures.
"""

from __future__ import annotations

from datetime import date
from enum import Enum, IntFlag
from typing import NamedTuple

from services.money import Centimes
from services.policy.category import Category


class Status(Enum):
    """`IN_ARREARS` as soon as anything is late, also of someone who ceased."""

    UP_TO_DATE = "up_to_date"
    IN_ARREARS = "in_arrears"
    CEASED = "ceased"
    NOTHING_KNOWN = "nothing_known"


class BaseSource(Enum):
    """Where a year's base comes from."""

    DECLARED = "declared"
    PROVISIONAL = "provisional"
    FLOOR = "floor"
    FLAT = "flat"


class Limit(Enum):
    """Which limit the base was moved to, if any."""

    NONE = "none"
    FLOOR = "floor"
    CEILING = "ceiling"


class Doubt(IntFlag):
    """Why a line is an estimate. Rules that did not bite leave no doubt."""

    BASE = 1
    """A rule that determined the base (or the flat sum) is unsure."""
    RATE = 2
    CEASED_YEAR = 4
    """The year activity ceased: the agency confirms what is owed."""
    FIRST_YEAR = 8
    """Affiliated in the course of the year: owed in full is unsure."""
    SETTLEMENT = 16
    """A payment without a year could have settled another open year."""
    SURCHARGE = 32
    """The surcharge is ours, not the fund's."""


PRINCIPAL_DOUBTS = Doubt.BASE | Doubt.RATE | Doubt.CEASED_YEAR | Doubt.FIRST_YEAR | Doubt.SETTLEMENT
_PRINCIPAL = int(PRINCIPAL_DOUBTS)
_SURCHARGE = int(Doubt.SURCHARGE)


class Use(Enum):
    """What a part of a payment was used for."""

    PRINCIPAL = "principal"
    SURCHARGE = "surcharge"
    CREDIT = "credit"


class Allocation(NamedTuple):
    """A part of a payment. `on` is the day it counts from: the day paid, or for a credit
    used later the day it was used. A credit has the year it was paid for, or None."""

    receipt: str
    use: Use
    year: int | None
    amount: Centimes
    on: date


class YearLine(NamedTuple):
    """One contribution year on the day of the position."""

    year: int
    base: Centimes | None
    """None for a flat sum."""
    base_source: BaseSource
    base_from: int | None
    """The year of the declaration that was used."""
    limit: Limit
    due: Centimes
    due_date: date | None
    """The last day to pay without surcharge; None when it is the agency's to tell."""
    postponed: bool
    paid: Centimes
    remaining: Centimes
    surcharge: Centimes
    """Still due: ours, or the fund's less what was paid on it since."""
    surcharge_paid: Centimes
    """Of payments, what settled surcharge of this year."""
    surcharge_fixed: Centimes
    """By our rule: accrued on parts paid late, which grows no more."""
    surcharge_running: Centimes
    """By our rule: accrued so far on what remains."""
    surcharge_as_of: date | None
    """The day of the fund's own figure; None when the surcharge is ours."""
    surcharge_since: Centimes
    """By our rule, what may have come on top since the fund's figure; in no total."""
    late: bool
    doubts: int

    @property
    def total(self) -> Centimes:
        return Centimes(self.remaining + self.surcharge)

    @property
    def estimate(self) -> bool:
        return self.doubts != 0

    @property
    def principal_is_estimate(self) -> bool:
        return self.doubts & _PRINCIPAL != 0

    @property
    def surcharge_is_estimate(self) -> bool:
        return self.doubts & _SURCHARGE != 0

    @property
    def reasons(self) -> tuple[Doubt, ...]:
        """Why it is an estimate, one by one."""
        return tuple(doubt for doubt in Doubt if doubt & self.doubts)


class Deadline(NamedTuple):
    """The next day by which something is to be paid; `amount` is None while nothing is owed."""

    day: date
    year: int
    amount: Centimes | None


class NoteKey(Enum):
    FUTURE_PAYMENTS = "future_payments"
    """Payments dated after the day of the position were left out: their sum."""
    CEASED_YEAR = "ceased_year"
    FIRST_YEAR_DATE = "first_year_date"
    """Affiliated too late in the year: the day to pay is the agency's to tell."""
    NO_RECORDS = "no_records"
    """No declaration, payment or figure of the fund is known."""
    YEARS_BEFORE_RULES = "years_before_rules"
    """Years before this one are not computed."""
    NOT_YET_AFFILIATED = "not_yet_affiliated"
    DECLARATION_OUTSIDE = "declaration_outside"
    """A declaration of a year in which nothing was owed was left out."""
    SURCHARGE_OUTSIDE = "surcharge_outside"
    """The fund states a surcharge for a year that is not computed: its amount."""


class Note(NamedTuple):
    key: NoteKey
    year: int | None = None
    amount: Centimes | None = None


class Position(NamedTuple):
    """What a contributor owes on a day (`on`), all amounts in centimes."""

    on: date
    category: Category
    status: Status
    lines: tuple[YearLine, ...]
    """Oldest year first."""
    allocations: tuple[Allocation, ...]
    principal: Centimes
    late_principal: Centimes
    surcharge: Centimes
    credit: Centimes
    next_deadline: Deadline | None
    notes: tuple[Note, ...]

    @property
    def total(self) -> Centimes:
        return Centimes(self.principal + self.surcharge)

    @property
    def late(self) -> Centimes:
        """What should have been paid before today: late principal and surcharge."""
        return Centimes(self.late_principal + self.surcharge)

    @property
    def estimate(self) -> bool:
        """Whether any line still owing is an estimate."""
        return any(line.doubts and (line.remaining or line.surcharge) for line in self.lines)

    def line(self, year: int) -> YearLine | None:
        return next((line for line in self.lines if line.year == year), None)
