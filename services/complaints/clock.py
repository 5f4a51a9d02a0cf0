"""The two clocks of a case, and the steps that fall due on them. Pure: time is handed in.

The citizen's clock is calendar time from filing to the end. The staff's is working time of
the desk that has the case: it stands still while the citizen is asked for something, for
`paused_at_most` in all; both stop at the resolution and go on from there at a reopening.
No note, edit, transfer or reopening sets either back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.complaints.state import Progress, Segment, Status
from services.policy.service_rows import ComplaintTargets

FIRST_ANSWER = "first_answer"
RESOLUTION = "resolution"
ZERO = timedelta(0)
HOUR = timedelta(hours=1)


class Calendar(Protocol):
    """Working time of one place."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much of it lies between two instants."""
        ...

    def add(self, start: datetime, work: timedelta) -> datetime:
        """The first instant by which that much of it has passed since `start`."""
        ...


Calendars = Callable[[str], Calendar]
"""The calendar of a desk by its code."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the clocks of a case show at an instant."""

    working: timedelta
    """The staff's clock."""
    paused: timedelta
    """Working time in which the citizen was waited for, capped or not."""
    calendar: timedelta
    """The citizen's clock."""
    answer_by: datetime | None
    """When the first answer is due; None once it was given or can no longer fall due."""
    resolve_by: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """A step of the ladder that is due: `kind` is warning or late, `clock` says of which; or
    unkept, of no clock: the citizen was promised news by now, and nobody wrote."""

    kind: str
    clock: str | None


def read(
    progress: Progress, now: datetime, *, targets: ComplaintTargets, calendars: Calendars
) -> Clocks:
    """Both clocks, and when they will have run out."""
    working, paused, calendar = ZERO, ZERO, ZERO
    for segment in progress.segments:
        end = min(segment.end or now, now)
        if end <= segment.start:
            continue
        length = calendars(segment.desk).between(segment.start, end)
        calendar += end - segment.start
        if segment.paused:
            paused += length
        else:
            working += length
    working += max(ZERO, paused - targets.paused_at_most)
    waits = progress.status.is_open
    return Clocks(
        working=working,
        paused=paused,
        calendar=calendar,
        answer_by=reached_at(progress, targets.first_answer, targets=targets, calendars=calendars)
        if waits and progress.first_answered_at is None
        else None,
        resolve_by=reached_at(progress, targets.resolution, targets=targets, calendars=calendars)
        if waits
        else None,
    )


def reached_at(
    progress: Progress,
    length: timedelta,
    *,
    targets: ComplaintTargets,
    calendars: Calendars,
) -> datetime | None:
    """When the staff's clock shows `length`, as things stand: in the past, or in the future if
    nothing more happens. None when it stopped before."""
    left, grace = length, targets.paused_at_most
    for segment in progress.segments:
        calendar = calendars(segment.desk)
        if segment.end is None:
            return calendar.add(segment.start, left + (grace if segment.paused else ZERO))
        passed = calendar.between(segment.start, segment.end)
        counted, grace = _counted(segment, passed, grace)
        if counted >= left:
            return calendar.add(segment.start, left + (passed - counted))
        left -= counted
    return None


def due_steps(
    progress: Progress, now: datetime, *, targets: ComplaintTargets, calendars: Calendars
) -> list[Due]:
    """What has fallen due and was not done. After an outage the later step stands for the
    earlier one: nobody is warned of what already happened."""
    if not progress.status.is_open:
        return []
    working = read(progress, now, targets=targets, calendars=calendars).working
    found = []
    for clock, target in _running(progress, targets):
        if clock in progress.late:
            continue
        if working >= target:
            found.append(Due("late", clock))
        elif clock not in progress.warned and working >= targets.warning(target):
            found.append(Due("warning", clock))
    is_late = any(due.kind == "late" for due in found)  # which gives a new date by itself
    if not is_late and progress.word_by is not None and progress.word_by <= now:
        found.append(Due("unkept", None))
    return found


def look_at(
    progress: Progress, *, targets: ComplaintTargets, calendars: Calendars
) -> datetime | None:
    """When something falls due next if nothing happens; None if nothing ever will."""
    if progress.status is Status.RESOLVED and progress.resolved_at is not None:
        return progress.resolved_at + timedelta(days=targets.close_after_days)
    if not progress.status.is_open:
        return None
    marks = []
    for clock, target in _running(progress, targets):
        if clock in progress.late:
            continue
        mark = target if clock in progress.warned else targets.warning(target)
        marks.append(mark)
    instants = [reached_at(progress, mark, targets=targets, calendars=calendars) for mark in marks]
    instants.append(progress.word_by)
    return min((instant for instant in instants if instant is not None), default=None)


def may_reopen(progress: Progress, now: datetime, *, targets: ComplaintTargets) -> bool:
    """Whether the citizen may still reopen: resolved, and not longer ago than the days given."""
    if progress.resolved_at is None or progress.status not in (Status.RESOLVED, Status.CLOSED):
        return False
    return now < progress.resolved_at + timedelta(days=targets.close_after_days)


def _running(progress: Progress, targets: ComplaintTargets) -> Iterator[tuple[str, timedelta]]:
    if progress.first_answered_at is None:
        yield FIRST_ANSWER, targets.first_answer
    yield RESOLUTION, targets.resolution


def _counted(segment: Segment, passed: timedelta, grace: timedelta) -> tuple[timedelta, timedelta]:
    """How much of a stretch counts, and how much grace is left for later pauses."""
    if not segment.paused:
        return passed, grace
    free = min(passed, grace)
    return passed - free, grace - free
