"""The last look at what was written for a case, and what happens when it leaves.

What goes to a citizen is shown first with its recipient and language; a number that is not
the recipient's own holds it back until the agent says that it belongs there. What was written
in view of an older state of the case is looked at again.
"""

from __future__ import annotations

from typing import Any

from handlers.buttons import Button
from handlers.complaints import draft as draft_of
from handlers.complaints import files_sent
from handlers.complaints.office import office
from handlers.desk import card, card_text
from handlers.desk import forum as topics
from handlers.desk.draft import TO_CITIZEN, case_of, text_of
from handlers.desk.names import language_of, shown_name
from handlers.desk.notices import tell_citizen, tell_of_new_case
from handlers.turn import Turn
from services.complaints import access, desk, guard, templates
from services.complaints.citizen import NotNow
from services.complaints.desk import Changed, NoDesk, SameDesk, Seen, TakenBy
from services.complaints.office import Office
from services.complaints.state import Outcome
from services.complaints.store import Case
from services.references import CENTRAL


def ask_check(turn: Turn) -> None:
    """Show what will be done, for whom and in which language, before it is."""
    case = case_of(turn)
    the_office = office(turn)
    kept = turn.draft
    member = access.member_of(the_office, turn.caller.telegram_id)
    text = text_of(turn)
    if kept["kind"] not in TO_CITIZEN:
        where = card_text.agency_name(turn.words, the_office, kept.get("to", CENTRAL))
        turn.ask(
            f"desk.check_{kept['kind']}",
            [[Button("desk.do_it", "desk.send")]],
            reference=case.reference,
            desk=where,
            text=text,
        )
        return
    language = language_of(the_office, case)
    parts = [
        turn.words.text(
            f"desk.check_{kept['kind']}",
            reference=case.reference,
            name=card_text.recipient(turn.words, the_office, member, case)
            if turn.chat_type == "private"
            else turn.words.label("desk.the_citizen"),
            language=turn.words.label(f"desk.speaks_{language}"),
        ),
        turn.words.text("desk.quoted", text=text),
    ]
    if joined := len(draft_of.files(turn)):
        parts.append(turn.words.text("evidence.attached", n=joined))
    if "outcome" in kept:
        outcome = turn.words.label(f"desk.outcome_{kept['outcome']}")
        parts.insert(1, turn.words.text("desk.check_outcome", outcome=outcome))
    if not guard.speaks(text, language):
        shown = turn.words.label(f"desk.speaks_{language}")
        parts.append(turn.words.text("desk.other_language", language=shown))
    send = Button("desk.send", "desk.send")
    if numbers := guard.foreign_numbers(the_office, case, text):
        parts.append(turn.words.text("desk.foreign_number", numbers=", ".join(numbers)))
        send = Button("desk.send_with_number", "desk.send_with_number")
    rows = [[send], [Button("desk.rewrite", "desk.rewrite")]]
    if templates.may_write(member) and turn.chat_type == "private":
        rows.append([Button("desk.template_keep", "desk.template_keep")])
    turn.show_html("\n\n".join(parts), [*rows, turn.navigation()])


def send(turn: Turn) -> None:
    """Do it, unless a number in it was not confirmed."""
    case = case_of(turn)
    if turn.draft["kind"] in TO_CITIZEN and guard.foreign_numbers(
        office(turn), case, text_of(turn)
    ):
        turn.go("desk.check")
        return
    _send(turn)


def send_with_number(turn: Turn) -> None:
    """Do it, the number in it belonging there."""
    _send(turn)


def _send(turn: Turn) -> None:
    kept = dict(turn.draft)
    text = text_of(turn)
    number = int(kept["case"])
    the_office = office(turn)
    try:
        case = _act(the_office, turn.caller.telegram_id, kept, text)
    except Changed as refusal:
        turn.draft["seen"] = desk.seen(case_of(turn)).events
        turn.say("desk.changed", what=turn.words.label(f"desk.did_{refusal.happening.name}"))
        turn.press = None
        turn.go("desk.check")
        return
    except TakenBy as refusal:
        _give_up(turn, number, "desk.taken_by", name=shown_name(turn.words, refusal.member))
        return
    except NotNow:
        _give_up(turn, number, "desk.no_longer_open")
        return
    except (NoDesk, SameDesk):
        turn.go("desk.where")
        return
    turn.close()
    _done(turn, the_office, case, kept["kind"], text)


def _act(office: Office, telegram_id: int, kept: dict[str, Any], text: str) -> Case:
    number, since = int(str(kept["case"])), Seen(int(str(kept["seen"])))
    files = files_sent.of_draft(kept.get("files", []))
    match kept["kind"]:
        case "answer":
            return desk.answer(office, telegram_id, number, text, files=files, since=since)
        case "ask":
            return desk.ask(office, telegram_id, number, text, files=files, since=since)
        case "resolve":
            outcome = Outcome(str(kept["outcome"]))
            return desk.resolve(
                office, telegram_id, number, outcome, text, files=files, since=since
            )
        case "transfer":
            return desk.transfer(office, telegram_id, number, str(kept["to"]), text, since=since)
        case _:
            return desk.hand_up(office, telegram_id, number, text, since=since)


def _done(turn: Turn, office: Office, case: Case, kind: str, text: str) -> None:
    """Tell whoever it concerns, and say what was done."""
    if kind in TO_CITIZEN:
        call = tell_citizen(turn.kit, turn.outbox, office, case, case.happenings[-1], text)
        topics.refresh(turn.kit, turn.outbox, office, case)
        private = turn.chat_type == "private"
        turn.show(
            f"desk.done_{kind}" if call is not None else "desk.unreachable",
            [[Button("desk.open_case", "desk.show", str(case.id))]] if private else [],
            reference=case.reference,
            days=str(office.targets(case.filed_at).close_after_days),
        )
        return
    if kind == "transfer":
        left = str(case.happenings[-1].data["from"])
        topics.close(turn.kit, turn.outbox, office, case, left)
    tell_of_new_case(turn.kit, turn.outbox, office, case)
    turn.show(
        f"desk.done_{kind}",
        [[Button("desk.to_queue", "desk.queue")]] if turn.chat_type == "private" else [],
        reference=case.reference,
    )


def _give_up(turn: Turn, number: int, key: str, **values: Any) -> None:
    turn.close()
    turn.say(key, **values)
    turn.press = None
    card.present(turn, number)
