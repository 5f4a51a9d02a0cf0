"""Preparing a campaign, slice by slice: three million never sit in memory.

Where it stands is kept with the campaign, and every member's decision with the member, so a
kill goes on from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from services.dates import day_in_algiers, instant
from services.policy import Policy
from services.records.base import table_of
from services.records.fund import Contributor
from services.records.reminders import Campaign
from services.reminders import campaign_members, campaigns
from services.reminders.campaign_members import SLICES, members
from services.reminders.judge import judge
from services.reminders.quiet import hours_of
from services.reminders.steps import Kind

_contributors = table_of(Contributor)
_next_contributors = (
    select(_contributors.c.id)
    .where(_contributors.c.id > bindparam("after"))
    .order_by(_contributors.c.id)
    .limit(bindparam("most"))
)


def prepare(
    session: Session, policy: Policy, campaign: Campaign, now: datetime, *, most: int | None = None
) -> bool:
    """Decide the next slice of contributors; True when there are more."""
    size = most or SLICES[session.get_bind().dialect.name]
    ids = list(
        session.execute(_next_contributors, {"after": campaign.after, "most": size}).scalars()
    )
    if not ids:
        campaigns.prepared(session, policy, campaign, now)
        return False
    found = _members_among(session, policy, campaign, ids, now)
    if found:
        session.execute(insert(members), found)
    counts = Counter(campaign.counts)
    for row in found:
        counts[row["reason"] if row["state"] == "held" else "ready"] += 1
    campaign.counts = dict(counts)
    campaign.audience += len(found)
    campaign.after = ids[-1]
    session.flush()
    return True


def _members_among(
    session: Session, policy: Policy, campaign: Campaign, ids: Sequence[int], now: datetime
) -> list[dict[str, Any]]:
    """Those of some contributors who are of a campaign's audience, each with the decision."""
    hours = hours_of(policy)
    today = day_in_algiers(now)
    sending = instant(campaign.last, hours.rules(campaign.last).quiet_until)
    rows = []
    for one in campaign_members.of_some(session, policy, campaign, ids, today):
        if one.owed.settled:
            continue
        reason = judge(
            Kind.CAMPAIGN,
            one.owed,
            one.recipient,
            one.standing,
            now=sending,
            today=today,
            hours=hours,
            final=True,  # how lately someone was reminded is weighed when it is sent
        )
        rows.append(
            {
                "campaign_id": campaign.id,
                "contributor_id": one.number,
                "agency": one.profile.agency,
                "telegram_id": one.recipient.telegram_id,
                "state": "ready" if reason is None else "held",
                "reason": None if reason is None else reason.value,
                "amount": one.owed.amount,
                "decided_at": now,
            }
        )
    return rows
