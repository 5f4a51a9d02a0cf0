"""Parameters of a Bot API call, read as leniently as Telegram reads them.

The same call may come as a query string, a form, a multipart body or JSON: a number may
be text, a structure may be JSON inside text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from bot.standin.refusal import bad_request

_LEADING_INTEGER = re.compile(r"\s*(-?\d+)")


@dataclass(slots=True)
class Upload:
    """A file sent inside the body of a call."""

    name: str
    mime: str
    data: bytes


class Params:
    """The named values of one call and the files that came with it."""

    __slots__ = ("uploads", "values")

    def __init__(self, values: dict[str, Any], uploads: dict[str, Upload] | None = None) -> None:
        self.values = values
        self.uploads = uploads or {}

    def has(self, name: str) -> bool:
        """Say whether the caller gave the parameter a value, empty text not counting."""
        return self.values.get(name) not in (None, "")

    def text(self, name: str) -> str:
        """Give a text, empty when absent; numbers and structures as their JSON."""
        value = self.values.get(name)
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        return json.dumps(value, ensure_ascii=False)

    def integer(self, name: str, default: int = 0) -> int:
        """Give a whole number; what is not one counts as 0, as at Telegram."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, int):
            return int(value)
        found = _LEADING_INTEGER.match(str(value))
        return int(found.group(1)) if found else 0

    def flag(self, name: str) -> bool:
        """Give a truth value: true, yes and 1 in any case, all else false."""
        value = self.values.get(name)
        if isinstance(value, str):
            return value.strip().lower() in ("true", "yes", "1")
        return bool(value)

    def structure(self, name: str, what: str) -> Any:
        """Give an object or array, None when absent; `what` names it in a refusal."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None
