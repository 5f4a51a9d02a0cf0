"""Rows that decide how the service behaves: plans, complaints, reminders, calendar, identity."""

# ruff: noqa: RUF009 - read_by() returns a dataclass field, as field() itself does
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import ClassVar

from services.money import BasisPoints, Centimes
from services.policy import values
from services.policy.rows import (
    EVERYTHING_SINCE,
    SERVICE_SINCE,
    PlaceRow,
    Row,
    read_by,
)
from services.policy.values import Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms(Row):
    """What an installment plan may look like."""

    TABLE: ClassVar[str] = "plan_terms"
    SINCE: ClassVar[date | None] = SERVICE_SINCE
    months: tuple[int, ...] = read_by(values.Each(values.whole))
    smallest_installment: Centimes = read_by(values.amount)
    """No installment is smaller, except the last."""
    down_payment_at_least: BasisPoints = read_by(values.rate)
    last_choosable_day: int = read_by(values.whole)
    """Installments fall on a day from 1 to this one, or on the month's end."""
    own_changes: int = read_by(values.whole)
    """How often one may change day or amount oneself."""

    def problem(self) -> str | None:
        if list(self.months) != sorted(self.months) or self.months[0] == 0:
            return "months must be in ascending order, from 1"
        return None if 1 <= self.last_choosable_day <= 28 else "last_choosable_day must be 1 to 28"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardTerms(Row):
    """Within these a plan is granted at once by machine; outside, a person decides."""

    TABLE: ClassVar[str] = "standard_terms"
    SINCE: ClassVar[date | None] = SERVICE_SINCE
    arrears_up_to: Centimes = read_by(values.amount)
    months_up_to: int = read_by(values.whole)
    no_lapse_within_months: int = read_by(values.whole)
    decide_within_working_days: int = read_by(values.whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTrouble(Row):
    """When a plan is proposed to lapse, how long it can be saved, and who then decides."""

    TABLE: ClassVar[str] = "plan_trouble"
    SINCE: ClassVar[date | None] = SERVICE_SINCE
    installments_overdue: int = read_by(values.whole)
    overdue_days: int = read_by(values.whole)
    last_overdue_days: int = read_by(values.whole)
    cure_days: int = read_by(values.whole)
    central_after_working_days: int = read_by(values.whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintTargets(Row):
    """Targets of a complaint in working days, and the clocks around them."""

    TABLE: ClassVar[str] = "complaint_targets"
    SINCE: ClassVar[date | None] = SERVICE_SINCE
    working_day: timedelta = read_by(values.length)
    first_answer_working_days: int = read_by(values.whole)
    resolution_working_days: int = read_by(values.whole)
    paused_working_days_at_most: int = read_by(values.whole)
    warn_at: BasisPoints = read_by(values.rate)
    close_after_days: int = read_by(values.whole)

    @property
    def first_answer(self) -> timedelta:
        """In opening time of the agency (17 h for two days of 8 h 30)."""
        return self.first_answer_working_days * self.working_day

    @property
    def resolution(self) -> timedelta:
        return self.resolution_working_days * self.working_day

    @property
    def paused_at_most(self) -> timedelta:
        return self.paused_working_days_at_most * self.working_day

    def warning(self, target: timedelta) -> timedelta:
        """How much opening time may pass before the case is announced as nearly late."""
        return target * self.warn_at // 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRules(Row):
    """How often a file sent with a complaint is fetched before it is asked for again."""

    TABLE: ClassVar[str] = "evidence_rules"
    SINCE: ClassVar[date | None] = SERVICE_SINCE
    tries: int = read_by(values.whole)
    first_pause_seconds: int = read_by(values.whole)
    longest_pause: timedelta = read_by(values.length)

    def pause(self, tries: int) -> timedelta:
        """How long to wait after so many tries: twice as long each time, up to the longest."""
        doubled = self.first_pause_seconds * 2 ** min(max(tries, 1) - 1, 32)
        return min(timedelta(seconds=doubled), self.longest_pause)

    def problem(self) -> str | None:
        return None if self.tries and self.first_pause_seconds else "tries and pauses begin at 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours(PlaceRow):
    """When counters are open: regularly (no end), or by a notice with a first and last day."""

    TABLE: ClassVar[str] = "opening_hours"
    SINCE: ClassVar[date | None] = EVERYTHING_SINCE
    occasion: str = read_by(values.one_of("regular", "ramadan", "deadline", "special"))
    weekdays: tuple[int, ...] = read_by(values.Each(values.weekday))
    hours: tuple[Hours, ...] = read_by(values.Each(values.hours))

    def problem(self) -> str | None:
        wrong_place = PlaceRow.problem(self)
        if wrong_place:
            return wrong_place
        for earlier, later in zip(self.hours, self.hours[1:], strict=False):
            if later.opens <= earlier.closes:
                return "hours must be in order, with a break between them"
        if self.occasion != "regular" and self.valid_to is None:
            return f"occasion {self.occasion!r} needs valid_to"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday(PlaceRow):
    """A day off that the calendar does not know, or one of its days that is worked after all."""

    TABLE: ClassVar[str] = "holiday"
    off: bool = read_by(values.flag)
    name_fr: str = read_by(values.text)
    name_ar: str = read_by(values.text)

    def problem(self) -> str | None:
        wrong_place = PlaceRow.problem(self)
        if wrong_place:
            return wrong_place
        return None if self.valid_to else "needs valid_to: its last day"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRules(Row):
    """When reminders go out and when they are held."""

    TABLE: ClassVar[str] = "reminder_rules"
    SINCE: ClassVar[date | None] = SERVICE_SINCE
    lead_days: tuple[int, ...] = read_by(values.Each(values.whole))
    overdue_days: tuple[int, ...] = read_by(values.Each(values.whole))
    one_in_days: int = read_by(values.whole)
    quiet_from: time = read_by(values.clock_time)
    quiet_until: time = read_by(values.clock_time)
    quiet_weekdays: tuple[int, ...] = read_by(values.Each(values.weekday))
    oldest_figure_days: int = read_by(values.whole)
    result_window_days: int = read_by(values.whole)
    per_second: int = read_by(values.whole, optional=True, default=29)
    paid_broadcast: bool = read_by(values.flag, optional=True, default=False)

    def problem(self) -> str | None:
        return (
            None if self.quiet_until < self.quiet_from else "quiet_until must be before quiet_from"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderSteps(Row):
    """The steps of what has its own day: days before it, and days after it passed or was asked."""

    TABLE: ClassVar[str] = "reminder_steps"
    SINCE: ClassVar[date | None] = SERVICE_SINCE
    KEYS: ClassVar[tuple[str, ...]] = ("about",)
    about: str = read_by(values.one_of("declaration", "installment", "cure", "answer"))
    lead_days: tuple[int, ...] = read_by(values.Each(values.whole), optional=True, default=())
    overdue_days: tuple[int, ...] = read_by(values.Each(values.whole), optional=True, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRules(Row):
    """How often one may try, and how long a code lives."""

    TABLE: ClassVar[str] = "identity_rules"
    SINCE: ClassVar[date | None] = SERVICE_SINCE
    tries: int = read_by(values.whole)
    lock: timedelta = read_by(values.length)
    code_lives: timedelta = read_by(values.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Row):
    """How long a kind of record is kept after it was last needed."""

    TABLE: ClassVar[str] = "retention"
    SINCE: ClassVar[date | None] = SERVICE_SINCE
    KEYS: ClassVar[tuple[str, ...]] = ("subject",)
    subject: str = read_by(values.text)
    keep: timedelta = read_by(values.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wilaya(Row):
    """A wilaya from the day it takes up its powers; before that its mother stands in."""

    TABLE: ClassVar[str] = "wilaya"
    KEYS: ClassVar[tuple[str, ...]] = ("code",)
    code: str = read_by(values.code)
    name_fr: str = read_by(values.text)
    name_ar: str = read_by(values.text)
    zone: str = read_by(values.one_of("north", "south"))
    mother: str | None = read_by(values.code, optional=True)


ROWS: tuple[type[Row], ...] = (
    PlanTerms,
    StandardTerms,
    PlanTrouble,
    ComplaintTargets,
    EvidenceRules,
    OpeningHours,
    Holiday,
    ReminderRules,
    ReminderSteps,
    IdentityRules,
    Retention,
    Wilaya,
)
