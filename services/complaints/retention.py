"""What is kept of a complaint for its stated time, and then removed (law 18-07)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from services.complaints import copies
from services.complaints.state import Status
from services.complaints.store import SUBJECT
from services.dates import day_in_algiers
from services.policy import Policy
from services.records.base import table_of
from services.records.complaints import Complaint, ComplaintFile, ComplaintMessage
from services.records.traffic import Event, OutgoingCall

_complaints = table_of(Complaint)
_messages = table_of(ComplaintMessage)
_files = table_of(ComplaintFile)
_events = table_of(Event)
_calls = table_of(OutgoingCall)
NAMED_FOR = timedelta(days=7)
_ENDED = (Status.CLOSED.value, Status.WITHDRAWN.value)


def forget_old(session: Session, policy: Policy, now: datetime) -> dict[str, int]:
    """Remove files, and later words and figures, of cases that ended long enough ago: counted
    from the last thing that happened to them. That there was a case remains, without person's
    account. Returns how many rows of each."""
    today = day_in_algiers(now)
    evidence = _quiet_since(now - policy.retention("evidence", today).keep)
    words = _quiet_since(now - policy.retention("complaint", today).keep)
    files = copies.forget(session, _files.c.complaint_id.in_(evidence))
    messages = session.execute(delete(_messages).where(_messages.c.complaint_id.in_(words)))
    session.execute(
        update(_complaints)
        .where(
            _complaints.c.id.in_(words),
            _complaints.c.contributor_id.is_not(None) | _complaints.c.figures.is_not(None),
        )
        .values(contributor_id=None, figures=None)
    )
    # A call that arrived needs its name no longer than a topic's ids take to be learned.
    session.execute(
        update(_calls)
        .where(
            _calls.c.state == "sent",
            _calls.c.done_at < now - NAMED_FOR,
            or_(_calls.c.subject.like("forum:%"), _calls.c.subject.like("answer:%")),
        )
        .values(subject=None)
    )
    return {
        "complaint_files": files,
        "complaint_words": int(messages.rowcount),  # type: ignore[attr-defined]
    }


def _quiet_since(before: datetime) -> Select[tuple[int]]:
    """Cases that ended, and to which nothing happened since an instant."""
    return select(_complaints.c.id).where(
        _complaints.c.status.in_(_ENDED),
        _complaints.c.filed_at < before,
        ~exists().where(
            _events.c.subject_kind == SUBJECT,
            _events.c.subject_id == _complaints.c.id,
            _events.c.at >= before,
        ),
    )
