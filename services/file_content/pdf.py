"""PDF: whether it is whole, and whether it opens without a password.

Many papers of banks and of the administration are encrypted so that they cannot be changed, and
open for everybody: those are taken. So the password that must be tried is the empty one (ISO
32000-2, 7.6.4: algorithms 2, 2.A, 2.B, 4, 5, 6 and 11).
"""

from __future__ import annotations

import re
from typing import BinaryIO

from services.file_content import pdf_password
from services.file_content.pdf_password import Encryption
from services.file_content.refusal import ContentRefused

HEADER_WITHIN = 1024  # bytes: readers look for the header no further
_TAIL = 64 * 1024
_DICTIONARY = 16 * 1024  # bytes: as long as a trailer or an encryption dictionary may be
_PIECE = 256 * 1024
_REFERENCE = re.compile(rb"/Encrypt\s+(\d+)\s+(\d+)\s+R\b")
_DIRECT = re.compile(rb"/Encrypt\s*<<")
_FIRST_ID = re.compile(rb"/ID\s*\[\s*(<[0-9A-Fa-f\s]*>|\()")


def look(stream: BinaryIO, size: int) -> None:
    """Raises `ContentRefused`: truncated, or locked."""
    stream.seek(max(0, size - _TAIL))
    tail = stream.read(_TAIL)
    if b"%%EOF" not in tail and b"startxref" not in tail:
        raise ContentRefused("truncated")
    if not _holds_objects(stream, size):
        raise ContentRefused("broken")
    trailer = _trailer(stream, tail, size)
    if trailer is None:
        return
    encryption = _encryption(stream, trailer)
    if encryption is None:
        raise ContentRefused("broken")
    if not pdf_password.opens_without(encryption):
        raise ContentRefused("locked")


def _holds_objects(stream: BinaryIO, size: int) -> bool:
    stream.seek(0)
    return re.search(rb"\d\s+obj\b", stream.read(min(size, _PIECE))) is not None


def _trailer(stream: BinaryIO, tail: bytes, size: int) -> bytes | None:
    """The trailer that names an encryption, wherever it stands; None without any.

    It stands where the last `startxref` points to, in plain; some producers point wrongly, so
    then the end of the file is looked at.
    """
    places = []
    for found in reversed(list(re.finditer(rb"startxref\s+(\d+)", tail))):
        place = int(found[1])
        if place < size:
            places.append(place)
    for place in places[:2]:
        stream.seek(place)
        piece = stream.read(_TAIL)
        if piece.lstrip().startswith(b"xref"):
            start = piece.find(b"trailer")
            while start < 0 and len(piece) < 40 * _TAIL:  # a long table: go on to its trailer
                more = stream.read(_TAIL)
                if not more:
                    break
                piece += more
                start = piece.find(b"trailer")
            piece = piece[max(start, 0) :]
            end = piece.find(b"startxref")
        else:
            end = piece.find(b"stream")
        piece = piece[: end if end > 0 else _DICTIONARY]
        if _REFERENCE.search(piece) or _DIRECT.search(piece):
            return piece
        if b"/Root" in piece:
            return None
    start = tail.rfind(b"trailer")
    piece = tail[start:] if start >= 0 else b""
    return piece if b"/Encrypt" in piece else None


def _encryption(stream: BinaryIO, trailer: bytes) -> Encryption | None:
    first_id = b""
    if (found := _FIRST_ID.search(trailer)) is not None:
        first_id = pdf_password.string_at(trailer, found.start(1))
    if (direct := _DIRECT.search(trailer)) is not None:
        return pdf_password.read(trailer[direct.start() + len(b"/Encrypt") :], first_id)
    reference = _REFERENCE.search(trailer)
    if reference is None:
        return None
    mark = re.compile(rb"(?<!\d)%s\s+%s\s+obj\b" % (reference[1], reference[2]))
    content = _after(stream, mark)
    return None if content is None else pdf_password.read(content, first_id)


def _after(stream: BinaryIO, mark: re.Pattern[bytes]) -> bytes | None:
    """What follows the last place where an object is defined (a later one replaces it)."""
    stream.seek(0)
    at, rest, found = 0, b"", None
    while piece := stream.read(_PIECE):
        window = rest + piece
        for match in mark.finditer(window):
            found = at - len(rest) + match.end()
        at += len(piece)
        rest = piece[-64:]
    if found is None:
        return None
    stream.seek(found)
    return stream.read(_DICTIONARY)
