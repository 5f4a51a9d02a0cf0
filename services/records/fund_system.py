"""What the fund's live system last answered, and what we still wait to hear from it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.base import Base, Instant, RowId


class FundAnswer(Base):
    """The last good answer about a contributor, whole, with the instant it is true for."""

    __tablename__ = "fund_answers"

    contributor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    as_of: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    content: Mapped[str] = mapped_column(Text)  # JSON, as docs/fund-api.yaml describes it
    # By how much the fund's total differed from our own, in centimes; 0: not by more than 1 DA.
    difference: Mapped[int] = mapped_column(BigInteger, default=0)


class FundQuestion(Base):
    """Someone was shown an older figure and waits for a fresh one; gone once answered."""

    __tablename__ = "fund_questions"
    __table_args__ = (
        Index("ix_fund_questions_next_try_at", "next_try_at"),
        Index("ix_fund_questions_chat_id", "chat_id", "contributor_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    contributor_id: Mapped[int] = mapped_column(BigInteger)
    telegram_id: Mapped[int] = mapped_column(BigInteger)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    # The call that showed the figure, its message where that is known, and the total it showed.
    call_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    shown_total: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    next_try_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(Integer, default=0)
