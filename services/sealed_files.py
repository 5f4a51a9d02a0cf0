"""Files sealed at rest, piece by piece, so that none is ever whole in memory.

A sealed file is a header (version, 32 random bytes) and pieces of 64 KiB, each encrypted and
authenticated with the file's own key (AES-256-GCM, `Vault.key_of_file`). A piece's nonce is its
number and whether it is the last, so pieces cannot change places, and a file that was cut off
does not open (the STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizár 2015).
"""

from __future__ import annotations

import io
import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.vault import SealBroken, Vault

PIECE = 64 * 1024  # bytes of content
TAG = 16
_VERSION = b"CSF1"
_SALT = 32
HEADER = len(_VERSION) + _SALT


class SealingWriter:
    """Seals what is written to it into `out`; `close` ends the file, and only then it opens."""

    def __init__(self, out: BinaryIO, vault: Vault) -> None:
        salt = os.urandom(_SALT)
        self._header = _VERSION + salt
        self._aead = AESGCM(vault.key_of_file(salt))
        self._out = out
        self._rest = bytearray()
        self._number = 0
        out.write(self._header)

    def write(self, content: bytes) -> None:
        self._rest += content
        while len(self._rest) > PIECE:  # the last piece, which may be full, waits for `close`
            self._seal(bytes(self._rest[:PIECE]), last=False)
            del self._rest[:PIECE]

    def close(self) -> None:
        self._seal(bytes(self._rest), last=True)
        self._rest.clear()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        nonce = _nonce(self._number, last=last)
        self._out.write(self._aead.encrypt(nonce, piece, self._header))
        self._number += 1


class _SealedReader(io.RawIOBase):
    def __init__(self, sealed: BinaryIO, vault: Vault) -> None:
        length = sealed.seek(0, os.SEEK_END)
        sealed.seek(0)
        self._header = sealed.read(HEADER)
        if len(self._header) < HEADER or not self._header.startswith(_VERSION):
            raise SealBroken("not a sealed file")
        body = length - HEADER
        self._pieces = -(-body // (PIECE + TAG))
        self.size = body - self._pieces * TAG
        if self._pieces == 0 or self.size < 0:
            raise SealBroken("a sealed file that was cut off")
        self._aead = AESGCM(vault.key_of_file(self._header[len(_VERSION) :]))
        self._sealed = sealed
        self._position = 0
        self._opened: tuple[int, bytes] = (-1, b"")
        self._piece(self._pieces - 1)  # another key or a file cut off shows at once

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        if self._position >= self.size:
            return 0
        number, offset = divmod(self._position, PIECE)
        found = self._piece(number)[offset : offset + len(buffer)]
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)

    def close(self) -> None:
        self._sealed.close()
        super().close()

    def _piece(self, number: int) -> bytes:
        if self._opened[0] != number:
            self._sealed.seek(HEADER + number * (PIECE + TAG))
            nonce = _nonce(number, last=number == self._pieces - 1)
            try:
                content = self._aead.decrypt(nonce, self._sealed.read(PIECE + TAG), self._header)
            except InvalidTag:
                raise SealBroken("sealed with another key, cut off or altered") from None
            self._opened = (number, content)
        return self._opened[1]


class SealedFile(io.BufferedReader):
    """The content of a sealed file: read, seek, `size` in bytes. Closing it closes the file.

    Raises:
        SealBroken: at once, when it is cut off or belongs to another key; at reading, when a
            piece was altered.
    """

    def __init__(self, sealed: BinaryIO, vault: Vault) -> None:
        try:
            raw = _SealedReader(sealed, vault)
        except BaseException:
            sealed.close()
            raise
        self.size = raw.size
        super().__init__(raw, PIECE)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
