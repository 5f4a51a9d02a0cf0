"""Every kind of record about a person, in one list: how it is handed out and how it is erased."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services import events
from services.complaints import personal as complaints
from services.joining import personal as joining
from services.personal_data import account, identity
from services.plans import personal as plans
from services.reminders import personal as reminders
from services.vault import Vault

Export = Callable[[Session, Vault, int, datetime], Any]
Erase = Callable[[Session, int, datetime], None]


@dataclass(frozen=True, slots=True)
class Holding:
    """One kind of record. `export` gives plain JSON values, numbers masked; `erase` removes
    what need not be kept by law and takes the person off what must be. None: nothing to do."""

    name: str
    export: Export | None = None
    erase: Erase | None = None


# In the order of erasing: the person comes last, because links point at them.
HOLDINGS: tuple[Holding, ...] = (
    Holding("accounts", export=account.export),
    Holding("access", export=account.export_looks),
    Holding("trail", export=identity.export_trail),
    Holding("complaints", export=complaints.export, erase=complaints.erase),
    Holding("plans", export=plans.export, erase=plans.erase),
    Holding("callbacks", export=joining.export, erase=joining.erase),
    Holding("reminders", export=reminders.export, erase=reminders.erase),
    Holding("conversations", export=identity.export_conversations),
    Holding("person", export=identity.export_person, erase=identity.erase),
)


def export(session: Session, vault: Vault, telegram_id: int, now: datetime) -> dict[str, Any]:
    """Everything kept about a person, as plain JSON values. Social security numbers are masked:
    the file travels through Telegram."""
    return {"made_at": now.isoformat()} | {
        holding.name: holding.export(session, vault, telegram_id, now)
        for holding in HOLDINGS
        if holding.export is not None
    }


def erase(session: Session, telegram_id: int, now: datetime) -> None:
    """Erase a person. The trail keeps that something was done, with no name and no number."""
    for holding in HOLDINGS:
        if holding.erase is not None:
            holding.erase(session, telegram_id, now)
    events.record(
        session,
        "person.erased",
        at=now,
        actor=events.person(telegram_id),
        subject=("person", telegram_id),
    )
