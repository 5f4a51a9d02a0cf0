"""/cases: one's own complaints, what happened to them, and what one can still do.

Buttons of a case carry its number and are checked against the record at every press, so an
old message shows the present state and a guessed number shows nothing.
"""

from __future__ import annotations

from handlers.buttons import Button
from handlers.complaints import after_answer, files_sent
from handlers.complaints import draft as draft_of
from handlers.complaints.office import office
from handlers.complaints.one_case import case_of_draft, pressed_case, show_case
from handlers.complaints.receipt import give_letters
from handlers.conversation import Action, Conversation, Step
from handlers.desk import card
from handlers.desk.notices import tell_of_addition, tell_staff
from handlers.turn import Turn
from services.complaints import access, citizen, evidence
from services.complaints.access import NoSuchCase, NotStaff
from services.complaints.citizen import NotNow
from services.complaints.letters import TooLong
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
    if (case := pressed_case(turn)) is not None:
        show_case(turn, case)


def code(turn: Turn) -> None:
    """The code of the receipt in letters."""
    if (case := pressed_case(turn)) is not None:
        give_letters(turn, office(turn), case)


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
    show_case(turn, case)


# --- adding and replying --------------------------------------------------------------------


def start_adding(turn: Turn) -> None:
    """Open the case for words and files."""
    case = pressed_case(turn)
    if case is None:
        return
    if not case.progress.status.is_open:
        show_case(turn, case)
        return
    turn.press = None  # the case stays above, the question follows
    add_to(turn, case.id)


def add_to(turn: Turn, complaint_id: int) -> None:
    turn.close(keep_draft=True)
    turn.caller.drafts["cases"] = {"case": complaint_id}
    turn.go("cases.add")


def ask_add(turn: Turn) -> None:
    case = case_of_draft(turn)
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
        if message.text.strip():
            _send(turn, message.text)
        else:
            turn.say("cases.words_please")
        return
    case = case_of_draft(turn)
    if case is None:
        return
    kept = evidence.count(office(turn), case)
    file = files_sent.take(turn, files, _send_rows(turn), kept=kept)
    if file is None:
        return
    caption = (message.caption or "").strip()
    if caption and not draft_of.add_words(turn, caption):
        turn.say("complaint.text_too_long")
    files_sent.acknowledge(turn, file, files, "cases.file_added", _send_rows(turn))


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
    files = files_sent.of_draft(draft_of.files(turn))
    try:
        case = citizen.add(
            the_office, turn.caller.telegram_id, number, text=words or None, files=files
        )
    except (NoSuchCase, NotNow):
        turn.close()
        turn.show("cases.no_longer_open", [[Button("menu.cases", "cases.open")]])
        return
    except TooLong:  # together with what stands under the files
        turn.say("complaint.text_too_long", _send_rows(turn))
        return
    turn.close()
    replied = case.happenings[-1].name == "replied"
    turn.show(
        "cases.replied" if replied else "cases.added",
        [[Button("cases.show", "cases.show", str(case.id))]],
        reference=case.reference,
    )
    if replied:
        tell_staff(turn.kit, turn.outbox, the_office, case, "desk.news_replied")
    else:
        tell_of_addition(turn.kit, turn.outbox, the_office, case)


def _send_rows(turn: Turn) -> list[list[Button]]:
    files = draft_of.files(turn)
    return [[Button("cases.send_files", "cases.send_files")]] if files else []


def _known(turn: Turn, row: list[Button]) -> list[list[Button]]:
    return [[button for button in row if button.action in turn.kit.book.actions]]


CONVERSATION = Conversation(
    name="cases",
    commands={"cases": list_},
    deep_links={"case": open_reference},
    steps=(
        Step("cases.add", ask=ask_add, answer=answer_add, takes_albums=True),
        Step("cases.contest", ask=after_answer.ask_contest, answer=after_answer.answer_contest),
        Step("cases.word", ask=after_answer.ask_word, answer=after_answer.answer_word),
    ),
    actions={
        "cases.open": Action(list_),
        "cases.show": Action(show),
        "cases.code": Action(code),
        "cases.add": Action(start_adding),
        "cases.send_files": Action(send_files, step="cases.add"),
        "cases.withdraw": Action(after_answer.withdraw),
        "cases.withdraw_now": Action(after_answer.withdraw_now),
        "cases.confirm": Action(after_answer.confirm),
        "cases.contest": Action(after_answer.start_contest),
        "cases.rate": Action(after_answer.rate),
        "cases.stars": Action(after_answer.give_stars),
        "cases.word": Action(after_answer.start_word),
        "cases.review": Action(after_answer.review),
    },
)
