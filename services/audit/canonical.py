"""An event as bytes, the same on every database; and the mark that stands for it in a block.

The bytes are JSON with sorted keys, without spaces and in ASCII; the instant is whole
microseconds since 1970 in UTC. So neither the database's own way to write JSON or time zones
nor a move from SQLite to PostgreSQL changes them.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from services.records.base import table_of
from services.records.traffic import Event

_events = table_of(Event)
COLUMNS = (
    _events.c.id,
    _events.c.at,
    _events.c.name,
    _events.c.actor,
    _events.c.subject_kind,
    _events.c.subject_id,
    _events.c.data,
)
EVENTS = select(*COLUMNS).order_by(_events.c.id)

MARK_BYTES = 24
_MARK = struct.Struct(">q16s")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
to_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


def microseconds(at: datetime) -> int:
    """An aware instant as whole microseconds since 1970, UTC."""
    return (at - _EPOCH) // _MICROSECOND


def mark(row: Any) -> bytes:
    """The id of an event and the start of its hash; `row` holds `COLUMNS` in their order."""
    number, at, name, actor, kind, subject, data = row
    written = to_json([number, microseconds(at), name, actor, kind, subject, data or {}])
    return _MARK.pack(number, sha256(written.encode("ascii")).digest()[:16])


def marks(rows: Iterable[Any]) -> bytes:
    """The marks of events, in the order given."""
    return b"".join(map(mark, rows))


def split(joined: bytes) -> Iterator[tuple[int, bytes]]:
    """(id, start of the hash) of each event of a block."""
    return _MARK.iter_unpack(joined)
