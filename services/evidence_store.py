"""Where the fund's own copies of evidence lie: sealed files in one directory (`EVIDENCE_DIR`).

A file has a random name that its record gives it, so neither names nor equal contents show.
It is written under `part/`, brought to the disk, and only then moved to its place: whatever is
at its place is whole. Only the process that sends and the one that keeps house come here;
on several machines they share the directory, and `mark` tells a shared disk that is not
mounted from an empty one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from services.sealed_files import SealedFile, SealingWriter
from services.vault import Vault

_NAME = re.compile(r"[0-9a-f]{32}")
_PART = "part"
_MARK = "mark"


class StoreUnusable(Exception):
    """The directory cannot be used as it is; `reason` says why and what to do."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"EVIDENCE_DIR {folder}: {reason}")
        self.folder = folder
        self.reason = reason


class NotThere(LookupError):
    """There is no file of this name."""


def new_name() -> str:
    """A name for one file, that nobody guesses and that says nothing."""
    return secrets.token_hex(16)


class Part:
    """A file in the making. Leave it by `keep` or `discard`; killed, `sweep_parts` finds it."""

    def __init__(self, path: Path, place: Path, vault: Vault) -> None:
        self._path = path
        self._place = place
        self._vault = vault
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._out = os.fdopen(descriptor, "wb")
        self._writer = SealingWriter(self._out, vault)
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, content: bytes) -> None:
        self._writer.write(content)
        self._digest.update(content)
        self.size += len(content)

    def finish(self) -> SealedFile:
        """End the writing; what was written, to look at before it is kept."""
        self._writer.close()
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()
        return SealedFile(self._path.open("rb"), self._vault)

    @property
    def sha256(self) -> bytes:
        """Of the content as it came."""
        return self._digest.digest()

    def keep(self) -> None:
        """Move it to its place, whole; the same name a second time replaces the first."""
        _move(self._path, self._place)

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self._out.close()
        self._path.unlink(missing_ok=True)


class EvidenceStore:
    def __init__(self, folder: Path, vault: Vault) -> None:
        self.folder = folder
        self._vault = vault

    def prepare(self, *, filled: bool) -> None:
        """Make the directory, or see that it is the right one. `filled` says that the records
        name files in it: then an empty directory is the wrong one.

        Raises:
            StoreUnusable
        """
        mark, expected = self.folder / _MARK, self._vault.key_check()
        try:
            found = mark.read_text().strip() if mark.exists() else None
            if found is None and filled:
                raise StoreUnusable(
                    self.folder,
                    "is not the directory the records name files in (is it mounted?); if the "
                    f"files are lost for good, write {expected} into {_MARK} there",
                )
            if found not in (None, expected):
                raise StoreUnusable(self.folder, "belongs to another KEY_FILE")
            (self.folder / _PART).mkdir(mode=0o700, parents=True, exist_ok=True)
            if found is None:
                draft = self.folder / _PART / new_name()
                draft.write_text(f"{expected}\n")
                draft.rename(mark)
                _sync_directory(self.folder)
        except OSError as error:
            raise StoreUnusable(self.folder, error.strerror or "cannot be used") from None

    def begin(self, name: str) -> Part:
        """A file in the making that will be called `name`. Raises `OSError`."""
        path = self.folder / _PART / f"{name}.{secrets.token_hex(4)}"
        return Part(path, self.place(name), self._vault)

    def open(self, name: str) -> SealedFile:
        """The content of a file.

        Raises:
            NotThere, SealBroken
            OSError: it cannot be read.
        """
        try:
            return SealedFile(self.place(name).open("rb"), self._vault)
        except FileNotFoundError:
            raise NotThere(name) from None

    def has(self, name: str) -> bool:
        return self.place(name).exists()

    def put_sealed(self, name: str, sealed: IO[bytes]) -> None:
        """Put a file as it is sealed already to its place: out of a backup. Raises `OSError`."""
        place = self.place(name)
        draft = self.folder / _PART / f"{name}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            shutil.copyfileobj(sealed, out)
            out.flush()
            os.fsync(out.fileno())
        _move(draft, place)

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is removed already."""
        self.place(name).unlink(missing_ok=True)

    def names(self, *, older_than: float | None = None) -> Iterator[str]:
        """Every file there is, by name; those last written before an instant of the machine's
        clock (seconds since 1970)."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            for path in folder.iterdir():
                if _NAME.fullmatch(path.name) and _is_older(path, older_than):
                    yield path.name

    def keep_all_for_now(self) -> None:
        """Let every file count as written now, so that no sweep takes it for a leftover."""
        for name in list(self.names()):
            with contextlib.suppress(FileNotFoundError):
                os.utime(self.place(name))

    def sweep_parts(self, *, older_than: float) -> int:
        """Remove what a kill left in the making before that instant; returns how many."""
        left = [path for path in (self.folder / _PART).glob("*") if _is_older(path, older_than)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def place(self, name: str) -> Path:
        """Where a file of this name lies."""
        if not _NAME.fullmatch(name):
            raise ValueError("no name of a kept file")
        return self.folder / name[:2] / name


def _move(draft: Path, place: Path) -> None:
    folder = place.parent
    if not folder.exists():
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync_directory(folder.parent)
    draft.rename(place)
    _sync_directory(folder)


def _is_older(path: Path, than: float | None) -> bool:
    if than is None:
        return True
    try:
        return path.stat().st_mtime < than
    except FileNotFoundError:
        return False


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
