"""People's own words while no question is open: understood, asked back, or led on.

Sure: it is said in one line what was understood, and done. Unsure: two or three buttons. Not
understood: once the menu, a person and "say it otherwise"; twice in a row, a person. What tells
of bad conduct or a bribe is never acted on silently: the protected way is offered first.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from itertools import chain

from handlers import doing, general, person
from handlers.buttons import Button
from handlers.conversation import Action, Conversation
from handlers.free_deeds import DEEDS
from handlers.turn import PARKED, Turn, conversation_of
from handlers.typed_button import LABEL_MAX, plain, plain_label
from services import linking
from services.language.entities import Entity, EntityKind
from services.language.labels import SENSITIVE, Label
from services.language.understanding import Intent, Kind, Understanding, understand
from services.references import Kind as ReferenceKind
from services.references import Reference

DRAFT = person.JUST_SAID  # how often in a row nothing was understood, and the last words, sealed
OFFERED_FROM = 0.05  # a less likely meaning gets no button beside a sensitive one
WORDS_MAX = 1_000
PERSON = Button("menu.person", "person.open")


def said(turn: Turn) -> None:
    """Any message while no question is open."""
    message = turn.message
    assert message is not None
    if message.text and (button := _button_named(turn, message.text)) is not None:
        _forget_misses(turn)
        doing.do(turn, button.action)
    elif message.text:
        typed(turn, understand(message.text, today=turn.today))
    elif message.voice or message.audio:
        person.take_voice(turn)
    else:
        general.free_message(turn)


def typed(turn: Turn, understood: Understanding) -> None:
    """Answer typed words by what they mean."""
    if (entity := _first(understood, EntityKind.REFERENCE)) is not None:
        _forget_misses(turn)
        open_reference(turn, entity)
    elif is_sensitive(understood):
        ask_protected(turn, understood)
    elif _first(understood, EntityKind.SSN) is not None:
        _forget_misses(turn)
        _number_typed(turn, understood)
    elif understood.label is None and understood.entities:
        _forget_misses(turn)
        _bare_entity(turn, understood.entities[0])
    elif understood.kind is Kind.SURE:
        _sure(turn, understood)
    elif understood.kind is Kind.UNSURE:
        _unsure(turn, understood)
    else:
        _unknown(turn)


def do_label(turn: Turn, label: Label) -> None:
    """Do what answers a wish."""
    DEEDS[label].run(turn)


def pressed(turn: Turn) -> None:
    """One of the meanings that were offered."""
    assert turn.press is not None
    try:
        deed = DEEDS[Label(turn.press.argument)]
    except (KeyError, ValueError):
        turn.toast("button.not_valid", alert=True)
        return
    _forget_misses(turn)
    turn.press = None  # the choice stays, to choose from again
    deed.run(turn)


def _button_named(turn: Turn, text: str) -> Button | None:
    """The menu's button whose own words were typed rather than pressed, in either language."""
    typed_words = plain(text) if len(text) <= LABEL_MAX else ""
    for button in chain.from_iterable(general.MENU_ROWS):
        labels = (words.label(button.label) for words in turn.kit.words.values())
        if typed_words and typed_words in map(plain_label, labels):
            shown = chain.from_iterable(general.menu_rows(turn))
            return button if button in shown else None
    return None


# --- sure, unsure, unknown ------------------------------------------------------------------


def _sure(turn: Turn, understood: Understanding) -> None:
    label = understood.label
    assert label is not None
    _forget_misses(turn)
    if label in DEEDS:
        if label is not Label.LANGUAGE_CHANGE:
            turn.say("free.understood", wish=wish(turn, label))
        do_label(turn, label)
    elif label is Label.HELP:
        general.help_(turn)
    elif label is Label.CANCEL:
        general.cancel(turn)
    elif label is Label.INSULT:
        turn.say("free.insult", [[PERSON], [Button("menu.complaint", "complaint.open")]])
    elif label is Label.GREETING:
        turn.say("free.greeting", general.menu_rows(turn))
    elif label is Label.THANKS:
        turn.say("free.thanks", [[Button("button.menu", "menu.open")]])
    else:  # a yes or a no to nothing
        turn.say("free.no_question", general.menu_rows(turn))


def _unsure(turn: Turn, understood: Understanding) -> None:
    """Ask back: two or three meanings as buttons, and a person."""
    rows = _meanings(intent for intent in understood.intents if intent.label in DEEDS)
    if not rows:
        _unknown(turn)
        return
    _keep_words(turn, misses=_misses(turn))
    turn.say("free.which", [*rows, [PERSON]])


