"""What a person has chosen so far of a plan: kept in the draft, worked out anew at each step."""

from __future__ import annotations

from handlers.plans.guard import office
from handlers.turn import Turn
from services.money import Centimes
from services.plans import access, quoting
from services.plans.asking import Asker
from services.plans.quoting import Case
from services.plans.terms import Wish


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
    """What was chosen so far; a down payment that the debt no longer allows is forgotten."""
    return quoting.read_wish(turn.draft.get("wish", {}))


def keep(turn: Turn, chosen: Wish) -> None:
    turn.draft["wish"] = quoting.keep_wish(chosen)


def debt_changed(turn: Turn, found: Case) -> Centimes | None:
    """The debt as it was shown last, if it is another one now; the new one is kept."""
    before = turn.draft.get("debt")
    turn.draft["debt"] = int(found.debt.amount)
    return Centimes(before) if before not in (None, found.debt.amount) else None
