"""Every step and button of plans asks the records who is there, at every press."""

from __future__ import annotations

from collections.abc import Callable, Collection

from handlers import general
from handlers.buttons import Button
from handlers.turn import Turn
from services.office import Office
from services.plans.access import NoSuchPlan, NotADecider, NotStaff
from services.plans.debt import NothingLate
from services.plans.quoting import NoAccount
from services.plans.schedule import NothingToSpread

Handler = Callable[[Turn], None]


def office(turn: Turn) -> Office:
    return Office(turn.session, turn.kit.policy, turn.kit.vault, turn.now)


def guarded(handler: Handler) -> Handler:
    """Run for whoever the records know. A plan out of reach, or none that could be, ends the
    conversation with a clear word and reveals nothing."""

    def run(turn: Turn) -> None:
        try:
            handler(turn)
        except (NoSuchPlan, NotStaff) as refusal:
            _leave(turn)
            if turn.query_id is not None:
                turn.toast("button.not_valid", alert=True)
            elif isinstance(refusal, NotStaff):
                general.unknown_command(turn)
            else:
                turn.say("plan.not_found")
        except NotADecider:
            _leave(turn)
            if turn.query_id is not None:
                turn.toast("plan_desk.not_a_decider", alert=True)
            else:
                turn.say("plan_desk.not_a_decider")
        except NothingToSpread as refusal:
            _leave(turn)
            turn.show("plan.debt_fell", _MENU, debt=refusal.debt)
        except NothingLate as refusal:
            _leave(turn)
            if refusal.later and refusal.due is not None:
                turn.show("plan.nothing_late_yet", _MENU, later=refusal.later, due=refusal.due)
            else:
                turn.show("plan.nothing_late", _MENU)
        except NoAccount:
            _leave(turn)
            turn.show("plan.no_account", _MENU)

    return run


_MENU = [[Button("button.menu", "menu.open")]]


def pressed(turn: Turn) -> int:
    """The number a button names; 0, which no plan has, where it names none."""
    assert turn.press is not None
    number = turn.press.argument.partition(":")[0]
    return int(number) if number.isdecimal() else 0


def pressed_among(turn: Turn, choices: Collection[int]) -> int | None:
    """The number a button names, if it is one of those that may be chosen."""
    number = pressed(turn)
    return number if number in choices else None


def _leave(turn: Turn) -> None:
    if (turn.caller.step or "").partition(".")[0] in ("plan", "plan_desk"):
        turn.close()
