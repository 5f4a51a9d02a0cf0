"""The kept copies of evidence in one file beside a backup of the database, and put back.

They stay sealed, so the file tells nobody anything without the key. It is a plain tar archive;
which copies belong to it says the backup of the database, so both are of one instant.
"""

from __future__ import annotations

import os
import sqlite3
import tarfile
import tempfile
from pathlib import Path

from services.evidence_store import EvidenceStore

SUFFIX = ".evidence.tar"


def beside(backup: Path) -> Path:
    """Where the copies of evidence lie that belong to a backup of the database."""
    return backup.with_name(backup.name + SUFFIX)


def take(store: EvidenceStore, backup: Path) -> tuple[int, int]:
    """Put every copy that the backup names into the file beside it; (how many, bytes).

    One that was erased since the backup was taken is left out: it must not come back. The file
    appears only when it is whole.

    Raises:
        FileExistsError: nothing is ever overwritten.
    """
    out = beside(backup)
    if out.exists():
        raise FileExistsError(out)
    handle, name = tempfile.mkstemp(prefix=out.name, suffix=".part", dir=out.parent)
    part = Path(name)
    count = 0
    try:
        with os.fdopen(handle, "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w") as archive:
                for blob in _named_in(backup):
                    path = store.place(blob)
                    if path.exists():
                        archive.add(path, arcname=blob, filter=_without_owner)
                        count += 1
            stream.flush()
            os.fsync(stream.fileno())
        part.rename(out)
    finally:
        part.unlink(missing_ok=True)
    return count, out.stat().st_size


def put_back(store: EvidenceStore, backup: Path) -> int:
    """Put the copies of a backup to their places, beside those that are there; how many. What
    the database then names no more, the running bot removes.

    Raises:
        StoreUnusable: the directory belongs to another key.
        OSError, tarfile.TarError: the file cannot be read, or the directory not written.
    """
    store.prepare(filled=False)
    count = 0
    with tarfile.open(beside(backup)) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is None:
                continue
            with content:
                store.put_sealed(member.name, content)
            count += 1
    return count


def _named_in(backup: Path) -> list[str]:
    connection = sqlite3.connect(f"file:{backup}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT blob FROM complaint_files WHERE copy_state = 'kept' ORDER BY id"
        )
        return [row[0] for row in rows]
    except sqlite3.OperationalError:  # of before there were copies
        return []
    finally:
        connection.close()


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member
