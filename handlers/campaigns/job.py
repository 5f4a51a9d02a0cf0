"""The job `campaigns`: a slice of sending where there is room, else one of preparing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers import reminder_text
from handlers.buttons import Button
from handlers.kit import Kit
from handlers.notices import tell
from services.outbox import Lane, Outbox
from services.records.reminders import Campaign
from services.reminders import campaign_preparing, campaign_sending, campaigns, letters


def run(kit: Kit, session: Session, now: datetime, outbox: Outbox) -> bool:
    """True when there is more to do at once. A campaign that is prepared for minutes does not
    keep another one from being sent."""
    letters.settle(session)
    say = reminder_text.sayer(kit, session, outbox)
    if campaign_sending.send_next(session, kit.policy, now, say):
        return True
    if campaign_sending.close_next(session, now):
        return True
    preparing = session.scalars(
        select(Campaign.id).where(Campaign.state == "preparing").order_by(Campaign.id).limit(1)
    ).one_or_none()
    campaign = None if preparing is None else campaigns.hold_row(session, preparing)
    if campaign is None or campaign.state != "preparing":
        return False
    if not campaign_preparing.prepare(session, kit.policy, campaign, now):
        _tell_ready(kit, session, outbox, campaign)
    return True


def _tell_ready(kit: Kit, session: Session, outbox: Outbox, campaign: Campaign) -> None:
    tell(
        kit,
        session,
        outbox,
        campaign.started_by,
        "campaigns.news_ready",
        [[Button("campaigns.button_look", "campaigns.show", str(campaign.id))]],
        lane=Lane.STAFF,
        repeatable=False,
        number=campaign.id,
        people=campaigns.ready_count(campaign),
    )
