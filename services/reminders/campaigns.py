"""A campaign: started by one person, approved by another, paused, stopped; never by one alone.

States: preparing, ready, approved, running, paused, stopped, done. Whom it is for is
`campaign_members`; `campaign_preparing`, `campaign_sending` and `campaign_forecast` do what their
names say; what came of it is `campaign_results`, who was not reached `campaign_list`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import events, staff
from services.dates import day_in_algiers
from services.people import Role
from services.policy import Policy
from services.policy.category import Category
from services.records.base import table_of
from services.records.reminders import Campaign
from services.records.traffic import Setting
from services.reminders import campaign_forecast, letters
from services.reminders.quiet import hours_of
from services.staff import Member

STOPPED = "campaigns.stopped"
"""The one switch: while this setting is there, no campaign sends anything."""
OPEN = ("preparing", "ready", "approved", "running", "paused")
_campaigns = table_of(Campaign)


class NotAllowed(PermissionError):
    """Whoever asks may not do this with campaigns."""


class NoSuchCampaign(LookupError):
    """There is no campaign with this number."""


class NotNow(Exception):
    """The campaign is in another state by now; carries it."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class SecondPairOfEyes(Exception):
    """Whoever started a campaign cannot approve it."""


class NobodyFits(Exception):
    """There is nobody to write to, or no time left to do it in; carries the last day."""

    def __init__(self, last: date) -> None:
        super().__init__(last)
        self.last = last


# --- who may --------------------------------------------------------------------------------


def member(session: Session, telegram_id: int) -> Member:
    """Someone of the fund who may look at campaigns, pause and stop them.

    Raises:
        NotAllowed
    """
    found = staff.of(session, telegram_id)
    may = found is not None and found.agency is None
    if found is None or not may or found.role not in (Role.CENTRAL, Role.MANAGER):
        raise NotAllowed
    return found


def approvers(session: Session, campaign: Campaign) -> list[Member]:
    """Everybody who may approve a campaign."""
    found = [*staff.central(session), *staff.managers(session)]
    return [one for one in found if one.agency is None and one.telegram_id != campaign.started_by]


# --- its life -------------------------------------------------------------------------------


def start(
    session: Session,
    policy: Policy,
    *,
    telegram_id: int,
    agency: str | None,
    category: Category | None,
    year: int | None,
    within_days: int,
    now: datetime,
) -> Campaign:
    """Begin to prepare a campaign that is to have reached everyone `within_days` from today.
    Only the central level starts one.

    Raises:
        NotAllowed
    """
    if member(session, telegram_id).role is not Role.CENTRAL:
        raise NotAllowed
    today, hours = day_in_algiers(now), hours_of(policy)
    last = hours.open_day_on_or_before(today + timedelta(days=within_days))
    campaign = Campaign(
        state="preparing",
        agency=agency,
        category=None if category is None else category.value,
        year=year,
        starts_on=last,
        last=last,
        started_by=telegram_id,
        created_at=now,
        after=0,
        audience=0,
        counts={},
    )
    session.add(campaign)
    session.flush()
    _note(session, campaign, "started", events.staff(telegram_id), now)
    return campaign


