"""What the fund told us: its agencies, its contributors, what they declared and paid.

Every row but a contributor's identity belongs to a *generation*, the number of the load
that brought it. A load writes under the next generation, which nobody reads until the
load is made current in one short transaction. For each key a reader takes the row with
the highest generation that is not above the current one.

Amounts are whole centimes. The tables carry no foreign keys: only the import writes them,
it resolves every reference itself, and a check per row would cost it dearly.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.records.base import Base, Instant, RowId

# Rows lie in the order of their key, so one contributor's rows are read in one go.
_BY_KEY = {"sqlite_with_rowid": False}


def _key(*types: Any) -> Any:
    return mapped_column(*types, primary_key=True, autoincrement=False)


class Load(Base):
    """One load of the fund's files; its number is the generation of the rows it wrote."""

    __tablename__ = "loads"
    __table_args__ = (Index("ix_loads_state", "state", "generation"),)

    generation: Mapped[int] = _key(Integer)
    state: Mapped[str] = mapped_column(String(10))  # loading | current | superseded | abandoned
    started_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    # The day up to which payments are known: what a citizen is shown as "as of".
    as_of: Mapped[date] = mapped_column(Date)
    # Per file: lines read, rows written, unchanged, rejected.
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Contributor(Base):
    """Who a number belongs to is fixed once: rows are added and never changed."""

    __tablename__ = "contributors"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    ssn_fingerprint: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    ssn_sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Profile(Base):
    """What the fund knows of a contributor as a person."""

    __tablename__ = "profiles"
    __table_args__ = (
        Index(
            "ix_profiles_phone_fingerprint",
            "phone_fingerprint",
            sqlite_where=text("phone_fingerprint IS NOT NULL"),
            postgresql_where=text("phone_fingerprint IS NOT NULL"),
        ),
        _BY_KEY,
    )

    contributor_id: Mapped[int] = _key(BigInteger)
    generation: Mapped[int] = _key(Integer)
    name_fr: Mapped[str] = mapped_column(String(120))
    name_ar: Mapped[str] = mapped_column(String(120))
    phone_fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    category: Mapped[str] = mapped_column(String(20))
    agency: Mapped[str] = mapped_column(String(4))
    affiliated_on: Mapped[date | None] = mapped_column(Date)
    ceased_on: Mapped[date | None] = mapped_column(Date)


class Agency(Base):
    """An agency, or a counter under its `parent` agency."""

    __tablename__ = "agencies"
    __table_args__ = (_BY_KEY,)

    code: Mapped[str] = _key(String(4))
    generation: Mapped[int] = _key(Integer)
    name_fr: Mapped[str] = mapped_column(String(120))
    name_ar: Mapped[str] = mapped_column(String(120))
    wilaya: Mapped[str] = mapped_column(String(2))
    parent: Mapped[str | None] = mapped_column(String(4))
    affiliates: Mapped[int | None] = mapped_column(Integer)


class Declaration(Base):
    """The base a contributor declared for a year."""

    __tablename__ = "declarations"
    __table_args__ = (_BY_KEY,)

    contributor_id: Mapped[int] = _key(BigInteger)
    year: Mapped[int] = _key(SmallInteger)
    generation: Mapped[int] = _key(Integer)
    base: Mapped[int] = mapped_column(BigInteger)


class Payment(Base):
    """A payment under its receipt; an amount of 0 cancels what an earlier load said.

    A receipt belongs to one contributor. When a later load gives it to another, the
    former owner gets a row of 0, so that nobody has to look beyond their own rows.
    """

    __tablename__ = "payments"
    __table_args__ = (Index("ix_payments_receipt", "receipt"), _BY_KEY)

    contributor_id: Mapped[int] = _key(BigInteger)
    receipt: Mapped[str] = _key(String(40))
    generation: Mapped[int] = _key(Integer)
    year: Mapped[int | None] = mapped_column(SmallInteger)  # None: oldest principal first
    paid_on: Mapped[date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(String(40))


class Surcharge(Base):
    """The fund's own figure of a year's surcharge, and the day it is true for."""

    __tablename__ = "surcharges"
    __table_args__ = (_BY_KEY,)

    contributor_id: Mapped[int] = _key(BigInteger)
    year: Mapped[int] = _key(SmallInteger)
    generation: Mapped[int] = _key(Integer)
    amount: Mapped[int] = mapped_column(BigInteger)
    as_of: Mapped[date] = mapped_column(Date)
