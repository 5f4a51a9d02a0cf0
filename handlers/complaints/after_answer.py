"""After an answer: withdrawing, confirming or contesting the solution, the stars, a review."""

from __future__ import annotations

from handlers.buttons import Button
from handlers.complaints.office import office
from handlers.complaints.one_case import case_of_draft, do, pressed_case, show_case
from handlers.desk.notices import tell_staff
from handlers.turn import Turn
from services.complaints import citizen
from services.complaints.access import NoSuchCase
from services.complaints.citizen import NotNow
from services.complaints.store import Case

# --- withdrawing, confirming, contesting ----------------------------------------------------


def withdraw(turn: Turn) -> None:
    """Ask once more before a case is given up."""
    case = pressed_case(turn)
    if case is None:
        return
    if not case.progress.status.is_open:
        show_case(turn, case)
        return
    turn.show(
        "cases.withdraw_sure",
        [
            [Button("cases.withdraw_yes", "cases.withdraw_now", str(case.id))],
            [Button("cases.keep_it", "cases.show", str(case.id))],
        ],
        reference=case.reference,
    )


def withdraw_now(turn: Turn) -> None:
    do(turn, citizen.withdraw, "desk.news_withdrawn")


def confirm(turn: Turn) -> None:
    """The solution holds; then the stars."""
    case = do(turn, citizen.confirm, "desk.news_confirmed", show_after=False)
    if case is not None:
        turn.show("cases.thanks_confirmed", _star_rows(case), reference=case.reference)


def start_contest(turn: Turn) -> None:
    case = pressed_case(turn)
    if case is None:
        return
    if not citizen.may_do(office(turn), case).reopen:
        show_case(turn, case)
        return
    turn.press = None
    turn.close(keep_draft=True)
    turn.caller.drafts["cases"] = {"case": case.id}
    turn.go("cases.contest")


def ask_contest(turn: Turn) -> None:
    case = case_of_draft(turn)
    if case is not None:
        turn.ask("cases.ask_contest", reference=case.reference)


def answer_contest(turn: Turn) -> None:
    """Keep why it is not solved, and open the case again."""
    text = turn.text.strip()
    if not text:
        turn.say("cases.words_please")
        return
    the_office = office(turn)
    number = turn.draft["case"]
    turn.close()
    try:
        case = citizen.reopen(the_office, turn.caller.telegram_id, number, text=text)
    except (NoSuchCase, NotNow):
        turn.say("cases.no_longer_open", [[Button("menu.cases", "cases.open")]])
        return
    turn.say(
        "cases.reopened",
        [[Button("cases.show", "cases.show", str(case.id))]],
        reference=case.reference,
        by=case.progress.promised_by,
    )
    tell_staff(turn.kit, turn.outbox, the_office, case, "desk.news_reopened")


# --- the stars ------------------------------------------------------------------------------


def rate(turn: Turn) -> None:
    case = pressed_case(turn)
    if case is None:
        return
    if not citizen.may_do(office(turn), case).rate:
        show_case(turn, case)
        return
    turn.show("cases.ask_stars", _star_rows(case), reference=case.reference)


def _star_rows(case: Case) -> list[list[Button]]:
    return [
        [Button(f"cases.stars_{stars}", "cases.stars", f"{case.id}:{stars}")]
        for stars in reversed(citizen.STARS)
    ]


def give_stars(turn: Turn) -> None:
    """Keep the stars; a poor rating offers a higher officer; a word is welcome."""
    assert turn.press is not None
    number, _, stars = turn.press.argument.partition(":")
    the_office = office(turn)
    try:
        case = citizen.rate(the_office, turn.caller.telegram_id, int(number), int(stars))
    except (NoSuchCase, ValueError):
        turn.toast("button.not_valid", alert=True)
        return
    except NotNow:
        turn.press = type(turn.press)("cases.show", number, turn.press.version)
        if (unchanged := pressed_case(turn)) is not None:
            show_case(turn, unchanged)
        return
    rows = [[Button("cases.leave_word", "cases.word", number)]]
    if citizen.may_do(the_office, case).review:
        rows.insert(0, [Button("cases.review", "cases.review", number)])
        turn.show("cases.thanks_poor", rows)
    else:
        turn.show("cases.thanks_stars", rows)


def start_word(turn: Turn) -> None:
    case = pressed_case(turn)
    if case is None:
        return
    turn.press = None
    turn.close(keep_draft=True)
    turn.caller.drafts["cases"] = {"case": case.id}
    turn.go("cases.word")


def ask_word(turn: Turn) -> None:
    turn.ask("cases.ask_word")


def answer_word(turn: Turn) -> None:
    """Keep the word that goes with the stars."""
    text = turn.text.strip()
    if not text:
        turn.say("cases.words_please")
        return
    number = turn.draft["case"]
    turn.close()
    try:
        citizen.add_word(office(turn), turn.caller.telegram_id, number, text)
    except (NoSuchCase, NotNow):
        turn.say("cases.not_found")
        return
    turn.say("cases.thanks_word", [[Button("button.menu", "menu.open")]])


def review(turn: Turn) -> None:
    """A higher officer is asked to look again."""
    do(turn, citizen.request_review, "desk.news_review")
