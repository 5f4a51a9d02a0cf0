"""What is being written at the desk: the case it is for, and the words, sealed."""

from __future__ import annotations

import base64

from handlers.complaints.office import office
from handlers.turn import Turn
from services.complaints import access
from services.complaints.store import Case

TO_CITIZEN = ("answer", "ask", "resolve")  # kinds of letters that leave the desk


def case_of(turn: Turn) -> Case:
    """The case being written for, if whoever writes may (still) see it. Raises `NoSuchCase`."""
    return access.for_staff(office(turn), turn.caller.telegram_id, int(turn.draft.get("case", 0)))


def keep(turn: Turn, written: str, shown: str) -> None:
    """Keep the words as written, with their placeholders, and as they will be read."""
    turn.draft["written"] = _sealed(turn, written)
    turn.draft["text"] = _sealed(turn, shown)


def text_of(turn: Turn) -> str:
    return _opened(turn, "text")


def written_of(turn: Turn) -> str:
    return _opened(turn, "written")


def _sealed(turn: Turn, text: str) -> str:
    return base64.b64encode(turn.kit.vault.seal(text)).decode()


def _opened(turn: Turn, name: str) -> str:
    return turn.kit.vault.open_sealed(base64.b64decode(turn.draft.get(name, "")))
