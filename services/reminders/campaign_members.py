"""Who is of a campaign's audience, and what decides about each: the debt, what they have under
way, who reads. Read for some contributors at a time, for preparing, sending and the preview."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from services import accounts
from services.policy import Policy
from services.policy.category import Category
from services.records.base import table_of
from services.records.reminders import Campaign, CampaignMember
from services.reminders import audience, ledgers, own_dates
from services.reminders.audience import Addressee, Reader
from services.reminders.judge import Recipient, Standing
from services.reminders.ledgers import Profile
from services.reminders.letters import Item, Letter
from services.reminders.owed import Owed, of_debt
from services.reminders.steps import Kind, Step

members = table_of(CampaignMember)
SLICES = {"sqlite": 200, "postgresql": 2_000}
"""How many contributors a transaction takes: on SQLite people who write wait for it."""
_UNLINKED = Recipient(telegram_id=None)


class Judged(NamedTuple):
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


def of_some(
    session: Session, policy: Policy, campaign: Campaign, ids: Sequence[int], today: date
) -> list[Judged]:
    """What decides about those of some contributors whom a campaign is meant for."""
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
    found: list[Judged] = []
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
        found.append(Judged(profile, owed, standing, reader, who))
    return found


def letter(campaign: Campaign, one: Judged, reader: Reader, who: Addressee) -> Letter:
    """A campaign's message to one of its audience."""
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
