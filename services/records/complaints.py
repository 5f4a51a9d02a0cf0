"""Complaints: what was asked, what was sent with it, and where each case stands.

What happened to a case is told by its events (`events`, subject `complaint`); the columns
under "derived" in `Complaint` repeat their outcome, so that queues and the clock find a case
without replaying it. Words and files are kept apart from the events; words are sealed.
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
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.records.base import Base, Instant, RowId

# As in `state.OPEN`; few of all cases are open at a time.
_OPEN = text("status IN ('new', 'in_hand', 'waiting')")


class ComplaintSeries(Base):
    """The last serial given in a series (an agency's, or 00 of the central level) and year."""

    __tablename__ = "complaint_series"

    series: Mapped[str] = mapped_column(String(4), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class Complaint(Base):
    """One case. `agency` is the one concerned; `desk` the one that answers (00: central)."""

    __tablename__ = "complaints"
    __table_args__ = (
        Index("ix_complaints_telegram_id", "telegram_id"),
        Index("ix_complaints_contributor_id", "contributor_id"),
        Index("ix_complaints_desk", "desk", "status"),
        Index("ix_complaints_open", "filed_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(
            "ix_complaints_look_at",
            "look_at",
            sqlite_where=text("look_at IS NOT NULL"),
            postgresql_where=text("look_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(24), unique=True)
    telegram_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.telegram_id"))
    contributor_id: Mapped[int | None] = mapped_column(BigInteger)
    agency: Mapped[str] = mapped_column(String(4))
    category: Mapped[str] = mapped_column(String(32))
    restricted: Mapped[bool] = mapped_column()
    anonymous: Mapped[bool] = mapped_column()
    language: Mapped[str] = mapped_column(String(2))  # the citizen's, when it was filed
    filed_at: Mapped[datetime] = mapped_column(Instant)
    # The figures of a disputed line of the status, in centimes, as they were shown.
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # Derived from the events:
    desk: Mapped[str] = mapped_column(String(4))
    level: Mapped[str] = mapped_column(String(8))  # agency | director | central
    status: Mapped[str] = mapped_column(String(12))
    owner: Mapped[int | None] = mapped_column(BigInteger)
    promised_by: Mapped[datetime | None] = mapped_column(Instant)
    late: Mapped[bool] = mapped_column()  # a target was passed while it was open
    # When the clock has to look at this case next; None once nothing can fall due.
    look_at: Mapped[datetime | None] = mapped_column(Instant)


class ComplaintMessage(Base):
    """Words of a case, in either direction or between colleagues; sealed."""

    __tablename__ = "complaint_messages"
    __table_args__ = (
        Index("ix_complaint_messages_complaint_id", "complaint_id"),
        Index("ix_complaint_messages_source", "source_chat", "source_message"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    complaint_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("complaints.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    # complaint | addition | reply | dispute | word (citizen);
    # answer | question | note | resolution | reason (staff)
    kind: Mapped[str] = mapped_column(String(12))
    author: Mapped[str] = mapped_column(String(64))  # as in an event: person:ID, staff:ID
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    # Where it was written, so that an edit of a note in a topic finds its record.
    source_chat: Mapped[int | None] = mapped_column(BigInteger)
    source_message: Mapped[int | None] = mapped_column(BigInteger)


class ComplaintFile(Base):
    """A file of a case, the citizen's or, with `message_id`, of what staff wrote.

    Telegram keeps it under `file_id`; our own copy is the file `blob` of the evidence
    directory. `copy_state`: *waiting* to be fetched (due at `copy_at`), *kept*, *refused* for
    its content, or *gone* (it could not be fetched); `copy_reason` says why in one word.
    """

    __tablename__ = "complaint_files"
    __table_args__ = (
        UniqueConstraint("complaint_id", "position"),
        Index(
            "ix_complaint_files_copy",
            "copy_at",
            sqlite_where=text("copy_state = 'waiting'"),
            postgresql_where=text("copy_state = 'waiting'"),
        ),
        Index("ix_complaint_files_blob", "blob", unique=True),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    complaint_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("complaints.id"))
    # The note, answer, question or solution it belongs to; None: the citizen sent it.
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    # The album (or single file) it belongs to, counted from 1 within the case, and its order.
    item: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    album: Mapped[str | None] = mapped_column(String(64))  # Telegram's id of it, while it arrives
    kind: Mapped[str] = mapped_column(String(12))  # photo | document | voice | audio | video
    file_id: Mapped[str] = mapped_column(String(200))
    unique_id: Mapped[str] = mapped_column(String(64))
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    mime: Mapped[str | None] = mapped_column(String(100))  # as declared; once kept, as it is
    size: Mapped[int | None] = mapped_column(BigInteger)  # bytes, likewise
    added_at: Mapped[datetime] = mapped_column(Instant)
    blob: Mapped[str] = mapped_column(String(32))
    copy_state: Mapped[str] = mapped_column(String(8), default="waiting")
    copy_at: Mapped[datetime | None] = mapped_column(Instant)
    copy_tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    copy_reason: Mapped[str | None] = mapped_column(String(16))
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)  # of the content, 32 bytes
    kept_at: Mapped[datetime | None] = mapped_column(Instant)


class EvidenceRemoval(Base):
    """A kept copy whose record is gone, and which is still to be removed from the directory."""

    __tablename__ = "evidence_removals"

    blob: Mapped[str] = mapped_column(String(32), primary_key=True)


class DeskGroup(Base):
    """The forum in which a desk (an agency, or 00) works; one at a time."""

    __tablename__ = "desk_groups"

    desk: Mapped[str] = mapped_column(String(4), primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    language: Mapped[str] = mapped_column(String(2))
    bound_by: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[datetime] = mapped_column(Instant)
    # Why it cannot be used now (removed, no_topics, no_right); None while it can.
    trouble: Mapped[str | None] = mapped_column(String(16))


class DeskTopic(Base):
    """The topic of a case in a desk's group. Its ids are those of the outbox calls that made
    it until they are known; `checked_at` is when it was last known to be there."""

    __tablename__ = "desk_topics"
    __table_args__ = (Index("ix_desk_topics_thread", "chat_id", "thread_id"),)

    complaint_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("complaints.id"), primary_key=True
    )
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    topic_call: Mapped[int] = mapped_column(BigInteger)
    card_call: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    card_id: Mapped[int | None] = mapped_column(BigInteger)
    checked_at: Mapped[datetime] = mapped_column(Instant)


class StaffAbsence(Base):
    """Someone of the staff is away; their deputy, if they named one, stands in."""

    __tablename__ = "staff_absences"

    telegram_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    until: Mapped[date] = mapped_column(Date)  # the last day away, Algiers
    deputy: Mapped[int | None] = mapped_column(BigInteger)


class ReplyTemplate(Base):
    """Words a desk uses again: for a state of the case (`kind`: answer, ask, or an outcome), a
    category (or every) and a language. Those of the central desk serve every desk."""

    __tablename__ = "reply_templates"
    __table_args__ = (Index("ix_reply_templates_category", "category", "language"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    desk: Mapped[str] = mapped_column(String(4))
    kind: Mapped[str] = mapped_column(String(12))
    category: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(2))
    title: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(Text)
    written_by: Mapped[int] = mapped_column(BigInteger)
    written_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
