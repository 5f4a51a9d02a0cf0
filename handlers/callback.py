"""A number to be called back about joining: which agency, which number, agreed to, kept."""

from __future__ import annotations

import base64

from handlers import agency_choice, agency_hours
from handlers.buttons import Button
from handlers.complaints.office import office
from handlers.conversation import Action, Conversation, Step
from handlers.message import NO_KEYBOARD, reply_keyboard
from handlers.notices import tell
from handlers.turn import Turn
from services.identity import NotAPhoneNumber, mask_phone, normalise_phone
from services.joining import callbacks, ways
from services.joining.callbacks import Task
from services.language.entities import EntityKind, only_number
from services.outbox import Lane


def open_(turn: Turn) -> None:
    """Begin, with the kind of work and maybe the agency that were chosen before."""
    argument = turn.press.argument if turn.press is not None else ""
    way, _, agency = argument.partition(":")
    if way not in {one.code for one in ways.in_force(turn.today)}:
        turn.toast("button.not_valid", alert=True)
        return
    turn.press = None  # the papers stay above
    turn.close(keep_draft=True)
    known = agency if agency in office(turn).agencies else None
    turn.caller.drafts["callback"] = {"way": way, "agency": known}
    turn.go("callback.phone" if known else "callback.agency")


def ask_agency(turn: Turn) -> None:
    asked = turn.press.argument if turn.press is not None else ""
    cards = agency_choice.listed(office(turn))
    turn.ask(
        "join.ask_agency",
        agency_choice.rows(
            turn, cards, choose="callback.agency_is", turn_page="callback.agencies", asked=asked
        ),
    )


def answer_agency(turn: Turn) -> None:
    """Keep the agency that was typed, or show those it may be."""
    agency_choice.typed(
        turn, keep=_keep_agency, choose="callback.agency_is", again="callback.agency"
    )


def choose_agency(turn: Turn) -> None:
    assert turn.press is not None
    _keep_agency(turn, turn.press.argument)


def _keep_agency(turn: Turn, code: str) -> None:
    if code in office(turn).agencies:
        turn.draft["agency"] = code
        turn.press = None
        turn.go("callback.phone")
    else:
        turn.go("callback.agency")


def ask_phone(turn: Turn) -> None:
    """Ask for the number: typed, or shared by the button under the input field."""
    turn.say(
        "callback.ask_phone",
        keyboard=reply_keyboard(
            [{"text": turn.words.label("callback.share"), "request_contact": True}],
            [
                {"text": turn.words.label("button.help")},
                {"text": turn.words.label("button.cancel")},
            ],
        ),
        agency=agency_hours.name(turn, turn.draft["agency"]),
    )


def answer_phone(turn: Turn) -> None:
    """Keep the number, sealed; show it masked before anything is asked of an agency."""
    message = turn.message
    assert message is not None
    typed = message.contact.phone_number if message.contact is not None else turn.text
    try:
        number = normalise_phone(only_number(typed, EntityKind.PHONE) or typed)
    except NotAPhoneNumber:
        turn.say("callback.not_a_number")
        return
    sealed = turn.kit.vault.seal(number)
    turn.draft["phone"] = base64.b64encode(sealed).decode()
    turn.say("callback.got_number", keyboard=NO_KEYBOARD)
    turn.go("callback.check")


def ask_check(turn: Turn) -> None:
    number = _number(turn)
    if number is None:
        turn.go("callback.phone")
        return
    days = turn.kit.policy.retention("callback", turn.today).keep.days
    turn.ask(
        "callback.check",
        [[Button("callback.yes", "callback.yes")]],
        phone=mask_phone(number),
        agency=agency_hours.name(turn, turn.draft["agency"]),
        days=str(days),
    )


def confirm(turn: Turn) -> None:
    """Keep it as a task of the agency, and tell whoever calls."""
    the_office = office(turn)
    number = _number(turn)
    if number is None:
        turn.go("callback.phone")
        return
    try:
        task = callbacks.ask(
            the_office,
            telegram_id=turn.caller.telegram_id,
            language=turn.caller.language,
            agency=turn.draft["agency"],
            way_code=turn.draft["way"],
            phone=number,
        )
    except callbacks.UnknownAgency:  # the fund's list changed meanwhile
        turn.go("callback.agency")
        return
    except ways.UnknownWay:  # that way ended meanwhile
        turn.close()
        turn.show("callback.way_ended", [[Button("menu.join", "join.open")]])
        return
    turn.close()
    turn.show(
        "callback.kept",
        [[Button("callback.withdraw", "callback.withdraw")], [Button("button.menu", "menu.open")]],
        agency=agency_hours.name(turn, task.agency),
        by=task.call_by,
    )
    _tell(turn, task)


def withdraw(turn: Turn) -> None:
    """No call any more."""
    open_call = callbacks.withdraw(office(turn), turn.caller.telegram_id)
    turn.show(
        "callback.withdrawn" if open_call else "callback.none",
        [[Button("button.menu", "menu.open")]],
    )


def _number(turn: Turn) -> str | None:
    sealed = turn.draft.get("phone")
    return turn.kit.vault.open_sealed(base64.b64decode(sealed)) if sealed else None


def _tell(turn: Turn, task: Task) -> None:
    the_office = office(turn)
    for member in callbacks.callers_of(the_office, task):
        tell(
            turn.kit,
            turn.session,
            turn.outbox,
            member.telegram_id,
            "calls.news",
            [[Button("calls.open_one", "calls.show", str(task.id))]],
            lane=Lane.STAFF,
            by=task.call_by,
        )


CONVERSATION = Conversation(
    name="callback",
    steps=(
        Step("callback.agency", ask=ask_agency, answer=answer_agency),
        Step("callback.phone", ask=ask_phone, answer=answer_phone, back="callback.agency"),
        Step("callback.check", ask=ask_check, back="callback.phone"),
    ),
    actions={
        "callback.open": Action(open_),
        "callback.agency_is": Action(choose_agency, step="callback.agency"),
        "callback.agencies": Action(ask_agency, step="callback.agency"),
        "callback.yes": Action(confirm, step="callback.check"),
        "callback.withdraw": Action(withdraw),
    },
)
