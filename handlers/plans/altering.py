"""Changing a running plan by oneself, once: another day of the month, or another amount."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.buttons import Button
from handlers.plans import running, text
from handlers.plans.choosing import DAYS, day_in
from handlers.plans.guard import office, pressed, pressed_among
from handlers.turn import Turn
from services.money import Centimes, NotAnAmount
from services.numbers.amounts import read_amount
from services.plans import access, changing
from services.plans.changing import (
    AmountNotPossible,
    ChangesUsedUp,
    FiguresMoved,
    SomethingOverdue,
)
from services.plans.living import NothingToPay
from services.plans.schedule import Installment
from services.plans.states import NotNow
from services.records.plans import Plan


def start(turn: Turn) -> None:
    """Day or amount? Where no change of one's own is left, say who can still make one."""
    plan = access.for_citizen(office(turn), turn.caller.telegram_id, pressed(turn))
    if (refused := _refused(turn, plan)) is not None:
        number = str(plan.id)
        turn.show(
            refused,
            [
                [Button("plan.button_new_terms", "plan.new_terms", number)],
                [Button("plan.button_show", "plan.show", number)],
            ],
        )
        return
    turn.press = None
    turn.close(keep_draft=True)
    turn.caller.drafts["plan"] = {"plan": plan.id}
    turn.go("plan.change")


def ask_change(turn: Turn) -> None:
    plan = _plan(turn)
    turn.ask(
        "plan.ask_change",
        [
            [Button("plan.button_day", "plan.change_day")],
            [Button("plan.button_amount_change", "plan.change_amount")],
        ],
        reference=plan.reference,
        regular=plan.regular,
        day=text.day(turn.words, plan.day),
    )


def change_day(turn: Turn) -> None:
    turn.go("plan.new_day")


def change_amount(turn: Turn) -> None:
    turn.go("plan.new_amount")


def ask_new_day(turn: Turn) -> None:
    buttons = [
        Button("plan.button_on_day", "plan.new_day_is", str(one), values={"day": one})
        if one
        else Button("plan.button_on_month_end", "plan.new_day_is", "0")
        for one in DAYS
    ]
    turn.ask("plan.ask_day", [buttons[:1], buttons[1:4], buttons[4:]])


def answer_new_day(turn: Turn) -> None:
    chosen = day_in(turn.text)
    if chosen is None:
        turn.say("plan.day_not_read")
        turn.go("plan.new_day")
    else:
        _keep(turn, {"new_day": chosen})


def new_day_is(turn: Turn) -> None:
    if (day := pressed_among(turn, DAYS)) is not None:
        _keep(turn, {"new_day": day})


def ask_new_amount(turn: Turn) -> None:
    plan = _plan(turn)
    turn.ask("plan.ask_new_amount", regular=plan.regular)


def answer_new_amount(turn: Turn) -> None:
    """Keep another amount; one said in centimes is asked back by the next question's figures."""
    try:
        read = read_amount(turn.text)
    except NotAnAmount:
        turn.say("plan.amount_not_read")
        turn.go("plan.new_amount")
        return
    if read.ask_back:
        turn.draft["said"] = {"readings": [int(one) for one in read.readings]}
        turn.go("plan.new_amount_sure")
        return
    _amount(turn, read.amount)


def ask_new_amount_sure(turn: Turn) -> None:
    readings = turn.draft.get("said", {}).get("readings", [])
    rows = [
        [Button("plan.button_amount", "plan.new_amount_is", str(place), values={"amount": one})]
        for place, one in enumerate(readings)
    ]
    turn.ask("plan.ask_sure", rows)


def new_amount_is(turn: Turn) -> None:
    assert turn.press is not None
    readings = turn.draft.pop("said", {}).get("readings", [])
    place = turn.press.argument
    if place.isdecimal() and int(place) < len(readings):
        _amount(turn, Centimes(readings[int(place)]))
    else:
        turn.go("plan.new_amount")


def _amount(turn: Turn, amount: Centimes) -> None:
    try:
        changing.with_amount(office(turn), _plan(turn), amount)
    except AmountNotPossible as limits:
        turn.say("plan.amount_between", least=limits.least, most=limits.most)
        turn.go("plan.new_amount")
        return
    _keep(turn, {"new_amount": int(amount)})


def _keep(turn: Turn, change: dict[str, int]) -> None:
    for name in ("new_day", "new_amount"):
        turn.draft.pop(name, None)
    turn.draft.update(change)
    turn.go("plan.change_review")


def ask_change_review(turn: Turn) -> None:
    """Show every date and amount as it would be."""
    plan = _plan(turn)
    parts = _new_parts(turn, plan)
    turn.draft["seen"] = changing.written(parts)
    html = "\n\n".join(
        (
            turn.words.text("plan.change_would_be", reference=plan.reference),
            text.calendar(turn.words, parts),
            turn.words.text("plan.change_once"),
        )
    )
    rows = [[Button("plan.button_confirm_change", "plan.change_confirm")], turn.navigation()]
    turn.show_html(html, rows)


def confirm(turn: Turn) -> None:
    plan, draft = _plan(turn), turn.draft
    amount = draft.get("new_amount")
    try:
        plan = changing.change(
            office(turn),
            turn.caller.telegram_id,
            plan.id,
            day=draft.get("new_day"),
            amount=None if amount is None else Centimes(amount),
            seen=str(draft.get("seen", "")),
        )
    except (FiguresMoved, AmountNotPossible):
        turn.say("plan.figures_changed")
        turn.press = None
        turn.go("plan.change")
        return
    except (ChangesUsedUp, SomethingOverdue, NothingToPay, NotNow):
        turn.close()
        running.show_plan(turn, plan)
        return
    turn.close()
    turn.toast("plan.changed")
    running.show_plan(turn, plan)
    running.send_paper(turn, plan)


def _new_parts(turn: Turn, plan: Plan) -> Sequence[Installment]:
    """What is ahead with the change that was chosen."""
    amount = turn.draft.get("new_amount")
    if amount is not None:
        return changing.with_amount(office(turn), plan, Centimes(amount))
    return changing.with_day(office(turn), plan, int(turn.draft.get("new_day", plan.day)))


def _plan(turn: Turn) -> Plan:
    """The plan being changed, while it may be."""
    plan = access.for_citizen(office(turn), turn.caller.telegram_id, int(turn.draft.get("plan", 0)))
    if _refused(turn, plan) is not None:
        raise access.NoSuchPlan
    return plan


def _refused(turn: Turn, plan: Plan) -> str | None:
    """Why no change of one's own is possible now, as a message; None when one is."""
    try:
        changing.may_change(office(turn), plan)
    except ChangesUsedUp:
        return "plan.changes_used_up"
    except SomethingOverdue:
        return "plan.change_not_overdue"
    except (NotNow, NothingToPay):
        return "plan.change_not_now"
    return None
