"""How many reminders were sent and held, by reason: what managers see."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.records.base import table_of
from services.records.reminders import Reminder

_reminders = table_of(Reminder)


def since(session: Session, start: datetime, agency: str | None = None) -> dict[str, int]:
    """Decisions since an instant, of one agency or all: by reason, or `sent`, `queued`,
    `unknown`, `failed`; the most frequent first."""
    statement = (
        select(_reminders.c.state, _reminders.c.reason, func.count())
        .where(_reminders.c.decided_at >= start)
        .group_by(_reminders.c.state, _reminders.c.reason)
    )
    if agency is not None:
        statement = statement.where(_reminders.c.agency == agency)
    found: Counter[str] = Counter()
    for state, reason, count in session.execute(statement):
        found[reason or state] += count
    return dict(found.most_common())
