"""A person's calls when they ask for their data, or for its erasure (law 18-07)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.identity import mask_phone
from services.joining.callbacks import Outcome
from services.policy import Policy
from services.records.base import table_of
from services.records.joining import Callback
from services.vault import Vault

_callbacks = table_of(Callback)


def export(session: Session, vault: Vault, telegram_id: int, now: datetime) -> Any:
    """The calls a person asked for; the number is masked, the file travels by Telegram."""
    rows = session.execute(
        select(_callbacks).where(_callbacks.c.telegram_id == telegram_id).order_by(_callbacks.c.id)
    )
    return [
        {
            "asked_at": row.asked_at.isoformat(),
            "agency": row.agency,
            "about": row.way,
            "phone": mask_phone(vault.open_sealed(row.phone_sealed)) if row.phone_sealed else None,
            "outcome": row.outcome,
        }
        for row in rows
    ]


def erase(session: Session, telegram_id: int, now: datetime) -> None:
    """The number goes and the person is taken off; an open call is not made any more."""
    mine = _callbacks.c.telegram_id == telegram_id
    session.execute(
        update(_callbacks)
        .where(mine, _callbacks.c.outcome.is_(None))
        .values(outcome=Outcome.WITHDRAWN.value, closed_at=now)
    )
    session.execute(update(_callbacks).where(mine).values(telegram_id=None, phone_sealed=None))


def forget_old(session: Session, policy: Policy, now: datetime, today: date) -> int:
    """Remove callbacks closed longer ago than the policy keeps them; returns how many."""
    end = now - policy.retention("callback", today).keep
    gone = session.execute(delete(_callbacks).where(_callbacks.c.closed_at < end))
    return int(gone.rowcount)  # type: ignore[attr-defined]
