"""People who want to join the scheme and asked to be called back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from services.records.base import Base, Instant, RowId


class Callback(Base):
    """A number to call, for an agency. What remains after erasing is that someone asked."""

    __tablename__ = "callbacks"
    __table_args__ = (
        Index("ix_callbacks_telegram_id", "telegram_id"),
        Index("ix_callbacks_agency", "agency", "outcome"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    # None once the person had their data erased.
    telegram_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("people.telegram_id"))
    agency: Mapped[str] = mapped_column(String(4))
    way: Mapped[str] = mapped_column(String(32))  # a code of services/joining/ways.toml
    language: Mapped[str] = mapped_column(String(2))
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    call_by: Mapped[datetime] = mapped_column(Instant)
    # When the directors were told that the promise had passed.
    raised_at: Mapped[datetime | None] = mapped_column(Instant)
    # None while it is open; then joined | coming | not_interested | unreachable | withdrawn.
    outcome: Mapped[str | None] = mapped_column(String(16))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[int | None] = mapped_column(BigInteger)
