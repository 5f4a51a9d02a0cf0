"""Loading a case with its events, and adding one. Who may see it is decided in `access`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services import events
from services.complaints import clock
from services.complaints.office import Office
from services.complaints.state import Happening, Progress, after, derive
from services.records.base import table_of
from services.records.complaints import Complaint
from services.records.traffic import Event

SUBJECT = "complaint"
_PREFIX = "complaint."
_complaints = table_of(Complaint)
_events = table_of(Event)


@dataclass(slots=True)
class Case:
    """A case as it stands, with all that happened to it."""

    id: int
    reference: str
    telegram_id: int
    contributor_id: int | None
    agency: str
    category: str
    restricted: bool
    anonymous: bool
    language: str
    filed_at: datetime
    figures: Mapping[str, Any] | None
    happenings: list[Happening]
    progress: Progress

    @property
    def actor(self) -> str:
        """The citizen as an event's actor."""
        return events.person(self.telegram_id)


def load(session: Session, complaint_id: int, *, lock: bool = False) -> Case | None:
    """One case; with `lock`, nobody else changes it until the transaction ends."""
    query = select(_complaints).where(_complaints.c.id == complaint_id)
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        return None
    [case] = _cases(session, [row])
    return case


def load_many(session: Session, complaint_ids: Iterable[int]) -> list[Case]:
    """Several cases in two statements, in the order of their ids."""
    ids = list(complaint_ids)
    rows = session.execute(
        select(_complaints).where(_complaints.c.id.in_(ids)).order_by(_complaints.c.id)
    ).all()
    return _cases(session, rows)


def happen(
    office: Office, case: Case, name: str, *, actor: str, data: Mapping[str, Any] | None = None
) -> None:
    """Add an event to a case and bring its derived columns up to date."""
    content = dict(data or {})
    events.record(
        office.session,
        _PREFIX + name,
        at=office.now,
        actor=actor,
        subject=(SUBJECT, case.id),
        data=content,
    )
    number = case.happenings[-1].id + 1 if case.happenings else 1  # only its order matters here
    happening = Happening(number, office.now, name, actor, content)
    case.progress = after(case.progress, happening)
    case.happenings.append(happening)
    office.session.execute(
        update(_complaints)
        .where(_complaints.c.id == case.id)
        .values(**derived(office, case.progress))
    )


def derived(office: Office, progress: Progress) -> dict[str, Any]:
    """The columns that repeat what the events say."""
    return {
        "desk": progress.desk,
        "level": progress.level.value,
        "status": progress.status.value,
        "owner": progress.owner,
        "promised_by": progress.promised_by,
        "late": bool(progress.late),
        "look_at": clock.look_at(
            progress, targets=office.targets(progress.filed_at), calendars=office.calendar
        ),
    }


def happenings_of(session: Session, complaint_ids: Iterable[int]) -> dict[int, list[Happening]]:
    """The events of cases, in order."""
    found: dict[int, list[Happening]] = {number: [] for number in complaint_ids}
    rows = session.execute(
        select(
            _events.c.subject_id,
            _events.c.id,
            _events.c.at,
            _events.c.name,
            _events.c.actor,
            _events.c.data,
        )
        .where(_events.c.subject_kind == SUBJECT, _events.c.subject_id.in_(list(found)))
        .order_by(_events.c.id)
    )
    for subject, number, at, name, actor, data in rows:
        found[subject].append(Happening(number, at, name.removeprefix(_PREFIX), actor, data or {}))
    return found


def _cases(session: Session, rows: Iterable[Any]) -> list[Case]:
    rows = list(rows)
    happenings = happenings_of(session, [row.id for row in rows])
    return [
        Case(
            id=row.id,
            reference=row.reference,
            telegram_id=row.telegram_id,
            contributor_id=row.contributor_id,
            agency=row.agency,
            category=row.category,
            restricted=row.restricted,
            anonymous=row.anonymous,
            language=row.language,
            filed_at=row.filed_at,
            figures=row.figures,
            happenings=happenings[row.id],
            progress=derive(happenings[row.id]),
        )
        for row in rows
    ]
