"""Text, RTF, and Office documents of before 2007 (compound files)."""

from __future__ import annotations

from typing import BinaryIO

from services.file_content.content import ContentRefused

_PIECE = 64 * 1024
_TEXT = ("text", "text/plain", "txt")
# Text that something runs, or a browser: after spaces, whatever its letter case.
_RUNS = ("#!", "@echo", "<?php", "<script", "<html", "<!doctype html", "<svg", "<job", "<hta:")
# A script begins with a line like these (PowerShell, Visual Basic, JavaScript, registry).
_RUNS_BY_LINE = (
    "windows registry editor",
    "regedit4",
    "set-executionpolicy",
    "powershell",
    "invoke-",
    "wscript.",
    "createobject(",
    "on error resume next",
)
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 27}

WORD, SHEET, SLIDES = "WordDocument", "Workbook", "PowerPoint Document"
_COMPOUND = {
    WORD: ("doc", "application/msword", "doc"),
    SHEET: ("xls", "application/vnd.ms-excel", "xls"),
    "Book": ("xls", "application/vnd.ms-excel", "xls"),
    SLIDES: ("ppt", "application/vnd.ms-powerpoint", "ppt"),
}


def text(head: bytes, size: int) -> tuple[str, str, str]:
    """A plain text, or `unknown`. Only its beginning is read."""
    try:
        shown = _decoded(head, whole=len(head) == size)
    except UnicodeDecodeError:
        raise ContentRefused("unknown") from None
    if not shown.strip("\ufeff \t\r\n"):
        raise ContentRefused("empty")
    if runs(shown):
        raise ContentRefused("dangerous")
    return _TEXT


def runs(shown: str) -> bool:
    """Whether it is a text that something runs, told by its beginning."""
    beginning = shown.lstrip("\ufeff \t\r\n").lower()[:500]
    if beginning.startswith("<?xml"):
        beginning = beginning.partition("?>")[2].lstrip()
    return beginning.startswith(_RUNS) or any(one in beginning for one in _RUNS_BY_LINE)


def _decoded(head: bytes, *, whole: bool) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16")
    if _CONTROLS & set(head):
        raise ContentRefused("unknown")
    try:
        # A letter may be cut where the beginning ends.
        return head.decode("utf-8") if whole else head.decode("utf-8", "ignore")
    except UnicodeDecodeError:
        return head.decode("cp1252")


def rtf(stream: BinaryIO, size: int) -> None:
    """RTF may carry programs as objects."""
    if _holds(stream, (b"\\objdata", b"\\objocx", b"\\objemb")):
        raise ContentRefused("dangerous")
    stream.seek(max(0, size - 1024))
    if b"}" not in stream.read(1024):
        raise ContentRefused("truncated")


def compound(stream: BinaryIO, size: int) -> tuple[str, str, str]:
    """Told by the names of its streams, which stand in its directory as UTF-16."""
    if size < 3 * 512:  # a header, a directory, a table
        raise ContentRefused("broken")
    if _names(stream, "EncryptedPackage"):
        raise ContentRefused("locked")
    if _names(stream, "_VBA_PROJECT") or _names(stream, "_VBA_PROJECT_CUR"):
        raise ContentRefused("dangerous")
    for name, content in _COMPOUND.items():
        if _names(stream, name):
            return content
    raise ContentRefused("unknown")  # an installer, a message of Outlook


def _names(stream: BinaryIO, name: str) -> bool:
    return _holds(stream, (name.encode("utf-16-le") + b"\0\0",))


def _holds(stream: BinaryIO, marks: tuple[bytes, ...]) -> bool:
    longest = max(map(len, marks))
    stream.seek(0)
    rest = b""
    while piece := stream.read(_PIECE):
        if any(mark in rest + piece for mark in marks):
            return True
        rest = piece[-longest + 1 :]
    return False
