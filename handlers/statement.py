"""The statement as a document in chat, in the person's language or the other."""

from __future__ import annotations

from handlers import whose
from handlers.buttons import Button
from handlers.conversation import Action, Conversation
from handlers.turn import Turn
from handlers.words import LANGUAGES
from services import events, situation
from services.linking import Linked

PDF = "application/pdf"


def in_own_language(turn: Turn) -> None:
    """Send the statement of the account the person means."""
    linked = whose.account(turn, "statement.open")
    if linked is not None:
        _send(turn, linked, turn.caller.language)


def in_a_language(turn: Turn) -> None:
    """Send it in the language that was pressed: `fr:L5`."""
    argument = turn.press.argument if turn.press is not None else ""
    language, _, account = argument.partition(":")
    linked = whose.by_argument(turn, account)
    if linked is None or language not in LANGUAGES:
        turn.toast("button.not_valid", alert=True)
        return
    _send(turn, linked, language)


def _send(turn: Turn, linked: Linked, language: str) -> None:
    from handlers.papers import statement as paper  # 33 MiB of memory, for the first paper only

    found = situation.situation_on(
        turn.session,
        policy=turn.kit.policy,
        vault=turn.kit.vault,
        contributor_id=linked.contributor_id,
        on=turn.today,
    )
    if found is None:
        turn.say("status.no_account")
        return
    other = next(code for code in LANGUAGES if code != language)
    argument = whose.argument_of(linked)
    turn.say_document(
        file_name(found.position.on.isoformat(), language),
        PDF,
        paper.write(turn.kit.words[language], found, at=turn.now),
        "statement.caption",
        [[Button(f"language.name_{other}", "statement.in", f"{other}:{argument}")]],
        on=found.position.on,
    )
    events.record(
        turn.session,
        "statement.made",
        at=turn.now,
        actor=events.person(turn.caller.telegram_id),
        subject=("contributor", linked.contributor_id),
        data={"language": language},
    )


def file_name(day: str, language: str) -> str:
    """No name and no number: a file name is seen by whoever holds the telephone."""
    return f"casnos-{day}-{language}.pdf"


CONVERSATION = Conversation(
    name="statement",
    commands={"statement": in_own_language},
    actions={
        "statement.open": Action(in_own_language),
        "statement.in": Action(in_a_language),
    },
)
