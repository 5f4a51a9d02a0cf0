"""Who came into a chat or left it, read from Telegram's own fields.

The library refuses a whole change for one field that is missing, and Telegram's servers are of
many editions. So only what is needed is read here, and each of it may be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_GONE = frozenset({"left", "kicked"})


@dataclass(frozen=True, slots=True)
class Change:
    """The standing of somebody (`user_id`) in a chat changed. What was not told is None."""

    chat_id: int
    chat_type: str
    is_forum: bool
    by: int | None
    user_id: int | None
    is_bot: bool
    was_in: bool | None
    is_in: bool
    can_manage_topics: bool


def read(raw: Any) -> Change | None:
    """The change; None where chat or new standing are not told, so nothing can follow."""
    chat, new, old = (
        _part(raw, "chat"),
        _part(raw, "new_chat_member"),
        _part(raw, "old_chat_member"),
    )
    chat_id, is_in = _number(chat), _is_in(new)
    if chat_id is None or is_in is None:
        return None
    user = _part(new, "user")
    return Change(
        chat_id=chat_id,
        chat_type=str(chat.get("type", "private" if chat_id > 0 else "group")),
        is_forum=chat.get("is_forum") is True,
        by=_number(_part(raw, "from")),
        user_id=_number(user),
        is_bot=user.get("is_bot") is True,
        was_in=_is_in(old),
        is_in=is_in,
        # Whoever owns the chat has every right, unnamed.
        can_manage_topics=new.get("can_manage_topics") is True or new.get("status") == "creator",
    )


def _part(raw: Any, name: str) -> Mapping[str, Any]:
    found = raw.get(name) if isinstance(raw, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _number(raw: Mapping[str, Any]) -> int | None:
    number = raw.get("id")
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) >= 2**63:
        return None
    return number


def _is_in(member: Mapping[str, Any]) -> bool | None:
    status = member.get("status")
    if not isinstance(status, str):
        return None
    if status == "restricted":  # may still be in, with less rights
        return member.get("is_member") is not False
    return status not in _GONE
