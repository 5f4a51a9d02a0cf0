"""Up to which event everything is committed, so that nothing can still come in below it.

On SQLite there is one writer. On PostgreSQL ids are given at the insert and become visible at
the commit, in any order: an event is settled once every transaction that could hold a lower
id has ended. Whoever inserts an event holds a lock on the table from before the id is given
until after the commit is visible; so those who hold it now are waited for, from one run of the
job to the next, and nobody ever waits for us.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session

from services.records.base import table_of
from services.records.traffic import Event, Setting

_WAITING = "audit.waiting"
_events, _settings = table_of(Event), table_of(Setting)
_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND relation = CAST('events' AS regclass) AND mode = 'RowExclusiveLock'"
    " AND pid <> pg_backend_pid()"
)


def last_settled(session: Session) -> int:
    """The id of an event below which nothing can still appear; 0 where none is known.

    Call it before this transaction records an event, with the isolation READ COMMITTED.
    """
    newest = int(session.scalar(select(func.max(_events.c.id))) or 0)
    if session.get_bind().dialect.name != "postgresql":
        return newest
    writers = list(session.scalars(_WRITERS))
    if not writers:
        _keep(session, None)
        return newest
    waiting = _kept(session)
    settled = 0
    if waiting is not None and not set(waiting[1]) & set(writers):
        settled, waiting = waiting[0], None
    if waiting is None:
        _keep(session, (newest, writers))
    return settled


def _kept(session: Session) -> tuple[int, list[str]] | None:
    value = session.scalar(select(_settings.c.value).where(_settings.c.name == _WAITING))
    if value is None:
        return None
    newest, writers = json.loads(value)
    return int(newest), list(writers)


def _keep(session: Session, waiting: tuple[int, Sequence[str]] | None) -> None:
    session.execute(delete(_settings).where(_settings.c.name == _WAITING))
    if waiting is not None:
        session.execute(insert(_settings).values(name=_WAITING, value=json.dumps(waiting)))
