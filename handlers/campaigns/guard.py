"""Who may use campaigns in the chat, and what is said when a step comes too late."""

from __future__ import annotations

from collections.abc import Callable

from handlers import general
from handlers.campaigns import showing
from handlers.turn import Turn
from services.reminders import campaigns
from services.reminders.campaigns import (
    NobodyFits,
    NoSuchCampaign,
    NotAllowed,
    NotNow,
    SecondPairOfEyes,
)


def guarded(handler: Callable[[Turn], None]) -> Callable[[Turn], None]:
    """Run for those who may; to anyone else there is no such command and no such button."""

    def inner(turn: Turn) -> None:
        try:
            campaigns.member(turn.session, turn.caller.telegram_id)
            handler(turn)
        except (NotAllowed, NoSuchCampaign):
            if (turn.caller.step or "").startswith("campaigns."):
                turn.close()
            if turn.query_id is not None:
                turn.toast("button.not_valid", alert=True)
            else:
                general.unknown_command(turn)
        except NotNow:
            turn.toast("campaigns.not_now", alert=True)
            showing.show(turn)
        except NobodyFits as refusal:
            turn.toast("campaigns.nobody_fits", alert=True, last=refusal.last)
        except SecondPairOfEyes:
            turn.toast("campaigns.four_eyes", alert=True)

    return inner
