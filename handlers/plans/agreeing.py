"""The exact text, and the word that makes it a plan: granted at once, or sent to a person."""

from __future__ import annotations

import base64

from handlers.buttons import Button
from handlers.plans import draft, running, telling, text
from handlers.plans.guard import office, pressed
from handlers.turn import Turn
from services.plans import access, asking, quoting, states
from services.plans.asking import AlreadyOne, NeedsADecision
from services.plans.quoting import FiguresChanged
from services.plans.schedule import NothingToSpread
from services.plans.states import State
from services.records.plans import Plan

NOTE_MAX = 1_000


# --- one's own wish -------------------------------------------------------------------------


def ask_review(turn: Turn) -> None:
    """Show every date and dinar; what was shown is what the next press agrees to."""
    case = draft.case(turn)
    wish = draft.possible(turn, case, draft.wish(turn))
    if wish.months is None and wish.means is None:
        turn.go("plan.choose")
        return
    quote = quoting.quote(office(turn), case, wish)
    turn.draft["seen"] = quote.mark
    parts = [draft.changed(turn, case), text.agreement(turn.words, quote)]
    new_terms = bool(turn.draft.get("new_terms"))
    if quote.reasons:
        parts.append(text.reasons(turn.words, quote.reasons, case))
    elif new_terms:
        days = case.standard.decide_within_working_days
        parts.append(turn.words.text("plan.new_terms_go_to_director", n=days))
    if quote.reasons or new_terms:
        main = Button("plan.button_send", "plan.send")
    else:
        parts.append(turn.words.text("plan.confirm_means"))
        main = Button("plan.button_confirm", "plan.confirm")
    rows = [
        [main],
        [Button("plan.button_other", "plan.other")],
        [
            Button("plan.button_day", "plan.review_day"),
            Button("plan.button_down", "plan.review_down"),
        ],
    ]
    turn.show_html("\n\n".join(part for part in parts if part), [*rows, turn.navigation()])


def other(turn: Turn) -> None:
    turn.go("plan.choose")


def confirm(turn: Turn) -> None:
    """Sign, if it is still exactly what was shown."""
    asker, wish = draft.asker(turn), draft.wish(turn)
    seen = str(turn.draft.get("seen", ""))
    try:
        plan = asking.agree_at_once(office(turn), asker, wish, seen=seen)
    except (FiguresChanged, NothingToSpread):
        _again(turn, "plan.review")
    except NeedsADecision:
        turn.go("plan.review")
    except AlreadyOne as refusal:
        _there_is_one(turn, refusal.plan)
    else:
        turn.close()
        signed(turn, plan)


def send(turn: Turn) -> None:
    turn.go("plan.note")


def ask_note(turn: Turn) -> None:
    """Ask for what the director should know; it may stay empty."""
    turn.ask("plan.ask_note", [[Button("plan.button_without_note", "plan.without_note")]])


def answer_note(turn: Turn) -> None:
    note = turn.text.strip()
    if not note:
        turn.say("plan.words_please")
        return
    if len(note) > NOTE_MAX:
        turn.say("plan.too_long", most=NOTE_MAX)
        return
    turn.draft["note"] = base64.b64encode(turn.kit.vault.seal(note)).decode()
    _send(turn)


def without_note(turn: Turn) -> None:
    _send(turn)


def _send(turn: Turn) -> None:
    kept = str(turn.draft.get("note", ""))
    note = turn.kit.vault.open_sealed(base64.b64decode(kept)) if kept else ""
    try:
        plan = asking.send_request(
            office(turn),
            draft.asker(turn),
            draft.wish(turn),
            seen=str(turn.draft.get("seen", "")),
            note=note,
        )
    except (FiguresChanged, NothingToSpread):
        _again(turn, "plan.review")
        return
    except AlreadyOne as refusal:
        _there_is_one(turn, refusal.plan)
        return
    turn.close()
    sent(turn, plan)


# --- an offer -------------------------------------------------------------------------------


def open_offer(turn: Turn) -> None:
    """Show what a person offered, or a clerk prepared, to be agreed to."""
    plan = access.for_citizen(office(turn), turn.caller.telegram_id, pressed(turn))
    turn.press = None  # the message that brought the offer stays
    turn.close(keep_draft=True)
    turn.caller.drafts["plan"] = {"contributor": plan.contributor_id, "offer": plan.id}
    turn.go("plan.offer")


def ask_offer(turn: Turn) -> None:
    plan = _offered(turn)
    if State(plan.state) not in (State.OFFERED, State.PREPARED):
        turn.close()
        running.show_plan(turn, plan)
        return
    quote = asking.quote_of(office(turn), plan)
    turn.draft["seen"] = quote.mark
    parts = [
        draft.changed(turn, quote.case),
        turn.words.text(f"plan.offer_{plan.state}", reference=plan.reference),
        text.agreement(turn.words, quote),
    ]
    if quote.reasons:
        parts.append(text.reasons(turn.words, quote.reasons, quote.case))
    label = "plan.button_send_prepared" if quote.reasons else "plan.button_confirm"
    rows = [
        [Button(label, "plan.agree")],
        [Button("plan.button_turn_down", "plan.withdraw", str(plan.id))],
        turn.navigation(),
    ]
    turn.show_html("\n\n".join(part for part in parts if part), rows)


def agree(turn: Turn) -> None:
    """Say yes to the offer, if it is still exactly what was shown."""
    plan = _offered(turn)
    asker = asking.Asker(turn.caller.telegram_id, plan.contributor_id, turn.caller.language)
    try:
        plan = asking.agree(office(turn), asker, plan.id, seen=str(turn.draft.get("seen", "")))
    except FiguresChanged:
        _again(turn, "plan.offer")
        return
    except states.NotNow:
        turn.go("plan.offer")
        return
    turn.close()
    if plan.state == State.REQUESTED:
        sent(turn, plan)
    else:
        signed(turn, plan)
        telling.tell_decider_of_agreement(turn.kit, turn.outbox, office(turn), plan)


def _offered(turn: Turn) -> Plan:
    return access.for_citizen(
        office(turn), turn.caller.telegram_id, int(turn.draft.get("offer", 0))
    )


# --- after ----------------------------------------------------------------------------------


def signed(turn: Turn, plan: Plan) -> None:
    """The reference, what comes next, and the signed summary as a file."""
    found = running.progress(turn, plan)
    assert found.next is not None
    turn.show(
        "plan.signed",
        [
            [Button("plan.button_show", "plan.show", str(plan.id))],
            *running.how_to_pay(turn),
        ],
        reference=plan.reference,
        amount=found.next.left,
        due=found.next.due,
    )
    running.send_paper(turn, plan)


def sent(turn: Turn, plan: Plan) -> None:
    """By when a person answers, and who."""
    telling.tell_deciders(turn.kit, turn.outbox, office(turn), plan, "plan_desk.news_request")
    turn.show(
        f"plan.sent_{plan.level}",
        [[Button("plan.button_show", "plan.show", str(plan.id))]],
        reference=plan.reference,
        by=plan.answer_by,
    )


def _again(turn: Turn, step: str) -> None:
    """The figures are others now: say so, and ask again."""
    turn.say("plan.figures_changed")
    turn.press = None
    turn.go(step)


def _there_is_one(turn: Turn, plan: Plan | None) -> None:
    turn.close()
    turn.say("plan.there_is_one")
    turn.press = None
    if plan is not None:
        running.show_plan(turn, plan)
