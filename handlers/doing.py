"""Doing something of another conversation: what was asked for in words, or by its button.

Personal conversations wait for consent here, once for all ways in.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from handlers.conversation import Conversation
from handlers.turn import Turn


def waits_for_consent(turn: Turn, conversation: Conversation, wish: str) -> bool:
    """Personal data only after consent; what was wished is done right after it."""
    if not conversation.personal or turn.caller.consented_at is not None:
        return False
    sealed = turn.kit.vault.seal(wish)  # it may hold a one-time code
    turn.caller.drafts["consent"] = {"wish": base64.b64encode(sealed).decode()}
    turn.go("consent.ask")
    return True


def kept_wish(turn: Turn) -> str:
    """What was wished before consent was asked for; empty for nothing."""
    kept = str(turn.caller.drafts.get("consent", {}).get("wish", ""))
    if not kept or ":" in kept:  # as an earlier edition kept it
        return kept
    return turn.kit.vault.open_sealed(base64.b64decode(kept))


def do(
    turn: Turn, action: str, argument: str = "", run: Callable[[Turn], None] | None = None
) -> None:
    """Run an action as if its button had been pressed, without editing any message.

    An action that reads its argument from the press needs `run`: the same with the argument
    known. Buttons of a question (with a step) are not for this.
    """
    conversation, found = turn.kit.book.actions[action]
    assert found.step is None
    if not waits_for_consent(turn, conversation, f"press:{action}:{argument}"):
        (run or found.run)(turn)


def deep_link(turn: Turn, kind: str, value: str) -> None:
    """Follow a deep link whose value was typed."""
    conversation, handler = turn.kit.book.deep_links[kind]
    turn.argument = value
    if not waits_for_consent(turn, conversation, f"deep_link:{kind}:{value}"):
        handler(turn)


def command(turn: Turn, name: str, argument: str = "") -> None:
    """Run a command."""
    conversation, handler = turn.kit.book.commands[name]
    turn.argument = argument
    if not waits_for_consent(turn, conversation, f"command:{name}:{argument}"):
        handler(turn)
