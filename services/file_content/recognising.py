"""Recognise a file by its first bytes, then look whether it is whole and safe.

This runs apart (`services.file_content.apart`): it hands strangers' files to the libraries that
read them. What is taken and what is refused is data (`types.toml`).
"""

from __future__ import annotations

import codecs
import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from services.file_content import containers, documents, packages, pdf, pictures
from services.file_content.content import Content, ContentRefused

HEAD = 40 * 1024  # bytes: as far as the last place the table looks at


@dataclass(frozen=True, slots=True)
class _Type:
    content: Content
    marks: tuple[tuple[int, bytes], ...]
    brands: tuple[bytes, ...]
    look: str | None
    refused: str | None

    def fits(self, head: bytes) -> bool:
        if not all(head[at : at + len(mark)] == mark for at, mark in self.marks):
            return False
        return not self.brands or head[8:12] in self.brands


# What is looked at besides the first bytes; one that returns a type says it more closely.
Look = Callable[[BinaryIO, int], "tuple[str, str, str] | None"]
_LOOKS: dict[str, Look] = {
    "picture": pictures.look,
    "picture_boxes": containers.picture,
    "film_boxes": containers.film,
    "riff": containers.riff,
    "pdf": pdf.look,
    "rtf": documents.rtf,
    "package": packages.look,
    "compound": documents.compound,
}


# Names in packages and texts are written in these; loaded on first use otherwise.
_CODECS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp437", "latin-1", "ascii")


def prepare() -> None:
    """Load what is otherwise loaded on the way: a confined process opens no file any more."""
    _types()
    for name in _CODECS:
        codecs.lookup(name)


def recognise(stream: BinaryIO) -> Content:
    """What the file in a seekable stream is.

    Raises:
        ContentRefused: it is kept out; carries why.
    """
    try:
        return _recognise(stream)
    except ContentRefused:
        raise
    except MemoryError:
        raise ContentRefused("bomb") from None
    except Exception:  # a hostile file makes a library stumble over anything
        raise ContentRefused("broken") from None


def _recognise(stream: BinaryIO) -> Content:
    size = stream.seek(0, os.SEEK_END)
    if size == 0:
        raise ContentRefused("empty")
    stream.seek(0)
    head = stream.read(HEAD)
    found = next((one for one in _types() if one.fits(head)), None)
    if found is None and (start := head.find(b"%PDF-", 0, pdf.HEADER_WITHIN)) > 0:
        if documents.runs(head[:start].decode("latin-1")):
            raise ContentRefused("dangerous")  # two things at once
        found = next(one for one in _types() if one.fits(head[start:]))
    if found is None:
        return Content(*documents.text(head, size))
    if found.refused is not None:
        raise ContentRefused(found.refused)
    closer = _LOOKS[found.look](stream, size) if found.look is not None else None
    return found.content if closer is None else Content(*closer)


@cache
def _types() -> tuple[_Type, ...]:
    with (Path(__file__).parent / "types.toml").open("rb") as file:
        return tuple(_read(row) for row in tomllib.load(file)["type"])


def _read(row: dict[str, Any]) -> _Type:
    look = row.get("look")
    assert look is None or look in _LOOKS, f"types.toml: no look {look!r}"
    return _Type(
        content=Content(row["code"], row.get("mime", ""), row.get("extension", "")),
        marks=tuple((mark.get("at", 0), bytes.fromhex(mark["hex"])) for mark in row["bytes"]),
        brands=tuple(brand.encode("ascii") for brand in row.get("brands", ())),
        look=look,
        refused=row.get("refused"),
    )
