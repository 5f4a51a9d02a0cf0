"""Whose account is meant: one's own, one of several, or none yet."""

from __future__ import annotations

from sqlalchemy.orm import Session

from handlers.buttons import Button, Press
from handlers.turn import Turn
from handlers.words import Words
from services import accounts, linking
from services.identity import mask_ssn
from services.language.normalise import normalise
from services.linking import Linked

_PREFIX = "L"  # an account chosen by a button: L and the link's number
_PAGE = "P"  # another page of the accounts to choose from: P and its number, from 0
PAGE_ROWS = 8
ASKED = "whose"  # the draft that "for whom?" was just asked, until the next words
ANSWER_MAX = 64


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
            turn.caller.drafts.pop(ASKED, None)
            return one
    turn.caller.drafts[ASKED] = {"action": action}
    turn.show("whose.choose", _choices(turn, linked, action, chosen))
    return None


def answered(turn: Turn) -> Press | None:
    """The press of the account that was named in words right after "for whom?": by its place
    in the list, or by words that are on no other account's button."""
    asked = turn.caller.drafts.pop(ASKED, None)
    if asked is None or not turn.text or len(turn.text) > ANSWER_MAX:
        return None
    linked = linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today)
    typed = normalise(turn.text).split()
    if len(typed) == 1 and typed[0].isdecimal() and 1 <= int(typed[0]) <= len(linked):
        named = [linked[int(typed[0]) - 1]]
    else:
        labels = [_words_of(turn, one) for one in linked]
        named = [
            one
            for one, own in zip(linked, labels, strict=True)
            if any(word in own and sum(word in each for each in labels) == 1 for word in typed)
        ]
    if len(named) != 1:
        return None
    return Press(str(asked["action"]), argument_of(named[0]), turn.caller.version)


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
    return name_in(turn.words, turn.session, contributor_id)


def name_in(words: Words, session: Session, contributor_id: int) -> str:
    """The contributor's name in the language of these words; empty when no longer known."""
    profile = accounts.profile_of(session, contributor_id)
    if profile is None:
        return ""
    return profile.name_ar if words.right_to_left else profile.name_fr


def page_turners(action: str, page: int, count: int, *, prefix: str = _PAGE) -> list[Button]:
    """Buttons to the page before and after, where there is one; pages count from 0."""
    buttons = []
    if page > 0:
        buttons.append(Button("whose.page_before", action, f"{prefix}{page - 1}"))
    if (page + 1) * PAGE_ROWS < count:
        buttons.append(Button("whose.page_after", action, f"{prefix}{page + 1}"))
    return buttons


def page_of(argument: str, count: int, *, prefix: str = _PAGE) -> int:
    """The page an argument asks for, within what there is; the first one by default."""
    number = argument.removeprefix(prefix)
    if not argument.startswith(prefix) or not (number.isascii() and number.isdigit()):
        return 0
    return min(int(number), max(0, (count - 1) // PAGE_ROWS))


def _choices(turn: Turn, linked: list[Linked], action: str, asked: str) -> list[list[Button]]:
    """One page of accounts: an accountant may act for more than a message can show."""
    page = page_of(asked, len(linked))
    shown = linked[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
    return [
        *[[_choice(turn, one, action)] for one in shown],
        page_turners(action, page, len(linked)),
    ]


def _words_of(turn: Turn, one: Linked) -> set[str]:
    """The words on an account's button, in every language."""
    button = _choice(turn, one, "status.open")
    return {
        word
        for words in turn.kit.words.values()
        for word in normalise(
            words.label(
                button.label,
                name=name_in(words, turn.session, one.contributor_id),
                ssn=button.values["ssn"],
            )
        ).split()
        if len(word) > 1
    }


def _choice(turn: Turn, one: Linked, action: str) -> Button:
    ssn = accounts.ssn_of(turn.session, turn.kit.vault, one.contributor_id)
    return Button(
        f"whose.account_{one.kind}",
        action,
        argument_of(one),
        values={"name": display_name(turn, one.contributor_id), "ssn": mask_ssn(ssn)},
    )
