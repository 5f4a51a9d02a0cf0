"""A person of the fund decides: grant, other terms, refuse, ask; and over a plan in trouble.

What is granted is shown first with every date and dinar. Whoever comes second is told what
was decided and by whom.
"""

from __future__ import annotations

import base64
from dataclasses import replace

from handlers.buttons import Button
from handlers.plans import desk, telling, text
from handlers.plans.guard import office, pressed, pressed_among
from handlers.turn import Turn
from services import staff
from services.money import BasisPoints, Centimes, NotAnAmount, share
from services.numbers.amounts import read_amount
from services.plans import access, deciding, quoting
from services.plans.deciding import DecidedAlready, ReasonNeeded, StillTime
from services.plans.quoting import FiguresChanged
from services.plans.schedule import NothingToSpread
from services.plans.terms import Wish
from services.records.plans import Plan

DOWN_SHARES = (0, 500, 1_000, 2_500, 5_000)
WRITTEN = ("refuse", "ask", "lapse")


# --- ways in ----------------------------------------------------------------------------------


def grant(turn: Turn) -> None:
    """Grant as asked: first show what that means today."""
    _begin(turn, {}, "plan_desk.grant")


def terms(turn: Turn) -> None:
    """Grant with other terms: how long first."""
    _begin(turn, {"other": True}, "plan_desk.length")


def refuse(turn: Turn) -> None:
    _begin(turn, {"kind": "refuse"}, "plan_desk.words")


def ask(turn: Turn) -> None:
    _begin(turn, {"kind": "ask"}, "plan_desk.words")


def lapse(turn: Turn) -> None:
    """Confirm a lapse, which the promised time to save the plan must precede."""
    plan = access.for_decider(office(turn), turn.caller.telegram_id, pressed(turn))
    if plan.save_by is not None and turn.today <= plan.save_by:
        turn.toast("plan_desk.still_time", alert=True, by=plan.save_by)
        return
    _begin(turn, {"kind": "lapse"}, "plan_desk.words")


def delay(turn: Turn) -> None:
    """Give more time at once: it is in the citizen's favour."""
    the_office = office(turn)
    try:
        plan = deciding.delay(the_office, turn.caller.telegram_id, pressed(turn))
    except DecidedAlready as refusal:
        _decided_already(turn, refusal.plan)
        return
    telling.tell_citizen(
        turn.kit,
        turn.outbox,
        the_office,
        plan,
        "plan.news_delayed",
        author=turn.caller.telegram_id,
        until=plan.delayed_until,
    )
    turn.toast("plan_desk.delayed")
    desk.show_card(turn, plan)


def _begin(turn: Turn, kept: dict[str, object], step: str) -> None:
    plan = access.for_decider(office(turn), turn.caller.telegram_id, pressed(turn))
    turn.press = None  # the card stays above
    turn.close(keep_draft=True)
    turn.caller.drafts["plan_desk"] = {"plan": plan.id, **kept}
    turn.go(step)


# --- other terms ------------------------------------------------------------------------------


def ask_length(turn: Turn) -> None:
    plan = _plan(turn)
    months = turn.kit.policy.plan_terms(turn.today).months
    buttons = [
        Button(
            "plan_desk.button_months",
            "plan_desk.length_is",
            str(one),
            values={"months": text.months(turn.words, one)},
        )
        for one in months
    ]
    turn.ask("plan_desk.ask_length", [buttons[:3], buttons[3:]], reference=plan.reference)


def length_is(turn: Turn) -> None:
    months = pressed_among(turn, turn.kit.policy.plan_terms(turn.today).months)
    if months is not None:
        turn.draft["months"] = months
        turn.go("plan_desk.down")


def ask_down(turn: Turn) -> None:
    plan = _plan(turn)
    amounts = [share(Centimes(plan.debt), BasisPoints(one)) for one in DOWN_SHARES]
    rows = [
        [Button("plan.button_amount", "plan_desk.down_is", str(one), values={"amount": one})]
        for one in dict.fromkeys(amounts)
        if one < plan.debt
    ]
    turn.ask("plan_desk.ask_down", rows, reference=plan.reference, debt=plan.debt)


def answer_down(turn: Turn) -> None:
    try:
        read = read_amount(turn.text)
    except NotAnAmount:
        turn.say("plan.amount_not_read")
        turn.go("plan_desk.down")
        return
    if read.ask_back:  # a colleague writes figures; what was said some other way is not guessed
        turn.say("plan_desk.amount_in_figures")
        turn.go("plan_desk.down")
        return
    _keep_down(turn, read.amount)


def down_is(turn: Turn) -> None:
    assert turn.press is not None
    if turn.press.argument.isdecimal():
        _keep_down(turn, Centimes(int(turn.press.argument)))


def _keep_down(turn: Turn, amount: Centimes) -> None:
    turn.draft["down"] = int(amount)
    turn.go("plan_desk.grant")


# --- granting ---------------------------------------------------------------------------------


def ask_grant(turn: Turn) -> None:
    """Show the terms as they would be offered."""
    plan = _plan(turn)
    try:
        quote = deciding.terms_for(
            office(turn), turn.caller.telegram_id, plan.id, _wish(turn, plan)
        )
    except DecidedAlready as refusal:
        _decided_already(turn, refusal.plan)
        return
    except NothingToSpread:
        turn.say("plan_desk.nothing_to_spread")
        turn.press = None
        turn.go("plan_desk.down")
        return
    turn.draft["seen"] = quote.mark
    html = "\n\n".join(
        (
            turn.words.text("plan_desk.would_offer", reference=plan.reference),
            text.terms(turn.words, quote.case.debt, quote.schedule),
            text.calendar(turn.words, quote.schedule.parts),
        )
    )
    rows = [
        [Button("plan_desk.button_offer", "plan_desk.offer")],
        [Button("plan_desk.button_terms", "plan_desk.other_terms")],
        turn.navigation(),
    ]
    turn.show_html(html, rows)


