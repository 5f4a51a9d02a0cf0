"""Sending campaigns, slice by slice: each member is judged again at the moment of sending.

Every decision is kept with the member, so a kill goes on from there and nobody is written to
twice. A slice holds its campaign's row, so that a pause or a stop comes before it or after it,
never in between, and two schedulers take turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session

from services import events
from services.dates import day_in_algiers, instant
from services.money import Centimes
from services.policy import Policy
from services.records.reminders import Campaign
from services.reminders import campaign_members, campaigns
from services.reminders.campaign_members import SLICES, Judged, members
from services.reminders.judge import Reason, judge
from services.reminders.letters import Say
from services.reminders.quiet import hours_of
from services.reminders.rounds import room_now
from services.reminders.steps import Kind

CLOSED_AT_ONCE = {"sqlite": 5_000, "postgresql": 50_000}
"""How many of those who were not reached a transaction writes down when a campaign is over."""


def send_next(session: Session, policy: Policy, now: datetime, say: Say) -> bool:
    """A slice of the campaigns that may send, the one that ends first before the others; True
    when there is more to do at once."""
    for campaign in _that_go(session):
        # Looked at while the row is held: the switch waits for this slice, or this for it.
        if campaigns.are_stopped(session):
            return False
        if send(session, policy, campaign, now, say):
            return True
    return False


def close_next(session: Session, now: datetime) -> bool:
    """Write down, for a slice of those a stopped campaign no longer reaches, why."""
    stopped = session.scalars(
        select(Campaign).where(
            Campaign.state == "stopped",
            exists().where(members.c.campaign_id == Campaign.id, members.c.state == "ready"),
        )
    ).first()
    if stopped is None:
        return False
    _hold_rest(session, stopped, now, Reason.STOPPED, keep_known=False)
    return True


def send(session: Session, policy: Policy, campaign: Campaign, now: datetime, say: Say) -> bool:
    """Send to the next slice of those who are ready, as far as there is room; True when there
    is more to do at once."""
    hours, today = hours_of(policy), day_in_algiers(now)
    if today > campaign.last:
        return _end(session, campaign, now)
    if today < campaign.starts_on or hours.quiet(now) is not None:
        return False
    room = room_now(session, hours, now)
    if room <= 0:
        return False
    campaign.state = "running"
    ids = list(
        session.execute(
            select(members.c.contributor_id)
            .where(
                members.c.campaign_id == campaign.id,
                members.c.state == "ready",
                # Whoever was reminded too lately is looked at once a day.
                or_(members.c.reason.is_(None), members.c.decided_at < instant(today)),
            )
            .order_by(members.c.contributor_id)
            .limit(min(room, SLICES["sqlite"]))
        ).scalars()
    )
    if not ids:
        if not _anyone(session, campaign, "ready", "queued"):
            return _end(session, campaign, now)
        return False
    changed = [
        _decide_now(policy, campaign, one, now, say)
        for one in campaign_members.of_some(session, policy, campaign, ids, today)
    ]
    reached = {change["number"] for change in changed}
    changed += [  # the fund's data no longer has them
        _change_of(number, "held", now, reason=Reason.PAID)
        for number in ids
        if number not in reached
    ]
    session.connection().execute(
        _change, [change | {"campaign": campaign.id} for change in changed]
    )
    session.flush()
    return True


# --- inside ---------------------------------------------------------------------------------

_change = (
    update(members)
    .where(
        members.c.campaign_id == bindparam("campaign"),
        members.c.contributor_id == bindparam("number"),
    )
    .values(
        state=bindparam("to_state"),
        reason=bindparam("to_reason"),
        amount=bindparam("to_amount"),
        decided_at=bindparam("to_at"),
        call_id=bindparam("to_call"),
        telegram_id=bindparam("to_person"),
    )
)


def _that_go(session: Session) -> Iterator[Campaign]:
    """The campaigns that may send, each held until the transaction ends."""
    going = ("approved", "running")
    numbers = session.scalars(
        select(Campaign.id).where(Campaign.state.in_(going)).order_by(Campaign.last, Campaign.id)
    ).all()
    for number in numbers:
        campaign = campaigns.hold_row(session, number)
        if campaign is not None and campaign.state in going:
            yield campaign


def _end(session: Session, campaign: Campaign, now: datetime) -> bool:
    """Its days are over, or nobody is left: whoever was not reached did not fit, and is written
    down as such. True while there are more of them."""
    if _hold_rest(session, campaign, now, Reason.NO_CAPACITY, keep_known=True):
        return True
    campaign.state, campaign.ended_at = "done", now
    session.flush()
    events.record(
        session, "campaign.done", at=now, actor="machine", subject=("campaign", campaign.id)
    )
    return False


def _hold_rest(
    session: Session, campaign: Campaign, now: datetime, reason: Reason, *, keep_known: bool
) -> bool:
    """Hold a slice of those who are ready; True when there are more."""
    most = CLOSED_AT_ONCE[session.get_bind().dialect.name]
    ready = (members.c.campaign_id == campaign.id, members.c.state == "ready")
    beyond = session.execute(
        select(members.c.contributor_id)
        .where(*ready)
        .order_by(members.c.contributor_id)
        .offset(most)
        .limit(1)
    ).scalar_one_or_none()
    some = () if beyond is None else (members.c.contributor_id < beyond,)
    why = func.coalesce(members.c.reason, reason.value) if keep_known else reason.value
    session.execute(
        update(members).where(*ready, *some).values(state="held", reason=why, decided_at=now)
    )
    return beyond is not None


def _anyone(session: Session, campaign: Campaign, *states: str) -> bool:
    return any(
        session.execute(
            select(members.c.contributor_id)
            .where(members.c.campaign_id == campaign.id, members.c.state == state)
            .limit(1)
        ).one_or_none()
        is not None
        for state in states
    )


def _decide_now(
    policy: Policy, campaign: Campaign, one: Judged, now: datetime, say: Say
) -> dict[str, Any]:
    """Judge one member again, with what is known at this moment."""
    reason = judge(
        Kind.CAMPAIGN,
        one.owed,
        one.recipient,
        one.standing,
        now=now,
        today=day_in_algiers(now),
        hours=hours_of(policy),
    )
    person = one.recipient.telegram_id
    if reason is not None or one.who is None or one.reader is None:
        # Whoever was reminded lately is looked at again on a later day.
        state = "ready" if reason is Reason.CAP else "held"
        return _change_of(one.number, state, now, reason=reason, person=person)
    call_id = say(campaign_members.letter(campaign, one, one.reader, one.who))
    # Several accounts of one person: this message counts when the next one is weighed.
    one.who.recipient = replace(one.who.recipient, last_at=now)
    return _change_of(
        one.number, "queued", now, amount=one.owed.amount, call_id=call_id, person=person
    )


def _change_of(
    number: int,
    state: str,
    now: datetime,
    *,
    reason: Reason | None = None,
    amount: Centimes | None = None,
    call_id: int | None = None,
    person: int | None = None,
) -> dict[str, Any]:
    return {
        "number": number,
        "to_state": state,
        "to_reason": None if reason is None else reason.value,
        "to_amount": amount,
        "to_at": now,
        "to_call": call_id,
        "to_person": person,
    }
