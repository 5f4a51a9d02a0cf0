"""What happened to a case, as facts that can be counted. Pure: events in, values out.

Targets are met by a clock that shows no more than the target when it stops; they are passed
by the event that says so. Minutes are whole, of working or of calendar time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.complaints import clock
from services.complaints.clock import FIRST_ANSWER, HOUR, RESOLUTION, Calendars
from services.complaints.state import Happening, Progress, after
from services.dates import day_in_algiers
from services.policy.service_rows import ComplaintTargets
from services.references import CENTRAL

_CONTACT = frozenset({"answered", "asked"})
_NOT_TOUCHING = frozenset({"warned", "late", "promised", "raised", "rated"})


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """The row of `case_facts` that the events of a case decide."""

    place: str
    month: date
    filed_on: date
    status: str
    answer_minutes: int | None
    resolution_minutes: int | None
    calendar_minutes: int | None
    answered_in_target: bool | None
    resolved_in_target: bool | None
    outcome: str | None
    reopened: int
    contested: bool
    escalated: bool
    transfers: int
    last_hour: bool
    without_contact: bool
    stars: int | None
    touched_at: datetime


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of status or place."""

    event_id: int
    on: date
    name: str
    place: str
    status_before: str | None
    status: str


@dataclass(frozen=True, slots=True)
class OpenDays:
    """Open at the end of each day from `first` on, until before `end`."""

    place: str
    first: date
    end: date | None


def outcome_of(
    happenings: Sequence[Happening],
    progress: Progress,
    *,
    restricted: bool,
    targets: ComplaintTargets,
    calendars: Calendars,
) -> CaseOutcome:
    """A case as it stands after its events; `progress` is what they add up to."""
    answered_at, resolved_at = progress.first_answered_at, progress.resolved_at

    def working(until: datetime) -> timedelta:
        return clock.read(progress, until, targets=targets, calendars=calendars).working

    answer = working(answered_at) if answered_at is not None else None
    resolution = working(resolved_at) if resolved_at is not None else None
    filed_on = day_in_algiers(progress.filed_at)
    in_target = _met(resolution, targets.resolution, RESOLUTION in progress.late)
    return CaseOutcome(
        place=CENTRAL if restricted else progress.desk,
        month=filed_on.replace(day=1),
        filed_on=filed_on,
        status=progress.status.value,
        answer_minutes=_minutes(answer),
        resolution_minutes=_minutes(resolution),
        calendar_minutes=_minutes(resolved_at - progress.filed_at) if resolved_at else None,
        answered_in_target=_met(answer, targets.first_answer, FIRST_ANSWER in progress.late),
        resolved_in_target=in_target,
        outcome=progress.outcome.value if progress.outcome else None,
        reopened=progress.reopened,
        contested=progress.review_requested,
        escalated=any(one.name == "raised" for one in happenings),
        transfers=progress.transfers,
        last_hour=bool(in_target)
        and resolution is not None
        # Closed just before the target would have passed.
        and resolution > targets.resolution - HOUR,
        without_contact=resolved_at is not None and _first_word_was_the_last(happenings),
        stars=progress.stars,
        touched_at=max(one.at for one in happenings if one.name not in _NOT_TOUCHING),
    )


def transitions_of(happenings: Sequence[Happening], *, restricted: bool) -> list[Transition]:
    """Every event that changed the status or the desk."""
    found: list[Transition] = []
    before: Progress | None = None
    for happening in happenings:
        progress = after(before, happening)
        moved = before is None or (before.status, before.desk) != (progress.status, progress.desk)
        if moved:
            found.append(
                Transition(
                    event_id=happening.id,
                    on=day_in_algiers(happening.at),
                    name=happening.name,
                    place=CENTRAL if restricted else progress.desk,
                    status_before=before.status.value if before is not None else None,
                    status=progress.status.value,
                )
            )
        before = progress
    return found


def open_days_of(progress: Progress, *, restricted: bool) -> list[OpenDays]:
    """The days a case was open, place by place; a case that ends on its first day has none."""
    found: list[OpenDays] = []
    for segment in progress.segments:
        place = CENTRAL if restricted else segment.desk
        first = day_in_algiers(segment.start)
        end = day_in_algiers(segment.end) if segment.end is not None else None
        if end == first:
            continue
        if found and found[-1].place == place and found[-1].end == first:
            found[-1] = OpenDays(place, found[-1].first, end)
        else:
            found.append(OpenDays(place, first, end))
    return found


def _met(spent: timedelta | None, target: timedelta, passed: bool) -> bool | None:
    if spent is not None:
        return spent <= target
    return False if passed else None


def _minutes(length: timedelta | None) -> int | None:
    return None if length is None else length // timedelta(minutes=1)


def _first_word_was_the_last(happenings: Sequence[Happening]) -> bool:
    """Resolved before anyone had answered or asked anything."""
    for happening in happenings:
        if happening.name in _CONTACT:
            return False
        if happening.name == "resolved":
            return True
    return False
