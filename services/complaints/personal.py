"""A person's complaints when they ask for their data, or for its erasure (law 18-07)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services import events
from services.complaints import citizen, copies, evidence, letters, store
from services.complaints.evidence import Kept
from services.complaints.office import Office
from services.complaints.state import OPEN, Status
from services.complaints.store import Case
from services.records.base import table_of
from services.records.complaints import Complaint, ComplaintFile, ComplaintMessage
from services.vault import Vault

_complaints = table_of(Complaint)
_messages = table_of(ComplaintMessage)
_files = table_of(ComplaintFile)


def export(session: Session, vault: Vault, telegram_id: int, now: datetime) -> Any:
    """Every complaint with the words exchanged; what colleagues wrote among themselves is
    theirs, and names no reader."""
    found = []
    for case in _rows_of(session, telegram_id):
        rows = session.execute(
            select(_messages.c.at, _messages.c.kind, _messages.c.text_sealed)
            .where(
                _messages.c.complaint_id == case.id,
                _messages.c.kind.not_in(letters.INTERNAL),
                _messages.c.withdrawn_at.is_(None),
            )
            .order_by(_messages.c.id)
        )
        found.append(
            {
                "reference": case.reference,
                "filed_at": case.filed_at.isoformat(),
                "category": case.category,
                "agency": case.agency,
                "status": case.status,
                "figures": case.figures,
                "messages": [
                    {
                        "at": row.at.isoformat(),
                        "kind": row.kind,
                        "text": vault.open_sealed(row.text_sealed),
                    }
                    for row in rows
                ],
                "files": _files_of(session, vault, case.id),
            }
        )
    return found


def erase(session: Session, telegram_id: int, now: datetime) -> None:
    """Open cases are withdrawn; words, files and figures are removed, and the account is taken
    off. What remains is that there was a case, for the fund's own count."""
    for case in _rows_of(session, telegram_id):
        values: dict[str, Any] = {"contributor_id": None, "figures": None}
        if case.status in OPEN:
            events.record(
                session,
                "complaint.withdrawn",
                at=now,
                actor=events.person(telegram_id),
                subject=(store.SUBJECT, case.id),
                data={"why": "erased"},
            )
            values |= {"status": Status.WITHDRAWN.value, "promised_by": None, "look_at": None}
        session.execute(update(_complaints).where(_complaints.c.id == case.id).values(**values))
        session.execute(delete(_messages).where(_messages.c.complaint_id == case.id))
        copies.forget(session, _files.c.complaint_id == case.id)


def files(office: Office, telegram_id: int) -> list[tuple[Case, list[Kept]]]:
    """The files a person sent, and those sent to them, by case; without those of colleagues
    among themselves."""
    found = []
    for case in citizen.cases_of(office, telegram_id):
        said = letters.of(office, case)
        theirs = [
            one
            for one in evidence.of(office, case)
            if one.message_id is None or said[one.message_id].kind not in letters.INTERNAL
        ]
        if theirs:
            found.append((case, theirs))
    return found


def _files_of(session: Session, vault: Vault, complaint_id: int) -> list[dict[str, Any]]:
    """The person's own files, and those sent to them; SHA-256 shows that a copy is the same."""
    rows = session.execute(
        select(
            _files.c.kind,
            _files.c.name_sealed,
            _files.c.mime,
            _files.c.size,
            _files.c.added_at,
            _files.c.sha256,
            _files.c.copy_state,
            _messages.c.kind.label("letter"),
        )
        .outerjoin(_messages, _messages.c.id == _files.c.message_id)
        .where(
            _files.c.complaint_id == complaint_id,
            _messages.c.withdrawn_at.is_(None),
            _messages.c.kind.is_(None) | _messages.c.kind.not_in(letters.INTERNAL),
        )
        .order_by(_files.c.position)
    )
    return [
        {
            "kind": row.kind,
            "name": vault.open_sealed(row.name_sealed) if row.name_sealed else None,
            "type": row.mime,
            "bytes": row.size,
            "sent_by": "you" if row.letter is None else "the fund",
            "added_at": row.added_at.isoformat(),
            "copy": row.copy_state,
            "sha256": row.sha256.hex() if row.sha256 else None,
        }
        for row in rows
    ]


def _rows_of(session: Session, telegram_id: int) -> Sequence[Any]:
    return session.execute(
        select(_complaints)
        .where(_complaints.c.telegram_id == telegram_id)
        .order_by(_complaints.c.id)
    ).all()
