"""/plan: the ways in, and every step and button of plans in one table."""

from __future__ import annotations

from handlers import whose
from handlers.conversation import Action, Conversation, Step
from handlers.plans import (
    agreeing,
    altering,
    amounts,
    choosing,
    counter,
    deciding,
    desk,
    lengths,
    paper,
    receipts,
    running,
)
from handlers.plans.guard import guarded, office, pressed
from handlers.turn import PARKED, Turn
from services.linking import Linked
from services.plans import access, asking, states
from services.plans.states import State
from services.references import NotAReference, ReferenceMistyped

CHOOSING = frozenset(
    f"plan.{step}"
    for step in ("choose", "means", "length", "day", "down", "sure", "review", "note")
)


# --- the ways in ------------------------------------------------------------------------------


def open_(turn: Turn) -> None:
    """The desk for who works here, else one's own plan: the one there is, or a new one."""
    argument = turn.press.argument if turn.press is not None else ""
    try:
        access.member_of(office(turn), turn.caller.telegram_id)
    except access.NotStaff:
        pass
    else:
        if not argument:
            desk.home(turn)
            return
    if not _waits_for_consent(
        turn, f"press:plan.open:{argument}" if turn.press else "command:plan:"
    ):
        _own(turn, "plan.open")


def command(turn: Turn) -> None:
    """/plan, or /plan REFERENCE."""
    if not turn.argument:
        open_(turn)
        return
    the_office = office(turn)
    try:
        access.member_of(the_office, turn.caller.telegram_id)
    except access.NotStaff:
        if not _waits_for_consent(turn, f"command:plan:{turn.argument}"):
            _by_reference(turn)
    else:
        desk.by_reference(turn, turn.argument)


def mine(turn: Turn) -> None:
    """One's own plan, also for someone of the fund."""
    _own(turn, "plan.mine")


def new_terms(turn: Turn) -> None:
    """Ask for new terms for what is left of a plan in trouble: a person decides."""
    plan = access.for_citizen(office(turn), turn.caller.telegram_id, pressed(turn))
    if State(plan.state) not in states.LIVE:
        running.show_plan(turn, plan)
        return
    current = asking.current(office(turn), plan.contributor_id)
    if current is not None and current.id != plan.id:
        running.show_plan(turn, current)
        return
    turn.press = None
    turn.close(keep_draft=True)
    turn.caller.drafts["plan"] = {"contributor": plan.contributor_id, "new_terms": True}
    turn.go("plan.choose")


def _waits_for_consent(turn: Turn, wish: str) -> bool:
    """The desk needs a role, one's own account consent; what was wished is done after it."""
    if turn.caller.consented_at is not None:
        return False
    turn.caller.drafts["consent"] = {"wish": wish}
    turn.go("consent.ask")
    return True


def _own(turn: Turn, action: str) -> None:
    linked = whose.account(turn, action)
    if linked is None:
        return
    current = asking.current(office(turn), linked.contributor_id)
    if current is not None:
        running.show_plan(turn, current)
        return
    _begin(turn, linked)


def _begin(turn: Turn, linked: Linked) -> None:
    """Where it was left for this account, else from the beginning."""
    kept = turn.caller.drafts.get("plan", {})
    if kept.get("contributor") == linked.contributor_id and turn.caller.step in CHOOSING:
        turn.go(turn.caller.step)
        return
    if kept.get("contributor") == linked.contributor_id and PARKED in kept:
        turn.enter("plan.choose")
        return
    turn.close(keep_draft=True)
    turn.caller.drafts["plan"] = {"contributor": linked.contributor_id}
    turn.go("plan.choose")


def _by_reference(turn: Turn) -> None:
    the_office = office(turn)
    try:
        plan_id = access.find(the_office, turn.argument)
    except ReferenceMistyped:
        turn.say("plan.reference_mistyped")
    except NotAReference:
        turn.say("plan.not_a_reference")
    else:
        running.show_plan(turn, access.for_citizen(the_office, turn.caller.telegram_id, plan_id))


# --- the table --------------------------------------------------------------------------------


def _step(name: str, module: object, what: str, *, answer: bool = True, back: str | None) -> Step:
    ask = guarded(getattr(module, f"ask_{what}"))
    reply = guarded(getattr(module, f"answer_{what}")) if answer else None
    return Step(name, ask=ask, answer=reply, back=back)


DOOR = Conversation(
    name="plan_door",
    personal=False,  # who works here is asked for their role; citizens for consent, inside
    commands={"plan": guarded(command)},
    actions={"plan.open": Action(guarded(open_))},
)

