"""The trail: one row for every change of the records, with who and when. Rows never change.

`actor` is written as `person:ID`, `staff:ID`, `fund` (a load of data), `command` (the command
line) or `machine`. `data` holds facts and numbers, never a name, a phone or a whole number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.records.base import table_of
from services.records.traffic import Event

_insert_event = insert(table_of(Event))


def record(
    session: Session,
    name: str,
    *,
    at: datetime,
    actor: str,
    subject: tuple[str, int],
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write down that `name` (a past fact such as `link.added`) happened to `subject`."""
    session.execute(
        _insert_event,
        {
            "at": at,
            "name": name,
            "actor": actor,
            "subject_kind": subject[0],
            "subject_id": subject[1],
            "data": dict(data or {}),
        },
    )


def person(telegram_id: int) -> str:
    return f"person:{telegram_id}"


def staff(telegram_id: int) -> str:
    return f"staff:{telegram_id}"
