"""Who owes something and cannot be reached on Telegram: for the fund's own letters and SMS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services.contributions import Position
from services.dates import day_in_algiers
from services.money import Centimes
from services.policy import Policy
from services.records.base import table_of
from services.records.fund import Contributor
from services.reminders import audience, ledgers, names, own_dates
from services.reminders.judge import Reason, Recipient, Standing, judge
from services.reminders.owed import of_debt
from services.reminders.quiet import hours_of
from services.reminders.steps import Kind
from services.vault import Vault

SLICE = 1_000
ELSEWHERE = (Reason.NOT_LINKED, Reason.NO_CONSENT, Reason.UNREACHABLE)
"""The judge's reasons that another channel does not share: with any other, nobody writes."""
_contributors = table_of(Contributor)
_next = (
    select(_contributors.c.id, _contributors.c.ssn_sealed)
    .where(_contributors.c.id > bindparam("after"))
    .order_by(_contributors.c.id)
    .limit(SLICE)
)


class Elsewhere(NamedTuple):
    """Someone to be reached by the fund's own means. `amount`: the exact sum that is late, in
    centimes, None where it is an estimate; `years`: those it is about."""

    agency: str
    ssn: str
    name_fr: str
    name_ar: str
    phone: str
    reason: Reason
    years: tuple[int, ...]
    amount: Centimes | None


def everyone(
    session: Session, policy: Policy, vault: Vault, *, now: datetime, agency: str | None = None
) -> Iterator[Elsewhere]:
    """Read in slices, in the order of the fund's numbers. Whoever chose on Telegram not to be
    reminded is not on the list: their choice holds for every channel."""
    load = ledgers.current_load(session)
    after = 0
    while load is not None:
        rows = session.execute(_next, {"after": after}).all()
        if not rows:
            return
        after = rows[-1].id
        yield from _slice(
            session, policy, vault, {row.id: row.ssn_sealed for row in rows}, load, now, agency
        )


def _slice(
    session: Session,
    policy: Policy,
    vault: Vault,
    sealed: dict[int, bytes],
    load: tuple[int, date],
    now: datetime,
    agency: str | None,
) -> Iterator[Elsewhere]:
    today, hours = day_in_algiers(now), hours_of(policy)
    profiles = [
        profile
        for profile in ledgers.profiles(session, list(sealed), load[0]).values()
        if agency is None or profile.agency == agency
    ]
    if not profiles:
        return
    books = ledgers.read(session, profiles, *load)
    owing = []
    for profile in profiles:
        position = books[profile.contributor_id].position(policy, today)
        owed = of_debt(position, None)
        if not owed.settled:
            owing.append((profile, position, owed))
    numbers = [profile.contributor_id for profile, _, _ in owing]
    holds = own_dates.holds_only(session, numbers)
    readers = audience.readers(session, numbers, today)
    people = audience.recipients(session, sorted({one.telegram_id for one in readers.values()}))
    known = names.of_some(session, numbers, load[0])
    for profile, position, owed in owing:
        number = profile.contributor_id
        hold, reader = holds.get(number), readers.get(number)
        who = None if reader is None else people.get(reader.telegram_id)
        standing = Standing(
            books[number].known_to,
            plan_kept=hold is not None and hold.live_plan,
            plan_asked=hold is not None and hold.asked_plan,
            disputed=hold is not None and hold.disputes(None),
        )
        reason = judge(
            Kind.CAMPAIGN,
            owed,
            Recipient(None) if who is None else who.recipient,
            standing,
            now=hours.next_open(now),
            today=today,
            hours=hours,
            final=True,
        )
        if reason in ELSEWHERE:
            name_fr, name_ar, phone = known[number]
            yield Elsewhere(
                profile.agency,
                vault.open_sealed(sealed[number]),
                name_fr,
                name_ar,
                vault.open_sealed(phone) if phone is not None else "",
                reason,
                _years(position),
                owed.amount,
            )


def _years(position: Position) -> tuple[int, ...]:
    return tuple(line.year for line in position.lines if line.late and line.total)
