"""Reminders: every decision to send or hold with its reason; people's choices; campaigns.

A row of `reminders` is one step for one contributor, so nothing is said twice whatever the
clock does. Amounts are whole centimes; deadlines and last days are days of Algiers.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.records.base import Base, Instant, RowId

_QUEUED = text("state = 'queued'")
_READY = text("state = 'ready'")
_WAITING = text("state = 'waiting'")


class Reminder(Base):
    """One step for one contributor (0: a case that names no account).

    `state`: waiting (held, looked at again while the step is open), held (for good), queued,
    sent, failed or unknown (it may have arrived). `reason` tells why it was held or failed.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("contributor_id", "kind", "subject", "step"),
        Index("ix_reminders_telegram_id", "telegram_id", "decided_at"),
        Index("ix_reminders_decided_at", "decided_at"),
        Index("ix_reminders_queued", "call_id", sqlite_where=_QUEUED, postgresql_where=_QUEUED),
        Index("ix_reminders_waiting", "last", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    contributor_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(32))  # a year, plan:5:3, case:12:345
    step: Mapped[int] = mapped_column(SmallInteger)  # days from the deadline; negative: before
    deadline: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)  # the last day on which it may be said
    agency: Mapped[str | None] = mapped_column(String(4))
    telegram_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(String(16))
    amount: Mapped[int | None] = mapped_column(BigInteger)  # the exact figure that was said
    known_to: Mapped[date | None] = mapped_column(Date)  # until when payments were known
    decided_at: Mapped[datetime] = mapped_column(Instant)
    call_id: Mapped[int | None] = mapped_column(BigInteger)


class ReminderChoice(Base):
    """What someone chose: kinds switched off, amounts kept behind a tap. None: all is on."""

    __tablename__ = "reminder_choices"

    telegram_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    muted: Mapped[list[str]] = mapped_column(JSON, default=list)
    hide_amounts: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class Campaign(Base):
    """One message about what is late, to an audience; started by one person, approved by another.

    `state`: preparing, ready, approved, running, paused, stopped, done. `after` is the
    contributor reached last while it is prepared.
    """

    __tablename__ = "campaigns"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    agency: Mapped[str | None] = mapped_column(String(4))
    category: Mapped[str | None] = mapped_column(String(20))
    year: Mapped[int | None] = mapped_column(SmallInteger)
    starts_on: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)  # the last day of sending
    started_by: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Instant)
    prepared_at: Mapped[datetime | None] = mapped_column(Instant)
    approved_by: Mapped[int | None] = mapped_column(BigInteger)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    after: Mapped[int] = mapped_column(BigInteger, default=0)
    audience: Mapped[int] = mapped_column(Integer, default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # by reason, as prepared


class CampaignMember(Base):
    """One contributor of a campaign's audience. `state`: ready, held, queued, sent, failed or
    unknown; `reason` as for a reminder."""

    __tablename__ = "campaign_members"
    __table_args__ = (
        Index("ix_campaign_members_telegram_id", "telegram_id", "decided_at"),
        Index(
            "ix_campaign_members_ready",
            "campaign_id",
            "contributor_id",
            sqlite_where=_READY,
            postgresql_where=_READY,
        ),
        Index(
            "ix_campaign_members_queued",
            "call_id",
            sqlite_where=_QUEUED,
            postgresql_where=_QUEUED,
        ),
    )

    campaign_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("campaigns.id"), primary_key=True, autoincrement=False
    )
    contributor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    agency: Mapped[str] = mapped_column(String(4))
    telegram_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(String(16))
    amount: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime] = mapped_column(Instant)
    call_id: Mapped[int | None] = mapped_column(BigInteger)
