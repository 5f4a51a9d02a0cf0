"""The tree of categories, read from `categories.toml`; codes are stable, words are elsewhere."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("categories.toml")
_FLAGS = ("restricted", "anonymous", "notice")


class UnknownCategory(LookupError):
    """No complaint can be filed under this code: it does not exist, or is a heading."""


class TreeUnusable(ValueError):
    """The file does not describe a tree; the message names the code."""


@dataclass(frozen=True, slots=True)
class Category:
    """One node. `restricted`: central only; `leads_to`: the action of a way that may fit better."""

    code: str
    parent: str | None = None
    restricted: bool = False
    anonymous: bool = False
    notice: bool = False
    leads_to: str | None = None


class Tree:
    """All categories in the order they are shown."""

    def __init__(self, categories: Iterable[Category]) -> None:
        self._by_code: dict[str, Category] = {}
        for category in categories:
            if category.code in self._by_code:
                raise TreeUnusable(f"{category.code} is written down twice")
            if category.parent is not None and category.parent not in self._by_code:
                raise TreeUnusable(f"{category.code} stands before its parent {category.parent}")
            self._by_code[category.code] = category
        self._headings = {c.parent for c in self._by_code.values() if c.parent is not None}

    def children(self, parent: str | None = None) -> list[Category]:
        return [c for c in self._by_code.values() if c.parent == parent]

    def is_heading(self, code: str) -> bool:
        return code in self._headings

    def leaf(self, code: str) -> Category:
        """A category that complaints are filed under.

        Raises:
            UnknownCategory: no such code, or a heading.
        """
        found = self._by_code.get(code)
        if found is None or code in self._headings:
            raise UnknownCategory(code)
        return found

    def leaves(self) -> list[Category]:
        return [c for c in self._by_code.values() if c.code not in self._headings]

    def codes(self) -> list[str]:
        return list(self._by_code)


@cache
def tree() -> Tree:
    """The tree of this edition."""
    with _FILE.open("rb") as stream:
        return read(tomllib.load(stream))


def read(content: Mapping[str, Any]) -> Tree:
    """The tree a TOML document describes.

    Raises:
        TreeUnusable: with the code concerned.
    """
    return Tree(_category(row) for row in content.get("category", ()))


def _category(row: Mapping[str, Any]) -> Category:
    code = row.get("code")
    if not isinstance(code, str) or not code.isidentifier() or len(code) > 32:
        raise TreeUnusable(f"{code!r} is no code")
    unknown = set(row) - {"code", "parent", "leads_to", *_FLAGS}
    if unknown:
        raise TreeUnusable(f"{code}: {', '.join(sorted(unknown))} is not known here")
    if any(not isinstance(row.get(flag, False), bool) for flag in _FLAGS):
        raise TreeUnusable(f"{code}: {', '.join(_FLAGS)} are true or false")
    return Category(**row)
