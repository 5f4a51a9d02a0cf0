"""/cases: one's own complaints, what happened to them, and what one can still do.

Buttons of a case carry its number and are checked against the record at every press, so an
old message shows the present state and a guessed number shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from handlers import cases_text, complaint_evidence
from handlers import complaint_draft as draft_of
from handlers.buttons import Button
from handlers.complaint_draft import office
from handlers.conversation import Action, Conversation, Step
from handlers.desk import card
from handlers.desk.notices import tell_staff
from handlers.turn import Turn
from services.complaints import access, citizen
from services.complaints.access import NoSuchCase, NotStaff
from services.complaints.citizen import NotNow
from services.complaints.store import Case
from services.references import NotAReference, ReferenceMistyped

PAGE = 8


# --- the list and one case ------------------------------------------------------------------


def list_(turn: Turn) -> None:
    """All of one's complaints, the open ones first."""
    found = citizen.cases_of(office(turn), turn.caller.telegram_id)
    if not found:
        turn.show("cases.none", _known(turn, [Button("menu.complaint", "complaint.open")]))
        return
    argument = turn.press.argument if turn.press is not None else ""
    page = int(argument) if argument.isdecimal() else 0
    shown = found[page * PAGE : (page + 1) * PAGE] or found[:PAGE]
    rows = [[_case_button(turn, case)] for case in shown]
    if len(found) > (page + 1) * PAGE:
        rows.append([Button("cases.older", "cases.open", str(page + 1))])
    turn.show("cases.list", rows, n=len(found))


def _case_button(turn: Turn, case: Case) -> Button:
    return Button(
        f"cases.button_{case.progress.status.value}",
        "cases.show",
        str(case.id),
        values={
            "reference": case.reference,
            "category": turn.words.label(f"category.{case.category}"),
        },
    )


def show(turn: Turn) -> None:
    """One case as it stands now."""
    if (case := _pressed_case(turn)) is not None:
        _show_case(turn, case)


def open_reference(turn: Turn) -> None:
    """A link to a case, or its reference typed: one's own, or one of one's desk."""
    the_office = office(turn)
    try:
        number = access.find(the_office, turn.argument)
    except ReferenceMistyped:
        turn.say("cases.mistyped")
        return
    except (NotAReference, NoSuchCase):
        turn.say("cases.not_found")
        return
    try:
        case = access.for_citizen(the_office, turn.caller.telegram_id, number)
    except NoSuchCase:
        try:
            access.for_staff(the_office, turn.caller.telegram_id, number)
        except (NoSuchCase, NotStaff):
            turn.say("cases.not_found")
            return
        card.show_card(turn, number)
        return
    _show_case(turn, case)


def _show_case(turn: Turn, case: Case) -> None:
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
    turn.show_html(cases_text.case(turn.words, the_office, case), rows)


# --- adding and replying --------------------------------------------------------------------


def start_adding(turn: Turn) -> None:
    """Open the case for words and files."""
    case = _pressed_case(turn)
    if case is None:
        return
    if not case.progress.status.is_open:
        _show_case(turn, case)
        return
    turn.press = None  # the case stays above, the question follows
    add_to(turn, case.id)


def add_to(turn: Turn, complaint_id: int) -> None:
    turn.close(keep_draft=True)
    turn.caller.drafts["cases"] = {"case": complaint_id}
    turn.go("cases.add")


def ask_add(turn: Turn) -> None:
    case = _case_of_draft(turn)
    if case is None:
        return
    waits = citizen.may_do(office(turn), case).reply
    key = "cases.ask_reply" if waits else "cases.ask_add"
    turn.ask(key, _send_rows(turn), reference=case.reference)


def answer_add(turn: Turn) -> None:
    """Words are sent at once, with the files before them; files wait for words or the button."""
    message = turn.message
    assert message is not None
    files = draft_of.files(turn)
    if message.text is not None:
        _send(turn, message.text)
        return
    file = complaint_evidence.take(turn, files, _send_rows(turn))
    if file is None:
        return
    caption = (message.caption or "").strip()
    if caption and not draft_of.add_words(turn, caption):
        turn.say("complaint.text_too_long")
    complaint_evidence.acknowledge(turn, file, files, "cases.file_added", _send_rows(turn))


def send_files(turn: Turn) -> None:
    """Send the files without further words."""
    if not draft_of.files(turn):
        turn.go("cases.add")
        return
    _send(turn, "")


def _send(turn: Turn, text: str) -> None:
    the_office = office(turn)
    words = "\n".join(part for part in (draft_of.words(turn), text.strip()) if part)
    number = turn.draft["case"]
    files = complaint_evidence.of_draft(draft_of.files(turn))
    try:
        case = citizen.add(
            the_office, turn.caller.telegram_id, number, text=words or None, files=files
        )
    except (NoSuchCase, NotNow):
        turn.close()
        turn.show("cases.no_longer_open", [[Button("menu.cases", "cases.open")]])
        return
    turn.close()
    replied = case.happenings[-1].name == "replied"
    turn.show(
        "cases.replied" if replied else "cases.added",
        [[Button("cases.show", "cases.show", str(case.id))]],
        reference=case.reference,
    )
    key = "desk.news_replied" if replied else "desk.news_added"
    tell_staff(turn.kit, turn.outbox, the_office, case, key)


