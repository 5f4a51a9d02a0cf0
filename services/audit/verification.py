"""Checking the trail: every block recomputed from the events, the chain and the signatures.

Read in one snapshot, block by block, so memory stays the same however long the trail is.
Nothing here holds or tells personal data: blocks and events are named by their numbers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services import signing
from services.audit import canonical, forgetting, seals
from services.audit.seals import Block
from services.records.audit import EventSeal
from services.records.base import table_of
from services.records.traffic import Event

MOST_BREAKS = 20
MOST_ADDED = 1_000
BLOCKS_AT_ONCE = 200
# An event is sealed minutes after it; one this much older than the seal before it is doubtful.
BACKDATED = timedelta(hours=6)
RESTORED = "database.restored"
_seals, _events = table_of(EventSeal), table_of(Event)


class What(StrEnum):
    """What is wrong with a block, or with the event named beside it."""

    ALTERED = "altered"
    REMOVED = "removed"
    ADDED = "added"
    BLOCK_MISSING = "block_missing"
    CHAIN = "chain"
    """It does not follow from the block before: one of the two was altered or exchanged."""
    SIGNATURE = "signature"
    UNKNOWN_KEY = "unknown_key"
    MARKS = "marks"
    """Events and seal disagree, and the seal's own list was altered, so no event is named."""
    OTHER_HEAD = "other_head"
    """It is not the block whose head was written down elsewhere."""
    CUT_OFF = "cut_off"
    """A block that was written down elsewhere is not there: the end of the trail is gone."""


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the trail is not what was sealed."""

    block: int
    what: What
    event: int | None = None


@dataclass(slots=True)
class Report:
    """What a check found. `breaks` is empty where all is whole; `backdated` are events that
    bear a much older instant than the seal before them (block, event)."""

    blocks: int = 0
    events: int = 0
    forgotten: int = 0
    first: Block | None = None
    last: Block | None = None
    unsealed: int = 0
    unsealed_since: datetime | None = None
    breaks: list[Break] = field(default_factory=list)
    backdated: list[tuple[int, int]] = field(default_factory=list)
    restored_at: list[datetime] = field(default_factory=list)

    def broken(self, block: int, what: What, event: int | None = None) -> None:
        if len(self.breaks) < MOST_BREAKS:
            self.breaks.append(Break(block, what, event))


def verify(
    session: Session,
    *,
    keys: Sequence[bytes],
    since: int = 1,
    expected: Mapping[int, str] | None = None,
    progress: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Check the trail from a block on.

    Args:
        keys: the public keys that are trusted: this installation's, and former ones.
        since: the number of the first block; what lies before is trusted.
        expected: heads that were written down elsewhere, as `Block.written`, by block number.
        progress: called after each block.
    """
    report = Report()
    # The newest block before any event: what is sealed meanwhile is not part of this check.
    end = seals.last(session)
    forgotten = _Forgotten(forgetting.forgotten(session, keys))
    expected = dict(expected or {})
    before: Block | None = None
    for block in _blocks(session, since, end):
        wanted = before.number + 1 if before is not None else since
        if block.number != wanted:
            report.broken(wanted, What.BLOCK_MISSING)
        elif not _follows(before, block):
            report.broken(block.number, What.CHAIN)
        if block.key not in keys:
            report.broken(block.number, What.UNKNOWN_KEY)
        elif not signing.is_signed(block.key, seals.PURPOSE, block.head, block.signature):
            report.broken(block.number, What.SIGNATURE)
        head = expected.pop(block.number, None)
        if head is not None and head != block.written:
            report.broken(block.number, What.OTHER_HEAD)
        _check_events(session, before, block, forgotten, report)
        report.blocks += 1
        report.first = report.first or block
        report.last = before = block
        progress(report)
    for number in sorted(expected):
        if number >= since:
            report.broken(number, What.CUT_OFF)
    _look_beyond(session, end, report)
    return report


class _Forgotten:
    """Ids that were rightly removed, asked one by one."""

    def __init__(self, ranges: Sequence[tuple[int, int]]) -> None:
        self._ranges = ranges
        self._firsts = [first for first, _ in ranges]

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._firsts, number) - 1
        return place >= 0 and number <= self._ranges[place][1]


def _blocks(session: Session, since: int, end: Block | None) -> Iterator[Block]:
    """The blocks in order, some at a time."""
    while end is not None:
        rows = session.execute(
            seals.BLOCKS.where(_seals.c.number >= since, _seals.c.number <= end.number).limit(
                BLOCKS_AT_ONCE
            )
        ).all()
        if not rows:
            return
        for row in rows:
            yield seals.block_of(row)
        since = rows[-1].number + 1


def _follows(before: Block | None, block: Block) -> bool:
    if before is not None:
        return block.previous == before.head and block.first_id == before.last_id + 1
    return block.number > 1 or (block.previous == seals.NO_HEAD and block.first_id == 1)


def _check_events(
    session: Session, before: Block | None, block: Block, forgotten: _Forgotten, report: Report
) -> None:
    query = canonical.EVENTS.where(_events.c.id <= block.last_id)
    if block.number > 1:  # before the first, nothing may be
        query = query.where(_events.c.id >= block.first_id)
    # A flood of events written in between must not fill the memory.
    most = block.rows + MOST_ADDED
    rows = session.execute(query.limit(most)).all()
    up_to = rows[-1].id if len(rows) == most else block.last_id
    report.events += len(rows)
    if before is not None:
        oldest = before.sealed_at - BACKDATED
        report.backdated += [(block.number, row.id) for row in rows if row.at < oldest][
            : MOST_BREAKS - len(report.backdated)
        ]
    marks = canonical.marks(rows)
    if sha256(marks).digest() != block.digest:
        _name_breaks(session, block, marks, forgotten, report, up_to)


def _name_breaks(
    session: Session,
    block: Block,
    present: bytes,
    forgotten: _Forgotten,
    report: Report,
    up_to: int,
) -> None:
    """Compare event by event, up to an id, with the list the seal was made over."""
    marks: bytes = session.execute(
        select(_seals.c.marks).where(_seals.c.number == block.number)
    ).scalar_one()
    if sha256(marks).digest() != block.digest or len(marks) % canonical.MARK_BYTES:
        report.broken(block.number, What.MARKS)
        return
    sealed, found = dict(canonical.split(marks)), dict(canonical.split(present))
    for number in sorted(sealed.keys() | found.keys()):
        if number > up_to:
            return
        if number not in found:
            if number in forgotten:
                report.forgotten += 1
            else:
                report.broken(block.number, What.REMOVED, number)
        elif number not in sealed:
            report.broken(block.number, What.ADDED, number)
        elif sealed[number] != found[number]:
            report.broken(block.number, What.ALTERED, number)


def _look_beyond(session: Session, end: Block | None, report: Report) -> None:
    """What is not sealed yet, and when a backup was put back."""
    count, since = _since(session, end.last_id if end is not None else 0)
    report.unsealed, report.unsealed_since = int(count), since
    report.restored_at = list(
        session.scalars(
            select(_events.c.at)
            .where(_events.c.subject_kind == forgetting.SUBJECT, _events.c.name == RESTORED)
            .order_by(_events.c.id)
        )
    )


def _since(session: Session, number: int) -> Any:
    return session.execute(
        select(func.count(), func.min(_events.c.at)).where(_events.c.id > number)
    ).one()
