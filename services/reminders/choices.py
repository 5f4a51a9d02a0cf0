"""What people choose about their reminders, and why they got one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import events
from services.money import Centimes
from services.records.base import table_of
from services.records.reminders import Campaign, CampaignMember, Reminder, ReminderChoice
from services.reminders.audience import LEFT
from services.reminders.steps import Kind

SWITCHES = tuple(Kind)
_reminders, _members, _campaigns = table_of(Reminder), table_of(CampaignMember), table_of(Campaign)


@dataclass(frozen=True, slots=True)
class Choices:
    """What someone chose; nobody who chose nothing misses anything."""

    muted: frozenset[str] = frozenset()
    hide_amounts: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing a message was about. `step`: days from the deadline, None for a campaign."""

    kind: Kind
    subject: str
    step: int | None
    deadline: date | None
    known_to: date | None
    amount: Centimes | None
    at: datetime


def of(session: Session, telegram_id: int) -> Choices:
    row = session.get(ReminderChoice, telegram_id)
    return Choices() if row is None else Choices(frozenset(row.muted), row.hide_amounts)


def switch(session: Session, telegram_id: int, kind: Kind, *, now: datetime) -> Choices:
    """Switch a kind off, or on again."""
    row = _row(session, telegram_id, now)
    muted = set(row.muted) ^ {kind.value}
    row.muted = sorted(muted)
    session.flush()
    events.record(
        session,
        "reminders.switched_off" if kind.value in muted else "reminders.switched_on",
        at=now,
        actor=events.person(telegram_id),
        subject=("person", telegram_id),
        data={"kind": kind.value},
    )
    return of(session, telegram_id)


def switch_amounts(session: Session, telegram_id: int, *, now: datetime) -> Choices:
    """Keep amounts out of messages, or let them in again."""
    row = _row(session, telegram_id, now)
    row.hide_amounts = not row.hide_amounts
    session.flush()
    events.record(
        session,
        "reminders.amounts_hidden" if row.hide_amounts else "reminders.amounts_shown",
        at=now,
        actor=events.person(telegram_id),
        subject=("person", telegram_id),
    )
    return of(session, telegram_id)


def sent_at(session: Session, telegram_id: int, second: int) -> list[Sent]:
    """What a message of a person was about, by the second (since 1970) it was decided in."""
    begins = datetime.fromtimestamp(second, tz=UTC)
    within = (begins, begins + timedelta(seconds=1))
    found = [
        Sent(Kind(row.kind), row.subject, row.step, row.deadline, row.known_to, row.amount, row[-1])
        for row in session.execute(
            select(
                _reminders.c.kind,
                _reminders.c.subject,
                _reminders.c.step,
                _reminders.c.deadline,
                _reminders.c.known_to,
                _reminders.c.amount,
                _reminders.c.decided_at,
            ).where(
                _reminders.c.telegram_id == telegram_id,
                _reminders.c.decided_at >= within[0],
                _reminders.c.decided_at < within[1],
                _reminders.c.state.in_(LEFT),
            )
        )
    ]
    return found + [
        Sent(Kind.CAMPAIGN, str(row.year or ""), None, None, None, row.amount, row.decided_at)
        for row in session.execute(
            select(_campaigns.c.year, _members.c.amount, _members.c.decided_at)
            .join(_campaigns, _campaigns.c.id == _members.c.campaign_id)
            .where(
                _members.c.telegram_id == telegram_id,
                _members.c.decided_at >= within[0],
                _members.c.decided_at < within[1],
                _members.c.state.in_(LEFT),
            )
        )
    ]


def latest(session: Session, telegram_id: int, most: int) -> list[Sent]:
    """The newest things a person was reminded of."""
    rows = session.execute(
        select(
            _reminders.c.kind,
            _reminders.c.subject,
            _reminders.c.step,
            _reminders.c.deadline,
            _reminders.c.known_to,
            _reminders.c.amount,
            _reminders.c.decided_at,
        )
        .where(_reminders.c.telegram_id == telegram_id, _reminders.c.state.in_(LEFT))
        .order_by(_reminders.c.decided_at.desc(), _reminders.c.id.desc())
        .limit(most)
    )
    return [Sent(Kind(row[0]), *row[1:]) for row in rows]


def _row(session: Session, telegram_id: int, now: datetime) -> ReminderChoice:
    row = session.get(ReminderChoice, telegram_id)
    if row is None:
        row = ReminderChoice(telegram_id=telegram_id, muted=[], hide_amounts=False, changed_at=now)
        session.add(row)
    row.changed_at = now
    return row
