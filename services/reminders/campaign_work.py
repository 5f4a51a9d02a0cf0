"""Preparing and sending a campaign, slice by slice: three million never sit in memory.

Where it stands is kept with the campaign, and every member's decision with the member, so a
kill goes on from there and nobody is written to twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from services import accounts, events
from services.dates import day_in_algiers, instant
from services.money import Centimes
from services.policy import Policy
from services.policy.category import Category
from services.records.base import table_of
from services.records.fund import Contributor
from services.records.reminders import Campaign, CampaignMember
from services.reminders import audience, campaigns, ledgers, own_dates
from services.reminders.audience import Addressee, Reader
from services.reminders.judge import Reason, Recipient, Standing, judge
from services.reminders.ledgers import Profile
from services.reminders.letters import Item, Letter, Say
from services.reminders.owed import Owed, of_debt
from services.reminders.quiet import hours_of
from services.reminders.rounds import room_now
from services.reminders.steps import Kind, Step

SLICES = {"sqlite": 200, "postgresql": 2_000}
"""How many contributors a transaction takes: on SQLite people who write wait for it."""
_UNLINKED = Recipient(telegram_id=None)
_contributors = table_of(Contributor)
_members = table_of(CampaignMember)
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
    found = members_among(session, policy, campaign, ids, now)
    if found:
        write_members(session, found)
    counts = Counter(campaign.counts)
    for row in found:
        counts[row["reason"] if row["state"] == "held" else "ready"] += 1
    campaign.counts = dict(counts)
    campaign.audience += len(found)
    campaign.after = ids[-1]
    session.flush()
    return True


def members_among(
    session: Session, policy: Policy, campaign: Campaign, ids: Sequence[int], now: datetime
) -> list[dict[str, Any]]:
    """Those of some contributors who are of a campaign's audience, each with the decision."""
    hours = hours_of(policy)
    today = day_in_algiers(now)
    sending = instant(campaign.last, hours.rules(campaign.last).quiet_until)
    rows = []
    for one in _judged(session, policy, campaign, ids, today):
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


