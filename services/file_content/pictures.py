"""Pictures: whether they are whole, and of a size that a telephone can open."""

from __future__ import annotations

from typing import BinaryIO

from services.file_content.refusal import ContentRefused

PIXELS_MAX = 400_000_000  # twice what the largest telephone takes today (200 megapixels)
_PIECE = 64 * 1024
_NO_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})  # JPEG markers that stand alone
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def jpeg(stream: BinaryIO, size: int) -> None:
    """Segments up to the first scan, a frame with a size, and the end mark after it. What a
    camera appends behind the end (a moving picture) is not looked at."""
    at, framed = 2, False
    while True:
        stream.seek(at)
        head = stream.read(9)
        if len(head) < 4:
            raise ContentRefused("truncated")
        if head[0] != 0xFF:
            raise ContentRefused("broken")
        marker = head[1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker in _NO_LENGTH:
            at += 2
            continue
        if marker == 0xD9:
            raise ContentRefused("truncated")  # ended before any picture
        if marker in _FRAMES:
            if len(head) < 9:
                raise ContentRefused("truncated")
            _check_pixels(int.from_bytes(head[7:9]), int.from_bytes(head[5:7]))
            framed = True
        length = int.from_bytes(head[2:4])
        if length < 2:
            raise ContentRefused("broken")
        at += 2 + length
        if marker == 0xDA:
            break
    if not framed:
        raise ContentRefused("broken")
    if not _holds(stream, b"\xff\xd9", at):
        raise ContentRefused("truncated")


def png(stream: BinaryIO, size: int) -> None:
    """Chunks one after another, from the header to the end chunk."""
    at, first = 8, True
    while True:
        stream.seek(at)
        head = stream.read(16)
        if len(head) < 8:
            raise ContentRefused("truncated")
        length, name = int.from_bytes(head[:4]), head[4:8]
        if first:
            if name != b"IHDR" or length != 13:
                raise ContentRefused("broken")
            if len(head) < 16:
                raise ContentRefused("truncated")
            _check_pixels(int.from_bytes(head[8:12]), int.from_bytes(head[12:16]))
            first = False
        at += 12 + length
        if at > size:
            raise ContentRefused("truncated")
        if name == b"IEND":
            return


def gif(stream: BinaryIO, size: int) -> None:
    stream.seek(6)
    sides = stream.read(4)
    if len(sides) < 4:
        raise ContentRefused("truncated")
    _check_pixels(int.from_bytes(sides[:2], "little"), int.from_bytes(sides[2:], "little"))
    stream.seek(max(0, size - _PIECE))
    if not stream.read(_PIECE).rstrip(b"\0").endswith(b";"):
        raise ContentRefused("truncated")


def riff(stream: BinaryIO, size: int) -> None:
    """WebP, WAV, AVI: as long as its header says."""
    stream.seek(4)
    if int.from_bytes(stream.read(4), "little") + 8 > size + 1:  # an odd end may lack its padding
        raise ContentRefused("truncated")


def _check_pixels(width: int, height: int) -> None:
    if width == 0 or height == 0:
        raise ContentRefused("broken")
    if width * height > PIXELS_MAX:
        raise ContentRefused("bomb")


def _holds(stream: BinaryIO, mark: bytes, start: int) -> bool:
    stream.seek(start)
    rest = b""
    while piece := stream.read(_PIECE):
        if mark in rest + piece:
            return True
        rest = piece[-len(mark) + 1 :]
    return False
