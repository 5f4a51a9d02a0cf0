"""Words typed while a question is open that do not answer it, but surely want another thing.

The expected answer comes first. Only what is surely understood, and is no answer, is followed;
what was begun is kept, with a button to go on. Free words (a complaint, a reason, a name) are
an answer whatever they say: there only "cancel", "help" and another language are heard, and
only when hardly anything else is said. Steps not named here, and all of the staff's, take every
word as an answer.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from handlers import free_text, general
from handlers.agency_choice import found
from handlers.buttons import Button
from handlers.complaints.office import office
from handlers.conversation import Step
from handlers.free_deeds import DEEDS, change_language
from handlers.turn import PARKED, Turn, conversation_of
from services.language.labels import Label
from services.language.normalise import normalise
from services.language.understanding import (
    Expectation,
    Kind,
    Understanding,
    understand,
)

STAFF = ("desk", "plan_desk", "staff", "calls")
STEERING_WORDS = 4  # in free words, a longer message is an answer
STEERING = frozenset({Label.CANCEL, Label.HELP, Label.LANGUAGE_CHANGE})


# A number; a single digit within a word is a letter of Arabizi, as in "ch7al".
_FIGURE = re.compile(r"[0-9]{2}|(?<![a-z0-9])[0-9](?![a-z0-9])")


class Takes(Enum):
    """What a step takes as its answer."""

    NUMBER = auto()
    DATE = auto()
    YES_OR_NO = auto()
    SSN = auto()
    PHONE = auto()
    AGENCY = auto()
    QUESTION = auto()
    WORDS = auto()


ANSWERS: dict[str, Takes] = {
    "consent.ask": Takes.YES_OR_NO,
    "plan.choose": Takes.NUMBER,
    "plan.means": Takes.NUMBER,
    "plan.length": Takes.NUMBER,
    "plan.day": Takes.NUMBER,
    "plan.down": Takes.NUMBER,
    "plan.new_day": Takes.NUMBER,
    "plan.new_amount": Takes.NUMBER,
    "plan.sure": Takes.YES_OR_NO,
    "simulate.year": Takes.NUMBER,
    "simulate.income": Takes.NUMBER,
    "simulate.amount": Takes.NUMBER,
    "simulate.day": Takes.DATE,
    "link.ssn": Takes.SSN,
    "callback.phone": Takes.PHONE,
    "complaint.agency": Takes.AGENCY,
    "person.agency": Takes.AGENCY,
    "join.agency": Takes.AGENCY,
    "callback.agency": Takes.AGENCY,
    "join.which": Takes.QUESTION,
    "answers.search": Takes.QUESTION,
    "link.phone": Takes.WORDS,
    "link.code": Takes.WORDS,
    "complaint.text": Takes.WORDS,
    "complaint.evidence": Takes.WORDS,
    "cases.add": Takes.WORDS,
    "cases.contest": Takes.WORDS,
    "cases.word": Takes.WORDS,
    "person.text": Takes.WORDS,
    "plan.note": Takes.WORDS,
    "plan.reply": Takes.WORDS,
}
_EXPECTATION = {
    Takes.NUMBER: Expectation.AMOUNT,
    Takes.DATE: Expectation.DATE,
    Takes.YES_OR_NO: Expectation.YES_OR_NO,
    Takes.SSN: Expectation.SSN,
    Takes.PHONE: Expectation.PHONE,
    Takes.WORDS: Expectation.FREE_TEXT,
}


def followed(turn: Turn, step: Step) -> bool:
    """Follow a change of mind; False where the words are for the open question."""
    if not turn.text or conversation_of(step.name) in STAFF:
        return False
    takes = ANSWERS.get(step.name)
    if step.answer is not None and takes is None:
        return False
    # Where only buttons answer, "stop" means what is open, and a yes or no is none of them.
    expecting = Expectation.YES_OR_NO if takes is None else _EXPECTATION.get(takes)
    understood = understand(turn.text, expecting=expecting, today=turn.today)
    only_buttons = step.answer is None or takes is Takes.YES_OR_NO
    if only_buttons and free_text.is_sensitive(understood):
        free_text.ask_protected(turn, understood)  # the question stays open until they choose
        return True
    if understood.kind is not Kind.SURE or understood.label is None or understood.is_answer:
        return False
    if takes is not None and _is_for(turn, takes, understood):
        return False
    return _follow(turn, step, understood.label)


def _is_for(turn: Turn, takes: Takes, understood: Understanding) -> bool:
    """Whether the words are, or may be, what the question asked for."""
    label = understood.label
    if takes is Takes.WORDS:
        return label not in STEERING or len(turn.text.split()) > STEERING_WORDS
    if label in STEERING:
        return False
    if takes is Takes.AGENCY:
        return bool(found(office(turn), turn.text))
    if takes is Takes.QUESTION:
        return label not in DEEDS or DEEDS[label].article
    return _FIGURE.search(normalise(turn.text)) is not None


def _follow(turn: Turn, step: Step, label: Label) -> bool:
    if label is Label.CANCEL:
        general.cancel(turn)
    elif label is Label.HELP:
        general.help_(turn)
    elif label is Label.LANGUAGE_CHANGE:
        change_language(turn)
    elif label not in DEEDS:
        return False
    else:
        return _leave_for(turn, step, label)
    return True


def _leave_for(turn: Turn, step: Step, label: Label) -> bool:
    """Do the other thing; what was begun is kept, with the way back."""
    here = conversation_of(step.name)
    deed = DEEDS[label]
    if deed.opens == here and not (here == "complaint" and step.answer is None and deed.category):
        return False
    if deed.opens == here:  # its subject, said instead of pressed
        deed.run(turn)
        return True
    turn.close(keep_draft=here != "consent")
    kept = turn.caller.drafts.get(here, {}).get(PARKED) == step.name
    if kept:
        rows = [[Button("free.resume", "free.resume", step.name)]]
        turn.say("free.understood_kept", rows, wish=free_text.wish(turn, label))
    else:
        turn.say("free.understood", wish=free_text.wish(turn, label))
    deed.run(turn)
    return True
