"""Our own copies of the files of cases: a durable list of tasks, worked off after the commit.

A row that *waits* is a task, due at `copy_at`. A try is counted before it is made, so one that
kills the process counts too; the copy's name was given with the row, so a copy made twice lies in
one place. What becomes of a row's copy when the row goes is a task as well (`evidence_removals`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.complaints import store
from services.complaints.evidence import CopyState
from services.complaints.office import Office
from services.complaints.store import Case
from services.dates import day_in_algiers
from services.file_content import Content
from services.policy import Policy
from services.policy.service_rows import EvidenceRules
from services.records.base import table_of
from services.records.complaints import ComplaintFile, EvidenceRemoval
from services.vault import Vault

LOST = "unavailable"  # the reason of what could not be fetched
_MACHINE = "machine"
_files = table_of(ComplaintFile)
_removals = table_of(EvidenceRemoval)
_WAITING = _files.c.copy_state == CopyState.WAITING.value


@dataclass(frozen=True, slots=True)
class Task:
    """A file to fetch: `blob` is the name of its copy; `tries` counts the present one too.
    `message_id` is the note or letter of staff it belongs to."""

    id: int
    complaint_id: int
    message_id: int | None
    file_id: str
    blob: str
    kind: str
    tries: int
    last: bool
    """Whether there is no further try after this one."""
    spent: bool
    """Whether all tries were made already; the process ended in the last."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to show again: by Telegram's name for it, else from our copy (`blob`)."""

    file_id: str
    blob: str | None
    name: str
    mime: str
    sha256: bytes | None


# --- the tasks ------------------------------------------------------------------------------


def claim(
    session: Session, policy: Policy, now: datetime, *, limit: int, but: Collection[int] = ()
) -> list[Task]:
    """The files due now, their try counted and the next one set."""
    rules = _rules(policy, now)
    rows = session.execute(
        select(_files)
        .where(_WAITING, _files.c.copy_at <= now, _files.c.id.not_in(list(but)))
        .order_by(_files.c.copy_at, _files.c.id)
        .limit(limit)
    ).all()
    tasks = []
    for row in rows:
        tries = row.copy_tries + 1
        tasks.append(
            Task(
                id=row.id,
                complaint_id=row.complaint_id,
                message_id=row.message_id,
                file_id=row.file_id,
                blob=row.blob,
                kind=row.kind,
                tries=tries,
                last=tries >= rules.tries,
                spent=tries > rules.tries,
            )
        )
        session.execute(
            update(_files)
            .where(_files.c.id == row.id)
            .values(copy_tries=tries, copy_at=now + rules.pause(tries))
        )
    return tasks


def any_due(session: Session, now: datetime) -> bool:
    """Whether there is anything to fetch or to remove."""
    due = select(_files.c.id).where(_WAITING, _files.c.copy_at <= now).limit(1)
    return (
        session.execute(due).first() is not None
        or session.execute(select(_removals.c.blob).limit(1)).first() is not None
    )


def give_back(session: Session, task: Task, *, again_at: datetime) -> None:
    """The try was no fault of the file: it does not count."""
    session.execute(
        update(_files)
        .where(_files.c.id == task.id, _WAITING)
        .values(copy_tries=max(0, task.tries - 1), copy_at=again_at)
    )


def keep(
    session: Session, task: Task, content: Content, *, size: int, sha256: bytes, now: datetime
) -> bool:
    """Write down that the copy lies at its place. False: there is no such file any more, and
    its copy must go."""
    session.execute(
        update(_files)
        .where(_files.c.id == task.id, _files.c.blob == task.blob, _WAITING)
        .values(
            copy_state=CopyState.KEPT.value,
            copy_at=None,
            copy_reason=None,
            mime=content.mime,
            size=size,
            sha256=sha256,
            kept_at=now,
        )
    )
    there = select(_files.c.id).where(
        _files.c.blob == task.blob, _files.c.copy_state == CopyState.KEPT.value
    )
    return session.execute(there).first() is not None


def refuse(office: Office, task: Task, reason: str) -> Case | None:
    """Its content may not be kept; an event of the case says so. None: nothing to say."""
    return _end(office, task, CopyState.REFUSED, reason, "file_refused")


