"""Asking for approval, approving, pausing, stopping: what people decide about a campaign."""

from __future__ import annotations

from handlers.buttons import Button
from handlers.campaigns import showing
from handlers.notices import tell
from handlers.turn import Turn
from services.outbox import Lane
from services.reminders import campaigns


def ask_approval(turn: Turn) -> None:
    """Ask everyone who may approve."""
    campaign = campaigns.check_ready(
        turn.session, turn.kit.policy, turn.caller.telegram_id, showing.number(turn), turn.now
    )
    asked = 0
    for one in campaigns.approvers(turn.session, campaign):
        call = tell(
            turn.kit,
            turn.session,
            turn.outbox,
            one.telegram_id,
            "campaigns.asked",
            [[Button("campaigns.button_look", "campaigns.show", str(campaign.id))]],
            lane=Lane.STAFF,
            number=campaign.id,
            people=campaigns.ready_count(campaign),
        )
        asked += call is not None
    turn.toast("campaigns.approval_asked" if asked else "campaigns.nobody_approves", alert=True)


def approve(turn: Turn) -> None:
    campaign = campaigns.approve(
        turn.session, turn.kit.policy, turn.caller.telegram_id, showing.number(turn), turn.now
    )
    turn.toast("campaigns.approved")
    tell(
        turn.kit,
        turn.session,
        turn.outbox,
        campaign.started_by,
        "campaigns.news_approved",
        [[Button("campaigns.button_look", "campaigns.show", str(campaign.id))]],
        lane=Lane.STAFF,
        number=campaign.id,
        day=campaign.starts_on,
    )
    showing.show_one(turn, campaign)


def pause(turn: Turn) -> None:
    showing.show_one(
        turn,
        campaigns.pause(turn.session, turn.caller.telegram_id, showing.number(turn), turn.now),
    )


def resume(turn: Turn) -> None:
    showing.show_one(
        turn,
        campaigns.resume(turn.session, turn.caller.telegram_id, showing.number(turn), turn.now),
    )


def stop(turn: Turn) -> None:
    showing.show_one(
        turn,
        campaigns.stop(turn.session, turn.caller.telegram_id, showing.number(turn), turn.now),
    )


def stop_all(turn: Turn) -> None:
    """The one switch."""
    campaigns.stop_all(turn.session, turn.caller.telegram_id, turn.now)
    turn.toast("campaigns.all_stopped", alert=True)
    showing.home(turn)


def allow(turn: Turn) -> None:
    campaigns.allow_again(turn.session, turn.caller.telegram_id, turn.now)
    showing.home(turn)
