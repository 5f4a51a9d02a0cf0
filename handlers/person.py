"""A person, please: a question to one's agency, written or spoken, answered in this chat.

It becomes a case like any other ("other" subject), so that it has an owner, a promise and a
way up. What sounds like bad conduct or a bribe is never sent to the agency silently: the way
straight to the central level is offered first; a voice message, which nobody here can hear,
always gets that choice.
"""

from __future__ import annotations

from typing import Any

from handlers import agency_choice, agency_hours, doing
from handlers.buttons import Button
from handlers.complaints import cases, files_sent
from handlers.complaints import draft as draft_of
from handlers.complaints.office import office
from handlers.complaints.receipt import give_receipt
from handlers.conversation import Action, Conversation, Step
from handlers.desk.notices import tell_of_new_case
from handlers.turn import Turn, conversation_of
from services import events, reaching
from services.complaints import citizen, filing
from services.complaints.filing import Filing
from services.complaints.letters import NothingSaid, TooLong
from services.language.labels import SENSITIVE, Label
from services.language.understanding import understand

CATEGORY = "other"
PROTECTED = {Label.CONDUCT: "conduct", Label.CORRUPTION_REPORT: "bribe"}
TEXT_MIN = 3  # characters that say something
EXCERPT = 300
SUSPECTED_FROM = 0.2  # probability from which words may tell of conduct or a bribe
OPEN_CASES = 2  # offered for a voice message
JUST_SAID = "free"  # the draft in which a message that was not understood is kept, sealed


# --- the ways in ----------------------------------------------------------------------------


def open_(turn: Turn) -> None:
    """Begin, with what was just written where it was not understood."""
    if turn.caller.step is not None and conversation_of(turn.caller.step) == "person":
        turn.go(turn.caller.step)
        return
    said = turn.caller.drafts.pop(JUST_SAID, {}).get("words")
    _begin(turn, {"words": [said]} if said else {})


def take_voice(turn: Turn) -> None:
    """A voice message while nothing is open: for an agent, once the person agrees."""
    if turn.caller.consented_at is None:
        turn.say("person.voice_needs_consent")
        doing.do(turn, "person.open")
        return
    files: list[dict[str, Any]] = []
    if files_sent.take(turn, files, []) is None:
        return
    _begin(turn, {"files": files})
    # Kept in the draft above; its words stand for what cannot be read.


def _begin(turn: Turn, draft: dict[str, Any]) -> None:
    turn.close(keep_draft=True)
    turn.caller.drafts["person"] = {
        "agency": agency_hours.own_agency(turn),
        "contributor": agency_hours.own_account(turn),
        **draft,
    }
    turn.go("person.start")


def ask_start(turn: Turn) -> None:
    """Ask what is still open: which agency, which question, whether to send it."""
    if not turn.draft.get("agency"):
        turn.go("person.agency")
    elif turn.draft.get("words") or draft_of.files(turn):
        turn.go("person.check")
    else:
        turn.go("person.text")


# --- which agency ---------------------------------------------------------------------------


def ask_agency(turn: Turn) -> None:
    asked = turn.press.argument if turn.press is not None else ""
    turn.ask(
        "person.ask_agency",
        agency_choice.rows(
            turn,
            agency_choice.listed(office(turn)),
            choose="person.agency_is",
            turn_page="person.agencies",
            asked=asked,
        ),
    )


def answer_agency(turn: Turn) -> None:
    """Keep the agency that was typed, or show those it may be."""
    agency_choice.typed(turn, keep=_keep_agency, choose="person.agency_is", again="person.agency")


def choose_agency(turn: Turn) -> None:
    """Keep the agency that was pressed."""
    assert turn.press is not None
    _keep_agency(turn, turn.press.argument)


def _keep_agency(turn: Turn, code: str) -> None:
    if code in office(turn).agencies:
        turn.draft["agency"] = code
        turn.go("person.start")
    else:
        turn.go("person.agency")


# --- the question ---------------------------------------------------------------------------


def ask_text(turn: Turn) -> None:
    """Ask for the question; say who waits before, the hours, by when an answer comes."""
    the_office = office(turn)
    code = turn.draft["agency"]
    outlook = reaching.outlook(the_office, code)
    parts = [
        turn.words.text("person.ask", agency=agency_hours.name(turn, code)),
        "\n".join(
            (
                agency_hours.line(turn, outlook.opening),
                turn.words.text("person.ahead", n=outlook.ahead),
                turn.words.text("person.answer_by", by=outlook.answer_by),
            )
        ),
    ]
    rows = []
    already = filing.open_duplicate(
        the_office, turn.caller.telegram_id, CATEGORY, turn.draft.get("contributor")
    )
    if already is not None:
        parts.append(turn.words.text("person.already", reference=already.reference))
        rows.append([Button("person.add_to_it", "cases.add", str(already.id))])
    turn.show_html("\n\n".join(parts), [*rows, turn.navigation()])


def answer_text(turn: Turn) -> None:
    """Send the question; first ask again where it is a voice message or tells of conduct."""
    message = turn.message
    assert message is not None
    if message.text is None:
        _file(turn)
        return
    if len(message.text.strip()) < TEXT_MIN:
        turn.say("person.words_please")
        return
    draft_of.set_words(turn, message.text)
    if _protected_kind(message.text) is None and not draft_of.files(turn):
        _send(turn, CATEGORY)
    else:
        turn.go("person.check")


