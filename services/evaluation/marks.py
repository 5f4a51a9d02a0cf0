"""How far the facts reach, by name."""

from __future__ import annotations

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from services.records.base import table_of
from services.records.evaluation import StatisticsMark

LAST_EVENT = "last_event"
COUNTED_LOAD = "counted_load"
COUNTED_DAY = "counted_day"
COLLECTION_LOAD, COLLECTION_DAY = "collection_load", "collection_day"
COLLECTION_DONE = "collection_done"
_OF_FACTS = (
    LAST_EVENT,
    COUNTED_LOAD,
    COUNTED_DAY,
    COLLECTION_LOAD,
    COLLECTION_DAY,
    COLLECTION_DONE,
)
_marks = table_of(StatisticsMark)


def read(session: Session, name: str) -> int:
    """The value of a mark; 0 before it was written."""
    found = session.execute(select(_marks.c.value).where(_marks.c.name == name)).scalar()
    return int(found or 0)


def standing(session: Session) -> tuple[int, ...]:
    """How far the facts reach, all together: as long as it is the same, so are they."""
    found = {row.name: int(row.value) for row in session.execute(select(_marks))}
    return tuple(found.get(name, 0) for name in _OF_FACTS)


def write(session: Session, name: str, value: int) -> None:
    session.execute(delete(_marks).where(_marks.c.name == name))
    session.execute(insert(_marks), {"name": name, "value": value})


def clear(session: Session) -> None:
    session.execute(delete(_marks))