CONVERSATION = Conversation(
    name="plan",
    steps=(
        _step("plan.choose", choosing, "choice", back=None),
        _step("plan.means", amounts, "means", back="plan.choose"),
        _step("plan.length", lengths, "length", back="plan.choose"),
        _step("plan.day", choosing, "day", back="plan.choose"),
        _step("plan.down", amounts, "down", back="plan.choose"),
        _step("plan.sure", amounts, "sure", back="plan.choose"),
        _step("plan.review", agreeing, "review", answer=False, back="plan.choose"),
        _step("plan.note", agreeing, "note", back="plan.review"),
        _step("plan.offer", agreeing, "offer", answer=False, back=None),
        _step("plan.reply", running, "reply", back=None),
        _step("plan.receipt", running, "receipt", back=None),
        _step("plan.change", altering, "change", answer=False, back=None),
        _step("plan.new_day", altering, "new_day", back="plan.change"),
        _step("plan.new_amount", altering, "new_amount", back="plan.change"),
        _step(
            "plan.new_amount_sure", altering, "new_amount_sure", answer=False, back="plan.change"
        ),
        _step("plan.change_review", altering, "change_review", answer=False, back="plan.change"),
    ),
    actions={
        "plan.mine": Action(guarded(mine)),
        "plan.over": Action(guarded(lengths.over), step="plan.choose"),
        "plan.as_said": Action(guarded(choosing.as_said), step="plan.choose"),
        "plan.by_means": Action(guarded(choosing.by_means), step="plan.choose"),
        "plan.by_length": Action(guarded(choosing.by_length), step="plan.choose"),
        "plan.by_day": Action(guarded(choosing.by_day), step="plan.choose"),
        "plan.by_down": Action(guarded(choosing.by_down), step="plan.choose"),
        "plan.length_is": Action(guarded(lengths.over), step="plan.length"),
        "plan.day_is": Action(guarded(choosing.day_is), step="plan.day"),
        "plan.down_is": Action(guarded(amounts.down_is), step="plan.down"),
        "plan.sure_is": Action(guarded(amounts.sure_is), step="plan.sure"),
        "plan.other": Action(guarded(agreeing.other), step="plan.review"),
        "plan.review_day": Action(guarded(choosing.by_day), step="plan.review"),
        "plan.review_down": Action(guarded(choosing.by_down), step="plan.review"),
        "plan.confirm": Action(guarded(agreeing.confirm), step="plan.review"),
        "plan.send": Action(guarded(agreeing.send), step="plan.review"),
        "plan.without_note": Action(guarded(agreeing.without_note), step="plan.note"),
        "plan.read": Action(guarded(agreeing.open_offer)),
        "plan.agree": Action(guarded(agreeing.agree), step="plan.offer"),
        "plan.show": Action(guarded(running.show)),
        "plan.calendar": Action(guarded(running.calendar)),
        "plan.paper": Action(guarded(running.send_again)),
        "plan.withdraw": Action(guarded(running.withdraw)),
        "plan.withdraw_yes": Action(guarded(running.withdraw_yes)),
        "plan.reply": Action(guarded(running.reply)),
        "plan.all": Action(guarded(running.pay_all)),
        "plan.paid": Action(guarded(running.paid)),
        "plan.new_terms": Action(guarded(new_terms)),
        "plan.change": Action(guarded(altering.start)),
        "plan.change_day": Action(guarded(altering.change_day), step="plan.change"),
        "plan.change_amount": Action(guarded(altering.change_amount), step="plan.change"),
        "plan.new_day_is": Action(guarded(altering.new_day_is), step="plan.new_day"),
        "plan.new_amount_is": Action(guarded(altering.new_amount_is), step="plan.new_amount_sure"),
        "plan.change_confirm": Action(guarded(altering.confirm), step="plan.change_review"),
    },
    papers={"plan": paper.make},
)

DESK = Conversation(
    name="plan_desk",
    personal=False,  # whoever works here is asked for their role, not for consent
    steps=(
        _step("plan_desk.length", deciding, "length", answer=False, back=None),
        _step("plan_desk.down", deciding, "down", back="plan_desk.length"),
        _step("plan_desk.grant", deciding, "grant", answer=False, back=None),
        _step("plan_desk.words", deciding, "words", back=None),
        _step("plan_desk.check", deciding, "check", answer=False, back="plan_desk.words"),
        _step("plan_desk.reject", receipts, "reject", back=None),
        _step("plan_desk.ssn", counter, "ssn", back=None),
        _step("plan_desk.choose", counter, "choose", answer=False, back="plan_desk.ssn"),
        _step("plan_desk.prepared", counter, "prepared", answer=False, back="plan_desk.choose"),
    ),
    actions={
        "plan_desk.home": Action(guarded(desk.home)),
        "plan_desk.list": Action(guarded(desk.list_)),
        "plan_desk.show": Action(guarded(desk.show)),
        "plan_desk.receipts": Action(guarded(receipts.list_)),
        "plan_desk.receipt": Action(guarded(receipts.show)),
        "plan_desk.receipt_yes": Action(guarded(receipts.receipt_yes)),
        "plan_desk.receipt_no": Action(guarded(receipts.receipt_no)),
        "plan_desk.grant": Action(guarded(deciding.grant)),
        "plan_desk.terms": Action(guarded(deciding.terms)),
        "plan_desk.refuse": Action(guarded(deciding.refuse)),
        "plan_desk.ask": Action(guarded(deciding.ask)),
        "plan_desk.lapse": Action(guarded(deciding.lapse)),
        "plan_desk.delay": Action(guarded(deciding.delay)),
        "plan_desk.length_is": Action(guarded(deciding.length_is), step="plan_desk.length"),
        "plan_desk.down_is": Action(guarded(deciding.down_is), step="plan_desk.down"),
        "plan_desk.offer": Action(guarded(deciding.offer), step="plan_desk.grant"),
        "plan_desk.other_terms": Action(guarded(deciding.other_terms), step="plan_desk.grant"),
        "plan_desk.do": Action(guarded(deciding.do), step="plan_desk.check"),
        "plan_desk.prepare": Action(guarded(counter.start)),
        "plan_desk.choose_is": Action(guarded(counter.choose_is), step="plan_desk.choose"),
        "plan_desk.prepare_do": Action(guarded(counter.prepare), step="plan_desk.prepared"),
    },
)
