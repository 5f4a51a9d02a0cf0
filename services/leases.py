"""Leases: a job that one process does at a time, taken over when its holder dies.

Clocks of different machines are never compared. A holder moves its `beat`; a rival watches,
and when the beat stands still for the whole patience by the rival's own monotonic clock, it
takes the lease with a compare-and-swap on the beat it saw.
"""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.records.traffic import Lease

FREE = ""


def look(session: Session, name: str) -> tuple[str, int] | None:
    """(holder, beat) of a lease; None when nobody ever held it."""
    row = session.execute(select(Lease.holder, Lease.beat).where(Lease.name == name)).one_or_none()
    return None if row is None else (row[0], row[1])


def take(session: Session, name: str, *, holder: str, seen: tuple[str, int] | None) -> bool:
    """Take a lease last seen as `seen`; False when someone else was quicker."""
    if seen is None:
        try:
            with session.begin_nested():
                session.execute(insert(Lease).values(name=name, holder=holder, beat=1))
        except IntegrityError:
            return False
        return True
    result = session.execute(
        update(Lease)
        .where(Lease.name == name, Lease.holder == seen[0], Lease.beat == seen[1])
        .values(holder=holder, beat=Lease.beat + 1)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def keep(session: Session, name: str, *, holder: str) -> bool:
    """Move the beat; False when the lease was lost."""
    result = session.execute(
        update(Lease).where(Lease.name == name, Lease.holder == holder).values(beat=Lease.beat + 1)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def release(session: Session, name: str, *, holder: str) -> None:
    session.execute(
        update(Lease)
        .where(Lease.name == name, Lease.holder == holder)
        .values(holder=FREE, beat=Lease.beat + 1)
    )