def other_terms(turn: Turn) -> None:
    turn.draft["other"] = True
    turn.go("plan_desk.length")


def offer(turn: Turn) -> None:
    """Offer it; the citizen has the last word."""
    the_office, plan = office(turn), _plan(turn)
    try:
        plan = deciding.grant(
            the_office,
            turn.caller.telegram_id,
            plan.id,
            _wish(turn, plan),
            seen=str(turn.draft.get("seen", "")),
        )
    except DecidedAlready as refusal:
        _decided_already(turn, refusal.plan)
        return
    except FiguresChanged:
        turn.say("plan.figures_changed")
        turn.press = None
        turn.go("plan_desk.grant")
        return
    turn.close()
    reached = telling.tell_citizen(
        turn.kit,
        turn.outbox,
        the_office,
        plan,
        "plan.news_offered",
        [[Button("plan.button_read_offer", "plan.read", str(plan.id))]],
        author=turn.caller.telegram_id,
    )
    _done(turn, plan, "plan_desk.offered", reached)


def _wish(turn: Turn, plan: Plan) -> Wish | None:
    """The other terms that were chosen; None means as asked."""
    draft = turn.draft
    if not draft.get("other") or "months" not in draft or "down" not in draft:
        return None
    asked = quoting.read_wish(plan.wish)
    return replace(asked.over(int(draft["months"])), down_payment=Centimes(int(draft["down"])))


# --- in words ---------------------------------------------------------------------------------


def ask_words(turn: Turn) -> None:
    """Ask for the reason, or the question: the citizen reads it as it is written."""
    turn.ask(f"plan_desk.ask_{_kind(turn)}", reference=_plan(turn).reference)


def answer_words(turn: Turn) -> None:
    written = turn.text.strip()
    if not written:
        turn.say("plan.words_please")
        return
    if len(written) > deciding.TEXT_MAX:
        turn.say("plan.too_long", most=deciding.TEXT_MAX)
        return
    turn.draft["text"] = base64.b64encode(turn.kit.vault.seal(written)).decode()
    turn.go("plan_desk.check")


def ask_check(turn: Turn) -> None:
    """Show what will be done and read, before it is."""
    turn.ask(
        f"plan_desk.check_{_kind(turn)}",
        [[Button(f"plan_desk.button_do_{_kind(turn)}", "plan_desk.do")]],
        reference=_plan(turn).reference,
        text=_text(turn),
    )


def do(turn: Turn) -> None:
    """Do it, unless someone was quicker."""
    the_office, kind, written = office(turn), _kind(turn), _text(turn)
    act = {
        "refuse": deciding.refuse,
        "ask": deciding.ask,
        "lapse": deciding.confirm_lapse,
    }[kind]
    try:
        plan = act(the_office, turn.caller.telegram_id, _plan(turn).id, written)
    except DecidedAlready as refusal:
        _decided_already(turn, refusal.plan)
        return
    except (StillTime, ReasonNeeded):
        turn.go("plan_desk.words")
        return
    turn.close()
    reached = telling.tell_citizen(
        turn.kit,
        turn.outbox,
        the_office,
        plan,
        "plan.news_lapsed_frozen" if kind == "lapse" and plan.frozen else f"plan.news_{kind}",
        _rows_for(kind, plan),
        author=turn.caller.telegram_id,
        text=written,
        frozen=plan.frozen,
    )
    _done(turn, plan, f"plan_desk.done_{kind}", reached)


def _rows_for(kind: str, plan: Plan) -> list[list[Button]]:
    if kind == "ask":
        return [[Button("plan.button_answer", "plan.reply", str(plan.id))]]
    return [
        [Button("plan.button_show", "plan.show", str(plan.id))],
        [Button("plan.button_new", "plan.open")],
    ]


# --- inside -----------------------------------------------------------------------------------


def _plan(turn: Turn) -> Plan:
    return access.for_decider(office(turn), turn.caller.telegram_id, int(turn.draft.get("plan", 0)))


def _kind(turn: Turn) -> str:
    kind = str(turn.draft.get("kind", ""))
    return kind if kind in WRITTEN else "ask"


def _text(turn: Turn) -> str:
    kept = str(turn.draft.get("text", ""))
    return turn.kit.vault.open_sealed(base64.b64decode(kept)) if kept else ""


def _done(turn: Turn, plan: Plan, key: str, reached: bool) -> None:
    turn.show(
        key if reached else "plan_desk.unreachable",
        [
            [Button("plan_desk.button_open", "plan_desk.show", str(plan.id))],
            [Button("plan_desk.button_home", "plan_desk.home")],
        ],
        reference=plan.reference,
    )


def _decided_already(turn: Turn, plan: Plan) -> None:
    """Someone was quicker, or the citizen took it back: say what and who, show the card."""
    if (turn.caller.step or "").startswith("plan_desk."):
        turn.close()
    other = staff.of(turn.session, plan.decided_by) if plan.decided_by is not None else None
    state = turn.words.label(f"plan.state_{plan.state}")
    if other is not None and other.telegram_id != turn.caller.telegram_id:
        turn.say("plan_desk.decided_by", reference=plan.reference, state=state, name=other.name)
    else:
        turn.say("plan_desk.decided_already", reference=plan.reference, state=state)
    turn.press = None
    desk.show_card(turn, plan)