def _file(turn: Turn) -> None:
    assert turn.message is not None
    file = files_sent.take(turn, draft_of.files(turn), [])
    if file is None:
        return
    if caption := (turn.message.caption or "").strip():
        draft_of.set_words(turn, caption)
    elif file.kind not in ("voice", "audio") and not turn.draft.get("words"):
        turn.say("person.file_needs_words")
        return
    turn.go("person.check")


def ask_check(turn: Turn) -> None:
    """Show what is about to be sent, and to whom; the protected way where it may matter."""
    words = draft_of.words(turn)
    agency = agency_hours.name(turn, turn.draft["agency"])
    files = draft_of.files(turn)
    parts = [turn.words.text("person.check", agency=agency)]
    if files:
        parts.append(turn.words.text("person.check_files"))
    if words:
        shown = words if len(words) <= EXCERPT else f"{words[:EXCERPT]}…"
        parts.append(turn.words.text("person.quoted", text=shown))
    rows = [[Button("person.send", "person.send")]]
    if files or _protected_kind(words) is not None:
        parts.append(turn.words.text("person.protected"))
        rows.append([Button("person.send_protected", "person.send_protected")])
    if files:
        the_office = office(turn)
        open_cases = [
            one
            for one in citizen.cases_of(the_office, turn.caller.telegram_id)
            if one.progress.status.is_open
        ]
        rows += [
            [
                Button(
                    "person.to_case",
                    "person.to_case",
                    str(one.id),
                    values={"reference": one.reference},
                )
            ]
            for one in open_cases[:OPEN_CASES]
        ]
    rows.append([Button("person.rewrite", "person.rewrite")])
    turn.show_html("\n\n".join(parts), [*rows, turn.navigation()])


def send(turn: Turn) -> None:
    _send(turn, CATEGORY)


def send_protected(turn: Turn) -> None:
    """Straight to the central level; the agency does not learn of it."""
    _send(turn, _protected_kind(draft_of.words(turn)) or PROTECTED[Label.CONDUCT])


def rewrite(turn: Turn) -> None:
    turn.draft.pop("words", None)
    turn.draft.pop("files", None)
    turn.go("person.text")


def to_case(turn: Turn) -> None:
    """Add the voice message to a case that is open already."""
    assert turn.press is not None
    files = draft_of.files(turn)
    number = turn.press.argument
    turn.close()
    cases.add_to(turn, int(number) if number.isdecimal() else 0)
    if turn.caller.step == "cases.add":
        draft_of.files(turn).extend(files)
        turn.go("cases.add")


def _send(turn: Turn, category: str) -> None:
    """File it, say by when an answer comes, tell the desk."""
    draft = turn.draft
    the_office = office(turn)
    agency = draft["agency"]
    text = draft_of.words(turn) or turn.words.label("complaint.told_by_voice")
    try:
        case = filing.file(
            the_office,
            Filing(
                telegram_id=turn.caller.telegram_id,
                language=turn.caller.language,
                category=category,
                agency=agency,
                text=text,
                contributor_id=draft.get("contributor"),
                files=files_sent.of_draft(draft_of.files(turn)),
            ),
        )
    except filing.TooManyOpen:
        turn.close()
        turn.show("complaint.too_many_open", [[Button("menu.cases", "cases.open")]])
        return
    except filing.UnknownAgency:  # the fund's list changed meanwhile
        draft["agency"] = None
        turn.go("person.agency")
        return
    except (NothingSaid, TooLong):
        turn.say("person.words_please")
        rewrite(turn)
        return
    spoken = any(one["kind"] in ("voice", "audio") for one in draft_of.files(turn))
    turn.close()
    events.record(
        turn.session,
        "person.asked_for_someone",
        at=turn.now,
        actor=events.person(turn.caller.telegram_id),
        subject=("person", turn.caller.telegram_id),
        data={"desk": case.progress.desk},
    )
    if case.restricted:
        give_receipt(turn, the_office, case)
    else:
        turn.show(
            "person.sent_voice" if spoken else "person.sent",
            [[Button("complaint.follow", "cases.show", str(case.id))]],
            reference=case.reference,
            agency=agency_hours.name(turn, agency),
            by=filing.promises(case)[0],
        )
    tell_of_new_case(turn.kit, turn.outbox, the_office, case)


def _protected_kind(text: str) -> str | None:
    """The protected category these words may belong to."""
    for intent in understand(text).intents[:3] if text else ():
        if intent.label in SENSITIVE and intent.probability >= SUSPECTED_FROM:
            return PROTECTED[intent.label]
    return None


CONVERSATION = Conversation(
    name="person",
    steps=(
        Step("person.start", ask=ask_start),
        Step("person.agency", ask=ask_agency, answer=answer_agency),
        Step("person.text", ask=ask_text, answer=answer_text),
        Step("person.check", ask=ask_check, back="person.text"),
    ),
    actions={
        "person.open": Action(open_),
        "person.agency_is": Action(choose_agency, step="person.agency"),
        "person.agencies": Action(ask_agency, step="person.agency"),
        "person.send": Action(send, step="person.check"),
        "person.send_protected": Action(send_protected, step="person.check"),
        "person.to_case": Action(to_case, step="person.check"),
        "person.rewrite": Action(rewrite, step="person.check"),
    },
)
