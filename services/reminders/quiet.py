"""When nobody is written to: nights, the quiet weekday, public holidays. Hours of Algiers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from functools import lru_cache

from services.dates import ONE_DAY, in_algiers, instant
from services.policy import Policy
from services.policy.service_rows import ReminderRules
from services.working_time import AgencyCalendar, agency_calendar

SEAT = "16"  # the fund's seat: public holidays and working days of the whole fund
_LONGEST_QUIET_DAYS = 30


class Quiet(Enum):
    """Why an instant is quiet."""

    HOURS = "hours"
    WEEKDAY = "weekday"
    HOLIDAY = "holiday"


@lru_cache(maxsize=8)
def hours_of(policy: Policy) -> Hours:
    """The hours of a policy, kept so that its days are looked up once."""
    return Hours(policy)


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours in which reminders go out, by the rules in force on each day."""

    policy: Policy
    _quiet_days: dict[date, Quiet | None] = field(default_factory=dict, repr=False, compare=False)

    @property
    def calendar(self) -> AgencyCalendar:
        return agency_calendar(self.policy, wilaya=SEAT)

    def rules(self, day: date) -> ReminderRules:
        """The rules of a day; windows that reach back before the service began take its first."""
        found = self.policy.find(ReminderRules, day)
        return found if found is not None else self.policy.rows(ReminderRules)[0]

    def quiet_day(self, day: date) -> Quiet | None:
        """Why nothing leaves on a day at all; None on an ordinary day."""
        if day not in self._quiet_days:
            if day.weekday() in self.rules(day).quiet_weekdays:
                self._quiet_days[day] = Quiet.WEEKDAY
            else:
                holiday = self.calendar.is_holiday(day)
                self._quiet_days[day] = Quiet.HOLIDAY if holiday else None
        return self._quiet_days[day]

    def quiet(self, now: datetime) -> Quiet | None:
        """Why nothing leaves at an instant; None while it may. At `quiet_from` it is quiet."""
        local = in_algiers(now)
        why = self.quiet_day(local.date())
        if why is not None:
            return why
        rules = self.rules(local.date())
        return None if rules.quiet_until <= local.time() < rules.quiet_from else Quiet.HOURS

    def open_day_on_or_before(self, day: date) -> date:
        return self._search(day, -1)

    def open_day_on_or_after(self, day: date) -> date:
        return self._search(day, 1)

    def earlier(self, day: date, open_days: int) -> date:
        """So many open days before a day."""
        for _ in range(open_days):
            day = self._search(day - ONE_DAY, -1)
        return day

    def next_open(self, now: datetime) -> datetime:
        """The instant itself while open, else the next one at which reminders may leave."""
        if self.quiet(now) is None:
            return now
        local = in_algiers(now)
        day = local.date()
        if local.time() >= self.rules(day).quiet_until:
            day += ONE_DAY
        day = self.open_day_on_or_after(day)
        return instant(day, self.rules(day).quiet_until)

    def closes(self, now: datetime) -> datetime:
        """When the open hours of this day end."""
        day = in_algiers(now).date()
        return instant(day, self.rules(day).quiet_from)

    def room(self, day: date) -> int:
        """How many messages all reminders together can count on in one open day."""
        rules = self.rules(day)
        open_for = instant(day, rules.quiet_from) - instant(day, rules.quiet_until)
        return int(open_for / timedelta(seconds=1)) * rules.per_second

    def _search(self, day: date, step: int) -> date:
        found = day
        for _ in range(_LONGEST_QUIET_DAYS):
            if self.quiet_day(found) is None:
                return found
            found += step * ONE_DAY
        return day  # the policy leaves no open day: the judge will hold it