def lose(office: Office, task: Task) -> Case | None:
    """It could not be fetched, often enough; an event of the case says so."""
    return _end(office, task, CopyState.GONE, LOST, "file_lost")


def _end(office: Office, task: Task, state: CopyState, reason: str, name: str) -> Case | None:
    case = store.load(office.session, task.complaint_id, lock=True)
    result = office.session.execute(
        update(_files)
        .where(_files.c.id == task.id, _files.c.blob == task.blob, _WAITING)
        .values(copy_state=state.value, copy_at=None, copy_reason=reason)
    )
    if case is None or not result.rowcount:  # type: ignore[attr-defined]
        return None
    data = {"file": task.id, "reason": reason}
    if task.message_id is not None:
        data["letter"] = task.message_id  # staff's own, no concern of the citizen's
    store.happen(office, case, name, actor=_MACHINE, data=data)
    return case


def _rules(policy: Policy, now: datetime) -> EvidenceRules:
    return policy.evidence_rules(day_in_algiers(now))


# --- showing them again ---------------------------------------------------------------------


def attachment(session: Session, vault: Vault, file_id: int) -> Attachment | None:
    """What is sent to show a file; None when it is gone, or may not be shown."""
    row = session.execute(select(_files).where(_files.c.id == file_id)).one_or_none()
    if row is None or row.copy_state in (CopyState.REFUSED.value, CopyState.GONE.value):
        return None
    kept = row.copy_state == CopyState.KEPT.value
    name = vault.open_sealed(row.name_sealed) if row.name_sealed else f"{row.kind}-{row.position}"
    return Attachment(
        file_id=row.file_id,
        blob=row.blob if kept else None,
        name=name,
        mime=row.mime or "application/octet-stream",
        sha256=row.sha256,
    )


def learn(session: Session, file_id: int, *, telegrams: str, unique: str) -> None:
    """Telegram has a new name for a file that was sent from our copy."""
    session.execute(
        update(_files).where(_files.c.id == file_id).values(file_id=telegrams, unique_id=unique)
    )


# --- removing them --------------------------------------------------------------------------


def forget(session: Session, which: ColumnElement[bool]) -> int:
    """Remove files from the records, and set down that their copies must go; how many."""
    blobs = select(_files.c.blob).where(which)
    dialect = session.get_bind().dialect.name
    into = postgresql.insert if dialect == "postgresql" else sqlite.insert
    # A copy that only begins to be made finds no row at its end, and is removed by its maker.
    session.execute(into(_removals).from_select(["blob"], blobs).on_conflict_do_nothing())
    result = session.execute(delete(_files).where(which))
    return int(result.rowcount)  # type: ignore[attr-defined]


def to_remove(session: Session, *, limit: int) -> list[str]:
    """Names of copies whose record is gone."""
    return list(session.execute(select(_removals.c.blob).limit(limit)).scalars())


def removed(session: Session, blobs: Sequence[str]) -> None:
    session.execute(delete(_removals).where(_removals.c.blob.in_(blobs)))


def remove_later(session: Session, blob: str) -> None:
    session.execute(insert(_removals).values(blob=blob))


def without_record(session: Session, names: Iterable[str]) -> set[str]:
    """Those of these copies that no record names: left by a kill at the wrong moment."""
    asked = set(names)
    known = session.execute(select(_files.c.blob).where(_files.c.blob.in_(asked))).scalars()
    return asked - set(known)


# --- for whoever looks after the installation -----------------------------------------------


def kept(session: Session, *, after: int = 0, limit: int = 500) -> list[Any]:
    """Rows (id, blob, size) of the copies that should be there, in order, a slice at a time."""
    return list(
        session.execute(
            select(_files.c.id, _files.c.blob, _files.c.size)
            .where(_files.c.copy_state == CopyState.KEPT.value, _files.c.id > after)
            .order_by(_files.c.id)
            .limit(limit)
        )
    )


def is_any_kept(session: Session) -> bool:
    return bool(kept(session, limit=1))


def waiting_since(session: Session) -> datetime | None:
    """Since when the oldest file waits."""
    return session.execute(select(func.min(_files.c.added_at)).where(_WAITING)).scalar()
