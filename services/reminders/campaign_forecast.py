"""How far a campaign will come: who fits between its days at full speed, and when it ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.dates import ONE_DAY, day_in_algiers, instant
from services.policy import Policy
from services.records.reminders import Campaign
from services.reminders.campaign_members import members
from services.reminders.quiet import hours_of


class Forecast(NamedTuple):
    """`left`: who is still to be written to; `fits`: how many of them can be, in the order of
    the fund's numbers; `takes`: the time of sending alone; `ends`: when the last of those who
    fit leaves, None where nobody fits."""

    left: int
    fits: int
    takes: timedelta
    ends: datetime | None


def of(session: Session, policy: Policy, campaign: Campaign, now: datetime) -> Forecast:
    """At full speed from now, or from the campaign's first day, to its last. Campaigns that go
    before it take their share first; conversations and the daily round are not foreseen."""
    hours = hours_of(policy)
    left, before = left_of(session, campaign), left_before(session, campaign)
    places, ends = 0, None
    moment = hours.next_open(max(now, instant(campaign.starts_on)))
    while left and day_in_algiers(moment) <= campaign.last:
        rate = hours.rules(day_in_algiers(moment)).per_second
        room = int((hours.closes(moment) - moment).total_seconds() * rate)
        missing = before + left - places
        if missing <= room:
            places, ends = before + left, moment + timedelta(seconds=missing / rate)
            break
        places += room
        if places > before:
            ends = hours.closes(moment)
        moment = hours.next_open(instant(day_in_algiers(moment) + ONE_DAY))
    fits = min(left, max(0, places - before))
    rate = max(1, hours.rules(campaign.last).per_second)
    return Forecast(left, fits, timedelta(seconds=left // rate), ends)


def left_of(session: Session, campaign: Campaign) -> int:
    """How many are still to be written to; before it starts, as they were counted."""
    if campaign.state in ("preparing", "ready", "approved"):
        return int(campaign.counts.get("ready", 0))
    return session.execute(
        select(func.count())
        .select_from(members)
        .where(members.c.campaign_id == campaign.id, members.c.state == "ready")
    ).scalar_one()


def left_before(session: Session, campaign: Campaign) -> int:
    """How many the campaigns that are served first still have to write to."""
    others = session.scalars(
        select(Campaign).where(
            Campaign.state.in_(("approved", "running")),
            Campaign.id != campaign.id,
            or_(
                Campaign.last < campaign.last,
                (Campaign.last == campaign.last) & (Campaign.id < campaign.id),
            ),
        )
    )
    return sum(left_of(session, other) for other in others)


def first_without_room(session: Session, campaign: Campaign, fits: int) -> int | None:
    """The contributor with whom those begin who will not fit; None when everyone does."""
    return session.execute(
        select(members.c.contributor_id)
        .where(members.c.campaign_id == campaign.id, members.c.state == "ready")
        .order_by(members.c.contributor_id)
        .offset(fits)
        .limit(1)
    ).scalar_one_or_none()
