"""Files held in memory: what bots upload and what people send."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

MAX_DOWNLOAD = 20 * 1024 * 1024
MAX_UPLOAD = 50 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024

_FOLDERS = {
    "photo": "photos",
    "voice": "voice",
    "video": "videos",
    "sticker": "stickers",
    "audio": "music",
}


@dataclass(slots=True)
class StoredFile:
    """One file; `size` in bytes may be declared larger than `data` to try the limits."""

    file_id: str
    unique_id: str
    kind: str
    name: str
    mime: str
    size: int
    data: bytes
    path: str
    width: int = 0
    height: int = 0

    def described(self) -> dict[str, Any]:
        """Give the fields every kind of file has in the Bot API."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": self.size,
        }


class FileStore:
    """All files by their id and by the path they are downloaded under."""

    def __init__(self) -> None:
        self.by_id: dict[str, StoredFile] = {}
        self.by_path: dict[str, StoredFile] = {}

    def add(
        self, *, kind: str, name: str, mime: str, data: bytes, declared_size: int | None = None
    ) -> StoredFile:
        """Keep a file and give it ids and a path of Telegram's look."""
        number = len(self.by_id) + 1
        suffix = name.rsplit(".", 1)[-1].lower() if "." in name else "bin"
        if not suffix.isalnum() or not suffix.isascii():
            suffix = "bin"
        path = f"{_FOLDERS.get(kind, 'documents')}/file_{number}.{suffix}"
        width, height = image_size(data)
        stored = StoredFile(
            file_id=f"BQACAgQAAxkBAAI{number:08d}{kind}AAQ",
            unique_id=f"AgAD{number:08d}",
            kind=kind,
            name=name,
            mime=mime,
            size=len(data) if declared_size is None else declared_size,
            data=data,
            path=path,
            width=width,
            height=height,
        )
        self.by_id[stored.file_id] = stored
        self.by_path[path] = stored
        return stored


def image_size(data: bytes) -> tuple[int, int]:
    """Read width and height in pixels of a PNG, GIF, WebP or JPEG; (0, 0) if none of them."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width), int(height)
    if data[:4] == b"GIF8" and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return int(width), int(height)
    if data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X" and len(data) >= 30:
        return (
            1 + int.from_bytes(data[24:27], "little"),
            1 + int.from_bytes(data[27:30], "little"),
        )
    if data[:2] == b"\xff\xd8":
        return _jpeg_size(data)
    return 0, 0


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in (0xC0, 0xC1, 0xC2):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return int(width), int(height)
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return 0, 0
