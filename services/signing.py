"""Signed codes for receipts and plans, which any counter verifies offline.

A code carries a reference and a few facts with an Ed25519 signature (RFC 8032). Who holds
the public key can check one without a network and cannot make one. The private key is
derived from the vault's secret, so that it is backed up with it and lies nowhere else.

A code is written in Crockford's base 32, without I, L, O and U: what is typed with those
letters, in lower case, with spaces or with Arabic digits is understood. Two bytes at the end
tell a mistyped code from one that the fund never signed. No name and no whole number is ever
put into a code.
"""

from __future__ import annotations

import hashlib
from binascii import crc_hqx
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from services import references
from services.numbers.digits import latin_digits_and_dashes
from services.references import Kind
from services.vault import Vault

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUP = 5
DIGEST_BYTES = 8
_READ = {letter: value for value, letter in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_VERSION = 1
_SIGNATURE_BYTES, _CHECK_BYTES = 64, 2
_KIND_BYTES = {Kind.COMPLAINT: 1, Kind.PLAN: 2}
_FIRST_DAY = date(2000, 1, 1)
_FIRST_MINUTE = datetime(2000, 1, 1, tzinfo=UTC)
# Shorter than anything a button is signed over, so the two never meet.
_KEY_NAME = b"signing key 1"

Value = int | str | bytes | date | datetime


class Form(Enum):
    """How a fact is written into a code."""

    DAY = "day"
    MINUTE = "minute"
    """An aware instant, cut to its minute."""
    NUMBER = "number"
    """A whole number from 0; amounts are centimes."""
    DIGITS = "digits"
    """Up to four digits as text: the end of a number, never the whole of it."""
    DIGEST = "digest"
    """`digest_of` a text that is kept elsewhere."""
    WORD = "word"
    """A stable key of ours, ASCII, at most 31 letters."""


# name: (its number in a code, how it is written). Numbers are never given again.
FIELDS: Mapping[str, tuple[int, Form]] = {
    "signed_on": (1, Form.DAY),
    "total": (2, Form.NUMBER),
    "down_payment": (3, Form.NUMBER),
    "installments": (4, Form.NUMBER),
    "first_due": (5, Form.DAY),
    "last_due": (6, Form.DAY),
    "received_at": (7, Form.MINUTE),
    "answer_by": (8, Form.MINUTE),
    "resolve_by": (9, Form.MINUTE),
    "holder": (10, Form.DIGITS),
    "digest": (11, Form.DIGEST),
    "category": (12, Form.WORD),
}
_BY_NUMBER = {number: (name, form) for name, (number, form) in FIELDS.items()}


class Why(Enum):
    """Why a code is refused."""

    NOT_A_CODE = "not_a_code"
    MISTYPED = "mistyped"
    OTHER_EDITION = "other_edition"
    """Made by a later edition of the program than this one."""
    NOT_SIGNED = "not_signed"
    """Well written, but not signed with the key that belongs to this public key."""


class CodeRefused(ValueError):
    """The code proves nothing; `why` says what is wrong with it."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


class NotAPublicKey(ValueError):
    """The text holds no Ed25519 public key."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a verified code says, as it was signed."""

    kind: Kind
    reference: str
    fields: Mapping[str, Value]


def sign(vault: Vault, kind: Kind, reference: str, fields: Mapping[str, Value]) -> str:
    """A code for a reference and its facts (names of `FIELDS`); the same facts, the same code.

    Raises:
        ValueError: the reference is of another kind, or a fact does not fit its form.
    """
    parsed = references.parse(reference)
    if parsed.kind is not kind:
        raise ValueError("the reference names another kind")
    number = int(f"1{parsed.agency}{parsed.year % 100:02d}{parsed.serial:06d}")
    body = bytes((_VERSION << 4 | _KIND_BYTES[kind],)) + _varint(number)
    for name in sorted(fields, key=lambda name: FIELDS[name][0]):
        place, form = FIELDS[name]
        body += bytes((place,)) + _write(form, fields[name])
    signed = body + _private_key(vault).sign(body)
    return _grouped(_to_text(signed + crc_hqx(signed, 0).to_bytes(_CHECK_BYTES, "big")))


def verify(code: str, public_key: bytes) -> Signed:
    """What a code says, typed in any form, if it was signed by the holder of the key.

    Raises:
        CodeRefused: with the reason.
        NotAPublicKey: the key has not 32 bytes.
    """
    raw = _from_text(code)
    signed, check = raw[:-_CHECK_BYTES], raw[-_CHECK_BYTES:]
    if len(signed) < _SIGNATURE_BYTES + 2:
        raise CodeRefused(Why.NOT_A_CODE)
    if crc_hqx(signed, 0).to_bytes(_CHECK_BYTES, "big") != check:
        raise CodeRefused(Why.MISTYPED)
    body, signature = signed[:-_SIGNATURE_BYTES], signed[-_SIGNATURE_BYTES:]
    if body[0] >> 4 != _VERSION:
        raise CodeRefused(Why.OTHER_EDITION)
    try:
        _public_key(public_key).verify(signature, body)
    except InvalidSignature:
        raise CodeRefused(Why.NOT_SIGNED) from None
    return _read_body(body)


def sign_bytes(vault: Vault, purpose: bytes, message: bytes) -> bytes:
    """The 64 bytes of a signature over something that is not a code; `purpose`, ASCII words
    that begin with a letter, keeps it apart from every code and every other purpose."""
    return _private_key(vault).sign(purpose + b"\0" + message)


def is_signed(key: bytes, purpose: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of the public key signed this for this purpose."""
    try:
        _public_key(key).verify(signature, purpose + b"\0" + message)
    except (InvalidSignature, NotAPublicKey):
        return False
    return True


def public_key(vault: Vault) -> bytes:
    """The 32 bytes that counters hold."""
    return _private_key(vault).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def write_public_key(key: bytes) -> str:
    """The public key as a PEM text, which other programs read too."""
    return _public_key(key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def read_public_key(text: str) -> bytes:
    """The key of a PEM text.

    Raises:
        NotAPublicKey
    """
    try:
        key = load_pem_public_key(text.encode())
    except ValueError:
        raise NotAPublicKey("no public key in PEM form") from None
    if not isinstance(key, Ed25519PublicKey):
        raise NotAPublicKey("a public key, but not of Ed25519")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def short_name(key: bytes) -> str:
    """Twelve letters by which two people compare a public key over the telephone."""
    return _grouped(_to_text(hashlib.sha256(key).digest())[:12], 4)


def written(raw: bytes) -> str:
    """Bytes in groups of four letters, to be copied by hand and compared by telephone."""
    return _grouped(_to_text(raw), 4)


def as_written(text: str) -> str:
    """What someone copied by hand, as `written` gives it: any case, dashes or not, I for 1."""
    typed = latin_digits_and_dashes(text).upper()
    letters = (letter for letter in typed if letter not in "-. ")
    return _grouped("".join(ALPHABET[_READ[x]] if x in _READ else x for x in letters), 4)


def digest_of(text: str) -> bytes:
    """What stands for a text inside a code: the start of its SHA-256."""
    return hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES]


def _private_key(vault: Vault) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(vault.mac(_KEY_NAME))


def _public_key(key: bytes) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(key)
    except ValueError:
        raise NotAPublicKey("a public key has 32 bytes") from None


# --- bytes ------------------------------------------------------------------------------


def _write(form: Form, value: Value) -> bytes:
    if form is Form.MINUTE and isinstance(value, datetime):
        return _varint((value - _FIRST_MINUTE) // timedelta(minutes=1))
    if form is Form.DAY and isinstance(value, date) and not isinstance(value, datetime):
        return _varint((value - _FIRST_DAY).days)
    if form is Form.NUMBER and isinstance(value, int):
        return _varint(value)
    if form is Form.DIGITS and isinstance(value, str) and value.isdecimal() and len(value) <= 4:
        return _varint(int(f"1{value}"))
    if form is Form.DIGEST and isinstance(value, bytes) and len(value) == DIGEST_BYTES:
        return value
    if form is Form.WORD and isinstance(value, str) and value.isascii() and len(value) <= 31:
        return bytes((len(value),)) + value.encode()
    raise ValueError(f"a fact does not fit the form {form.value!r}")


def _read_body(body: bytes) -> Signed:
    """Take a signed body apart. It was made by `sign`, so it cannot be broken, only newer."""
    kind = next((k for k, byte in _KIND_BYTES.items() if byte == body[0] & 0x0F), None)
    number, rest = _read_varint(body[1:])
    digits = str(number)[1:]
    if kind is None:
        raise CodeRefused(Why.OTHER_EDITION)
    reference = references.make(
        kind, agency=digits[:-8], year=2000 + int(digits[-8:-6]), serial=int(digits[-6:])
    )
    fields: dict[str, Value] = {}
    while rest:
        if rest[0] not in _BY_NUMBER:
            raise CodeRefused(Why.OTHER_EDITION)
        name, form = _BY_NUMBER[rest[0]]
        fields[name], rest = _read(form, rest[1:])
    return Signed(kind, reference, fields)


def _read(form: Form, raw: bytes) -> tuple[Value, bytes]:
    if form is Form.DIGEST:
        return raw[:DIGEST_BYTES], raw[DIGEST_BYTES:]
    if form is Form.WORD:
        return raw[1 : 1 + raw[0]].decode("ascii"), raw[1 + raw[0] :]
    number, rest = _read_varint(raw)
    if form is Form.DAY:
        return _FIRST_DAY + timedelta(days=number), rest
    if form is Form.MINUTE:
        return _FIRST_MINUTE + timedelta(minutes=number), rest
    if form is Form.DIGITS:
        return str(number)[1:], rest
    return number, rest


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    if number < 0:
        raise ValueError("a number in a code is not negative")
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def _read_varint(raw: bytes) -> tuple[int, bytes]:
    number = 0
    for place, byte in enumerate(raw):
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return number, raw[place + 1 :]
    raise CodeRefused(Why.OTHER_EDITION)


# --- letters ----------------------------------------------------------------------------


def _to_text(raw: bytes) -> str:
    letters = -(-len(raw) * 8 // 5)
    number = int.from_bytes(raw, "big") << (letters * 5 - len(raw) * 8)
    return "".join(ALPHABET[number >> (5 * place) & 31] for place in reversed(range(letters)))


def _from_text(code: str) -> bytes:
    typed = latin_digits_and_dashes(code).upper()
    letters = [letter for letter in typed if letter not in "-." and not letter.isspace()]
    if not letters or any(letter not in _READ for letter in letters):
        raise CodeRefused(Why.MISTYPED if len(letters) > 100 else Why.NOT_A_CODE)
    spare = len(letters) * 5 % 8
    if spare > 4:
        raise CodeRefused(Why.MISTYPED)
    number = 0
    for letter in letters:
        number = number << 5 | _READ[letter]
    if number & ((1 << spare) - 1):
        raise CodeRefused(Why.MISTYPED)
    return (number >> spare).to_bytes(len(letters) * 5 // 8, "big")


def _grouped(text: str, size: int = GROUP) -> str:
    return "-".join(text[start : start + size] for start in range(0, len(text), size))
