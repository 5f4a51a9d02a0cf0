"""Amounts a person names: what they can pay a month, and the down payment.

An amount said in centimes, or unclear, is asked back before it is used.
"""

from __future__ import annotations

from dataclasses import replace

from handlers.buttons import Button
from handlers.plans import draft, lengths
from handlers.turn import Turn
from services.money import BasisPoints, Centimes, NotAnAmount, share
from services.numbers.amounts import read_amount
from services.plans.quoting import Case
from services.plans.schedule import least_down_payment

DOWN_SHARES = (BasisPoints(2_500), BasisPoints(5_000))


# --- means ----------------------------------------------------------------------------------


def ask_means(turn: Turn) -> None:
    case = draft.case(turn)
    turn.ask("plan.ask_means", smallest=case.terms.smallest_installment)


def answer_means(turn: Turn) -> None:
    read(turn, "means")


# --- down payment ---------------------------------------------------------------------------


def ask_down(turn: Turn) -> None:
    case = draft.case(turn)
    least = _least(case)
    choices = [least, *(share(case.debt.amount, one) for one in DOWN_SHARES)]
    rows = [
        [Button("plan.button_amount", "plan.down_is", str(one), values={"amount": one})]
        for one in dict.fromkeys(choices)
        if 0 < one < case.debt.amount
    ]
    turn.ask("plan.ask_down", rows, least=least, debt=case.debt.amount)


def answer_down(turn: Turn) -> None:
    read(turn, "down_payment")


def down_is(turn: Turn) -> None:
    assert turn.press is not None
    if turn.press.argument.isdecimal():
        keep_amount(turn, "down_payment", Centimes(int(turn.press.argument)))


def _least(case: Case) -> Centimes:
    return least_down_payment(case.debt.amount, case.terms.down_payment_at_least)


# --- amounts --------------------------------------------------------------------------------


def read(turn: Turn, what: str) -> None:
    """Keep an amount that was typed; one said in centimes, or unclear, is asked back first.
    Whoever says a length instead ("sur 12 mois") is taken at their word."""
    months = lengths.months_in(turn.text)
    if months is not None:
        lengths.keep(turn, months)
        return
    step = {"means": "plan.means", "down_payment": "plan.down"}[what]
    try:
        found = read_amount(turn.text)
    except NotAnAmount:
        turn.say("plan.amount_not_read")
        turn.go(step)
        return
    if not found.ask_back:
        keep_amount(turn, what, found.amount)
        return
    turn.draft["said"] = {"what": what, "readings": [int(one) for one in found.readings]}
    turn.go("plan.sure")


def ask_sure(turn: Turn) -> None:
    """Show each reading of what was said, the likeliest first."""
    said = turn.draft.get("said", {"what": "means", "readings": []})
    rows = [
        [Button("plan.button_amount", "plan.sure_is", str(place), values={"amount": amount})]
        for place, amount in enumerate(said["readings"])
    ]
    turn.ask("plan.ask_sure", rows)


def answer_sure(turn: Turn) -> None:
    """Another amount typed instead of a press."""
    read(turn, str(turn.draft.get("said", {}).get("what", "means")))


def sure_is(turn: Turn) -> None:
    assert turn.press is not None
    said = turn.draft.pop("said", {"what": "means", "readings": []})
    place = turn.press.argument
    if place.isdecimal() and int(place) < len(said["readings"]):
        keep_amount(turn, said["what"], Centimes(said["readings"][int(place)]))
    else:
        draft.back_to_choice(turn)


def keep_amount(turn: Turn, what: str, amount: Centimes) -> None:
    """Keep the means, or the down payment; one that leaves nothing to spread is no plan."""
    case = draft.case(turn)
    chosen = draft.wish(turn)
    if what == "means":
        if not amount:
            turn.say("plan.amount_not_read")
            turn.go("plan.means")
            return
        draft.keep(turn, chosen.paying(amount))
        turn.go("plan.choose")
        return
    if amount >= case.debt.amount:
        turn.say("plan.down_is_everything", debt=case.debt.amount)
        turn.go("plan.down")
        return
    draft.keep(turn, replace(chosen, down_payment=amount))
    draft.back_to_choice(turn)