def _send_rows(turn: Turn) -> list[list[Button]]:
    files = draft_of.files(turn)
    return [[Button("cases.send_files", "cases.send_files")]] if files else []


# --- withdrawing, confirming, contesting ----------------------------------------------------


def withdraw(turn: Turn) -> None:
    """Ask once more before a case is given up."""
    case = _pressed_case(turn)
    if case is None:
        return
    if not case.progress.status.is_open:
        _show_case(turn, case)
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
    _do(turn, citizen.withdraw, "desk.news_withdrawn")


def confirm(turn: Turn) -> None:
    """The solution holds; then the stars."""
    case = _do(turn, citizen.confirm, "desk.news_confirmed", show_after=False)
    if case is not None:
        turn.show("cases.thanks_confirmed", _star_rows(case), reference=case.reference)


def start_contest(turn: Turn) -> None:
    case = _pressed_case(turn)
    if case is None:
        return
    if not citizen.may_do(office(turn), case).reopen:
        _show_case(turn, case)
        return
    turn.press = None
    turn.close(keep_draft=True)
    turn.caller.drafts["cases"] = {"case": case.id}
    turn.go("cases.contest")


def ask_contest(turn: Turn) -> None:
    case = _case_of_draft(turn)
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
    case = _pressed_case(turn)
    if case is None:
        return
    if not citizen.may_do(office(turn), case).rate:
        _show_case(turn, case)
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
    except NoSuchCase:
        turn.toast("button.not_valid", alert=True)
        return
    except NotNow:
        turn.press = type(turn.press)("cases.show", number, turn.press.version)
        show(turn)
        return
    rows = [[Button("cases.leave_word", "cases.word", number)]]
    if citizen.may_do(the_office, case).review:
        rows.insert(0, [Button("cases.review", "cases.review", number)])
        turn.show("cases.thanks_poor", rows)
    else:
        turn.show("cases.thanks_stars", rows)


def start_word(turn: Turn) -> None:
    case = _pressed_case(turn)
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
    _do(turn, citizen.request_review, "desk.news_review")


# --- inside ---------------------------------------------------------------------------------


def _pressed_case(turn: Turn) -> Case | None:
    """The case a button names, if it is the presser's own; else they learn nothing."""
    assert turn.press is not None
    try:
        return access.for_citizen(
            office(turn), turn.caller.telegram_id, int(turn.press.argument or 0)
        )
    except (NoSuchCase, ValueError):
        turn.toast("button.not_valid", alert=True)
        return None


def _case_of_draft(turn: Turn) -> Case | None:
    try:
        return access.for_citizen(
            office(turn), turn.caller.telegram_id, int(turn.draft.get("case", 0))
        )
    except NoSuchCase:
        turn.close()
        turn.show("cases.not_found", [[Button("menu.cases", "cases.open")]])
        return None


def _do(turn: Turn, act: Callable[..., Case], news: str, *, show_after: bool = True) -> Case | None:
    """One act on the pressed case; where it is no longer open to that, its state is shown."""
    case = _pressed_case(turn)
    if case is None:
        return None
    the_office = office(turn)
    try:
        case = act(the_office, turn.caller.telegram_id, case.id)
    except NotNow:
        _show_case(turn, case)
        return None
    tell_staff(turn.kit, turn.outbox, the_office, case, news)
    if show_after:
        _show_case(turn, case)
    return case


def _known(turn: Turn, row: list[Button]) -> list[list[Button]]:
    return [[button for button in row if button.action in turn.kit.book.actions]]


CONVERSATION = Conversation(
    name="cases",
    commands={"cases": list_},
    deep_links={"case": open_reference},
    steps=(
        Step("cases.add", ask=ask_add, answer=answer_add, takes_albums=True),
        Step("cases.contest", ask=ask_contest, answer=answer_contest),
        Step("cases.word", ask=ask_word, answer=answer_word),
    ),
    actions={
        "cases.open": Action(list_),
        "cases.show": Action(show),
        "cases.add": Action(start_adding),
        "cases.send_files": Action(send_files, step="cases.add"),
        "cases.withdraw": Action(withdraw),
        "cases.withdraw_now": Action(withdraw_now),
        "cases.confirm": Action(confirm),
        "cases.contest": Action(start_contest),
        "cases.rate": Action(rate),
        "cases.stars": Action(give_stars),
        "cases.word": Action(start_word),
        "cases.review": Action(review),
    },
)
