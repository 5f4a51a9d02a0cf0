"""Templates at the desk: used with a press, kept from a letter that was just written."""

from __future__ import annotations

from handlers.buttons import Button
from handlers.complaints.office import office
from handlers.desk import card_text
from handlers.desk.draft import case_of, written_of
from handlers.desk.names import language_of
from handlers.turn import Turn
from services.complaints import access, templates
from services.complaints.access import NoSuchCase
from services.complaints.office import Office
from services.complaints.store import Case
from services.complaints.templates import Place
from services.references import CENTRAL


def rows(turn: Turn, the_office: Office, case: Case) -> list[list[Button]]:
    """The templates that fit the letter being written; in private chat only."""
    place = _place(turn, the_office, case)
    if place.state not in templates.STATES or turn.chat_type != "private":
        return []
    member = access.member_of(the_office, turn.caller.telegram_id)
    found = templates.fitting(the_office, member, place)
    own = member.agency or CENTRAL
    return [
        [
            Button("desk.template", "desk.template", str(one.id), values={"title": one.title}),
            *(
                [Button("desk.template_end", "desk.template_end", str(one.id))]
                if templates.may_write(member) and one.desk == own
                else []
            ),
        ]
        for one in found
    ]


def chosen(turn: Turn) -> str:
    """The words of the template that was pressed; empty when it no longer fits."""
    assert turn.press is not None
    the_office = office(turn)
    case = case_of(turn)
    member = access.member_of(the_office, turn.caller.telegram_id)
    found = templates.fitting(the_office, member, _place(turn, the_office, case))
    return next((one.body for one in found if str(one.id) == turn.press.argument), "")


def end(turn: Turn) -> None:
    """Give a template up, and ask again."""
    assert turn.press is not None
    number = int(turn.press.argument) if turn.press.argument.isdecimal() else 0
    try:
        templates.end(office(turn), turn.caller.telegram_id, number)
        turn.toast("desk.template_ended")
    except (templates.MayNotWrite, NoSuchCase):
        turn.toast("button.not_valid", alert=True)
    turn.go("desk.text")


def ask_title(turn: Turn) -> None:
    turn.ask("desk.ask_template", most=str(templates.TITLE_MAX))


def answer_title(turn: Turn) -> None:
    """Keep the letter under a title; then on with the letter itself."""
    the_office = office(turn)
    case = case_of(turn)
    try:
        templates.keep(
            the_office,
            turn.caller.telegram_id,
            _place(turn, the_office, case),
            title=turn.text,
            body=written_of(turn),
        )
    except templates.TitleUnusable:
        turn.say("desk.template_title_unusable", most=str(templates.TITLE_MAX))
        turn.go("desk.template")
        return
    except templates.HoldsANumber as refusal:
        turn.say("templates.holds_a_number", numbers=", ".join(refusal.numbers))
    except templates.MayNotWrite:
        turn.say("desk.template_not_yours")
    else:
        turn.say("desk.template_kept")
    turn.go("desk.check")


def _place(turn: Turn, the_office: Office, case: Case) -> Place:
    """What the letter being written is: of a solution, which one it is."""
    state = turn.draft.get("outcome", turn.draft["kind"])
    return Place(case.category, state, language_of(the_office, case))


def filled(turn: Turn, case: Case, text: str) -> str:
    """A letter with its placeholders filled, in the citizen's language.

    Raises:
        PlaceholderUnknown: also for any placeholder in a group, where no name is shown.
    """
    the_office = office(turn)
    if turn.chat_type != "private":
        templates.check_plain(text)
        return text
    member = access.member_of(the_office, turn.caller.telegram_id)
    words = turn.kit.words[language_of(the_office, case)]
    return templates.fill(
        text,
        {
            "reference": case.reference,
            "name": card_text.recipient(words, the_office, member, case),
            "agency": card_text.agency_title(words, the_office, case.agency),
        },
    )
