"""What the bot tells Telegram about itself: its description and command lists, once an edition."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

from sqlalchemy.orm import Session

from handlers.commands import listed
from handlers.kit import Kit
from services import installation
from services.clock import Clock
from services.outbox import Outbox

log = logging.getLogger(__name__)


def announce(session: Session, kit: Kit, clock: Clock) -> None:
    """Add the calls to the outbox unless this very content was announced before."""
    calls = list(_calls(kit))
    mark = hashlib.sha256(json.dumps(calls).encode()).hexdigest()
    if installation.announced(session) == mark:
        return
    installation.keep_announced(session, mark)
    box = Outbox(session, clock.now())
    for method, params in calls:
        box.add(method, params)


def _calls(kit: Kit) -> list[tuple[str, dict[str, Any]]]:
    calls: list[tuple[str, dict[str, Any]]] = []
    known = set(kit.book.commands)
    # Without a language code: what a telephone in any other language is shown, Arabic here.
    for code, language in (("", "ar"), ("ar", "ar"), ("fr", "fr")):
        words = kit.words[language]
        scope = {"language_code": code} if code else {}
        calls += [
            (
                "setMyCommands",
                {
                    "commands": listed(words, None, known),
                    "scope": {"type": "all_private_chats"},
                    **scope,
                },
            ),
            ("setMyDescription", {"description": words.label("bot.description"), **scope}),
            (
                "setMyShortDescription",
                {"short_description": words.label("bot.short_description"), **scope},
            ),
        ]
    calls.append(("setChatMenuButton", {"menu_button": {"type": "commands"}}))
    return calls
