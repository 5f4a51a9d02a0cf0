"""/start, the language, and consent.

The language is the telephone's (French, else Arabic) and can be changed at any time. Consent
names the purpose and that Telegram's servers are abroad (law 18-07); until it is given, nothing
that touches personal data is done. What the person wished for is done right after it.
"""

from __future__ import annotations

import re

from handlers import doing, general, reception
from handlers.buttons import Button
from handlers.commands import set_commands
from handlers.conversation import Action, Conversation, Step
from handlers.turn import Turn
from handlers.words import LANGUAGES
from services import people
from services.language.understanding import Expectation, understand

DEEP_LINKS = re.compile(r"(link|agency|case|staff)_([0-9A-Za-z_-]{1,60})")


def start(turn: Turn) -> None:
    """Greet; follow a deep link where there is one; a newcomer is asked for consent first."""
    deep_link = DEEP_LINKS.fullmatch(turn.argument)
    if deep_link is not None and deep_link[1] in turn.kit.book.deep_links:
        turn.argument = deep_link[2]
        reception.open_deep_link(turn, deep_link[1])
        return
    if turn.caller.is_new or turn.caller.role is not None:
        set_commands(turn)  # a role may have been given before they ever wrote
    if turn.caller.consented_at is None:
        turn.go("consent.ask")
        return
    if turn.caller.step is not None:
        turn.say("start.welcome_back")
        general.present_state(turn)
        return
    general.menu(turn)


def ask_consent(turn: Turn) -> None:
    other = _other_language(turn)
    turn.show(
        "consent.ask",
        [
            [Button("consent.agree", "consent.agree")],
            [Button("consent.more", "consent.more"), Button("consent.later", "consent.later")],
            [Button(f"language.switch_to_{other}", "language.set", other)],
        ],
    )


def answer_consent(turn: Turn) -> None:
    """A plain yes or no, in any of the languages, counts as the button."""
    expecting = Expectation.YES_OR_NO
    said = (
        understand(turn.text, expecting=expecting, today=turn.today).answer if turn.text else None
    )
    if said is True:
        agree(turn)
    elif said is False:
        later(turn)
    else:
        general.use_the_buttons(turn)


def agree(turn: Turn) -> None:
    """Keep the consent, then do what the person came for."""
    wish = doing.kept_wish(turn)
    turn.close()
    people.give_consent(turn.session, turn.caller, turn.now)
    turn.toast("consent.thanks")
    if wish:
        reception.fulfil(turn, wish)
        return
    turn.show("consent.given")
    turn.press = None  # the next question is a message of its own
    turn.kit.book.commands["link"][1](turn)


def more(turn: Turn) -> None:
    turn.show(
        "consent.details",
        [
            [Button("consent.agree", "consent.agree")],
            [Button("consent.later", "consent.later")],
        ],
    )


def later(turn: Turn) -> None:
    turn.close()
    turn.show("consent.declined", [[Button("consent.reconsider", "consent.open")]])


def choose_language(turn: Turn) -> None:
    """Both languages, each in its own words."""
    turn.show(
        "language.choose",
        [[Button(f"language.name_{code}", "language.set", code) for code in LANGUAGES]],
    )


def set_language(turn: Turn) -> None:
    """Speak it from now on, and say again whatever was open."""
    assert turn.press is not None
    code = turn.press.argument
    if code not in LANGUAGES:
        return
    people.choose_language(turn.session, turn.caller, code, turn.now)
    set_commands(turn)
    turn.toast("language.changed")
    general.present_state(turn)


def _other_language(turn: Turn) -> str:
    return next(code for code in LANGUAGES if code != turn.caller.language)


CONVERSATION = Conversation(
    name="start",
    personal=False,
    commands={"start": start, "language": choose_language},
    steps=(Step("consent.ask", ask=ask_consent, answer=answer_consent),),
    actions={
        "consent.open": Action(lambda turn: turn.go("consent.ask")),
        "consent.agree": Action(agree, step="consent.ask"),
        "consent.more": Action(more, step="consent.ask"),
        "consent.later": Action(later, step="consent.ask"),
        "language.open": Action(choose_language),
        "language.set": Action(set_language),
    },
)
