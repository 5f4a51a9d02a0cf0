"""`rejected.csv`: file, line and reason of what could not be loaded. Never a field's content."""

from __future__ import annotations

import csv
from pathlib import Path
from types import TracebackType


class Rejects:
    """Writes the file anew for each load, also when there is nothing to reject."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Rejects:
        self._file = self.path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(("file", "line", "reason"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, file: str, line: int, reason: str) -> None:
        self._writer.writerow((file, line, reason))
