"""A CSV file as numbered lines of fields. Every physical line stands for itself.

So an unbalanced quote or a broken character costs one line and not the rest of the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from services.fund_import.formats import FileFormat, FileProblem, ImportRefused

MAX_LINE_BYTES = 16_384
_BOM = b"\xef\xbb\xbf"
_OTHER_FORMATS = {
    b"\xff\xfe": "is UTF-16: save it as UTF-8",
    b"\xfe\xff": "is UTF-16: save it as UTF-8",
    b"PK\x03\x04": "is a workbook or an archive: save it as CSV (UTF-8)",
    b"\x1f\x8b": "is compressed: unpack it first",
}
# Direction marks, zero-width signs, soft hyphen and byte order mark say nothing in a field;
# tabs, no-break and typographic spaces are spaces.
_MARKS = (0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A))
_SPACES = (0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_CLEAN = {**dict.fromkeys((*_MARKS, 0xFEFF)), **dict.fromkeys(_SPACES, " ")}
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")

Fields = list[str]


class LineReader:
    """Reads one of the fund's files; `bytes_read` tells how far it is."""

    def __init__(self, directory: Path, file_format: FileFormat) -> None:
        self.format = file_format
        self.path = directory / file_format.name
        self.bytes_read = 0
        self.line = 0
        self._order: list[int] | None = None

    def __iter__(self) -> Iterator[tuple[int, Fields | None, str]]:
        """Yield `(line, fields, "")`, or `(line, None, reason)`; blank lines are passed over.

        Raises:
            ImportRefused: the file cannot be read, or its header is not the expected one.
        """
        self.bytes_read = self.line = 0
        try:
            with self.path.open("rb") as file:
                self._read_header(file)
                yield from self._rows(file)
        except OSError as error:
            raise self._refused(error.strerror or "cannot be read") from None

    def _rows(self, file: BinaryIO) -> Iterator[tuple[int, Fields | None, str]]:
        width = len(self.format.columns)
        order = self._order
        for raw, whole in self._physical_lines(file):
            line = self.line
            if not whole:
                yield line, None, f"line: longer than {MAX_LINE_BYTES} bytes"
                continue
            try:
                text = raw.decode().rstrip("\r\n")
            except UnicodeDecodeError as error:
                yield line, None, f"line: not UTF-8 ({_bad_byte(raw, error)})"
                continue
            if not text.isprintable():
                text = text.translate(_CLEAN)
                if _CONTROL.search(text):
                    yield line, None, "line: contains a control character"
                    continue
            if '"' in text:
                try:
                    [fields] = csv.reader([text], strict=True)
                except (csv.Error, ValueError):
                    yield line, None, "line: quotes do not match, or a line break inside quotes"
                    continue
            else:
                fields = text.split(",")
            if len(fields) != width:
                if text.strip(", "):
                    yield line, None, f"line: {len(fields)} fields instead of {width}"
                continue
            if not text.strip(", "):
                continue
            yield line, fields if order is None else [fields[place] for place in order], ""

    def _physical_lines(self, file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
        """Each line with its end; `False` with the beginning of one that is too long."""
        while raw := file.readline(MAX_LINE_BYTES):
            self.line += 1
            self.bytes_read += len(raw)
            whole = True
            if len(raw) == MAX_LINE_BYTES and not raw.endswith(b"\n"):
                while rest := file.readline(MAX_LINE_BYTES):
                    whole = False
                    self.bytes_read += len(rest)
                    if rest.endswith(b"\n"):
                        break
            yield raw, whole

    def _read_header(self, file: BinaryIO) -> None:
        raw, whole = next(self._physical_lines(file), (b"", True))
        if not raw:
            raise self._refused("is empty: not even a header")
        for signature, reason in _OTHER_FORMATS.items():
            if raw.startswith(signature):
                raise self._refused(reason)
        if not whole:
            raise self._refused("its first line is no header")
        raw = raw.removeprefix(_BOM)
        try:
            text = raw.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise self._refused(f"header: not UTF-8 ({_bad_byte(raw, error)})") from None
        if "\r" in text:
            raise self._refused("lines end in CR alone: save it with LF or CR LF")
        found = [name.strip(' "').lower() for name in text.translate(_CLEAN).split(",")]
        self._check_header(found)
        expected = list(self.format.columns)
        self._order = None if found == expected else [found.index(name) for name in expected]

    def _check_header(self, found: list[str]) -> None:
        expected = self.format.columns
        missing = [name for name in expected if name not in found]
        faults = []
        if missing:
            faults.append(f"missing {', '.join(missing)}")
        # An unknown name is not repeated unless it looks like one: without a header, the
        # first line is somebody's data.
        unknown = [name for name in found if name not in expected]
        if unknown and all(re.fullmatch(r"[a-z][a-z_]{0,29}", name) for name in unknown):
            faults.append(f"unknown {', '.join(unknown)}")
        elif unknown:
            faults.append(f"{len(unknown)} unknown")
        twice = sorted({name for name in found if found.count(name) > 1} & set(expected))
        if twice:
            faults.append(f"twice {', '.join(twice)}")
        if not faults:
            return
        hint = ""
        if len(found) == 1:
            separators = [sign for sign in (";", "\t", "|") if sign in found[0]]
            if separators:
                hint = f"; columns are parted by {separators[0]!r} where ',' is expected"
        raise self._refused(f"header: {', '.join(faults)} (expected {','.join(expected)}){hint}")

    def _refused(self, reason: str) -> ImportRefused:
        return ImportRefused([FileProblem(self.format.name, reason)])


def _bad_byte(raw: bytes, error: UnicodeDecodeError) -> str:
    return f"byte 0x{raw[error.start]:02X} at position {error.start + 1}"
