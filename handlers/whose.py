"""Whose account is meant: one's own, one of several, or none yet."""

from __future__ import annotations

from handlers.buttons import Button
from handlers.turn import Turn
from services import accounts, linking
from services.identity import mask_ssn
from services.linking import Linked

_PREFIX = "L"  # an account chosen by a button: L and the link's number


def account(turn: Turn, action: str) -> Linked | None:
    """The account the person means. Where that is open, ask (link first, or for whom), and
    return None: `action` comes again with the choice as its argument."""
    linked = linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today)
    if not linked:
        turn.show("whose.not_linked", [[Button("whose.link", "link.open")]])
        return None
    if len(linked) == 1:
        return linked[0]
    chosen = turn.press.argument if turn.press is not None and turn.press.action == action else ""
    for one in linked:
        if chosen == f"{_PREFIX}{one.link_id}":
            return one
    turn.show("whose.choose", [[_choice(turn, one, action)] for one in linked])
    return None


def argument_of(one: Linked) -> str:
    """The argument that names this account to an action."""
    return f"{_PREFIX}{one.link_id}"


def by_argument(turn: Turn, argument: str) -> Linked | None:
    """The account an argument names, if the person may still see it."""
    for one in linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today):
        if argument == argument_of(one):
            return one
    return None


def display_name(turn: Turn, contributor_id: int) -> str:
    """The contributor's name in the person's language."""
    profile = accounts.profile_of(turn.session, contributor_id)
    if profile is None:
        return ""
    return profile.name_ar if turn.words.right_to_left else profile.name_fr


def _choice(turn: Turn, one: Linked, action: str) -> Button:
    ssn = accounts.ssn_of(turn.session, turn.kit.vault, one.contributor_id)
    return Button(
        f"whose.account_{one.kind}",
        action,
        argument_of(one),
        values={"name": display_name(turn, one.contributor_id), "ssn": mask_ssn(ssn)},
    )
