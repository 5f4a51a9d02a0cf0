"""Who writes to the bot: people, their conversation, their proven numbers, the fund's staff."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from services.records.base import Base, Instant, RowId


class Person(Base):
    """A Telegram account that has written to the bot."""

    __tablename__ = "people"

    telegram_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(String(2))
    language_chosen: Mapped[bool] = mapped_column(default=False)
    consented_at: Mapped[datetime | None] = mapped_column(Instant)
    reachable: Mapped[bool] = mapped_column(default=True)
    # Proving who one is: wrong tries since the last success, and until when linking is locked.
    wrong_proofs: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Conversation(Base):
    """Where one person stands in one chat; `version` moves with every step."""

    __tablename__ = "conversations"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    telegram_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    step: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=0)
    drafts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # The album last answered, so that ten photos of one album get one answer.
    album: Mapped[str | None] = mapped_column(String(64))
    updated_at: Mapped[datetime] = mapped_column(Instant)


class Link(Base):
    """A person may see a contributor's account: their own, or under a mandate."""

    __tablename__ = "links"
    __table_args__ = (
        Index("ix_links_telegram_id", "telegram_id"),
        Index("ix_links_contributor_id", "contributor_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    telegram_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.telegram_id"))
    contributor_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(8))  # self | mandate
    proof: Mapped[str] = mapped_column(String(8))  # phone | code
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[date | None] = mapped_column(Date)  # a mandate's last day, Algiers
    # Who acts under a mandate, as the contributor is shown: from the counter, else Telegram.
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class CounterCode(Base):
    """A one-time code given at the counter; only its keyed fingerprint is kept."""

    __tablename__ = "counter_codes"

    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    contributor_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(8))  # self | mandate
    mandate_until: Mapped[date | None] = mapped_column(Date)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # of who will act
    issued_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    used_by: Mapped[int | None] = mapped_column(BigInteger)


class StaffMember(Base):
    """Someone of the fund; `agency` is None for the central level and administrators."""

    __tablename__ = "staff"

    telegram_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(16))
    agency: Mapped[str | None] = mapped_column(String(8))
    active: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime] = mapped_column(Instant)


class StaffInvite(Base):
    """A one-time invitation to a role; only its keyed fingerprint is kept."""

    __tablename__ = "staff_invites"

    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(16))
    agency: Mapped[str | None] = mapped_column(String(8))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_by: Mapped[int | None] = mapped_column(BigInteger)
