"""The telling of a complaint: what happened, what proves it, the last look, and sending it."""

from __future__ import annotations

from handlers import agency_choice, whose
from handlers.buttons import Button
from handlers.complaints import draft as draft_of
from handlers.complaints import files_sent
from handlers.complaints.office import office
from handlers.complaints.receipt import figures_text, give_receipt
from handlers.desk.notices import tell_of_new_case
from handlers.turn import Turn
from services import linking
from services.complaints import categories, evidence, filing
from services.complaints.filing import Filing

TEXT_MIN = 5  # characters that say something
EXCERPT = 300


# --- what happened --------------------------------------------------------------------------


def ask_text(turn: Turn) -> None:
    """Ask what happened, with what to mention; first whatever is to be known before."""
    category = categories.tree().leaf(turn.draft["category"])
    parts = []
    if category.notice:
        parts.append(turn.words.text(f"category.{category.code}.notice"))
    if figures := turn.draft.get("figures"):
        parts.append(figures_text(turn.words, figures))
    parts.append(turn.words.text(f"category.{category.code}.ask"))
    parts.append(turn.words.text("complaint.how_to_tell"))
    rows = []
    if category.leads_to in turn.kit.book.actions and "figures" not in turn.draft:
        assert category.leads_to is not None
        argument = _account_argument(turn)
        rows.append([Button(f"category.{category.code}.leads_to", category.leads_to, argument)])
    turn.show_html("\n\n".join(parts), [*rows, turn.navigation()])


def answer_text(turn: Turn) -> None:
    """Keep the words. A voice message tells it too; a picture alone is kept, and words asked."""
    message = turn.message
    assert message is not None
    if message.text is None:
        _text_with_file(turn)
        return
    if len(message.text.strip()) < TEXT_MIN:
        turn.say("complaint.text_too_short")
        return
    draft_of.set_words(turn, message.text)
    turn.go("complaint.evidence")


def _text_with_file(turn: Turn) -> None:
    assert turn.message is not None
    files = draft_of.files(turn)
    file = files_sent.take(turn, files, [])
    if file is None:
        return
    if caption := (turn.message.caption or "").strip():
        draft_of.set_words(turn, caption)
    elif file.kind == "voice":
        draft_of.set_words(turn, turn.words.label("complaint.told_by_voice"))
    else:
        files_sent.acknowledge(turn, file, files, "complaint.file_needs_words", [])
        return
    turn.go("complaint.evidence")


# --- what proves it -------------------------------------------------------------------------


def ask_evidence(turn: Turn) -> None:
    turn.ask("complaint.ask_evidence", _evidence_rows(), n=len(draft_of.files(turn)))


def answer_evidence(turn: Turn) -> None:
    """Keep a file, or more words; the next button goes on."""
    message = turn.message
    assert message is not None
    if message.text is not None:
        added = draft_of.add_words(turn, message.text)
        turn.say("complaint.words_added" if added else "complaint.text_too_long", _evidence_rows())
        return
    files = draft_of.files(turn)
    file = files_sent.take(turn, files, _evidence_rows())
    if file is None:
        return
    caption = (message.caption or "").strip()
    if caption and not draft_of.add_words(turn, caption):
        turn.say("complaint.text_too_long")
    files_sent.acknowledge(turn, file, files, "complaint.file_added", _evidence_rows())


def _evidence_rows() -> list[list[Button]]:
    return [[Button("complaint.go_on", "complaint.reviewed")]]


# --- the last look --------------------------------------------------------------------------


def ask_review(turn: Turn) -> None:
    """Show everything once more before it is sent."""
    draft = turn.draft
    category = categories.tree().leaf(draft["category"])
    words = draft_of.words(turn)
    items = evidence.items(files_sent.of_draft(draft_of.files(turn)))
    parts = [
        turn.words.text(
            "complaint.review",
            category=turn.words.label(f"category.{category.code}"),
            agency=agency_choice.of_draft(turn),
            text=words if len(words) <= EXCERPT else f"{words[:EXCERPT]}…",
        ),
        turn.words.text("complaint.review_files", n=len(items)),
    ]
    if figures := draft.get("figures"):
        parts.append(figures_text(turn.words, figures))
    if category.restricted:
        parts.append(turn.words.text("complaint.review_restricted"))
    rows = [[Button("complaint.send", "complaint.send")]]
    if category.anonymous:
        hidden = bool(draft.get("anonymous"))
        parts.append(turn.words.text(f"complaint.review_{'anonymous' if hidden else 'named'}"))
        label = "complaint.show_name" if hidden else "complaint.hide_name"
        rows.append([Button(label, "complaint.anonymous")])
    turn.show_html("\n\n".join(parts), [*rows, turn.navigation()])


def toggle_anonymous(turn: Turn) -> None:
    turn.draft["anonymous"] = not turn.draft.get("anonymous")
    turn.go("complaint.review")


def send(turn: Turn) -> None:
    """File it, give the receipt, tell the desk."""
    draft = turn.draft
    the_office = office(turn)
    try:
        case = filing.file(
            the_office,
            Filing(
                telegram_id=turn.caller.telegram_id,
                language=turn.caller.language,
                category=draft["category"],
                agency=draft["agency"],
                text=draft_of.words(turn),
                contributor_id=draft.get("contributor"),
                anonymous=bool(draft.get("anonymous")),
                files=files_sent.of_draft(draft_of.files(turn)),
                figures=draft.get("figures"),
            ),
        )
    except filing.TooManyOpen:
        turn.close()
        turn.show("complaint.too_many_open", [[Button("menu.cases", "cases.open")]])
        return
    except filing.UnknownAgency:  # the fund's list changed meanwhile
        turn.go("complaint.agency")
        return
    turn.close()
    give_receipt(turn, the_office, case)
    tell_of_new_case(turn.kit, turn.outbox, the_office, case)


def _account_argument(turn: Turn) -> str:
    """The account meant, for a conversation that fits better."""
    for one in linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today):
        if one.contributor_id == turn.draft.get("contributor"):
            return whose.argument_of(one)
    return ""
