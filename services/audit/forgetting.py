"""Events that are past their stated time: removed, and said so in a signed event of their own.

The seals stay. A later check finds the rows missing, and accepts that only where an event
`trail.forgotten`, signed with this installation's key, names them. What happened to complaints
and plans that are still there is kept with them, because their state is derived from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services import events, signing
from services.audit import canonical, seals
from services.dates import day_in_algiers
from services.policy import Policy
from services.records.base import table_of
from services.records.complaints import Complaint
from services.records.plans import Plan
from services.records.traffic import Event
from services.vault import Vault

SUBJECT = "trail"
FORGOTTEN = "trail.forgotten"
PURPOSE = b"casnos-bot forgotten 1"
AT_ONCE = 2_000
_events = table_of(Event)
_kept_with_record = (("complaint", table_of(Complaint)), ("plan", table_of(Plan)))

Ranges = list[list[int]]


def forget_old(session: Session, policy: Policy, vault: Vault, now: datetime) -> int:
    """Remove sealed events older than the policy keeps the trail, at most some at once;
    returns how many."""
    sealed = seals.last(session)
    if sealed is None:
        return 0
    before = now - policy.retention("trail", day_in_algiers(now)).keep
    query = select(_events.c.id).where(
        _events.c.id <= sealed.last_id,
        _events.c.at < before,
        _events.c.subject_kind != SUBJECT,
    )
    for kind, table in _kept_with_record:
        there = select(table.c.id).where(table.c.id == _events.c.subject_id).exists()
        query = query.where(~((_events.c.subject_kind == kind) & there))
    old = list(session.scalars(query.order_by(_events.c.id).limit(AT_ONCE)))
    if not old:
        return 0
    found = _ranges(old)
    signature = signing.sign_bytes(vault, PURPOSE, _message(found))
    events.record(
        session,
        FORGOTTEN,
        at=now,
        actor="machine",
        subject=(SUBJECT, sealed.number),
        data={"events": found, "signature": signature.hex()},
    )
    # The newest is the one just recorded, so an id is never given a second time.
    session.execute(delete(_events).where(_events.c.id.in_(old)))
    return len(old)


def forgotten(session: Session, keys: Sequence[bytes]) -> list[tuple[int, int]]:
    """The ids, as (first, last), that were rightly removed by the holders of these keys."""
    found: list[tuple[int, int]] = []
    for data in session.scalars(
        select(_events.c.data).where(_events.c.subject_kind == SUBJECT, _events.c.name == FORGOTTEN)
    ):
        if _is_signed(data, keys):
            found += [(first, last) for first, last in data["events"]]
    return sorted(found)


def _is_signed(data: Any, keys: Sequence[bytes]) -> bool:
    try:
        message, signature = _message(data["events"]), bytes.fromhex(data["signature"])
    except (KeyError, TypeError, ValueError):
        return False
    return any(signing.is_signed(key, PURPOSE, message, signature) for key in keys)


def _message(found: Ranges) -> bytes:
    return canonical.to_json(found).encode("ascii")


def _ranges(numbers: Iterable[int]) -> Ranges:
    """Ascending numbers as [first, last] of each run without a gap."""
    found: Ranges = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found
