"""Files sent with a complaint: which are taken, and how they are kept.

Telegram keeps the content under its `file_id`, which the bot shows again to whoever may see
the case. Our own copy is fetched after the commit: `waiting` rows of `complaint_files` are
that durable list of tasks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, insert, select

from services.complaints.office import Office
from services.complaints.store import Case
from services.records.base import table_of
from services.records.complaints import ComplaintFile

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


class FileRefused(ValueError):
    """A file that cannot be taken; `reason` is empty, too_large, dangerous or too_many."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Evidence:
    """One file as it arrived. `album` groups files sent together; `kind` is photo, document,
    voice, audio or video."""

    kind: str
    file_id: str
    unique_id: str
    message_id: int
    album: str | None = None
    name: str | None = None
    mime: str | None = None
    size: int | None = None

    def as_draft(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a case; `item` is the album (or single file) it came with."""

    id: int
    item: int
    kind: str
    file_id: str
    name: str | None


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


def keep(office: Office, case: Case, files: Sequence[Evidence]) -> int:
    """Add files to a case; returns how many items they are."""
    last_item, last_position = office.session.execute(
        select(
            func.coalesce(func.max(_files.c.item), 0),
            func.coalesce(func.max(_files.c.position), 0),
        ).where(_files.c.complaint_id == case.id)
    ).one()
    found = items(files)
    rows = []
    for number, item in enumerate(found, start=last_item + 1):
        for file in item:
            last_position += 1
            rows.append(
                {
                    "complaint_id": case.id,
                    "item": number,
                    "position": last_position,
                    "kind": file.kind,
                    "file_id": file.file_id,
                    "unique_id": file.unique_id,
                    "name_sealed": office.vault.seal(file.name) if file.name else None,
                    "mime": file.mime,
                    "size": file.size,
                    "added_at": office.now,
                    "copy_state": "waiting",
                }
            )
    if rows:
        office.session.execute(insert(_files), rows)
    return len(found)


def of(office: Office, case: Case) -> list[Kept]:
    """The files of a case in order."""
    rows = office.session.execute(
        select(_files.c.id, _files.c.item, _files.c.kind, _files.c.file_id, _files.c.name_sealed)
        .where(_files.c.complaint_id == case.id)
        .order_by(_files.c.position)
    )
    return [
        Kept(
            id=row.id,
            item=row.item,
            kind=row.kind,
            file_id=row.file_id,
            name=office.vault.open_sealed(row.name_sealed) if row.name_sealed else None,
        )
        for row in rows
    ]


def count(office: Office, case: Case) -> int:
    """How many files a case has."""
    return int(
        office.session.execute(
            select(func.count()).select_from(_files).where(_files.c.complaint_id == case.id)
        ).scalar_one()
    )
