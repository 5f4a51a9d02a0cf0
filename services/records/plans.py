"""Installment plans: what was asked, what was agreed, what was paid of it.

Amounts are whole centimes, days are days of Algiers. Who moved a plan from state to state is
told by its events (subject `plan`); words of people are sealed.
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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.records.base import Base, Instant, RowId

_LIVE = text("state IN ('active', 'lapse_proposed')")
_WAITING = text("state IN ('prepared', 'requested', 'questioned', 'offered')")


class PlanSeries(Base):
    """The last serial given in an agency and year."""

    __tablename__ = "plan_series"

    agency: Mapped[str] = mapped_column(String(4), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class Plan(Base):
    """One plan, from the request on. A contributor has one live plan and one that waits."""

    __tablename__ = "plans"
    __table_args__ = (
        Index("ix_plans_agency_state", "agency", "state"),
        Index("ix_plans_telegram_id", "telegram_id"),
        Index("ix_plans_contributor_id", "contributor_id"),
        Index(
            "uq_plans_live",
            "contributor_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index(
            "uq_plans_waiting",
            "contributor_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(24), unique=True)
    agency: Mapped[str] = mapped_column(String(4))
    contributor_id: Mapped[int] = mapped_column(BigInteger)
    # Who asked and agrees: the contributor, or someone with a mandate. None until a plan that
    # a clerk prepared is opened by the citizen.
    telegram_id: Mapped[int | None] = mapped_column(BigInteger)
    prepared_by: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(8))  # ordinary | campaign
    campaign: Mapped[str | None] = mapped_column(String(16))
    # What the citizen asked for, and what a person granted (months, means, down payment, day).
    wish: Mapped[dict[str, Any]] = mapped_column(JSON)
    granted: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # The figures on the day they were last worked out; final once signed.
    figured_on: Mapped[date] = mapped_column(Date)
    debt: Mapped[int] = mapped_column(BigInteger)
    frozen: Mapped[int] = mapped_column(BigInteger)
    down_payment: Mapped[int] = mapped_column(BigInteger)
    regular: Mapped[int] = mapped_column(BigInteger)
    months: Mapped[int] = mapped_column(SmallInteger)
    day: Mapped[int] = mapped_column(SmallInteger)  # 1-28, or 0 for the month's end
    years: Mapped[list[list[int]]] = mapped_column(JSON)  # [year, principal, surcharge]
    estimate: Mapped[bool] = mapped_column()
    # Why it was not granted at once.
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    level: Mapped[str] = mapped_column(String(8), default="agency")  # agency | central
    asked_at: Mapped[datetime] = mapped_column(Instant)
    # The last day on which a person answers; the working days left of it while a question waits.
    answer_by: Mapped[date | None] = mapped_column(Date)
    days_left: Mapped[int | None] = mapped_column(SmallInteger)
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    # Once signed:
    signed_on: Mapped[date | None] = mapped_column(Date)
    language: Mapped[str | None] = mapped_column(String(2))
    known: Mapped[dict[str, int] | None] = mapped_column(JSON)  # receipt: centimes at signing
    own_changes: Mapped[int] = mapped_column(SmallInteger, default=0)
    replaces: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("plans.id"))
    # In trouble:
    lapse_proposed_on: Mapped[date | None] = mapped_column(Date)
    save_by: Mapped[date | None] = mapped_column(Date)
    save_numbers: Mapped[list[int] | None] = mapped_column(JSON)
    decide_by: Mapped[date | None] = mapped_column(Date)
    delayed_until: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)


class PlanInstallment(Base):
    """A part of a signed plan; number 0 is the down payment."""

    __tablename__ = "plan_installments"
    __table_args__ = (Index("ix_plan_installments_due", "due"),)

    plan_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("plans.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    month: Mapped[date] = mapped_column(Date)  # the first day of the month it belongs to
    due: Mapped[date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(BigInteger)
    # By the fund's payments:
    paid: Mapped[int] = mapped_column(BigInteger, default=0)
    paid_on: Mapped[date | None] = mapped_column(Date)
    # By a clerk who saw the receipt, before the fund's payment came in:
    confirmed_on: Mapped[date | None] = mapped_column(Date)
    # When the citizen was told that it is missed.
    missed_told_on: Mapped[date | None] = mapped_column(Date)


class PlanClaim(Base):
    """ "I have paid", with the picture of a receipt: a task for a clerk."""

    __tablename__ = "plan_claims"
    __table_args__ = (
        Index("ix_plan_claims_plan_id", "plan_id"),
        Index("ix_plan_claims_state", "state"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("plans.id"))
    up_to: Mapped[int] = mapped_column(SmallInteger)  # for every open installment up to this one
    amount: Mapped[int] = mapped_column(BigInteger)
    telegram_id: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[str] = mapped_column(String(256))
    file_kind: Mapped[str] = mapped_column(String(8))  # photo | document
    state: Mapped[str] = mapped_column(String(10))  # open | confirmed | rejected | matched
    at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


class PlanWords(Base):
    """What people wrote about a plan; sealed."""

    __tablename__ = "plan_words"
    __table_args__ = (Index("ix_plan_words_plan_id", "plan_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("plans.id"))
    kind: Mapped[str] = mapped_column(String(8))  # note | question | answer | reason | receipt
    telegram_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Instant)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
