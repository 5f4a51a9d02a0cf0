"""One of one's own cases: found by the record at every press, shown as it stands now."""

from __future__ import annotations

from collections.abc import Callable

from handlers.buttons import Button
from handlers.complaints import case_text
from handlers.complaints.office import office
from handlers.desk.notices import tell_staff
from handlers.turn import Turn
from services.complaints import access, citizen
from services.complaints.access import NoSuchCase
from services.complaints.citizen import NotNow
from services.complaints.store import Case


def show_case(turn: Turn, case: Case) -> None:
    the_office = office(turn)
    may = citizen.may_do(the_office, case)
    number = str(case.id)
    rows = [
        [Button("cases.reply", "cases.add", number)] if may.reply else [],
        [Button("cases.add", "cases.add", number)] if may.add and not may.reply else [],
        [Button("cases.confirm", "cases.confirm", number)] if may.confirm else [],
        [Button("cases.contest", "cases.contest", number)] if may.reopen else [],
        [Button("cases.rate", "cases.rate", number)] if may.rate else [],
        [Button("cases.review", "cases.review", number)] if may.review else [],
        [Button("cases.withdraw", "cases.withdraw", number)] if may.withdraw else [],
        [Button("cases.back_to_list", "cases.open")],
    ]
    turn.show_html(case_text.case(turn.words, the_office, case), rows)


def pressed_case(turn: Turn) -> Case | None:
    """The case a button names, if it is the presser's own; else they learn nothing."""
    assert turn.press is not None
    try:
        return access.for_citizen(
            office(turn), turn.caller.telegram_id, int(turn.press.argument or 0)
        )
    except (NoSuchCase, ValueError):
        turn.toast("button.not_valid", alert=True)
        return None


def case_of_draft(turn: Turn) -> Case | None:
    try:
        return access.for_citizen(
            office(turn), turn.caller.telegram_id, int(turn.draft.get("case", 0))
        )
    except NoSuchCase:
        turn.close()
        turn.show("cases.not_found", [[Button("menu.cases", "cases.open")]])
        return None


def do(turn: Turn, act: Callable[..., Case], news: str, *, show_after: bool = True) -> Case | None:
    """One act on the pressed case; where it is no longer open to that, its state is shown."""
    case = pressed_case(turn)
    if case is None:
        return None
    the_office = office(turn)
    try:
        case = act(the_office, turn.caller.telegram_id, case.id)
    except NotNow:
        show_case(turn, case)
        return None
    tell_staff(turn.kit, turn.outbox, the_office, case, news)
    if show_after:
        show_case(turn, case)
    return case
