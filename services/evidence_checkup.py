"""Whether every kept copy is there, whole and readable, and nothing lies there besides."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.checkup import Remark
from services.complaints import copies
from services.evidence_store import EvidenceStore, NotThere, StoreUnusable
from services.vault import SealBroken

OLD_FILE = timedelta(hours=1)
LEFT_OVER_S = 8 * 86_400.0  # seconds: by then the running bot has swept it


def look(
    session: Session, store: EvidenceStore, *, now: datetime, machine_s: float
) -> list[Remark]:
    """Everything worth a remark. `machine_s` is the machine's clock, in seconds since 1970.

    Of each copy the length, the first and the last piece are looked at: that tells another key
    and a file cut off. What was altered in the middle shows when it is read.
    """
    found = _waiting(session, now)
    try:
        store.prepare(filled=copies.is_any_kept(session))
    except StoreUnusable as refusal:
        return [
            Remark(str(refusal), "mount it, or set EVIDENCE_DIR to the right place", grave=True),
            *found,
        ]
    missing, unreadable = _copies(session, store)
    if missing:
        found.append(
            Remark(
                f"{missing} files sent with complaints are not in {store.folder}",
                "put them back from a backup (`restore`, or your copy of the directory)",
                grave=True,
            )
        )
    if unreadable:
        found.append(
            Remark(
                f"{unreadable} files sent with complaints cannot be opened",
                "they are damaged or sealed with another key: put them back from a backup",
                grave=True,
            )
        )
    names = list(store.names(older_than=machine_s - LEFT_OVER_S))
    if orphans := len(copies.without_record(session, names)):
        found.append(
            Remark(
                f"{orphans} files in {store.folder} belong to no complaint",
                "the running bot removes them; is `python -m bot run` running, with its sender?",
            )
        )
    return found


def _copies(session: Session, store: EvidenceStore) -> tuple[int, int]:
    missing = unreadable = last = 0
    while rows := copies.kept(session, after=last):
        for row in rows:
            try:
                with store.open(row.blob) as content:
                    whole = content.size == row.size
                    content.read(1)
                unreadable += not whole
            except NotThere:
                missing += 1
            except (SealBroken, OSError):
                unreadable += 1
        last = rows[-1].id
    return missing, unreadable


def _waiting(session: Session, now: datetime) -> list[Remark]:
    since = copies.waiting_since(session)
    if since is None or now - since < OLD_FILE:
        return []
    return [
        Remark(
            f"files sent with complaints wait to be fetched since {since:%Y-%m-%d %H:%M} UTC",
            "is `python -m bot run` running, with its sender, and Telegram within reach?",
        )
    ]
