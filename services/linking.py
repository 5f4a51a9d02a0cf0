"""Whose accounts a Telegram account may see: its own, and those under a mandate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from services.records.base import table_of
from services.records.people import Link


@dataclass(frozen=True, slots=True)
class Linked:
    """An account someone may see; `until` is a mandate's last day."""

    link_id: int
    contributor_id: int
    kind: str  # self | mandate
    until: date | None


_links = table_of(Link)
_accounts = (
    select(_links.c.id, _links.c.contributor_id, _links.c.kind, _links.c.until)
    .where(
        _links.c.telegram_id == bindparam("person"),
        _links.c.ended_at.is_(None),
        or_(_links.c.until.is_(None), _links.c.until >= bindparam("today")),
    )
    .order_by(_links.c.kind.desc(), _links.c.id)  # one's own before the mandates
)


def accounts_of(session: Session, telegram_id: int, today: date) -> list[Linked]:
    """What this person may see on that day, their own account first."""
    return [
        Linked(*row) for row in session.execute(_accounts, {"person": telegram_id, "today": today})
    ]
