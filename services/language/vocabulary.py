"""The names of a model's features in little memory: one block of bytes and two arrays.

A dictionary of ninety thousand names takes about 17 MiB; this takes 3. A name is found by its
checksum in an open table, and compared, so no two names are ever mixed up.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Iterator

_EMPTY = 0xFFFFFFFF


class Vocabulary:
    """Names by row and rows by name. Immutable once made, shared between threads."""

    __slots__ = ("_block", "_mask", "_starts", "_table")

    def __init__(self, block: bytes) -> None:
        """`block`: the names in UTF-8, one a line, in the order of their rows."""
        names = block.split(b"\n")
        starts, place = array("I"), 0
        for name in names:
            starts.append(place)
            place += len(name) + 1
        starts.append(place)
        size = 1 << (2 * len(names)).bit_length()  # at most half full: short probes
        table, mask = array("I", [_EMPTY]) * size, size - 1
        for row, name in enumerate(names):
            slot = zlib.crc32(name) & mask
            while table[slot] != _EMPTY:
                slot = (slot + 1) & mask
            table[slot] = row
        self._block, self._starts, self._table, self._mask = block, starts, table, mask

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __iter__(self) -> Iterator[str]:
        return iter(self._block.decode().split("\n"))

    def __getitem__(self, row: int) -> str:
        return self._block[self._starts[row] : self._starts[row + 1] - 1].decode()

    def rows_of(self, names: Iterable[str]) -> list[int]:
        """The rows of those names that are known, in the order they were given."""
        block, starts, table, mask = self._block, self._starts, self._table, self._mask
        found = []
        for name in names:
            key = name.encode("utf-8", "replace")
            slot = zlib.crc32(key) & mask
            while (row := table[slot]) != _EMPTY:
                if block[starts[row] : starts[row + 1] - 1] == key:
                    found.append(row)
                    break
                slot = (slot + 1) & mask
        return found
