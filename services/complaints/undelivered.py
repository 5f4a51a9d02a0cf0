"""Answers that never reached their citizen: they return to whoever wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from services.complaints.office import Office
from services.records.base import table_of
from services.records.traffic import OutgoingCall

_calls = table_of(OutgoingCall)
_PREFIX = "answer:"
# Handed out: someone has to phone. The digest tells of it, and then it is forgotten.
TO_PHONE = "phone-case:"
# Written out, not bound: only so does SQLite take the index made for it.
FAILED = text("state = 'failed' AND subject IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Undelivered:
    """An answer that failed: its case, and who wrote it (0: nobody of the staff)."""

    complaint_id: int
    author: int


def subject(complaint_id: int, author: int) -> str:
    """How the outbox names an answer."""
    return f"{_PREFIX}{complaint_id}:{author}"


def take(office: Office) -> list[Undelivered]:
    """Answers that failed since the last time, with their files; each is handed out once."""
    rows = office.session.execute(
        select(_calls.c.id, _calls.c.subject)
        .where(FAILED, _calls.c.subject.like(f"{_PREFIX}%"))
        .order_by(_calls.c.id)
    ).all()
    found = []
    for row in rows:
        case, _, author = row.subject.removeprefix(_PREFIX).partition(":")
        found.append(Undelivered(int(case), int(author)))  # its words, or a file of it
        office.session.execute(
            update(_calls).where(_calls.c.id == row.id).values(subject=f"{TO_PHONE}{case}")
        )
    return list(dict.fromkeys(found))


def to_phone(session: Session, since: datetime, prefix: str = TO_PHONE) -> list[int]:
    """The cases whose answer was handed back to be phoned, since an instant."""
    subjects = session.execute(
        select(_calls.c.subject)
        .where(FAILED, _calls.c.subject.like(f"{prefix}%"), _calls.c.done_at >= since)
        .order_by(_calls.c.id)
    ).scalars()
    return sorted({int(subject.removeprefix(prefix)) for subject in subjects if subject})


def forget(session: Session, before: datetime, prefix: str = TO_PHONE) -> None:
    """What was to be phoned long ago needs no name any more."""
    session.execute(
        update(_calls)
        .where(FAILED, _calls.c.subject.like(f"{prefix}%"), _calls.c.done_at < before)
        .values(subject=None)
    )
