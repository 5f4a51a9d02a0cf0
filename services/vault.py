"""The vault: numbers encrypted at rest, found again by keyed fingerprints.

One 32-byte key in `KEY_FILE`; everything else is derived from it (HKDF-SHA-256). Who
loses the file loses every sealed number, so it is made once and never overwritten.
Social security numbers have only twelve digits: a fingerprint without a key would be
undone by counting, with the key it cannot be.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from hashlib import blake2b
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.records.traffic import Setting

KEY_BYTES = 32
FINGERPRINT_BYTES = 16
_NONCE_BYTES = 12
_TAG_BYTES = 16
# The first byte of what is sealed names its key, so that keys can be changed later.
_VERSION = b"\x01"
_KEY_CHECK = "vault.key_check"


class KeyFileUnusable(Exception):
    """`KEY_FILE` cannot be read, written or is no key; `reason` says which, never its content."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"KEY_FILE {path}: {reason}")
        self.path = path
        self.reason = reason


class KeyDoesNotFit(Exception):
    """The key opens nothing in this database: another key file belongs to it."""

    def __init__(self) -> None:
        super().__init__(
            "KEY_FILE does not belong to this database: its numbers were sealed with another key"
        )


class SealBroken(Exception):
    """What was to be opened was sealed with another key, was altered or is no seal."""


class Vault:
    """Seals, opens and fingerprints with keys derived from one secret.

    `created` tells whether this start made the key file, so that the caller can warn
    to keep a copy; `readable_by_others` whether its mode lets other users read it.
    """

    def __init__(
        self, key: bytes, *, created: bool = False, readable_by_others: bool = False
    ) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self.created = created
        self.readable_by_others = readable_by_others
        self._key = key
        self._aead = AESGCM(self._derive("seal 1"))
        self._mac_key = self._derive("mac")
        self._fingerprint_keys: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return "Vault(***)"

    @classmethod
    def open(cls, key_file: Path) -> Vault:
        """The vault of a key file, which is made (mode 0600) when there is none.

        Raises:
            KeyFileUnusable: unreadable, not writable, or not 32 bytes long.
        """
        created = False
        if not key_file.exists():
            created = _make_key_file(key_file)
        try:
            key = key_file.read_bytes()
            mode = key_file.stat().st_mode
        except OSError as error:
            raise KeyFileUnusable(key_file, error.strerror or "cannot be read") from None
        if len(key) != KEY_BYTES:
            raise KeyFileUnusable(
                key_file, f"has {len(key)} bytes instead of {KEY_BYTES}: restore it from your copy"
            )
        shared = bool(mode & (stat.S_IRGRP | stat.S_IROTH))
        return cls(key, created=created, readable_by_others=shared)

    def seal(self, text: str) -> bytes:
        """Encrypt a text; each call gives another result, so equal texts do not show."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._aead.encrypt(nonce, text.encode(), _VERSION)

    def open_sealed(self, sealed: bytes) -> str:
        """The text that was sealed.

        Raises:
            SealBroken: another key, or not what `seal` gave.
        """
        if sealed[:1] != _VERSION or len(sealed) < 1 + _NONCE_BYTES + _TAG_BYTES:
            raise SealBroken("not a seal of this vault")
        try:
            return self._aead.decrypt(
                sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], _VERSION
            ).decode()
        except InvalidTag:
            raise SealBroken("sealed with another key, or altered") from None

    def fingerprint(self, text: str, purpose: str) -> bytes:
        """16 bytes that find a normalised text again; `purpose` (ssn, phone) keeps kinds apart."""
        key = self._fingerprint_keys.get(purpose)
        if key is None:
            key = self._fingerprint_keys[purpose] = self._derive(f"fingerprint {purpose}")
        return hmac.digest(key, text.encode(), "sha256")[:FINGERPRINT_BYTES]

    def mac(self, data: bytes) -> bytes:
        """32 bytes that only this installation can make, for signing buttons and links.

        Keyed BLAKE2b: a tenth of the cost of an HMAC, and every button needs one.
        """
        return blake2b(data, key=self._mac_key, digest_size=32).digest()

    def key_of_file(self, salt: bytes) -> bytes:
        """32 bytes that seal one file and no other; `salt` is random and stands in the file."""
        return HKDF(
            algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"casnos-bot file 1"
        ).derive(self._key)

    def key_check(self) -> str:
        """A public mark of the key: equal for equal keys, and tells nothing about them."""
        return self._derive("check").hex()[:32]

    def _derive(self, purpose: str) -> bytes:
        # The secret is uniformly random, so HKDF needs no salt (RFC 5869, 3.1).
        return HKDF(
            algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"casnos-bot {purpose}".encode()
        ).derive(self._key)


def ensure_key_fits(session: Session, vault: Vault) -> None:
    """Mark the database with its key the first time, and refuse any other key from then on.

    With another key every number would look new and nobody would find their account.

    Raises:
        KeyDoesNotFit: the database belongs to another key.
    """
    marked = session.execute(
        select(Setting.value).where(Setting.name == _KEY_CHECK)
    ).scalar_one_or_none()
    if marked is None:
        session.add(Setting(name=_KEY_CHECK, value=vault.key_check()))
        session.flush()
    elif not hmac.compare_digest(marked, vault.key_check()):
        raise KeyDoesNotFit


def _make_key_file(key_file: Path) -> bool:
    """Make the key under another name and link it in whole: no start ever reads half a key.

    False when another process was quicker; its key then stands.
    """
    draft = key_file.with_name(f".{key_file.name}.{secrets.token_hex(4)}")
    try:
        key_file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, secrets.token_bytes(KEY_BYTES))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            os.link(draft, key_file)
        except FileExistsError:
            return False
        finally:
            draft.unlink(missing_ok=True)
        _sync_directory(key_file.parent)
    except OSError as error:
        raise KeyFileUnusable(key_file, error.strerror or "cannot be made") from None
    return True


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
