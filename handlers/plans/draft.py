"""What a person has chosen so far of a plan: kept in the draft, worked out anew at each step."""

from __future__ import annotations

from dataclasses import replace

from handlers.plans.guard import office
from handlers.turn import Turn
from services.money import Centimes
from services.plans import access, quoting
from services.plans.asking import Asker
from services.plans.quoting import Case
from services.plans.terms import Wish, down_payment_of


def contributor(turn: Turn) -> int:
    """For whom, if the person may (still) see that account. Raises `NoSuchPlan`."""
    found = int(turn.draft.get("contributor", 0))
    if found not in access.accounts_of(office(turn), turn.caller.telegram_id):
        raise access.NoSuchPlan
    return found


def asker(turn: Turn) -> Asker:
    return Asker(turn.caller.telegram_id, contributor(turn), turn.caller.language)


def case(turn: Turn) -> Case:
    """The debt of today. Raises `NothingLate`, `NoAccount`, `NoSuchPlan`."""
    return quoting.case_of(office(turn), contributor(turn))


def wish(turn: Turn) -> Wish:
    """What was chosen so far."""
    return quoting.read_wish(turn.draft.get("wish", {}))


def keep(turn: Turn, chosen: Wish) -> None:
    turn.draft["wish"] = quoting.keep_wish(chosen)


def _debt_changed(turn: Turn, found: Case) -> Centimes | None:
    """The debt as it was shown last, if it is another one now; the new one is kept."""
    before = turn.draft.get("debt")
    turn.draft["debt"] = int(found.debt.amount)
    return Centimes(before) if before not in (None, found.debt.amount) else None


def changed(turn: Turn, case: Case) -> str:
    """The first words where the debt is not what was shown before."""
    before = _debt_changed(turn, case)
    if before is None:
        return ""
    return turn.words.text("plan.debt_changed", before=before, now=case.debt.amount)


def back_to_choice(turn: Turn) -> None:
    """To the exact text where a length was chosen, else to the proposals."""
    turn.go("plan.review" if wish(turn).months is not None else "plan.choose")


def possible(turn: Turn, case: Case, chosen: Wish) -> Wish:
    """The wish with a down payment that the debt of today still allows."""
    if down_payment_of(chosen, case.debt.amount, case.terms) < case.debt.amount:
        return chosen
    chosen = replace(chosen, down_payment=None)
    keep(turn, chosen)
    return chosen
