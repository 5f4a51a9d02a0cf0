"""Messages of Telegram: what of them is read, how long they may be, keyboards for a reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import telegram

MESSAGE_MAX = 4096
NO_KEYBOARD: dict[str, Any] = {"remove_keyboard": True}
# What a message may hold beside its text: such a message has no text to edit.
ATTACHMENTS = frozenset(
    (
        "animation", "audio", "contact", "dice", "document", "location", "photo", "sticker",
        "venue", "video", "video_note", "voice",
    )
)  # fmt: skip
_PLAIN_FIELDS = frozenset(
    (
        "message_id", "date", "chat", "from", "text", "caption", "media_group_id",
        "message_thread_id", "is_topic_message",
    )
)  # fmt: skip
_READ_FIELDS = _PLAIN_FIELDS | ATTACHMENTS | {"forward_origin", "reply_to_message"}


def read(raw: Mapping[str, Any], now: int) -> telegram.Message:
    """Read by the library, but only what handlers look at: Telegram's servers are of many
    editions, and what the library cannot make sense of must not cost the person an answer."""
    raw = {"date": now} | dict(raw)

    def only(fields: frozenset[str], message: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in message.items() if name in fields}

    wanted = only(_READ_FIELDS, raw)
    if isinstance(replied := wanted.get("reply_to_message"), Mapping):
        wanted["reply_to_message"] = only(_PLAIN_FIELDS, replied)
    try:
        return telegram.Message.de_json(wanted, None)
    except (TypeError, KeyError, ValueError, AttributeError):
        return telegram.Message.de_json(only(_PLAIN_FIELDS, raw), None)


def pages(html: str, limit: int = MESSAGE_MAX) -> list[str]:
    """Split a long message at line ends. Markup never spans a line in the catalogs."""
    if len(html) <= limit:
        return [html]
    found: list[str] = []
    page = ""
    for line in html.split("\n"):
        while len(line) > limit:
            line, rest = line[:limit], line[limit:]
            if page:
                found.append(page)
            found.append(line)
            page, line = "", rest
        if len(page) + len(line) + 1 > limit:
            found.append(page)
            page = line
        else:
            page = f"{page}\n{line}" if page else line
    return [*found, page] if page else found


def reply_keyboard(*rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A keyboard under the input field, gone after one use."""
    return {
        "keyboard": [list(row) for row in rows],
        "resize_keyboard": True,
        "one_time_keyboard": True,
    }
