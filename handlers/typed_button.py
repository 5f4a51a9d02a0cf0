"""The words of a button, typed instead of pressed.

On some telephones buttons are easily overlooked, and people answer a question by writing what
its button says. The open question is asked once more without sending anything, to see which
buttons it has now.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from handlers.buttons import NotOurButton, Press
from handlers.conversation import Step
from handlers.turn import Turn
from services.language.normalise import normalise
from services.outbox import Call, Lane, Outbox

LABEL_MAX = 64  # a longer text names no button
_SYMBOLS = re.compile(r"^\W+")  # the small picture in front of a button's words


def named(turn: Turn, step: Step) -> Press | None:
    """The press of the open question's button whose own words were typed."""
    if not turn.text or len(turn.text) > LABEL_MAX:
        return None
    typed = plain(turn.text)
    if not typed:
        return None
    for button in _buttons(turn, step):
        if "callback_data" in button and plain(button["text"]) == typed:
            try:
                return turn.kit.seal.read(turn.chat_id, button["callback_data"])
            except NotOurButton:
                return None
    return None


def plain(words: str) -> str:
    """What was typed, or a button's words, to be compared: without its small picture, however
    it is spelled."""
    return normalise(_SYMBOLS.sub("", words))


@lru_cache(maxsize=256)
def plain_label(label: str) -> str:
    """The same of a label that is always there, worked out once."""
    return plain(label)


def _buttons(turn: Turn, step: Step) -> Iterator[Mapping[str, Any]]:
    """What the question would show; nothing of it is sent, kept or written down."""
    heard = _Heard(turn.session, turn.now)
    asked = dataclasses.replace(
        turn,
        caller=dataclasses.replace(turn.caller, drafts=copy.deepcopy(turn.caller.drafts)),
        outbox=heard,
    )
    unwritten = turn.session.begin_nested()
    try:
        step.ask(asked)
    finally:
        unwritten.rollback()
    for call in heard.added:
        for row in call.params.get("reply_markup", {}).get("inline_keyboard", []):
            yield from row


class _Heard(Outbox):
    """Takes calls and sends none."""

    def add(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        chat_id: int | None = None,
        lane: Lane = Lane.CONVERSATION,
        repeatable: bool = True,
        after: Call | None = None,
        after_id: int | None = None,
        subject: str | None = None,
        not_before: Any = None,
    ) -> Call:
        call = Call(0, lane, chat_id, method, dict(params), repeatable)
        self.added.append(call)
        return call

    def keep_file(self, name: str, mime: str, content: bytes) -> int:
        return 0
