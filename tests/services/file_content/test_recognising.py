"""What is kept out by its content, whatever it is called, and what telephones really send."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.file_content.content import REASONS, ContentRefused
from services.file_content.recognising import recognise
from tests.services.file_content import samples

TAKEN = [
    ("jpeg", samples.picture("JPEG"), "image/jpeg"),
    ("jpeg", samples.picture("JPEG") + b"MotionPhoto_Data" + samples.mp4(), "image/jpeg"),
    ("png", samples.picture("PNG"), "image/png"),
    ("gif", samples.picture("GIF"), "image/gif"),
    ("webp", samples.picture("WEBP"), "image/webp"),
    ("tiff", samples.picture("TIFF"), "image/tiff"),
    ("bmp", samples.picture("BMP"), "image/bmp"),
    ("heic", samples.heic(), "image/heic"),
    ("mp4", samples.mp4(), "video/mp4"),
    ("mp4", samples.mp4(brand=b"3gp5"), "video/mp4"),
    ("m4a", samples.mp4(brand=b"M4A "), "audio/mp4"),
    ("mov", samples.box(b"moov", b"\0" * 40) + samples.box(b"mdat", b"\1" * 90), "video/quicktime"),
    ("ogg", samples.OGG, "audio/ogg"),
    ("mp3", b"ID3\3\0" + b"\0" * 300, "audio/mpeg"),
    ("pdf", samples.pdf(), "application/pdf"),
    ("pdf", b"\xef\xbb\xbf\n" + samples.pdf(), "application/pdf"),
    ("pdf", samples.pdf() + b"\0" * 900, "application/pdf"),
    # Locked against changes only: banks and administrations send such.
    ("pdf", samples.pdf(owner="x", algorithm="RC4-40"), "application/pdf"),
    ("pdf", samples.pdf(owner="x", algorithm="RC4-128"), "application/pdf"),
    ("pdf", samples.pdf(owner="x", algorithm="AES-128"), "application/pdf"),
    ("pdf", samples.pdf(owner="x", algorithm="AES-256-R5"), "application/pdf"),
    ("pdf", samples.pdf(owner="x", algorithm="AES-256"), "application/pdf"),
    ("docx", samples.docx(), None),
    ("odt", samples.odt(), "application/vnd.oasis.opendocument.text"),
    ("doc", samples.compound("Root Entry", "WordDocument"), "application/msword"),
    ("xls", samples.compound("Root Entry", "Workbook"), "application/vnd.ms-excel"),
    ("rtf", rb"{\rtf1\ansi Bonjour}", "application/rtf"),
    ("text", "Reçu n° 12, payé le 3 mai.".encode(), "text/plain"),
    ("text", "دفعت يوم 3 ماي".encode(), "text/plain"),
    ("text", "Payé à l'agence".encode("cp1252"), "text/plain"),
]

REFUSED = [
    ("empty", b""),
    ("empty", b" \r\n\t "),
    ("dangerous", samples.PROGRAM),
    ("dangerous", b"\x7fELF\2\1\1" + b"\0" * 200),
    ("dangerous", bytes.fromhex("cafebabe") + b"\0\0\0\x34" * 20),
    ("dangerous", bytes.fromhex("4c0000000114020000000000c000000000000046") + b"\0" * 80),
    ("dangerous", b"#!/bin/sh\necho\n"),
    ("dangerous", b"  <SCRIPT>alert(1)</SCRIPT>"),
    ("dangerous", b'<?xml version="1.0"?>\n<svg onload="x"/>'),
    ("dangerous", "\ufeffSet-ExecutionPolicy Bypass".encode("utf-16")),
    ("dangerous", rb"{\rtf1 {\object\objemb{\*\objdata 0105}}}"),
    ("dangerous", samples.docx({"word/vbaProject.bin": b"\0"})),
    ("dangerous", samples.compound("Root Entry", "WordDocument", "_VBA_PROJECT")),
    ("dangerous", samples.package({"AndroidManifest.xml": b"", "classes.dex": b""})),
    ("dangerous", samples.package({"META-INF/MANIFEST.MF": b"", "A.class": b""})),
    ("archive", samples.package({"photo.jpg": samples.picture()})),
    ("archive", b"Rar!\x1a\x07\1\0" + b"\0" * 40),
    ("archive", b"\x1f\x8b\x08\0" + b"\0" * 40),
    ("archive", b"7z\xbc\xaf\x27\x1c" + b"\0" * 40),
    ("archive", b"name".ljust(257, b"\0") + b"ustar\x0000" + b"\0" * 600),
    ("bomb", samples.docx({"word/media/a.xml": b"\0" * 30_000_000})),
    ("locked", samples.pdf(user="secret", algorithm="RC4-40")),
    ("locked", samples.pdf(user="secret", algorithm="RC4-128")),
    ("locked", samples.pdf(user="secret", algorithm="AES-128")),
    ("locked", samples.pdf(user="secret", algorithm="AES-256-R5")),
    ("locked", samples.pdf(user="secret", algorithm="AES-256")),
    ("locked", samples.odt(locked=True)),
    ("locked", samples.compound("Root Entry", "EncryptedPackage", "EncryptionInfo")),
    ("broken", b"%PDF-1.7\nnothing at all\n%%EOF\n"),
    ("broken", b"\xff\xd8\xff\xe0\0\4ab" + b"nonsense" * 20),
    ("broken", b"PK\3\4" + b"nonsense" * 200),
    ("unknown", bytes(range(256)) * 8),
    ("unknown", b"SQLite format 3\0" + b"\0" * 100),
    ("unknown", samples.compound("Root Entry", "__properties_version1.0")),
]


def refusal(content: bytes) -> str | None:
    """Why it is kept out; None when it is taken."""
    try:
        recognise(io.BytesIO(content))
    except ContentRefused as refused:
        return refused.reason
    return None


@pytest.mark.parametrize(("code", "content", "mime"), TAKEN)
def test_what_people_send_is_taken_for_what_it_is(
    code: str, content: bytes, mime: str | None
) -> None:
    found = recognise(io.BytesIO(content))
    assert found.code == code
    assert mime is None or found.mime == mime
    assert found.extension


@pytest.mark.parametrize(("reason", "content"), REFUSED)
def test_what_is_kept_out_says_why(reason: str, content: bytes) -> None:
    assert refusal(content) == reason


@pytest.mark.parametrize(
    "content",
    [
        *(samples.picture(kind) for kind in ("JPEG", "PNG", "GIF", "WEBP")),
        samples.heic(),
        samples.mp4(),
        samples.pdf(),
        samples.docx(),
    ],
)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_that_breaks_off_is_never_taken(content: bytes, share: float) -> None:
    assert refusal(content[: int(len(content) * share)]) in ("truncated", "broken")


def test_a_package_that_lies_about_its_size_is_refused_without_unpacking_it() -> None:
    whole = samples.docx({"word/media/a.xml": b"\0" * 3_000_000})
    lying = whole.replace((3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != whole
    assert refusal(lying) == "broken"


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([content for _, content, _ in TAKEN] + [content for _, content in REFUSED]),
    st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 255)), max_size=8),
    st.integers(0, 5_000),
)
def test_damaged_files_are_taken_or_refused_and_nothing_else(
    content: bytes, changes: list[tuple[int, int]], length: int
) -> None:
    damaged = bytearray(content[:20_000])
    for at, byte in changes:
        if at < len(damaged):
            damaged[at] = byte
    reason = refusal(bytes(damaged[:length]))
    assert reason is None or reason in REASONS
