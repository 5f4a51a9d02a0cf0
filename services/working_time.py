"""Opening time of an agency: when it is open, and working hours added or measured.

A calendar joins the policy's opening hours and notices, the public holidays of
Algeria (the `holidays` package, its Islamic dates estimates) and the policy's word
against them. Instants are aware; answers are in UTC; days are days of Algiers.
While a clock is paused it stands as if the agency were closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from services.clock import ALGIERS
from services.dates import ONE_DAY, in_algiers
from services.policy.policy import Policy
from services.policy.values import Hours
from services.public_holidays import public_holidays

Pause = tuple[datetime, datetime | None]
"""From an instant to another, the second not included; None: still paused."""

_LONGEST_CLOSURE_DAYS = 400
_NO_TIME = timedelta(0)


class NeverOpen(LookupError):
    """The policy gives an agency no opening for more than a year."""


class StillPaused(ValueError):
    """A date was asked for while the clock stands still."""


@lru_cache(maxsize=1024)
def agency_calendar(
    policy: Policy, *, agency: str | None = None, wilaya: str | None = None
) -> AgencyCalendar:
    """The calendar of an agency, kept so that its days are looked up once."""
    return AgencyCalendar(policy, agency=agency, wilaya=wilaya)


class AgencyCalendar:
    """When one agency is open. `agency` and `wilaya` are codes; without, the general hours."""

    def __init__(
        self, policy: Policy, *, agency: str | None = None, wilaya: str | None = None
    ) -> None:
        self._policy = policy
        self._agency = agency
        self._wilaya = wilaya
        self._days: dict[date, tuple[Hours, ...]] = {}

    # Days

    def hours(self, day: date) -> tuple[Hours, ...]:
        """The opening hours of a day, in minutes of the day; empty when closed."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._look_up(day)
        return known

    def _look_up(self, day: date) -> tuple[Hours, ...]:
        rule = self._policy.opening_hours(day, agency=self._agency, wilaya=self._wilaya)
        if day.weekday() not in rule.weekdays or self.is_holiday(day):
            return ()
        return rule.hours

    def is_holiday(self, day: date) -> bool:
        """Whether a day is off here: the policy's word first, then the public holidays."""
        word = self._policy.holiday(day, agency=self._agency, wilaya=self._wilaya)
        return word.off if word is not None else day in public_holidays(day.year)

    def is_working_day(self, day: date) -> bool:
        return bool(self.hours(day))

    def working_day_on_or_before(self, day: date) -> date:
        """The day itself, or the last working day before it."""
        return self._search(day, -1)

    def working_day_on_or_after(self, day: date) -> date:
        """The day itself, or the first working day after it."""
        return self._search(day, 1)

    def add_working_days(self, day: date, number: int) -> date:
        """So many working days after a day (0: the first working day from it on)."""
        reached = self.working_day_on_or_after(day) if number == 0 else day
        for _ in range(number):
            reached = self.working_day_on_or_after(reached + ONE_DAY)
        return reached

    def _search(self, day: date, step: int) -> date:
        for _ in range(_LONGEST_CLOSURE_DAYS):
            if self.hours(day):
                return day
            day += step * ONE_DAY
        raise NeverOpen(self._agency or self._wilaya or "")

    # Instants

    def is_open(self, instant: datetime) -> bool:
        """Whether counters are open at an instant; at the closing minute they are not."""
        local = in_algiers(instant)
        minute = local.hour * 60 + local.minute
        return any(span.opens <= minute < span.closes for span in self.hours(local.date()))

    def next_opening(self, instant: datetime) -> datetime:
        """The instant itself while open, else the next one at which counters open.

        Raises:
            NeverOpen: not within a year.
        """
        begins, _ = next(self._spans(_local(instant)))
        return _utc(begins)

    def add(self, start: datetime, work: timedelta, *, pauses: Sequence[Pause] = ()) -> datetime:
        """The first instant at which so much opening time has passed since `start`.

        No work gives `start` back; work that ends as counters close ends at closing time.

        Raises:
            StillPaused: a pause has no end, so no date can be promised.
            NeverOpen: there is no opening within a year.
        """
        if work < _NO_TIME:
            raise ValueError("working time cannot be negative")
        stops = _merged(pauses)
        if any(until is None for _, until in stops):
            raise StillPaused
        if work == _NO_TIME:
            return start
        left = work
        for begins, ends in self._unpaused(_local(start), stops):
            if ends - begins >= left:
                return _utc(begins + left)
            left -= ends - begins
        raise NeverOpen(self._agency or "")  # pragma: no cover - _spans raises it before

    def between(self, start: datetime, end: datetime, *, pauses: Sequence[Pause] = ()) -> timedelta:
        """How much opening time lies between two instants, less what lies in pauses."""
        first, last = _local(start), _local(end)
        passed = _NO_TIME
        if last <= first:
            return passed
        for begins, ends in self._unpaused(first, _merged(pauses), last):
            passed += ends - begins
        return passed

    def limit_pauses(
        self, pauses: Sequence[Pause], most: timedelta
    ) -> list[tuple[datetime, datetime | None]]:
        """The same pauses, cut off once they have taken so much opening time in all.

        A pause without an end gets one, so that a date can be promised again.
        """
        kept: list[tuple[datetime, datetime | None]] = []
        left = most
        for begins, ends in _merged(pauses):
            if left <= _NO_TIME:
                break
            cut = self.add(_utc(begins), left)
            if ends is not None and _utc(ends) <= cut:
                kept.append((_utc(begins), _utc(ends)))
                left -= self.between(_utc(begins), _utc(ends))
            else:
                kept.append((_utc(begins), cut))
                left = _NO_TIME
        return kept

    def _spans(
        self, start: datetime, end: datetime | None = None
    ) -> Iterator[tuple[datetime, datetime]]:
        """Opening spans from `start` on, in local time, cut at `start` and at `end`."""
        day, closed_days = start.date(), 0
        while end is None or day <= end.date():
            midnight = datetime.combine(day, datetime.min.time())
            hours = self.hours(day)
            closed_days = 0 if hours else closed_days + 1
            if end is None and closed_days > _LONGEST_CLOSURE_DAYS:
                raise NeverOpen(self._agency or self._wilaya or "")
            for span in hours:
                begins = max(midnight + timedelta(minutes=span.opens), start)
                ends = midnight + timedelta(minutes=span.closes)
                if end is not None:
                    ends = min(ends, end)
                if begins < ends:
                    yield begins, ends
            day += ONE_DAY

    def _unpaused(
        self,
        start: datetime,
        stops: Sequence[tuple[datetime, datetime | None]],
        end: datetime | None = None,
    ) -> Iterator[tuple[datetime, datetime]]:
        for span_begins, span_ends in self._spans(start, end):
            begins = span_begins
            for stop, resume in stops:
                if stop >= span_ends or begins >= span_ends:
                    break
                if resume is not None and resume <= begins:
                    continue
                if stop > begins:
                    yield begins, stop
                begins = span_ends if resume is None else max(begins, resume)
            if begins < span_ends:
                yield begins, span_ends


def _local(instant: datetime) -> datetime:
    return in_algiers(instant).replace(tzinfo=None)


def _utc(local: datetime) -> datetime:
    return local.replace(tzinfo=ALGIERS).astimezone(UTC)


def _merged(pauses: Iterable[Pause]) -> list[tuple[datetime, datetime | None]]:
    """Pauses in local time, in order, those that touch joined; empty ones dropped."""
    merged: list[tuple[datetime, datetime | None]] = []
    in_order = sorted(pauses, key=lambda pause: pause[0])
    for begins, ends in (
        (_local(begins), None if ends is None else _local(ends)) for begins, ends in in_order
    ):
        if ends is not None and ends <= begins:
            continue
        if merged:
            earlier, until = merged[-1]
            if until is None:
                break
            if begins <= until:
                merged[-1] = (earlier, None if ends is None else max(until, ends))
                continue
        merged.append((begins, ends))
    return merged