def _unknown(turn: Turn) -> None:
    """Once: the menu, a person, other words. Twice in a row: a person, directly."""
    misses = _misses(turn) + 1
    _keep_words(turn, misses=misses)
    if misses > 1:
        turn.say("free.person_rather", [[PERSON], [Button("button.menu", "menu.open")]])
    else:
        turn.say("free.text", general.menu_rows(turn))


def wish(turn: Turn, label: Label) -> str:
    """What someone wants, as the end of "you want ..."."""
    return turn.words.label(f"free.wants_{label.value}")


def _meanings(intents: Iterable[Intent]) -> list[list[Button]]:
    return [
        [Button(f"free.button_{intent.label.value}", "free.do", intent.label.value)]
        for intent in intents
    ]


# --- conduct and bribes ---------------------------------------------------------------------


def is_sensitive(understood: Understanding) -> bool:
    """Whether the words may tell of bad conduct or a bribe."""
    return understood.kind is Kind.UNSURE and any(
        intent.label in SENSITIVE for intent in understood.intents
    )


def ask_protected(turn: Turn, understood: Understanding) -> None:
    """Offer the way that the agency does not see, beside the other meanings."""
    intents = [
        intent
        for intent in understood.intents
        if intent.label in DEEDS
        and (intent.label in SENSITIVE or intent.probability >= OFFERED_FROM)
    ]
    intents.sort(key=lambda intent: intent.label not in SENSITIVE)
    _keep_words(turn, misses=0)
    turn.say("free.protected", [*_meanings(intents), [PERSON]])


# --- what was typed as such -----------------------------------------------------------------


def open_reference(turn: Turn, entity: Entity) -> None:
    """A complaint's or a plan's reference: open it, if it is theirs."""
    reference = entity.value
    if not isinstance(reference, Reference):
        turn.say("cases.mistyped")
    elif reference.kind is ReferenceKind.PLAN:
        doing.command(turn, "plan", str(reference))
    else:
        doing.deep_link(turn, "case", str(reference))


def _number_typed(turn: Turn, understood: Understanding) -> None:
    """A social security number proves nothing by itself, and is not repeated."""
    consented = turn.caller.consented_at is not None
    linked = linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today)
    if not (consented and linked):
        turn.say("free.number_typed")
        doing.do(turn, "link.open")
    elif understood.kind is Kind.SURE and understood.label in DEEDS:
        _sure(turn, understood)
    else:
        doing.do(turn, "status.open")


def _bare_entity(turn: Turn, entity: Entity) -> None:
    if entity.kind is EntityKind.PHONE:
        turn.say("free.phone", [[Button("whose.link", "link.open")], [PERSON]])
    elif entity.kind is EntityKind.AMOUNT:
        turn.say(
            "free.amount",
            [
                [Button("free.button_plan_request", "plan.open")],
                [Button("free.button_how_to_pay", "pay.open")],
                [PERSON],
            ],
        )
    else:
        turn.say("free.date", [[Button("free.button_deadline", "free.do", "deadline")], [PERSON]])


def _first(understood: Understanding, kind: EntityKind) -> Entity | None:
    return next((one for one in understood.entities if one.kind is kind), None)


# --- going on later -------------------------------------------------------------------------


def resume(turn: Turn) -> None:
    """Back to what was left when something else was asked."""
    assert turn.press is not None
    step = turn.press.argument
    kept = turn.caller.drafts.get(conversation_of(step), {})
    if kept.get(PARKED) != step or turn.caller.consented_at is None:
        general.menu(turn)
        return
    turn.enter(step)


# --- inside ---------------------------------------------------------------------------------


def _misses(turn: Turn) -> int:
    return int(turn.caller.drafts.get(DRAFT, {}).get("misses", 0))


def _forget_misses(turn: Turn) -> None:
    turn.caller.drafts.pop(DRAFT, None)


def _keep_words(turn: Turn, *, misses: int) -> None:
    """So that a person can be asked without writing it again; only with consent, and sealed."""
    draft = turn.caller.drafts[DRAFT] = {"misses": misses}
    if turn.caller.consented_at is not None and len(turn.text) <= WORDS_MAX:
        draft["words"] = base64.b64encode(turn.kit.vault.seal(turn.text)).decode()


CONVERSATION = Conversation(
    name="free",
    personal=False,
    actions={"free.do": Action(pressed), "free.resume": Action(resume)},
)
