"""Sealing: events that are settled are hashed in order into blocks, chained and signed.

It happens in the background, so that writing an event costs nothing more. What was written
since the last seal (a few minutes) is not proven yet. Who has the database but not `KEY_FILE`
can make no seal; who has both can write the whole trail anew, and only a head that was written
down elsewhere shows it. So heads are short enough to be copied onto paper.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from services import signing
from services.audit import canonical, settled
from services.records.audit import EventSeal
from services.records.base import table_of
from services.records.traffic import Event
from services.vault import Vault

log = logging.getLogger(__name__)

BLOCK_ROWS = 4_096
NO_HEAD = bytes(32)
PURPOSE = b"casnos-bot seal 1"
_HEAD_BYTES = 10
_LOCK = 720_016  # any number, the same for all: two processes never seal at once
_seals, _events = table_of(EventSeal), table_of(Event)


@dataclass(frozen=True, slots=True)
class Block:
    """A seal without its marks."""

    number: int
    first_id: int
    last_id: int
    rows: int
    sealed_at: datetime
    digest: bytes
    previous: bytes
    key: bytes
    signature: bytes = b""

    @property
    def head(self) -> bytes:
        """32 bytes that stand for this block and for every block before it."""
        return sha256(
            canonical.to_json(
                [
                    self.number,
                    self.first_id,
                    self.last_id,
                    self.rows,
                    canonical.microseconds(self.sealed_at),
                    self.digest.hex(),
                    self.previous.hex(),
                    self.key.hex(),
                ]
            ).encode("ascii")
        ).digest()

    @property
    def written(self) -> str:
        """The head as it is written down elsewhere: `17:ABCD-EFGH-JKMN-PQRS`."""
        return f"{self.number}:{signing.written(self.head[:_HEAD_BYTES])}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the trail is sealed. `waiting_since` is the oldest event not sealed yet."""

    last: Block | None
    waiting: int
    waiting_since: datetime | None


_COLUMNS = [_seals.c[name] for name in Block.__dataclass_fields__]
BLOCKS = select(*_COLUMNS).order_by(_seals.c.number)


def block_of(row: Any) -> Block:
    return Block(*row)


def last(session: Session) -> Block | None:
    """The newest block."""
    row = session.execute(select(*_COLUMNS).order_by(_seals.c.number.desc()).limit(1)).first()
    return None if row is None else block_of(row)


def standing(session: Session) -> Standing:
    """The newest block, and what came since."""
    newest = last(session)
    count, since = session.execute(
        select(func.count(), func.min(_events.c.at)).where(
            _events.c.id > (newest.last_id if newest is not None else 0)
        )
    ).one()
    return Standing(newest, int(count), since)


def sealed_rows(session: Session, since: int = 1) -> int:
    """How many events the blocks hold from one on."""
    return int(session.scalar(select(func.sum(_seals.c.rows)).where(_seals.c.number >= since)) or 0)


def run(session: Session, vault: Vault, now: datetime, *, at_most: int = BLOCK_ROWS) -> bool:
    """Seal one block of what is settled; whether there is more to seal at once."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    before = last(session)
    after_id = before.last_id if before is not None else 0
    up_to = settled.last_settled(session)
    if up_to <= after_id:
        return False
    rows = session.execute(
        canonical.EVENTS.where(_events.c.id > after_id, _events.c.id <= up_to).limit(at_most)
    ).all()
    if not rows:
        return False
    marks = canonical.marks(rows)
    block = Block(
        number=before.number + 1 if before is not None else 1,
        first_id=after_id + 1,
        last_id=rows[-1].id,
        rows=len(rows),
        sealed_at=now,
        digest=sha256(marks).digest(),
        previous=before.head if before is not None else NO_HEAD,
        key=signing.public_key(vault),
    )
    session.execute(
        insert(_seals),
        {name: getattr(block, name) for name in Block.__dataclass_fields__}
        | {"marks": marks, "signature": signing.sign_bytes(vault, PURPOSE, block.head)},
    )
    # A log is another place: who cuts the end off the trail does not reach it.
    log.info("The trail is sealed up to block %s", block.written)
    return len(rows) == at_most
