"""Files of a case: which are taken, and how they stand.

A file is written down with what Telegram calls it; our own copy is fetched after the commit
(`copies`). Files of the citizen are evidence; those of staff belong to a note or a letter.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert, select

from services import evidence_store
from services.complaints.office import Office
from services.complaints.store import Case
from services.records.base import table_of
from services.records.complaints import ComplaintFile, ComplaintMessage
from services.vault import Vault

SIZE_MAX = 20 * 1024 * 1024  # bytes: what the Bot API lets a bot fetch
FILES_MAX = 100  # of one case
# Programs, scripts and pages that run when opened; archives hide what is in them.
_EXTENSIONS = """
    apk app appx bat bin cmd com cpl dll dmg docm exe gadget hta htm html img iso jar js jse lnk
    msi msix pif ps1 py reg scr sh svg vb vbe vbs wsf xhtml xlsm xls pptm zip rar 7z gz tar tgz
    ace cab
"""
DANGEROUS = frozenset(_EXTENSIONS.split())
DANGEROUS_TYPES = frozenset(
    {
        "application/x-msdownload",
        "application/x-msdos-program",
        "application/vnd.android.package-archive",
        "application/java-archive",
        "application/x-sh",
        "application/zip",
        "application/x-rar-compressed",
        "application/vnd.rar",
        "application/x-7z-compressed",
        "text/html",
        "image/svg+xml",
    }
)
_files = table_of(ComplaintFile)
_messages = table_of(ComplaintMessage)


class FileRefused(ValueError):
    """A file that cannot be taken; `reason` is empty, too_large, dangerous or too_many."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Evidence:
    """One file as it arrived. `album` groups files sent together; `kind` is photo, document,
    voice, audio or video. In a draft its name is sealed, in base64."""

    kind: str
    file_id: str
    unique_id: str
    message_id: int
    album: str | None = None
    name: str | None = None
    mime: str | None = None
    size: int | None = None
    sealed_name: str | None = None

    def with_name_sealed(self, vault: Vault) -> Evidence:
        """As it may wait in a draft: a name like "Karim Benali.pdf" is personal data."""
        if self.name is None:
            return self
        sealed = base64.b64encode(vault.seal(self.name)).decode()
        return replace(self, name=None, sealed_name=sealed)

    def as_draft(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


class CopyState(StrEnum):
    """What became of our own copy."""

    WAITING = "waiting"
    KEPT = "kept"
    REFUSED = "refused"  # its content is nothing that may be kept
    GONE = "gone"  # it could not be fetched, often enough


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a case; `item` is the album (or single file) it came with, `message_id` the
    note or letter of staff it belongs to. `reason` says why there is no copy."""

    id: int
    item: int
    kind: str
    name: str | None
    state: CopyState
    reason: str | None
    message_id: int | None
    mime: str | None
    size: int | None
    sha256: bytes | None
    added_at: datetime

    @property
    def can_be_shown(self) -> bool:
        return self.state in (CopyState.WAITING, CopyState.KEPT)


def check(file: Evidence, *, already: int) -> None:
    """Whether a file may be added to a case that has `already` so many.

    Raises:
        FileRefused
    """
    if file.size == 0:
        raise FileRefused("empty")
    if file.size is not None and file.size > SIZE_MAX:
        raise FileRefused("too_large")
    extension = (file.name or "").rpartition(".")[2].lower() if "." in (file.name or "") else ""
    if extension in DANGEROUS or (file.mime or "").lower() in DANGEROUS_TYPES:
        raise FileRefused("dangerous")
    if already >= FILES_MAX:
        raise FileRefused("too_many")


def items(files: Sequence[Evidence]) -> list[list[Evidence]]:
    """Files as items: an album is one, in the order its files were sent; items in the order
    of their first file."""
    found: dict[str, list[Evidence]] = {}
    for file in sorted(files, key=lambda one: one.message_id):
        found.setdefault(file.album or f"single {file.message_id} {file.unique_id}", []).append(
            file
        )
    return list(found.values())


def keep(
    office: Office, case: Case, files: Sequence[Evidence], *, message_id: int | None = None
) -> int:
    """Add files to a case; returns how many items they are. With `message_id` they belong to
    that note or letter of staff. Part of an album that is there already joins its item."""
    last_item, last_position = office.session.execute(
        select(
            func.coalesce(func.max(_files.c.item), 0),
            func.coalesce(func.max(_files.c.position), 0),
        ).where(_files.c.complaint_id == case.id)
    ).one()
    found = items(files)
    rows = []
    for item in found:
        number = _item_of_album(office, case, item[0].album, message_id)
        if number is None:
            number = last_item = last_item + 1
        for file in item:
            last_position += 1
            rows.append(
                {
                    "complaint_id": case.id,
                    "message_id": message_id,
                    "item": number,
                    "position": last_position,
                    "album": file.album,
                    "kind": file.kind,
                    "file_id": file.file_id,
                    "unique_id": file.unique_id,
                    "name_sealed": _name_sealed(office, file),
                    "mime": file.mime,
                    "size": file.size,
                    "added_at": office.now,
                    "blob": evidence_store.new_name(),
                    "copy_state": CopyState.WAITING.value,
                    "copy_at": office.now,
                    "copy_tries": 0,
                }
            )
    if rows:
        office.session.execute(insert(_files), rows)
    return len(found)


def is_known(office: Office, case: Case, unique_id: str) -> bool:
    """Whether a case has this very file already, by Telegram's lasting name for it."""
    known = select(_files.c.id).where(
        _files.c.complaint_id == case.id, _files.c.unique_id == unique_id
    )
    return office.session.execute(known.limit(1)).first() is not None


def note_of_album(office: Office, case: Case, album: str, author: str) -> int | None:
    """The note that the earlier parts of an album of this author were left with."""
    return office.session.execute(
        select(_messages.c.id)
        .join(_files, _files.c.message_id == _messages.c.id)
        .where(
            _files.c.complaint_id == case.id,
            _files.c.album == album,
            _messages.c.kind == "note",
            _messages.c.author == author,
        )
        .limit(1)
    ).scalar_one_or_none()


def by_letter(office: Office, case: Case) -> dict[int, list[Kept]]:
    """The files of staff by the note or letter they belong to."""
    found: dict[int, list[Kept]] = {}
    for file in of(office, case):
        if file.message_id is not None:
            found.setdefault(file.message_id, []).append(file)
    return found


def of(office: Office, case: Case) -> list[Kept]:
    """The files of a case in order, without those of a letter or note that was withdrawn."""
    rows = office.session.execute(
        select(_files)
        .outerjoin(_messages, _messages.c.id == _files.c.message_id)
        .where(_files.c.complaint_id == case.id, _messages.c.withdrawn_at.is_(None))
        .order_by(_files.c.position)
    )
    return [_kept(office, row) for row in rows]


def one(office: Office, file_id: int) -> tuple[int, Kept] | None:
    """A file by its number, with the number of its case."""
    row = office.session.execute(select(_files).where(_files.c.id == file_id)).one_or_none()
    return None if row is None else (row.complaint_id, _kept(office, row))


def count(office: Office, case: Case) -> int:
    """How many files a case has, of the citizen and of staff."""
    return int(
        office.session.execute(
            select(func.count()).select_from(_files).where(_files.c.complaint_id == case.id)
        ).scalar_one()
    )


def _kept(office: Office, row: Any) -> Kept:
    return Kept(
        id=row.id,
        item=row.item,
        kind=row.kind,
        name=office.vault.open_sealed(row.name_sealed) if row.name_sealed else None,
        state=CopyState(row.copy_state),
        reason=row.copy_reason,
        message_id=row.message_id,
        mime=row.mime,
        size=row.size,
        sha256=row.sha256,
        added_at=row.added_at,
    )


def _name_sealed(office: Office, file: Evidence) -> bytes | None:
    if file.sealed_name is not None:
        return base64.b64decode(file.sealed_name)
    return office.vault.seal(file.name) if file.name else None


def _item_of_album(
    office: Office, case: Case, album: str | None, message_id: int | None
) -> int | None:
    if album is None or message_id is None:
        return None
    return office.session.execute(
        select(_files.c.item)
        .where(
            _files.c.complaint_id == case.id,
            _files.c.album == album,
            _files.c.message_id == message_id,
        )
        .limit(1)
    ).scalar_one_or_none()
