"""Seals over the trail of events: what shows later that nothing was altered, removed or added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.records.base import Base, Instant


class EventSeal(Base):
    """A block of events in the order of their ids, hashed, chained to the block before and
    signed. Never altered; it outlives events that are forgotten after their stated time."""

    __tablename__ = "event_seals"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # The block holds every event from `first_id` to `last_id`, both included.
    first_id: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[int] = mapped_column(Integer)
    sealed_at: Mapped[datetime] = mapped_column(Instant)
    # One mark an event (its id and 16 bytes of its hash), so that a break can be named.
    marks: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)  # SHA-256 of the marks
    previous: Mapped[bytes] = mapped_column(LargeBinary)  # the head of the block before
    key: Mapped[bytes] = mapped_column(LargeBinary)  # the public key that signed it
    signature: Mapped[bytes] = mapped_column(LargeBinary)
