"""A whole copy of a SQLite installation in one file, taken while the bot runs, and put back.

The copy holds the database as it stood at one instant. The key is not in it: whoever finds a
backup must not be able to read the sealed numbers, so the key is kept apart.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path

# What the first bytes of every SQLite file are.
_MAGIC = b"SQLite format 3\0"
PAGES_AT_ONCE = 2_000


class NotABackup(Exception):
    """The file is no whole database of this program; `reason` says why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def take(database: Path, out: Path) -> int:
    """Copy `database` to `out` as of one instant, beside a running bot; returns its bytes.

    `out` appears only when the copy is whole and has been checked.

    Raises:
        FileExistsError: nothing is ever overwritten.
        NotABackup: the copy did not pass SQLite's own check.
    """
    if out.exists():
        raise FileExistsError(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=out.name, suffix=".part", dir=out.parent)
    os.close(handle)
    part = Path(name)
    try:
        source = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        copy = sqlite3.connect(part)
        try:
            source.backup(copy, pages=PAGES_AT_ONCE, sleep=0.001)
            copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            copy.close()
            source.close()
        check(part)
        part.rename(out)
    finally:
        part.unlink(missing_ok=True)
    return out.stat().st_size


def put_back(backup: Path, database: Path) -> None:
    """Make `backup` the database. The caller holds the instance lock; a database that is
    there is set aside under another name, never lost.

    Raises:
        NotABackup: the file is damaged or something else.
    """
    check(backup)
    database.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=database.name, suffix=".part", dir=database.parent)
    os.close(handle)
    part = Path(name)
    part.write_bytes(backup.read_bytes())
    if database.exists():
        _set_aside(database)
    part.rename(database)


def check(path: Path) -> None:
    """Raises `NotABackup` unless the file is a whole database of this program."""
    try:
        with path.open("rb") as stream:
            head = stream.read(len(_MAGIC))
    except OSError as error:
        raise NotABackup(path, error.strerror or "cannot be read") from None
    if head != _MAGIC:
        raise NotABackup(path, "is no SQLite database")
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise NotABackup(path, "is damaged")
        if not connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        ).fetchone():
            raise NotABackup(path, "is a database of something else")
    except sqlite3.DatabaseError:
        raise NotABackup(path, "is damaged") from None
    finally:
        connection.close()


def _set_aside(database: Path) -> None:
    number = 1
    while (kept := database.with_name(f"{database.name}.before-restore-{number}")).exists():
        number += 1
    # What is still in the log belongs to the old database: take it along.
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    database.rename(kept)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