def write_members(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    session.execute(insert(_members), list(rows))


def send(session: Session, policy: Policy, campaign: Campaign, now: datetime, say: Say) -> bool:
    """Send to the next slice of those who are ready, as far as there is room; True when there
    is more to do at once."""
    hours, today = hours_of(policy), day_in_algiers(now)
    if today > campaign.last:
        end(session, campaign, now)
        return False
    if today < campaign.starts_on or hours.quiet(now) is not None:
        return False
    room = room_now(session, hours, now)
    if room <= 0:
        return False
    campaign.state = "running"
    members = session.execute(
        select(_members.c.contributor_id)
        .where(
            _members.c.campaign_id == campaign.id,
            _members.c.state == "ready",
            # Whoever was reminded too lately is looked at once a day.
            or_(_members.c.reason.is_(None), _members.c.decided_at < instant(today)),
        )
        .order_by(_members.c.contributor_id)
        .limit(min(room, SLICES["sqlite"]))
    ).scalars()
    ids = list(members)
    if not ids:
        _end_if_nobody_is_left(session, campaign, now)
        return False
    changed = [
        _decide_now(policy, campaign, one, now, say)
        for one in _judged(session, policy, campaign, ids, today)
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


def end(session: Session, campaign: Campaign, now: datetime) -> None:
    """Its days are over: who is left did not fit, and is listed as such."""
    session.execute(
        update(_members)
        .where(_members.c.campaign_id == campaign.id, _members.c.state == "ready")
        .values(
            state="held",
            reason=func.coalesce(_members.c.reason, Reason.NO_CAPACITY.value),
            decided_at=now,
        )
    )
    campaign.state, campaign.ended_at = "done", now
    session.flush()
    events.record(
        session,
        "campaign.done",
        at=now,
        actor="machine",
        subject=("campaign", campaign.id),
    )


def examples(
    session: Session, policy: Policy, campaign: Campaign, most: int, now: datetime
) -> list[Letter]:
    """Messages as they would go out, of members spread over the audience."""
    ids = list(
        session.execute(
            select(_members.c.contributor_id)
            .where(_members.c.campaign_id == campaign.id, _members.c.state == "ready")
            .order_by((_members.c.contributor_id * 7_919) % 10_007, _members.c.contributor_id)
            .limit(most)
        ).scalars()
    )
    found = _judged(session, policy, campaign, sorted(ids), day_in_algiers(now))
    return [
        _letter(campaign, one, one.reader, one.who)
        for one in found
        if one.reader is not None and one.who is not None
    ]


# --- inside ---------------------------------------------------------------------------------

_change = (
    update(_members)
    .where(
        _members.c.campaign_id == bindparam("campaign"),
        _members.c.contributor_id == bindparam("number"),
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


class _Judged(NamedTuple):
    """What decides about one contributor. `reader` and `who` None: nobody is linked."""

    profile: Profile
    owed: Owed
    standing: Standing
    reader: Reader | None
    who: Addressee | None

    @property
    def number(self) -> int:
        return self.profile.contributor_id

    @property
    def recipient(self) -> Recipient:
        return _UNLINKED if self.who is None else self.who.recipient


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


def _judged(
    session: Session, policy: Policy, campaign: Campaign, ids: Sequence[int], today: date
) -> list[_Judged]:
    """What decides about some contributors: their debt, what they have under way, who reads."""
    load = ledgers.current_load(session)
    if load is None:
        return []
    within = _agencies_of(session, campaign)
    category = None if campaign.category is None else Category(campaign.category)
    profiles = [
        profile
        for profile in ledgers.profiles(session, ids, load[0]).values()
        if (within is None or profile.agency in within)
        and (category is None or profile.category is category)
    ]
    if not profiles:
        return []
    profiles.sort(key=lambda profile: profile.contributor_id)
    books = ledgers.read(session, profiles, *load)
    owing = []
    for profile in profiles:
        book = books[profile.contributor_id]
        owed = of_debt(book.position(policy, today), campaign.year)
        owing.append((profile, book, owed))
    numbers = [profile.contributor_id for profile, _, owed in owing if not owed.settled]
    holds = own_dates.holds_only(session, numbers)
    readers = audience.readers(session, numbers, today)
    people = audience.recipients(
        session, sorted({reader.telegram_id for reader in readers.values()})
    )
    found: list[_Judged] = []
    for profile, book, owed in owing:
        number = profile.contributor_id
        hold = holds.get(number)
        standing = Standing(book.known_to)
        if hold is not None:
            standing = Standing(
                book.known_to,
                plan_kept=hold.plan_covers(campaign.year),
                plan_asked=hold.asked_plan,
                disputed=hold.disputes(campaign.year),
            )
        reader = readers.get(number)
        who = None if reader is None else people.get(reader.telegram_id)
        found.append(_Judged(profile, owed, standing, reader, who))
    return found


def _decide_now(
    policy: Policy, campaign: Campaign, one: _Judged, now: datetime, say: Say
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
    call_id = say(_letter(campaign, one, one.reader, one.who))
    # Several accounts of one person: this message counts when the next one is weighed.
    one.who.recipient = replace(one.who.recipient, last_at=now)
    return _change_of(
        one.number, "queued", now, amount=one.owed.amount, call_id=call_id, person=person
    )


def _letter(campaign: Campaign, one: _Judged, reader: Reader, who: Addressee) -> Letter:
    subject = "" if campaign.year is None else str(campaign.year)
    day = campaign.last
    step = Step(Kind.CAMPAIGN, subject, 0, day, day, campaign.starts_on, day, False)
    item = Item(step, one.owed, one.number, reader.link_id, reader.is_own)
    return Letter(who.telegram_id, who.language, who.hide_amounts, (item,), campaign.id)


def _agencies_of(session: Session, campaign: Campaign) -> frozenset[str] | None:
    """An agency and the counters under it; None for all."""
    if campaign.agency is None:
        return None
    cards = accounts.agencies(session).values()
    under = [card.code for card in cards if card.parent == campaign.agency]
    return frozenset({campaign.agency, *under})


def _end_if_nobody_is_left(session: Session, campaign: Campaign, now: datetime) -> None:
    for state in ("ready", "queued"):
        left = session.execute(
            select(_members.c.contributor_id)
            .where(_members.c.campaign_id == campaign.id, _members.c.state == state)
            .limit(1)
        ).one_or_none()
        if left is not None:
            return
    end(session, campaign, now)
