"""Writing for a case: an answer, a question, a solution, a note, a reason.

A note is left at once; anything else is shown before it leaves (`sending`).
"""

from __future__ import annotations

from handlers import agency_choice
from handlers.buttons import Button
from handlers.complaints import draft as draft_of
from handlers.complaints import files_sent
from handlers.complaints.office import office
from handlers.desk import card, draft, reuse
from handlers.desk.draft import TO_CITIZEN, case_of
from handlers.desk.guard import pressed
from handlers.turn import Turn
from services.complaints import access, desk, evidence, letters
from services.complaints.access import NoSuchCase
from services.complaints.state import Outcome
from services.complaints.templates import PLACEHOLDERS, PlaceholderUnknown
from services.references import CENTRAL

KINDS = ("answer", "ask", "resolve", "note", "transfer", "raise")
EXPLAINED = ("resolve", "transfer", "raise")  # whose reader has nothing else to go by
WITH_FILES = (*TO_CITIZEN, "note")
GO_ON = [[Button("complaint.go_on", "desk.files_joined")]]


def start(turn: Turn) -> None:
    """Begin to write; a solution first needs its outcome, a transfer its desk."""
    assert turn.press is not None
    number, _, kind = turn.press.argument.partition(":")
    if kind not in KINDS:
        raise NoSuchCase
    the_office = office(turn)
    case = access.for_staff(the_office, turn.caller.telegram_id, pressed(turn))
    if kind != "note" and not case.progress.status.is_open:
        turn.toast("desk.no_longer_open", alert=True)
        card.present(turn, case.id)
        return
    turn.press = None  # the card stays above
    turn.close(keep_draft=True)
    turn.caller.drafts["desk"] = {
        "case": int(number),
        "kind": kind,
        "seen": desk.seen(case).events,
    }
    turn.go({"resolve": "desk.outcome", "transfer": "desk.where"}.get(kind, "desk.text"))


# --- outcome and desk -----------------------------------------------------------------------


def ask_outcome(turn: Turn) -> None:
    turn.ask(
        "desk.ask_outcome",
        [[Button(f"desk.outcome_{one.value}", "desk.outcome_is", one.value)] for one in Outcome],
        reference=case_of(turn).reference,
    )


def choose_outcome(turn: Turn) -> None:
    assert turn.press is not None
    if turn.press.argument in set(Outcome):
        turn.draft["outcome"] = turn.press.argument
        turn.go("desk.text")
    else:
        turn.go("desk.outcome")


def ask_where(turn: Turn) -> None:
    """Ask for the desk a case belongs to: from the list, or typed."""
    case = case_of(turn)
    the_office = office(turn)
    cards = [one for one in agency_choice.listed(the_office) if one.code != case.progress.desk]
    asked = turn.press.argument if turn.press is not None else ""
    rows = agency_choice.rows(
        turn, cards, choose="desk.where_is", turn_page="desk.where_page", asked=asked
    )
    if case.progress.desk != CENTRAL:
        rows.insert(0, [Button("desk.central", "desk.where_is", CENTRAL)])
    turn.ask("desk.ask_where", rows, reference=case.reference)


def answer_where(turn: Turn) -> None:
    found = agency_choice.found(office(turn), turn.text)
    if len(found) == 1:
        _keep_where(turn, found[0].code)
    elif not found:
        turn.say("complaint.agency_unknown")
        turn.go("desk.where")
    else:
        rows = [[agency_choice.button(turn, one, "desk.where_is")] for one in found[:12]]
        turn.ask("complaint.agency_which", rows)


def choose_where(turn: Turn) -> None:
    assert turn.press is not None
    _keep_where(turn, turn.press.argument)


def _keep_where(turn: Turn, code: str) -> None:
    case = case_of(turn)
    if code == case.progress.desk:
        turn.say("desk.same_desk")
        turn.go("desk.where")
        return
    turn.draft["to"] = code
    turn.go("desk.text")


# --- the words ------------------------------------------------------------------------------


def ask_text(turn: Turn) -> None:
    case = case_of(turn)
    days = office(turn).targets(case.filed_at).paused_working_days_at_most
    key = f"desk.ask_{turn.draft['kind']}"
    parts = [turn.words.text(key, reference=case.reference, days=str(days))]
    if joined := len(draft_of.files(turn)):
        parts.append(turn.words.text("evidence.attached", n=joined))
    elif turn.draft["kind"] in WITH_FILES:
        parts.append(turn.words.text("evidence.may_attach"))
    if turn.chat_type != "private":
        parts.append(turn.words.text("desk.reply_here"))
    turn.show_html("\n\n".join(parts), [*reuse.rows(turn, office(turn), case), turn.navigation()])


def answer_text(turn: Turn) -> None:
    """Keep what was written or joined; a note is left at once, anything else is shown first."""
    if (message := turn.message) is not None and message.text is None:
        keep_file(turn, (message.caption or "").strip())
    else:
        keep_text(turn, turn.text.strip())


def keep_file(turn: Turn, caption: str) -> None:
    """Keep the file of this message for what is being written. It goes with words: those under
    it, or those that follow; an album is complete when its sender says so."""
    if turn.draft["kind"] not in WITH_FILES:
        turn.say("evidence.words_only")
        return
    files = draft_of.files(turn)
    kept = evidence.count(office(turn), case_of(turn))
    file = files_sent.take(turn, files, [], kept=kept)
    if file is None:
        return
    if caption and not draft_of.add_words(turn, caption):
        turn.say("complaint.text_too_long")
        return
    enough = turn.draft["kind"] == "note" or draft_of.words(turn)
    if enough and file.album is None:
        keep_text(turn, "")
    elif enough and caption:
        turn.say("evidence.go_on", GO_ON)
    elif enough:
        files_sent.acknowledge(turn, file, files, "evidence.go_on", GO_ON)
    elif turn.chat_type == "private":
        files_sent.acknowledge(turn, file, files, "evidence.write_words", [])
    elif len(files) == 1:
        parts = (turn.words.text("evidence.write_words"), turn.words.text("desk.reply_here"))
        turn.say_html("\n\n".join(parts))


def files_joined(turn: Turn) -> None:
    """All files are there: on with them and the words that came with them."""
    keep_text(turn, "")


def keep_text(turn: Turn, typed: str) -> None:
    text = "\n".join(part for part in (draft_of.words(turn), typed) if part)
    files = files_sent.of_draft(draft_of.files(turn))
    if not text and not (files and turn.draft["kind"] == "note"):
        turn.say("cases.words_please")
        return
    turn.draft.pop("words", None)  # they are in the text from here on
    if turn.draft["kind"] == "note":
        number = turn.draft["case"]
        desk.note(office(turn), turn.caller.telegram_id, number, text, files=files)
        turn.close()
        turn.say("desk.noted")
        card.present(turn, number)
        return
    if turn.draft["kind"] in EXPLAINED and not letters.is_sentence(text):
        turn.say(f"desk.too_short_{turn.draft['kind']}")
        return
    shown = text
    if turn.draft["kind"] in TO_CITIZEN:
        try:
            shown = reuse.filled(turn, case_of(turn), text)
        except PlaceholderUnknown as refusal:
            turn.say(
                "desk.placeholder_unknown",
                written=", ".join(refusal.written),
                known=", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
            )
            return
    draft.keep(turn, text, shown)
    turn.go("desk.check")


def use_template(turn: Turn) -> None:
    """A template's words, as if they had been typed."""
    if body := reuse.chosen(turn):
        keep_text(turn, body)
    else:
        turn.go("desk.text")
