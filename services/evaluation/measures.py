"""The measures, each with its definition: the one table they are computed and explained from.

Cases belong to the period in which they were filed, and to the place that answers for them.
A measure without anything to be measured is None: "too few to say", never zero.
The words of each measure are the messages `measure.NAME` and `measure.NAME.help`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum

from services.dates import add_months, end_of_month
from services.evaluation.plan_facts import KEPT_MONTHS
from services.evaluation.reminder_facts import After

MINUTES_A_DAY = 24 * 60


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"  # 0 to 1
    PER_THOUSAND = "per_thousand"
    HOURS = "hours"  # of working time
    DAYS = "days"  # of the calendar
    STARS = "stars"


@dataclass(slots=True)
class Sums:
    """What the measures of one place and period are made from."""

    filed: int = 0
    still_open: int = 0
    answer_known: int = 0
    answered_in_target: int = 0
    resolution_known: int = 0
    resolved_in_target: int = 0
    oldest_days: int | None = None  # since the oldest open case was filed
    resolved: int = 0
    accepted: int = 0
    partly: int = 0
    explained: int = 0
    refused: int = 0
    reopened: int = 0
    contested: int = 0
    escalated: int = 0
    transferred_twice: int = 0
    last_hour: int = 0
    without_contact: int = 0
    rated: int = 0
    stars: int = 0
    affiliates: int = 0
    linked: int = 0
    calls_asked: int = 0  # to be called about joining
    calls_known: int = 0  # made, or the promise passed
    calls_in_time: int = 0
    calls_joined: int = 0
    persons_asked: int = 0
    reminded: After = field(default_factory=After)
    no_room: After = field(default_factory=After)
    plans_asked: int = 0
    plans_at_once: int = 0
    plans_signed: int = 0
    plans_cured: int = 0
    plans_broken: int = 0
    plans_in_trouble: int = 0
    plans_due: dict[int, int] = field(default_factory=dict)  # by months since signing
    plans_kept: dict[int, int] = field(default_factory=dict)
    answer_minutes: dict[int, int] = field(default_factory=dict)  # minutes: how many cases
    resolution_minutes: dict[int, int] = field(default_factory=dict)
    calendar_minutes: dict[int, int] = field(default_factory=dict)

    def add(self, other: Sums) -> None:
        """Take in the sums of another place."""
        for one in fields(self):
            mine, value = getattr(self, one.name), getattr(other, one.name)
            if one.name == "oldest_days":
                self.oldest_days = max((d for d in (mine, value) if d is not None), default=None)
            elif isinstance(value, After):
                mine.add(value)
            elif isinstance(value, dict):
                for key, number in value.items():
                    mine[key] = mine.get(key, 0) + number
            else:
                setattr(self, one.name, mine + value)


@dataclass(frozen=True, slots=True)
class Measure:
    """`value` reads it off the sums. `better` is "more", "less", or None where neither is good
    in itself. `durations`: it needs the distribution of times, which costs a longer look."""

    name: str
    unit: Unit
    value: Callable[[Sums], float | None]
    better: str | None = None
    durations: bool = False


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _kept(months: int) -> Callable[[Sums], float | None]:
    return lambda sums: _share(sums.plans_kept.get(months, 0), sums.plans_due.get(months, 0))


def _outcome(name: str) -> Callable[[Sums], float | None]:
    return lambda sums: _share(getattr(sums, name), sums.resolved)


def quantile(histogram: Mapping[int, int], share: float) -> int | None:
    """The smallest value that so large a share of all does not exceed (nearest rank)."""
    total = sum(histogram.values())
    passed = 0
    for value in sorted(histogram):
        passed += histogram[value]
        if passed >= share * total:
            return value
    return None


def _time(name: str, share: float, minutes_a_unit: int) -> Callable[[Sums], float | None]:
    def value(sums: Sums) -> float | None:
        found = quantile(getattr(sums, name), share)
        return None if found is None else found / minutes_a_unit

    return value


MEASURES: tuple[Measure, ...] = (
    Measure("filed", Unit.COUNT, lambda s: s.filed),
    Measure(
        "per_affiliates",
        Unit.PER_THOUSAND,
        lambda s: 1_000 * s.filed / s.affiliates if s.affiliates else None,
    ),
    Measure(
        "per_linked", Unit.PER_THOUSAND, lambda s: 1_000 * s.filed / s.linked if s.linked else None
    ),
    Measure("open", Unit.COUNT, lambda s: s.still_open),
    Measure("oldest", Unit.DAYS, lambda s: s.oldest_days, "less"),
    Measure(
        "answered_in_target",
        Unit.SHARE,
        lambda s: _share(s.answered_in_target, s.answer_known),
        "more",
    ),
    Measure(
        "resolved_in_target",
        Unit.SHARE,
        lambda s: _share(s.resolved_in_target, s.resolution_known),
        "more",
    ),
    Measure("answer_median", Unit.HOURS, _time("answer_minutes", 0.5, 60), "less", True),
    Measure("answer_p90", Unit.HOURS, _time("answer_minutes", 0.9, 60), "less", True),
    Measure("resolution_median", Unit.HOURS, _time("resolution_minutes", 0.5, 60), "less", True),
    Measure("resolution_p90", Unit.HOURS, _time("resolution_minutes", 0.9, 60), "less", True),
    Measure(
        "citizen_median", Unit.DAYS, _time("calendar_minutes", 0.5, MINUTES_A_DAY), "less", True
    ),
    Measure("citizen_p90", Unit.DAYS, _time("calendar_minutes", 0.9, MINUTES_A_DAY), "less", True),
    *(
        Measure(outcome, Unit.SHARE, _outcome(outcome))
        for outcome in ("accepted", "partly", "explained", "refused")
    ),
    Measure("reopened", Unit.SHARE, lambda s: _share(s.reopened, s.filed), "less"),
    Measure("contested", Unit.SHARE, lambda s: _share(s.contested, s.filed), "less"),
    Measure("escalated", Unit.SHARE, lambda s: _share(s.escalated, s.filed), "less"),
    Measure("transferred_twice", Unit.SHARE, lambda s: _share(s.transferred_twice, s.filed)),
    Measure("last_hour", Unit.SHARE, lambda s: _share(s.last_hour, s.resolved), "less"),
    Measure("without_contact", Unit.SHARE, lambda s: _share(s.without_contact, s.resolved)),
    Measure("satisfaction", Unit.STARS, lambda s: s.stars / s.rated if s.rated else None, "more"),
    Measure("satisfaction_answers", Unit.SHARE, lambda s: _share(s.rated, s.resolved)),
    Measure("linked", Unit.SHARE, lambda s: _share(s.linked, s.affiliates), "more"),
    Measure("persons_asked", Unit.COUNT, lambda s: s.persons_asked),
    Measure("calls_asked", Unit.COUNT, lambda s: s.calls_asked),
    Measure("calls_in_time", Unit.SHARE, lambda s: _share(s.calls_in_time, s.calls_known), "more"),
    Measure("calls_joined", Unit.COUNT, lambda s: s.calls_joined, "more"),
    Measure("reminded", Unit.COUNT, lambda s: s.reminded.people),
    Measure("paid_14", Unit.SHARE, lambda s: _share(s.reminded.paid_14, s.reminded.known_14)),
    Measure("paid_30", Unit.SHARE, lambda s: _share(s.reminded.paid_30, s.reminded.known_30)),
    Measure("no_room_14", Unit.SHARE, lambda s: _share(s.no_room.paid_14, s.no_room.known_14)),
    Measure("no_room_30", Unit.SHARE, lambda s: _share(s.no_room.paid_30, s.no_room.known_30)),
    Measure("plans_asked", Unit.COUNT, lambda s: s.plans_asked),
    Measure("plans_at_once", Unit.SHARE, lambda s: _share(s.plans_at_once, s.plans_asked)),
    *(Measure(f"plans_kept_{m}", Unit.SHARE, _kept(m), "more") for m in KEPT_MONTHS),
    Measure("plans_cured", Unit.SHARE, lambda s: _share(s.plans_cured, s.plans_in_trouble), "more"),
    Measure("plans_broken", Unit.SHARE, lambda s: _share(s.plans_broken, s.plans_signed), "less"),
)
BY_NAME = {measure.name: measure for measure in MEASURES}


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, from the one of `first` to the one of `last`, both included."""

    first: date
    last: date

    @property
    def months(self) -> list[date]:
        found, month = [], self.first.replace(day=1)
        while month <= self.last:
            found.append(month)
            month = add_months(month, 1)
        return found


def half_year(day: date) -> Period:
    """The half-year a day lies in."""
    first = date(day.year, 1 if day.month <= 6 else 7, 1)
    return Period(first, end_of_month(add_months(first, 5)))
