"""What is done about each thing a person may want in their own words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from handlers import agency_hours, answers, doing, general
from handlers.buttons import Button
from handlers.commands import set_commands
from handlers.complaints import known_subject
from handlers.turn import Turn
from services import asked_language, people
from services.language.labels import Label

Run = Callable[[Turn], None]


@dataclass(frozen=True, slots=True)
class Deed:
    """What answers a wish. `opens` is the conversation it leads into, where it does; `category`
    that of the complaint it begins; `article` whether it is an answer to a question."""

    run: Run
    opens: str = ""
    category: str = ""
    article: bool = False


def _open(action: str, opens: str = "") -> Deed:
    return Deed(partial(_do, action=action), opens)


def _do(turn: Turn, action: str) -> None:
    doing.do(turn, action)


def _article(code: str) -> Deed:
    return Deed(partial(_answer, code=code), article=True)


def _answer(turn: Turn, code: str) -> None:
    answers.say(turn, code)


def _complain(category: str) -> Deed:
    return Deed(partial(_start_complaint, category=category), "complaint", category)


def _start_complaint(turn: Turn, category: str) -> None:
    known_subject.start(turn, category)


def _paid_already(turn: Turn) -> None:
    """Already paid: see whether it is recorded; where it is not, say so with the receipt."""
    turn.say(
        "free.paid_already",
        [
            [Button("menu.status", "status.open")],
            [Button("free.not_recorded", known_subject.ACTION, "payment_not_recorded")],
        ],
    )


def _reminders(turn: Turn) -> None:
    known = turn.kit.book.actions
    doing.do(turn, "reminders.open" if "reminders.open" in known else "settings.open")


def _identity_data(turn: Turn) -> None:
    turn.say(
        "free.identity_data",
        [[Button("free.how_to_correct", "mydata.correct")], [Button("menu.person", "person.open")]],
    )


def change_language(turn: Turn) -> None:
    """Speak the language that was asked for; where none was named, ask which."""
    code = asked_language.asked_for(turn.text)
    if code is None:
        doing.do(turn, "language.open")
        return
    people.choose_language(turn.session, turn.caller, code, turn.now)
    set_commands(turn)
    turn.say("free.language_changed")
    general.present_state(turn)


DEEDS: dict[Label, Deed] = {
    Label.STATUS_BALANCE: _open("status.open"),
    Label.NOT_PAID: _open("status.open"),
    Label.CONTRIBUTION_AMOUNT: _article("minimum"),
    Label.HOW_TO_PAY: _open("pay.open"),
    Label.PAID_ALREADY: Deed(_paid_already),
    Label.PAYMENT_NOT_RECORDED: _complain("payment_not_recorded"),
    Label.DEADLINE: _article("deadline"),
    Label.LATE_SURCHARGE: _article("surcharge"),
    Label.FORMAL_NOTICE: _article("formal_notice"),
    Label.PLAN_REQUEST: _open("plan.open", "plan"),
    Label.PLAN_PROBLEM: _complain("plan"),
    Label.JOIN: _open("join.open"),
    Label.AFFILIATION_DELAY: _complain("affiliation"),
    Label.CESSATION_OF_ACTIVITY: _article("cessation"),
    Label.AUTO_ENTREPRENEUR: _article("auto_entrepreneur"),
    Label.ATTESTATION: _article("certificate"),
    Label.IDENTITY_DATA: Deed(_identity_data),
    Label.CHIFA_CARD: _article("chifa"),
    Label.REIMBURSEMENT_DELAY: _complain("reimbursement"),
    Label.PENSION: _article("pension"),
    Label.ONLINE_SERVICE: _complain("online"),
    Label.AGENCY_INFO: Deed(agency_hours.tell),
    Label.COMPLAINT: _open("complaint.open", "complaint"),
    Label.CASE_FOLLOW_UP: _open("cases.open"),
    Label.CONDUCT: _complain("conduct"),
    Label.CORRUPTION_REPORT: _complain("bribe"),
    Label.AGENT_REQUEST: _open("person.open", "person"),
    Label.REMINDERS: Deed(_reminders),
    Label.OPT_OUT: Deed(_reminders),
    Label.MY_DATA: _open("mydata.open"),
    Label.LANGUAGE_CHANGE: Deed(change_language),
}
"""Wishes with a deed. Greetings, thanks, insults, yes, no, help and cancel are answered in
`free_text`; what is not understood has none."""
