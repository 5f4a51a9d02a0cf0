"""One program at a time on one SQLite file; the lock dies with the process that held it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from services.database import DatabaseUnusable


class AlreadyRunning(Exception):
    """Another `run` or `demo` uses this SQLite file."""


class InstanceLock:
    def __init__(self, database_file: Path) -> None:
        # However the path was written, it is the same file.
        self._file = database_file.resolve()
        self._path = self._file.with_name(self._file.name + ".lock")
        self._descriptor: int | None = None

    def __enter__(self) -> InstanceLock:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise DatabaseUnusable(self._file, error.strerror or "cannot be made") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise AlreadyRunning(
                f"Another process already runs on {self._path.name.removesuffix('.lock')}. "
                "Stop it first, or give this one another DATA_DIR or DATABASE_URL."
            ) from None
        self._descriptor = descriptor
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
