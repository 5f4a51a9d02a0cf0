"""Files of every kind, made here: whole ones, and the ways in which they are not."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from functools import cache

from PIL import Image
from pypdf import PdfWriter


@cache
def picture(kind: str = "JPEG", side: int = 64) -> bytes:
    """A picture with some noise in it, so that it has a body to be cut off in."""
    out = io.BytesIO()
    image = Image.effect_noise((side, side), 60)
    image.convert("RGB" if kind != "GIF" else "P").save(out, kind)
    return out.getvalue()


@cache
def pdf(*, user: str | None = None, owner: str | None = None, algorithm: str = "AES-256") -> bytes:
    """A PDF of two empty pages; with a password to open it (`user`) or only to change it."""
    writer = PdfWriter()
    for _ in range(2):
        writer.add_blank_page(width=200, height=200)
    if user is not None or owner is not None:
        writer.encrypt(user or "", owner or "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def package(parts: Mapping[str, bytes], *, compress: bool = True) -> bytes:
    out = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", kind) as written:
        for name, content in parts.items():
            written.writestr(name, content)
    return out.getvalue()


def docx(extra: Mapping[str, bytes] | None = None) -> bytes:
    return package(
        {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}
        | dict(extra or {})
    )


def odt(*, locked: bool = False) -> bytes:
    manifest = b"<manifest:encryption-data/>" if locked else b"<manifest:manifest/>"
    return package(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": manifest,
            "content.xml": b"<office:document-content/>",
        }
    )


def box(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def heic() -> bytes:
    """As an iPhone's: its brand, its description, its picture."""
    return (
        box(b"ftyp", b"heic\0\0\0\0mif1heic")
        + box(b"meta", b"\0" * 300)
        + box(b"mdat", b"\1" * 5_000)
    )


def mp4(*, brand: bytes = b"isom") -> bytes:
    return (
        box(b"ftyp", brand + b"\0\0\2\0isomiso2")
        + box(b"free")
        + box(b"mdat", b"\1" * 3_000)
        + box(b"moov", b"\0" * 400)
    )


def compound(*names: str) -> bytes:
    """An Office file of before 2007, as far as its directory tells."""
    head = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 1016
    directory = b"".join((one.encode("utf-16-le") + b"\0\0").ljust(128, b"\0") for one in names)
    return (head + directory).ljust(8_192, b"\0")


OGG = b"OggS\0\2" + b"\0" * 20 + b"\1\x13OpusHead" + b"\0" * 500
PROGRAM = b"MZ\x90\0" + b"\0" * 60 + b"This program cannot be run in DOS mode" + b"\0" * 400
