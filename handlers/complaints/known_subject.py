"""A complaint whose subject is known before it begins: from words, or from an answer."""

from __future__ import annotations

from typing import Any

from handlers import doing
from handlers.complaints import filing
from handlers.complaints.office import office
from handlers.conversation import Action, Conversation
from handlers.turn import PARKED, Turn, conversation_of
from services import accounts, linking
from services.complaints import categories

ACTION = "complaint.of"


def start(turn: Turn, category: str) -> None:
    """Begin a complaint of this category, once consent is there."""
    doing.do(turn, ACTION, category, lambda turn: begin(turn, category))


def pressed(turn: Turn) -> None:
    """The same by a button, with the category as its argument."""
    assert turn.press is not None
    begin(turn, turn.press.argument)


def begin(turn: Turn, code: str) -> None:
    """Ask what happened; first the agency where it is not known. What was begun on another
    subject goes on where it was left, unless this one must not wait beside it."""
    try:
        category = categories.tree().leaf(code)
    except categories.UnknownCategory:
        filing.open_(turn)
        return
    if turn.caller.step is not None and conversation_of(turn.caller.step) == "complaint":
        _choose_here(turn, code)
        return
    kept = turn.caller.drafts.get("complaint", {})
    if PARKED in kept and not category.restricted:
        filing.open_(turn)
        return
    draft: dict[str, Any] = {"about": code}
    linked = linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today)
    if len(linked) == 1:
        draft["contributor"] = linked[0].contributor_id
        profile = accounts.profile_of(turn.session, linked[0].contributor_id)
        if profile is not None and profile.agency in office(turn).agencies:
            draft["agency"] = profile.agency
    turn.close(keep_draft=True)
    turn.caller.drafts["complaint"] = draft
    turn.go("complaint.start")


def _choose_here(turn: Turn, code: str) -> None:
    """Within a complaint that is open: this is its subject."""
    turn.draft["about"] = code
    turn.go("complaint.category")


CONVERSATION = Conversation(name="complaint_of", actions={ACTION: Action(pressed)})
