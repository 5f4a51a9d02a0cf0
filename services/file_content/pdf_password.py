"""Whether an encrypted PDF opens with the empty password (ISO 32000-1, 7.6; ISO 32000-2, 7.6.4)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_ESCAPES = {0x6E: 10, 0x72: 13, 0x74: 9, 0x62: 8, 0x66: 12}


@dataclass(frozen=True, slots=True)
class Encryption:
    """An encryption dictionary, as far as the user's password goes."""

    standard: bool
    revision: int
    key_bytes: int
    owner: bytes
    user: bytes
    permissions: int
    metadata: bool
    first_id: bytes


def read(content: bytes, first_id: bytes) -> Encryption | None:
    """From the dictionary's own text; None where it cannot be read."""
    revision, permissions = _number(content, b"R"), _number(content, b"P")
    owner, user = _string(content, b"O"), _string(content, b"U")
    standard = re.search(rb"/Filter\s*/Standard\b", content) is not None
    if revision is None or permissions is None or owner is None or user is None:
        return None if standard else Encryption(False, 0, 0, b"", b"", 0, True, b"")
    bits = _number(content, b"Length") or 40
    if revision >= 4:
        bits = 128  # the length beside /V 4 speaks of something else in some producers
    return Encryption(
        standard=standard,
        revision=revision,
        key_bytes=5 if revision == 2 else max(5, min(16, bits // 8)),
        owner=owner,
        user=user,
        permissions=permissions,
        metadata=re.search(rb"/EncryptMetadata\s+false\b", content) is None,
        first_id=first_id,
    )


def opens_without(encryption: Encryption) -> bool:
    """Whether whoever gets it can open it: encrypted, but with no password for its reader."""
    if not encryption.standard:
        return False
    if encryption.revision <= 4:
        return _old(encryption)
    salt = encryption.user[32:40]
    if encryption.revision == 5:
        return hashlib.sha256(salt).digest() == encryption.user[:32]
    return _hash_2b(salt) == encryption.user[:32]


def _old(encryption: Encryption) -> bool:
    seed = _PADDING + encryption.owner[:32]
    seed += (encryption.permissions & 0xFFFFFFFF).to_bytes(4, "little") + encryption.first_id
    if encryption.revision >= 4 and not encryption.metadata:
        seed += b"\xff\xff\xff\xff"
    key = _md5(seed)
    if encryption.revision == 2:
        return _rc4(key[: encryption.key_bytes], _PADDING) == encryption.user[:32]
    for _ in range(50):
        key = _md5(key[: encryption.key_bytes])
    key = key[: encryption.key_bytes]
    check = _md5(_PADDING + encryption.first_id)
    for number in range(20):
        check = _rc4(bytes(byte ^ number for byte in key), check)
    return check == encryption.user[:16]


def _hash_2b(salt: bytes) -> bytes:
    """Algorithm 2.B with the empty password."""
    key = hashlib.sha256(salt).digest()
    number = 0
    while True:
        cipher = Cipher(algorithms.AES(key[:16]), modes.CBC(key[16:32])).encryptor()
        mixed = cipher.update(key * 64) + cipher.finalize()
        name = ("sha256", "sha384", "sha512")[sum(mixed[:16]) % 3]
        key = hashlib.new(name, mixed).digest()
        number += 1
        if number >= 64 and mixed[-1] <= number - 32:
            return key[:32]


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def _rc4(key: bytes, content: bytes) -> bytes:
    """Thirty-two bytes at most here, so plain Python does: the library has retired it."""
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) & 255
        box[i], box[j] = box[j], box[i]
    i = j = 0
    out = bytearray()
    for byte in content:
        i = (i + 1) & 255
        j = (j + box[i]) & 255
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) & 255])
    return bytes(out)


def _number(content: bytes, name: bytes) -> int | None:
    found = re.search(rb"/%s\s+(-?\d{1,12})\b" % name, content)
    return None if found is None else int(found[1])


def _string(content: bytes, name: bytes) -> bytes | None:
    found = re.search(rb"/%s\s*([<(])" % name, content)
    return None if found is None else string_at(content, found.start(1))


def string_at(content: bytes, at: int) -> bytes:
    """The string that begins at a place: `<hex>` or `(literal)` with its escapes."""
    if content[at : at + 1] == b"<":
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", content[at + 1 : content.find(b">", at)])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    out = bytearray()
    depth, at = 1, at + 1
    while at < len(content):
        byte = content[at]
        at += 1
        if byte == 0x5C:  # a backslash
            escaped = content[at : at + 1]
            if octal := re.match(rb"[0-7]{1,3}", content[at : at + 3]):
                out.append(int(octal[0], 8) & 255)
                at += len(octal[0])
            elif escaped == b"\r":
                at += 2 if content[at + 1 : at + 2] == b"\n" else 1
            elif escaped == b"\n":
                at += 1
            elif escaped:
                out.append(_ESCAPES.get(escaped[0], escaped[0]))
                at += 1
            continue
        if byte == 0x28:
            depth += 1
        elif byte == 0x29:
            depth -= 1
            if depth == 0:
                break
        out.append(byte)
    return bytes(out)
