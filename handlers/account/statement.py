"""The statement as a document in chat, in the person's language or the other."""

from __future__ import annotations

from handlers import whose
from handlers.buttons import Button
from handlers.conversation import Action, Conversation
from handlers.papers.order import Draw, NotToBeMade, Order, Wanted
from handlers.turn import Turn
from handlers.words import LANGUAGES
from services import events, linking, situation
from services.linking import Linked


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
    if situation.card_of(turn.session, turn.kit.vault, linked.contributor_id) is None:
        turn.say("status.no_account")
        return
    other = next(code for code in LANGUAGES if code != language)
    argument = whose.argument_of(linked)
    turn.say_paper(
        Wanted(
            "statement",
            file_name(turn.today.isoformat(), language),
            language=language,
            details={"contributor": linked.contributor_id},
        ),
        "statement.caption",
        [[Button(f"language.name_{other}", "statement.in", f"{other}:{argument}")]],
        on=turn.today,
    )
    events.record(
        turn.session,
        "statement.made",
        at=turn.now,
        actor=events.person(turn.caller.telegram_id),
        subject=("contributor", linked.contributor_id),
        data={"language": language},
    )


def make(order: Order) -> Draw:
    """The account as it stands, for whoever is still linked to it."""
    contributor_id = order.details["contributor"]
    linked = linking.accounts_of(order.session, order.telegram_id, order.day)
    if contributor_id not in (one.contributor_id for one in linked):
        raise NotToBeMade
    found = situation.situation_on(
        order.session,
        policy=order.kit.policy,
        vault=order.kit.vault,
        contributor_id=contributor_id,
        on=order.day,
    )
    if found is None:
        raise NotToBeMade

    def draw() -> bytes:
        from handlers.papers import statement  # 33 MiB of memory, for the first paper only

        return statement.write(order.words, found, at=order.at)

    return draw


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
    papers={"statement": make},
)
