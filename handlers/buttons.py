"""Buttons: what a press means, sealed into at most 64 bytes that only the bot can make.

The seal binds a button to the chat it was shown in and to the conversation's version at that
time, so a forged, foreign or outdated press is recognised without any record.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

ARGUMENT_MAX_BYTES = 32
# What a cheap telephone shows, counted in letters: of a whole row, and between two buttons.
ROW_LETTERS, GAP_LETTERS = 36, 2
_MAC_BYTES = 6


class NotOurButton(Exception):
    """The data was not made by this bot for this chat."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button as a handler asks for it: `label` is a message key, `values` fill it."""

    label: str
    action: str
    argument: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinkButton:
    """A button that opens an address."""

    label: str
    url: str
    values: dict[str, Any] = field(default_factory=dict)


Rows = Iterable[Iterable[Button | LinkButton]]
B = TypeVar("B", Button, Button | LinkButton)


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed: its action, argument and the version it was made at."""

    action: str
    argument: str
    version: int


class Seal:
    """Writes and reads callback data. `mac` is a keyed hash; `actions` all known actions."""

    def __init__(self, mac: Callable[[bytes], bytes], actions: Iterable[str]) -> None:
        self._mac = mac
        self._actions: dict[bytes, str] = {}
        for action in actions:
            number = _number_of(action)
            if self._actions.setdefault(number, action) != action:
                raise ValueError(f"two actions share a number: {action}, {self._actions[number]}")

    def write(self, chat_id: int, action: str, argument: str, version: int) -> str:
        number = _number_of(action)
        if number not in self._actions:
            raise ValueError(f"no handler answers the action {action!r}")
        content = argument.encode()
        if len(content) > ARGUMENT_MAX_BYTES:
            raise ValueError(f"the argument of {action!r} is over {ARGUMENT_MAX_BYTES} bytes")
        body = number + (version & 0xFFFFFF).to_bytes(3, "big") + content
        return base64.urlsafe_b64encode(body + self._sign(chat_id, body)).decode().rstrip("=")

    def read(self, chat_id: int, data: str) -> Press:
        """Raises `NotOurButton`."""
        try:
            raw = base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))
        except (ValueError, binascii.Error):
            raise NotOurButton from None
        body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if len(body) < 7 or not hmac.compare_digest(self._sign(chat_id, body), mac):
            raise NotOurButton
        action = self._actions.get(body[:4])
        if action is None:  # a button of an older edition of the program
            raise NotOurButton
        return Press(action, body[7:].decode(), int.from_bytes(body[4:7], "big"))

    def _sign(self, chat_id: int, body: bytes) -> bytes:
        return self._mac(chat_id.to_bytes(8, "big", signed=True) + body)[:_MAC_BYTES]


def laid_out(
    rows: Iterable[Iterable[B]], to_button: Callable[[B], dict[str, Any]]
) -> list[list[dict[str, Any]]]:
    """The rows as Telegram takes them, empty ones left out. A row whose labels would be cut off
    side by side, in the reader's language, is broken into rows of fewer buttons."""
    found = []
    for row in rows:
        buttons = [to_button(one) for one in row]
        beside = _side_by_side([button["text"] for button in buttons])
        found += [buttons[at : at + beside] for at in range(0, len(buttons), beside)]
    return found


def _side_by_side(labels: Sequence[str]) -> int:
    """How many of these fit in one row, all of them alike; at least one."""
    widest = max(map(_width, labels), default=0)
    return next(
        (n for n in range(len(labels), 1, -1) if widest <= ROW_LETTERS // n - GAP_LETTERS), 1
    )


def _width(label: str) -> int:
    """In letters: a picture is as wide as two, marks and direction signs take no room."""
    return sum(
        0
        if unicodedata.category(one) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.category(one) == "So"
        else 1
        for one in label
    )


def _number_of(action: str) -> bytes:
    return zlib.crc32(action.encode()).to_bytes(4, "big")
