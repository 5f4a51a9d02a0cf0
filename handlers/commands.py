"""The command list and the menu button beside the input field, by language and role."""

from __future__ import annotations

from typing import Any

from handlers.kit import Kit
from handlers.turn import Turn
from handlers.words import Words
from services.outbox import Outbox
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
    Role.DIRECTOR: ("queue", "case", "digest", "report"),
    Role.CENTRAL: ("queue", "case", "digest", "report", "campaigns"),
    Role.MANAGER: ("digest", "report", "campaigns"),
    Role.ADMIN: ("staff", "agency", "digest", "report"),
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
    caller = turn.caller
    set_commands_of(turn.kit, turn.outbox, caller.telegram_id, caller.language, caller.role)


def set_commands_of(
    kit: Kit, outbox: Outbox, telegram_id: int, language: str, role: Role | None
) -> None:
    """Set someone's own list, also while they are not the one who writes."""
    params: dict[str, Any] = {
        "scope": {"type": "chat", "chat_id": telegram_id},
        "commands": listed(kit.words[language], role, set(kit.book.commands)),
    }
    outbox.add("setMyCommands", params, chat_id=telegram_id)
