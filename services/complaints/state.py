"""Where a case stands, derived from what happened to it. Pure: events in, a value out.

Nothing here knows working time or policy; `clock` measures the segments found here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.references import CENTRAL


class Status(StrEnum):
    NEW = "new"
    IN_HAND = "in_hand"
    WAITING = "waiting"  # for the citizen, who was asked something
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether the fund still owes an answer."""
        return self in (Status.NEW, Status.IN_HAND, Status.WAITING)


OPEN = tuple(status.value for status in Status if status.is_open)
"""Those in which an answer is still owed, as they are stored."""


class Level(StrEnum):
    """Who answers for the case by now. It only ever rises."""

    AGENCY = "agency"
    DIRECTOR = "director"
    CENTRAL = "central"

    @property
    def rank(self) -> int:
        return (Level.AGENCY, Level.DIRECTOR, Level.CENTRAL).index(self)


class Outcome(StrEnum):
    """How a case was resolved; a refusal is taken by a person and names the way to appeal."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    EXPLAINED = "explained"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a case: `name` without its `complaint.` prefix, `actor` as in the trail."""

    id: int
    at: datetime
    name: str
    actor: str
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def staff_id(self) -> int | None:
        kind, _, number = self.actor.partition(":")
        return int(number) if kind == "staff" else None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch in which the case was open at one desk; `end` is None while it lasts."""

    start: datetime
    end: datetime | None
    desk: str
    paused: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything derived. Instants are aware UTC."""

    desk: str
    level: Level
    status: Status
    filed_at: datetime
    owner: int | None = None
    segments: tuple[Segment, ...] = ()
    answers: tuple[tuple[int, datetime], ...] = ()
    """Answers and resolutions that stand: message id, instant."""
    asked_at: datetime | None = None
    resolved_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    reopened: int = 0
    transfers: int = 0
    warned: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    promised_by: datetime | None = None
    word_by: datetime | None = None
    """By when the citizen was promised news, in a word in between or at a reopening; None once
    a person has written since."""
    stars: int | None = None
    review_requested: bool = False

    @property
    def first_answered_at(self) -> datetime | None:
        """The first human answer that stands; a question or a receipt is none."""
        return min((at for _, at in self.answers), default=None)


class UnknownHappening(ValueError):
    """An event this edition cannot replay; carries its name."""


def derive(happenings: Iterable[Happening]) -> Progress:
    """Replay a case from its first event.

    Raises:
        ValueError: the events do not begin with `filed`.
        UnknownHappening: an event of another edition.
    """
    progress: Progress | None = None
    for happening in happenings:
        progress = after(progress, happening)
    if progress is None:
        raise ValueError("a case begins with being filed")
    return progress


def after(progress: Progress | None, happening: Happening) -> Progress:
    """What a case is after one more event."""
    at, data = happening.at, happening.data
    if progress is None:
        if happening.name != "filed":
            raise ValueError("a case begins with being filed")
        return Progress(
            desk=data["desk"],
            level=Level(data["level"]),
            status=Status.NEW,
            filed_at=at,
            segments=(Segment(at, None, data["desk"], paused=False),),
            promised_by=datetime.fromisoformat(data["answer_by"]),
        )
    match happening.name:
        case "noted" | "added" | "number_seen" | "files_seen" | "confirmed":
            return progress
        case "file_refused" | "file_lost":  # no copy of a file is kept
            return progress
        case "taken":
            in_hand = Status.IN_HAND if progress.status is Status.NEW else progress.status
            return replace(progress, owner=happening.staff_id, status=in_hand)
        case "assigned":  # to a deputy
            held = Status.IN_HAND if progress.status is Status.NEW else progress.status
            return replace(progress, owner=data["to"], status=held)
        case "released":
            free = Status.NEW if progress.status is Status.IN_HAND else progress.status
            return replace(progress, owner=None, status=free)
        case "answered":
            answers = (*progress.answers, (data["message"], at))
            return replace(progress, answers=answers, word_by=None)
        case "message_withdrawn":
            kept = tuple(one for one in progress.answers if one[0] != data["message"])
            return replace(progress, answers=kept)
        case "asked":
            if progress.status is Status.WAITING:
                return progress
            return replace(
                progress,
                status=Status.WAITING,
                asked_at=at,
                word_by=None,
                segments=_turned(progress, at, paused=True),
            )
        case "replied":
            return replace(
                progress,
                status=Status.IN_HAND if progress.owner is not None else Status.NEW,
                asked_at=None,
                segments=_turned(progress, at, paused=False),
            )
        case "transferred":
            return _transferred(progress, at, data)
        case "raised":
            return replace(progress, level=max(progress.level, Level(data["level"]), key=_rank))
        case "resolved":
            return replace(
                progress,
                status=Status.RESOLVED,
                outcome=Outcome(data["outcome"]),
                resolved_at=at,
                asked_at=None,
                answers=(*progress.answers, (data["message"], at)),
                segments=_ended(progress, at),
                promised_by=None,
                word_by=None,
            )
        case "reopened":
            return replace(
                progress,
                status=Status.IN_HAND if progress.owner is not None else Status.NEW,
                resolved_at=None,
                ended_at=None,
                outcome=None,
                reopened=progress.reopened + 1,
                segments=(*progress.segments, Segment(at, None, progress.desk, paused=False)),
                promised_by=_instant(data.get("by")),
                word_by=_instant(data.get("by")),
            )
        case "closed":
            return replace(progress, status=Status.CLOSED, ended_at=at)
        case "withdrawn":
            return replace(
                progress,
                status=Status.WITHDRAWN,
                ended_at=at,
                asked_at=None,
                segments=_ended(progress, at),
                promised_by=None,
            )
        case "warned":
            return replace(progress, warned=progress.warned | {data["clock"]})
        case "late":
            return replace(progress, late=progress.late | {data["clock"]})
        case "promised":
            by = _instant(data["by"])
            return replace(progress, promised_by=by, word_by=by)
        case "rated":
            return replace(progress, stars=data["stars"])
        case "review_requested":
            return replace(progress, review_requested=True)
        case _:
            raise UnknownHappening(happening.name)


def _transferred(progress: Progress, at: datetime, data: Mapping[str, Any]) -> Progress:
    """Another desk begins without owner; the clock goes on, by that desk's own hours."""
    desk = data["to"]
    paused = progress.status is Status.WAITING
    moved = replace(progress, desk=desk)
    return replace(
        moved,
        owner=None,
        status=Status.WAITING if paused else Status.NEW,
        level=Level.CENTRAL if desk == CENTRAL else progress.level,
        transfers=progress.transfers + 1,
        segments=_turned(moved, at, paused=paused),
    )


def _rank(level: Level) -> int:
    return level.rank


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _ended(progress: Progress, at: datetime) -> tuple[Segment, ...]:
    *earlier, last = progress.segments
    return (*earlier, last if last.end is not None else replace(last, end=at))


def _turned(progress: Progress, at: datetime, *, paused: bool) -> tuple[Segment, ...]:
    return (*_ended(progress, at), Segment(at, None, progress.desk, paused=paused))
