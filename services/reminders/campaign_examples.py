"""A campaign's messages as they would go out, for those who decide about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.dates import day_in_algiers
from services.policy import Policy
from services.records.base import table_of
from services.records.people import Person
from services.records.reminders import Campaign
from services.reminders import campaign_members
from services.reminders.campaign_members import members
from services.reminders.letters import Letter

_people = table_of(Person)


def examples(
    session: Session,
    policy: Policy,
    campaign: Campaign,
    most: int,
    now: datetime,
    *,
    languages: Sequence[str],
) -> list[Letter]:
    """Messages of members spread over the audience, in each of the languages: as many of each
    where there are enough."""
    share = most // len(languages)
    found = {language: _some(session, campaign, language, most) for language in languages}
    half = [number for numbers in found.values() for number in numbers[:share]]
    more = [number for numbers in found.values() for number in numbers[share:]]
    ids = [*half, *more][:most]
    judged = campaign_members.of_some(session, policy, campaign, sorted(ids), day_in_algiers(now))
    letters = [
        campaign_members.letter(campaign, one, one.reader, one.who)
        for one in judged
        if one.reader is not None and one.who is not None
    ]
    return sorted(letters, key=lambda letter: letter.language)


def _some(session: Session, campaign: Campaign, language: str, most: int) -> list[int]:
    """Members who read a language, not the first ones but spread over the numbers."""
    return list(
        session.execute(
            select(members.c.contributor_id)
            .join(_people, _people.c.telegram_id == members.c.telegram_id)
            .where(
                members.c.campaign_id == campaign.id,
                members.c.state == "ready",
                _people.c.language == language,
            )
            .order_by((members.c.contributor_id * 7_919) % 10_007, members.c.contributor_id)
            .limit(most)
        ).scalars()
    )
