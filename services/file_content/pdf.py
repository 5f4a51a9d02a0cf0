"""PDF, read by pypdf: whether it is whole, has pages, and opens without a password.

Many papers of banks and of the administration are encrypted so that they cannot be changed, and
open for everybody: those are taken. So the password that must be tried is the empty one.
"""

from __future__ import annotations

from typing import BinaryIO

import pypdf.filters  # noqa: F401 - loaded now: a confined process can load nothing later
from pypdf import PdfReader
from pypdf.errors import LimitReachedError

from services.file_content.content import ContentRefused

HEADER_WITHIN = 1024  # bytes: readers look for the header no further
_END_WITHIN = 2048  # bytes: the same for the end mark; what fills up the file does not count
_TAIL = 64 * 1024


def look(stream: BinaryIO, size: int) -> None:
    """Raises `ContentRefused`: truncated, locked, bomb or broken; another error: it cannot be
    read."""
    # pypdf finds what it can in a PDF cut off, so that is seen to here.
    stream.seek(max(0, size - _TAIL))
    end = stream.read(_TAIL).rstrip(b"\0\t\r\n ")[-_END_WITHIN:]
    if b"%%EOF" not in end and b"startxref" not in end:
        raise ContentRefused("truncated")
    try:
        # Not strict: printers, scanners and offices write many a PDF that only nearly is one.
        reader = PdfReader(stream)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ContentRefused("locked")
        if next(iter(reader.pages), None) is None:
            raise ContentRefused("broken")
    except LimitReachedError:
        raise ContentRefused("bomb") from None
    except NotImplementedError:  # encrypted for the holders of certificates
        raise ContentRefused("locked") from None
