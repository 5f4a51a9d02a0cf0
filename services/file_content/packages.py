"""Packages in ZIP form: Office documents of today and OpenDocument; others are archives.

What a package would unpack to is read from its directory first. Then every part is unpacked, as
far as the directory says, and compared with its check sum; nothing of it is kept.
"""

from __future__ import annotations

import zipfile
from typing import BinaryIO

from services.file_content.content import ContentRefused

UNPACKED_MAX = 300 * 1024 * 1024  # bytes in all
RATIO_MAX = 150  # of one part of a megabyte and more, unpacked to packed
PARTS_MAX = 10_000
_SMALL = 1024 * 1024
_OOXML = "application/vnd.openxmlformats-officedocument"
_BY_PART = {
    "word/document.xml": ("docx", f"{_OOXML}.wordprocessingml.document", "docx"),
    "xl/workbook.xml": ("xlsx", f"{_OOXML}.spreadsheetml.sheet", "xlsx"),
    "xl/workbook.bin": ("xlsb", "application/vnd.ms-excel.sheet.binary.macroEnabled.12", "xlsb"),
    "ppt/presentation.xml": ("pptx", f"{_OOXML}.presentationml.presentation", "pptx"),
}
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_BY_MIME = {
    f"{_OPEN_DOCUMENT}text": "odt",
    f"{_OPEN_DOCUMENT}spreadsheet": "ods",
    f"{_OPEN_DOCUMENT}presentation": "odp",
}
_PROGRAM_PARTS = ("vbaproject.bin", ".exe", ".dll", ".js", ".vbs", ".jar", ".bat", ".cmd", ".scr")


def look(stream: BinaryIO, size: int) -> tuple[str, str, str]:
    """Raises `ContentRefused`. Any other error: it cannot be opened."""
    with zipfile.ZipFile(stream) as package:
        return _look(package)


def _look(package: zipfile.ZipFile) -> tuple[str, str, str]:
    parts = package.infolist()
    names = {part.filename: part for part in parts}
    if (
        len(parts) > PARTS_MAX
        or sum(part.file_size for part in parts) > UNPACKED_MAX
        or any(part.file_size > max(_SMALL, part.compress_size * RATIO_MAX) for part in parts)
    ):
        raise ContentRefused("bomb")
    if "AndroidManifest.xml" in names or "META-INF/MANIFEST.MF" in names:
        raise ContentRefused("dangerous")
    found = _kind(package, names)
    if found is None:
        raise ContentRefused("archive")
    if any(part.flag_bits & 1 for part in parts):
        raise ContentRefused("locked")
    lower = [name.lower() for name in names]
    if any(name.endswith(_PROGRAM_PARTS) for name in lower) or any(
        name.startswith("basic/") and name.endswith(".xml") and "script-lb" not in name
        for name in lower
    ):
        raise ContentRefused("dangerous")
    if package.testzip() is not None:
        raise ContentRefused("broken")
    return found


def _kind(
    package: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo]
) -> tuple[str, str, str] | None:
    if "[Content_Types].xml" in names:
        return next((kind for part, kind in _BY_PART.items() if part in names), None)
    if "mimetype" in names:
        mime = _read(package, "mimetype").decode("ascii", "replace").strip()
        extension = _BY_MIME.get(mime)
        if extension is None:
            return None
        if "manifest:encryption-data" in _manifest(package, names):
            raise ContentRefused("locked")
        return extension, mime, extension
    return None


def _manifest(package: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo]) -> str:
    if "META-INF/manifest.xml" not in names:
        raise ContentRefused("broken")
    return _read(package, "META-INF/manifest.xml").decode("utf-8", "replace")


def _read(package: zipfile.ZipFile, name: str) -> bytes:
    """The beginning of a part."""
    with package.open(name) as part:
        return part.read(_SMALL)
