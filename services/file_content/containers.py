"""Films, sounds and HEIC pictures: whether the container reaches as far as it says.

What lies in it is not decoded. ISO media files (HEIC, AVIF, MP4, MOV, 3GP, M4A) are boxes one
after another to the end; RIFF files (WAV, AVI) tell their length.
"""

from __future__ import annotations

from typing import BinaryIO

from services.file_content.content import ContentRefused

BOXES_MAX = 10_000


def picture(stream: BinaryIO, size: int) -> None:
    """A picture has its description; a film in a picture's clothes has its own."""
    if not {b"meta", b"moov"} & _boxes(stream, size):
        raise ContentRefused("truncated")


def film(stream: BinaryIO, size: int) -> None:
    """Without its index (`moov`) a film does not play: it often comes last, and is cut off."""
    if b"moov" not in _boxes(stream, size):
        raise ContentRefused("truncated")


def riff(stream: BinaryIO, size: int) -> None:
    stream.seek(4)
    if int.from_bytes(stream.read(4), "little") + 8 > size + 1:  # an odd end may lack its padding
        raise ContentRefused("truncated")


def _boxes(stream: BinaryIO, size: int) -> set[bytes]:
    found: set[bytes] = set()
    at = 0
    for _ in range(BOXES_MAX):
        if at >= size:
            return found
        stream.seek(at)
        head = stream.read(16)
        if len(head) < 8:
            return found  # a few bytes of padding behind the last box
        length, name = int.from_bytes(head[:4]), head[4:8]
        if length == 0:  # to the end of the file
            return found | {name}
        if length == 1:
            if len(head) < 16:
                raise ContentRefused("truncated")
            length = int.from_bytes(head[8:16])
        if length < 8:
            if found:  # whatever a program appended
                return found
            raise ContentRefused("broken")
        found.add(name)
        at += length
        if at > size:
            raise ContentRefused("truncated")
    raise ContentRefused("broken")
