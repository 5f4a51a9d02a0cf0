"""What comes from outside, made fit to be written down.

JSON may carry half a character (a lone surrogate) and NUL, which no database and no answer can
hold, and numbers beyond 64 bits, which no column holds.
"""

from __future__ import annotations

import re
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def clean_text(text: str) -> str:
    """The text with a replacement character for whatever cannot be stored."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def clean(value: Any) -> Any:
    """The same for everything inside a JSON value."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(name): clean(content) for name, content in value.items()}
    if isinstance(value, list):
        return [clean(one) for one in value]
    return value


def is_storable(number: object) -> bool:
    """Whether it is an integer that a column of 64 bits holds."""
    return isinstance(number, int) and not isinstance(number, bool) and -(2**63) <= number < 2**63
