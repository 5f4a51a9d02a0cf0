"""The first pass over a file: is it readable, is its header right, which keys come twice?

A load needs to know repeated keys, but remembering every key of a country's payments would
take a gigabyte. So this pass keeps one 8-byte hash a line, and only keys whose hash
appears twice are remembered in the second pass.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable
from operator import itemgetter

from services.fund_import import fields
from services.fund_import.fields import BadField
from services.fund_import.formats import FileFormat
from services.fund_import.lines import Fields, LineReader

_BUCKETS = 64
_REPORT_EVERY = 20_000
_NUMERIC = {"ssn"}


class Repeated:
    """Which keys of one file may come twice, and which of them were already taken."""

    def __init__(self, key_of: Callable[[Fields], str | None], hashes: frozenset[int]) -> None:
        self._key_of = key_of
        self._hashes = hashes
        self._taken: set[str] = set()

    def takes(self, line: Fields) -> bool:
        """Take the key of a good line; False when an earlier good line has taken it."""
        if not self._hashes:
            return True
        key = self._key_of(line)
        if key is None or hash(key) not in self._hashes:
            return True
        if key in self._taken:
            return False
        self._taken.add(key)
        return True


def survey(reader: LineReader, progress: Callable[[], None]) -> Repeated:
    """Read a file to its end and tell which keys to watch.

    Raises:
        ImportRefused: the file cannot be read, or its header is not the expected one.
    """
    key_of = _key_of(reader.format)
    buckets = [array("q") for _ in range(_BUCKETS)]
    for line, line_fields, _ in reader:
        if line_fields is not None and (key := key_of(line_fields)) is not None:
            hashed = hash(key)
            buckets[hashed % _BUCKETS].append(hashed)
        if line % _REPORT_EVERY == 0:
            progress()
    progress()
    watched: set[int] = set()
    for bucket in buckets:
        if len(set(bucket)) != len(bucket):
            watched.update(hashed for hashed, times in Counter(bucket).items() if times > 1)
    return Repeated(key_of, frozenset(watched))


def _key_of(file_format: FileFormat) -> Callable[[Fields], str | None]:
    """How to read a line's key as one text; None where it is no key at all."""
    places = [file_format.columns.index(column) for column in file_format.key]
    first = itemgetter(places[0])
    second = itemgetter(places[1]) if len(places) > 1 else None
    numeric = file_format.key[0] in _NUMERIC

    def key_of(line: Fields) -> str | None:
        key = first(line).strip()
        if numeric:
            try:
                key = fields.ssn(key)
            except BadField:
                return None
        return key if second is None else f"{key} {second(line).strip()}"

    return key_of
