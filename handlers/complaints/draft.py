"""What a complaint in the making keeps between two messages. Words are sealed here too."""

from __future__ import annotations

import base64
from typing import Any

from handlers.turn import Turn
from services.complaints.letters import TEXT_MAX


def set_words(turn: Turn, text: str) -> None:
    turn.draft["words"] = [_sealed(turn, text)]


def add_words(turn: Turn, text: str) -> bool:
    """Add to what was written; False, and nothing added, where it would be too much."""
    if len(words(turn)) + len(text) >= TEXT_MAX:
        return False
    turn.draft.setdefault("words", []).append(_sealed(turn, text))
    return True


def words(turn: Turn) -> str:
    """Everything written so far, in order."""
    vault = turn.kit.vault
    return "\n".join(
        vault.open_sealed(base64.b64decode(sealed)) for sealed in turn.draft.get("words", [])
    )


def files(turn: Turn) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = turn.draft.setdefault("files", [])
    return found


def _sealed(turn: Turn, text: str) -> str:
    return base64.b64encode(turn.kit.vault.seal(text)).decode()
