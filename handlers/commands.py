"""The command list and the menu button beside the input field, by language and role."""

from __future__ import annotations

from typing import Any

from handlers.turn import Turn
from handlers.words import Words
from services.people import Role

CITIZEN = (
    "status",
    "plan",
    "complaint",
    "cases",
    "link",
    "reminders",
    "mydata",
    "language",
    "settings",
    "help",
    "cancel",
)
STAFF: dict[Role, tuple[str, ...]] = {
    Role.AGENT: ("queue", "case"),
    Role.DIRECTOR: ("queue", "case", "digest"),
    Role.CENTRAL: ("queue", "case", "digest"),
    Role.MANAGER: ("digest", "report"),
    Role.ADMIN: ("staff", "agency", "queue", "case", "digest"),
}


def listed(words: Words, role: Role | None, known: set[str]) -> list[dict[str, str]]:
    """The commands this edition answers, in the order people need them."""
    names = [*(STAFF[role] if role is not None else ()), *CITIZEN]
    return [
        {"command": name, "description": words.label(f"command.{name}")}
        for name in names
        if name in known
    ]


def set_commands(turn: Turn) -> None:
    """Set the person's own list: their language and role."""
    params: dict[str, Any] = {
        "scope": {"type": "chat", "chat_id": turn.caller.telegram_id},
        "commands": listed(turn.words, turn.caller.role, set(turn.kit.book.commands)),
    }
    turn.outbox.add("setMyCommands", params, chat_id=turn.caller.telegram_id)
