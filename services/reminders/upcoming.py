"""What someone will be reminded of next: said in /reminders, so that nothing comes unannounced."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from services.dates import day_in_algiers
from services.policy import Policy
from services.reminders import audience, ledgers, own_dates
from services.reminders.owed import of_year
from services.reminders.quiet import hours_of
from services.reminders.steps import Kind, Step, of_the_year

AHEAD = timedelta(days=120)


class Coming(NamedTuple):
    """The next step of one thing, and whose account it is about."""

    step: Step
    contributor_id: int


def of_person(session: Session, policy: Policy, telegram_id: int, now: datetime) -> list[Coming]:
    """The next step of everything that is due to a person within four months and not settled
    today, soonest first. What may hold it by then is not foreseen."""
    today, hours = day_in_algiers(now), hours_of(policy)
    found = audience.addressees(session, [telegram_id], today)
    numbers = [account.contributor_id for who in found for account in who.accounts]
    load = ledgers.current_load(session)
    if load is None or not numbers:
        return []
    profiles = ledgers.profiles(session, numbers, load[0])
    books = ledgers.read(session, list(profiles.values()), *load)
    own = own_dates.read(
        session,
        contributors=numbers,
        people=[telegram_id],
        policy=policy,
        hours=hours,
        on=today,
    )
    next_of: dict[tuple[int, Kind, str], Step] = {}
    for number, profile in profiles.items():
        book, hold = books[number], own.holds_of(number)
        position = book.position(policy, today)
        steps = [
            step
            for step in of_the_year(policy, profile.category, today, hours)
            if _is_ahead(step, now)
            and not hold.plan_covers(int(step.subject))
            and not of_year(step, position, book.declared(int(step.subject))).settled
        ]
        steps += [
            step
            for step, owed in own.steps.get(number, ())
            if _is_ahead(step, now) and not owed.settled
        ]
        for step in steps:
            key = (number, step.kind, step.subject)
            if key not in next_of or step.first < next_of[key].first:
                next_of[key] = step
    coming = [Coming(step, number) for (number, _, _), step in next_of.items()]
    return sorted(coming, key=lambda one: (one.step.first, one.step.kind))


def _is_ahead(step: Step, now: datetime) -> bool:
    today = day_in_algiers(now)
    return today < step.first <= today + AHEAD
