"""What came in from Telegram and what goes out to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.base import Base, Instant, RowId


class IncomingUpdate(Base):
    """An update by its id: how often it was tried and whether it is done.

    `attempts` is counted before each try, so that an update which kills the process
    counts too. Its content stays with Telegram until it is done.
    """

    __tablename__ = "updates"

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    received_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10), default="received")  # received|done|set_aside


class SetAsideUpdate(Base):
    """An update that failed three times, kept for a person to look at; its content is sealed."""

    __tablename__ = "set_aside_updates"

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    reference: Mapped[str] = mapped_column(String(16))
    error: Mapped[str] = mapped_column(String(200))
    traceback_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    update_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class OutgoingCall(Base):
    """One Bot API call to make. `params` is emptied once it is done: nothing lingers."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_open",
            "lane",
            "id",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index("ix_outbox_chat_id", "chat_id"),
        # What failed and is still to be told to whoever it concerns.
        Index(
            "ix_outbox_failed",
            "subject",
            sqlite_where=text("state = 'failed' AND subject IS NOT NULL"),
            postgresql_where=text("state = 'failed' AND subject IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    lane: Mapped[int] = mapped_column(Integer)
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(String(40))
    params: Mapped[str] = mapped_column(Text)
    # True: whoever waits for it gets it again when it is unknown whether it arrived.
    repeatable: Mapped[bool] = mapped_column()
    after_id: Mapped[int | None] = mapped_column(BigInteger)
    # What this call is about ("case:17 topic"), so that its message can be found again.
    subject: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(8), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Instant)
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)


class OutgoingFile(Base):
    """The content of a file that an outgoing call carries; removed once it was sent. Calls of
    today carry an order instead (`services.outbox.Paper`): only what an earlier edition left
    behind is found here."""

    __tablename__ = "outgoing_files"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    mime: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Lease(Base):
    """Who does a job that only one process may do. `beat` moves while its holder lives;
    a rival that sees it stand still for long enough, by its own monotonic clock, takes over."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    beat: Mapped[int] = mapped_column(BigInteger, default=0)


class Event(Base):
    """One change of the records: what, to what, by whom, when. Never altered."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    name: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Setting(Base):
    """Small facts of the installation itself: the demo clock's offset, what was announced."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