def prepared(session: Session, policy: Policy, campaign: Campaign, now: datetime) -> None:
    """The audience is known: sending begins as many open days before the last as it needs with
    those that go first, but not before tomorrow."""
    hours = hours_of(policy)
    everyone = ready_count(campaign) + campaign_forecast.left_before(session, campaign)
    days = -(-everyone // max(1, hours.room(campaign.last)))
    tomorrow = hours.open_day_on_or_after(day_in_algiers(now) + timedelta(days=1))
    needed = hours.earlier(campaign.last, max(0, days - 1))
    campaign.starts_on = max(tomorrow, needed)
    campaign.last = max(campaign.last, campaign.starts_on)
    campaign.state = "ready"
    campaign.prepared_at = now
    campaign.after = 0
    session.flush()
    _note(session, campaign, "prepared", "machine", now)


def check_ready(
    session: Session, policy: Policy, telegram_id: int, campaign_id: int, now: datetime
) -> Campaign:
    """A prepared campaign that still can reach someone.

    Raises:
        NotAllowed, NoSuchCampaign, NotNow, NobodyFits
    """
    member(session, telegram_id)
    campaign = _in_state(session, campaign_id, "ready")
    if not campaign_forecast.of(session, policy, campaign, now).fits:
        raise NobodyFits(campaign.last)
    return campaign


def approve(
    session: Session, policy: Policy, telegram_id: int, campaign_id: int, now: datetime
) -> Campaign:
    """Let a prepared campaign go out.

    Raises:
        NotAllowed, NoSuchCampaign, NotNow, NobodyFits, SecondPairOfEyes
    """
    campaign = check_ready(session, policy, telegram_id, campaign_id, now)
    if campaign.started_by == telegram_id:
        raise SecondPairOfEyes
    campaign.state = "approved"
    campaign.approved_by, campaign.approved_at = telegram_id, now
    session.flush()
    _note(session, campaign, "approved", events.staff(telegram_id), now)
    return campaign


def pause(session: Session, telegram_id: int, campaign_id: int, now: datetime) -> Campaign:
    """Hold a campaign; what has not left yet is taken back.

    Raises:
        NotAllowed, NoSuchCampaign, NotNow
    """
    member(session, telegram_id)
    campaign = _in_state(session, campaign_id, "approved", "running")
    letters.recall(session, now, campaign_id=campaign.id)
    campaign.state = "paused"
    session.flush()
    _note(session, campaign, "paused", events.staff(telegram_id), now)
    return campaign


def resume(session: Session, telegram_id: int, campaign_id: int, now: datetime) -> Campaign:
    """Raises: NotAllowed, NoSuchCampaign, NotNow"""
    member(session, telegram_id)
    campaign = _in_state(session, campaign_id, "paused")
    campaign.state = "running"
    session.flush()
    _note(session, campaign, "resumed", events.staff(telegram_id), now)
    return campaign


def stop(session: Session, telegram_id: int, campaign_id: int, now: datetime) -> Campaign:
    """End a campaign for good; what has not left yet is taken back.

    Raises:
        NotAllowed, NoSuchCampaign, NotNow
    """
    member(session, telegram_id)
    campaign = _in_state(session, campaign_id, *OPEN)
    letters.recall(session, now, campaign_id=campaign.id)
    campaign.state, campaign.ended_at = "stopped", now
    session.flush()
    _note(session, campaign, "stopped", events.staff(telegram_id), now)
    return campaign


def stop_all(session: Session, telegram_id: int, now: datetime) -> int:
    """The one switch: nothing of any campaign leaves from now on. Returns what was taken back.

    Raises:
        NotAllowed
    """
    member(session, telegram_id)
    if session.get(Setting, STOPPED) is None:
        session.add(Setting(name=STOPPED, value=now.isoformat()))
        session.flush()
    # A slice that is being sent holds its campaign: it is awaited, and then taken back.
    going = session.scalars(
        select(Campaign)
        .where(Campaign.state.in_(("approved", "running")))
        .order_by(Campaign.last, Campaign.id)
        .with_for_update()
    ).all()
    taken = sum(letters.recall(session, now, campaign_id=campaign.id) for campaign in going)
    _note_switch(session, "campaigns.all_stopped", telegram_id, now)
    return taken


def allow_again(session: Session, telegram_id: int, now: datetime) -> None:
    """Take the switch back; each campaign goes on from where it was.

    Raises:
        NotAllowed
    """
    member(session, telegram_id)
    row = session.get(Setting, STOPPED)
    if row is not None:
        session.delete(row)
        session.flush()
        _note_switch(session, "campaigns.allowed_again", telegram_id, now)


def are_stopped(session: Session) -> bool:
    return session.get(Setting, STOPPED) is not None


# --- reading --------------------------------------------------------------------------------


def one(session: Session, telegram_id: int, campaign_id: int) -> Campaign:
    """Raises: NotAllowed, NoSuchCampaign"""
    member(session, telegram_id)
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NoSuchCampaign
    return campaign


def to_be_listed(session: Session, telegram_id: int, campaign_id: int, now: datetime) -> Campaign:
    """A campaign whose people are about to be named to the central level, which is written down.

    Raises:
        NotAllowed, NoSuchCampaign
    """
    if member(session, telegram_id).role is not Role.CENTRAL:
        raise NotAllowed
    campaign = one(session, telegram_id, campaign_id)
    _note(session, campaign, "people_listed", events.staff(telegram_id), now)
    return campaign


def hold_row(session: Session, campaign_id: int) -> Campaign | None:
    """A campaign as it is now, held until the transaction ends: whoever else changes it waits."""
    return session.scalars(
        select(Campaign)
        .where(Campaign.id == campaign_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def newest(session: Session, most: int) -> list[Campaign]:
    return list(session.scalars(select(Campaign).order_by(Campaign.id.desc()).limit(most)))


def ready_count(campaign: Campaign) -> int:
    """How many of the audience may be written to, as prepared."""
    return int(campaign.counts.get("ready", 0))


def years_of_debt(today: date, policy: Policy) -> list[int]:
    """The years a campaign can be about, the newest first."""
    return list(range(today.year, max(policy.first_year, today.year - 10) - 1, -1))


# --- inside ---------------------------------------------------------------------------------


def _in_state(session: Session, campaign_id: int, *states: str) -> Campaign:
    campaign = hold_row(session, campaign_id)
    if campaign is None:
        raise NoSuchCampaign
    if campaign.state not in states:
        raise NotNow(campaign.state)
    return campaign


def _note(session: Session, campaign: Campaign, name: str, actor: str, now: datetime) -> None:
    events.record(
        session,
        f"campaign.{name}",
        at=now,
        actor=actor,
        subject=("campaign", campaign.id),
        data={"agency": campaign.agency, "category": campaign.category, "year": campaign.year},
    )


def _note_switch(session: Session, name: str, telegram_id: int, now: datetime) -> None:
    events.record(session, name, at=now, actor=events.staff(telegram_id), subject=("campaign", 0))
