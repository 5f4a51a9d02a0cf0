"""What the evaluation derives from the events, and what was already told of it.

Everything under "facts" can be thrown away and built again from the events and the fund's
records with the same result; it holds no name, no number and no words of anybody.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Index, Integer, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from services.records.base import Base, Instant, RowId


def _key(*types: Any) -> Any:
    return mapped_column(*types, primary_key=True, autoincrement=False)


# --- facts ----------------------------------------------------------------------------------


class CaseFact(Base):
    """One row a case. `place` is the desk that answers for it; 00 for restricted ones."""

    __tablename__ = "case_facts"
    __table_args__ = (
        Index("ix_case_facts_filed_on", "filed_on"),
        Index("ix_case_facts_place", "place", "filed_on"),
    )

    complaint_id: Mapped[int] = _key(BigInteger)
    place: Mapped[str] = mapped_column(String(4))
    month: Mapped[date] = mapped_column(Date)  # the first day of the month it was filed in
    filed_on: Mapped[date] = mapped_column(Date)
    category: Mapped[str] = mapped_column(String(32))
    regime: Mapped[str] = mapped_column(String(20))  # of the contributor; empty: not known
    restricted: Mapped[bool] = mapped_column()
    status: Mapped[str] = mapped_column(String(12))
    # Working minutes of the staff's clock; None while it has not stopped there.
    answer_minutes: Mapped[int | None] = mapped_column(Integer)
    resolution_minutes: Mapped[int | None] = mapped_column(Integer)
    # Calendar minutes of the citizen's clock, to the resolution.
    calendar_minutes: Mapped[int | None] = mapped_column(Integer)
    # None while the target is neither met nor passed.
    answered_in_target: Mapped[bool | None] = mapped_column()
    resolved_in_target: Mapped[bool | None] = mapped_column()
    outcome: Mapped[str | None] = mapped_column(String(12))
    reopened: Mapped[int] = mapped_column(SmallInteger)
    contested: Mapped[bool] = mapped_column()
    escalated: Mapped[bool] = mapped_column()
    transfers: Mapped[int] = mapped_column(SmallInteger)
    last_hour: Mapped[bool] = mapped_column()
    without_contact: Mapped[bool] = mapped_column()
    stars: Mapped[int | None] = mapped_column(SmallInteger)
    touched_at: Mapped[datetime] = mapped_column(Instant)


class CaseStep(Base):
    """One row a transition: from one status or desk to another."""

    __tablename__ = "case_steps"
    __table_args__ = (Index("ix_case_steps_complaint_id", "complaint_id"),)

    event_id: Mapped[int] = _key(BigInteger)
    complaint_id: Mapped[int] = mapped_column(BigInteger)
    on: Mapped[date] = mapped_column(Date)
    name: Mapped[str] = mapped_column(String(24))
    place: Mapped[str] = mapped_column(String(4))
    status_before: Mapped[str | None] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(12))


class OpenSpan(Base):
    """The days on which a case was open at the end of the day: from `first` to before `end`
    (None: still open). It stands for one row an open case a day, in a tenth of the space."""

    __tablename__ = "open_spans"

    complaint_id: Mapped[int] = _key(BigInteger)
    number: Mapped[int] = _key(SmallInteger)
    place: Mapped[str] = mapped_column(String(4))
    first: Mapped[date] = mapped_column(Date)
    end: Mapped[date | None] = mapped_column(Date)


class CaseCell(Base):
    """Cases of a place, month of filing, category and regime, added up."""

    __tablename__ = "case_cells"

    place: Mapped[str] = mapped_column(String(4), primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    category: Mapped[str] = mapped_column(String(32), primary_key=True)
    regime: Mapped[str] = mapped_column(String(20), primary_key=True)
    filed: Mapped[int] = mapped_column(Integer)
    still_open: Mapped[int] = mapped_column(Integer)
    answer_known: Mapped[int] = mapped_column(Integer)
    answered_in_target: Mapped[int] = mapped_column(Integer)
    resolution_known: Mapped[int] = mapped_column(Integer)
    resolved_in_target: Mapped[int] = mapped_column(Integer)
    resolved: Mapped[int] = mapped_column(Integer)
    accepted: Mapped[int] = mapped_column(Integer)
    partly: Mapped[int] = mapped_column(Integer)
    explained: Mapped[int] = mapped_column(Integer)
    refused: Mapped[int] = mapped_column(Integer)
    reopened: Mapped[int] = mapped_column(Integer)
    contested: Mapped[int] = mapped_column(Integer)
    escalated: Mapped[int] = mapped_column(Integer)
    transferred_twice: Mapped[int] = mapped_column(Integer)
    last_hour: Mapped[int] = mapped_column(Integer)
    without_contact: Mapped[int] = mapped_column(Integer)
    rated: Mapped[int] = mapped_column(Integer)
    stars: Mapped[int] = mapped_column(Integer)
    # The day the oldest of them that is still open was filed; None when none is.
    oldest_open: Mapped[date | None] = mapped_column(Date)


class PlanFact(Base):
    """One row a plan. Days are days of Algiers."""

    __tablename__ = "plan_facts"
    __table_args__ = (Index("ix_plan_facts_place", "place", "asked_on"),)

    plan_id: Mapped[int] = _key(BigInteger)
    place: Mapped[str] = mapped_column(String(4))
    asked_on: Mapped[date] = mapped_column(Date)
    granted_at_once: Mapped[bool] = mapped_column()
    refused: Mapped[bool] = mapped_column()
    signed_on: Mapped[date | None] = mapped_column(Date)
    trouble_on: Mapped[date | None] = mapped_column(Date)  # first proposed to lapse
    # Of a plan in trouble: for how many of the months that are measured it was kept before.
    kept_months: Mapped[int | None] = mapped_column(SmallInteger)
    cured: Mapped[bool] = mapped_column()
    broken_on: Mapped[date | None] = mapped_column(Date)
    completed_on: Mapped[date | None] = mapped_column(Date)


class RequestFact(Base):
    """One row a request for a person: to be called about joining, or to reach someone.

    `number` is the callback's id, or that of the event. `in_time` is None until the agency has
    called, and for good where the person no longer wanted it.
    """

    __tablename__ = "request_facts"
    __table_args__ = (Index("ix_request_facts_place", "place", "asked_on"),)

    kind: Mapped[str] = mapped_column(String(8), primary_key=True)  # join | person
    number: Mapped[int] = _key(BigInteger)
    place: Mapped[str] = mapped_column(String(4))
    asked_on: Mapped[date] = mapped_column(Date)
    call_by: Mapped[datetime | None] = mapped_column(Instant)
    in_time: Mapped[bool | None] = mapped_column()
    outcome: Mapped[str | None] = mapped_column(String(16))


class ReminderFact(Base):
    """People of an agency reminded of money in a month, and how many paid after the first
    message of that month; each person once a month. `reached` False: those for whom the month
    had no room, beside whom they can be read. `complete` as in `collection_facts`.

    `known_N` counts those of whom the fund's payments are known N days on, `paid_N` those of
    them who paid something.
    """

    __tablename__ = "reminder_facts"

    place: Mapped[str] = mapped_column(String(4), primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    reached: Mapped[bool] = mapped_column(primary_key=True)
    complete: Mapped[bool] = mapped_column(primary_key=True)
    people: Mapped[int] = mapped_column(Integer)
    known_14: Mapped[int] = mapped_column(Integer)
    paid_14: Mapped[int] = mapped_column(Integer)
    known_30: Mapped[int] = mapped_column(Integer)
    paid_30: Mapped[int] = mapped_column(Integer)


class AffiliateCount(Base):
    """Affiliates who have not ceased, and those linked to the bot, by agency and regime."""

    __tablename__ = "affiliate_counts"

    place: Mapped[str] = mapped_column(String(4), primary_key=True)
    regime: Mapped[str] = mapped_column(String(20), primary_key=True)
    affiliates: Mapped[int] = mapped_column(Integer)
    linked: Mapped[int] = mapped_column(Integer)


class CollectionFact(Base):
    """What an agency's affiliates owe and paid for a year, in centimes, as it stood on a day.
    `complete` is False while a pass over the contributors is still adding to it."""

    __tablename__ = "collection_facts"

    place: Mapped[str] = mapped_column(String(4), primary_key=True)
    year: Mapped[int] = _key(SmallInteger)
    complete: Mapped[bool] = mapped_column(primary_key=True)
    on: Mapped[date] = mapped_column(Date)
    contributors: Mapped[int] = mapped_column(Integer)
    in_arrears: Mapped[int] = mapped_column(Integer)
    due: Mapped[int] = mapped_column(BigInteger)
    paid: Mapped[int] = mapped_column(BigInteger)
    # Principal whose last day to pay has passed, and the surcharges on it.
    late: Mapped[int] = mapped_column(BigInteger)
    surcharge: Mapped[int] = mapped_column(BigInteger)


class StatisticsMark(Base):
    """How far the facts reach: the last event seen, the load counted, and so on."""

    __tablename__ = "statistics_marks"

    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


# --- told -----------------------------------------------------------------------------------


class ClusterFlag(Base):
    """A sudden cluster (place and category) that was found; it is told once."""

    __tablename__ = "cluster_flags"

    place: Mapped[str] = mapped_column(String(4), primary_key=True)
    category: Mapped[str] = mapped_column(String(32), primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    found_at: Mapped[datetime] = mapped_column(Instant)
    observed: Mapped[int] = mapped_column(Integer)
    expected_tenths: Mapped[int] = mapped_column(Integer)


class BandFlag(Base):
    """A place left its expected band in what is compared; it is told once a half-year."""

    __tablename__ = "band_flags"

    place: Mapped[str] = mapped_column(String(4), primary_key=True)
    what: Mapped[str] = mapped_column(String(24), primary_key=True)
    first: Mapped[date] = mapped_column(Date, primary_key=True)  # of the half-year
    found_at: Mapped[datetime] = mapped_column(Instant)
    observed: Mapped[int] = mapped_column(Integer)


class DigestMade(Base):
    """The digest of a day was made for someone; `sent` is False when it failed."""

    __tablename__ = "digests"

    telegram_id: Mapped[int] = _key(BigInteger)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    sent: Mapped[bool] = mapped_column()


class JobFailure(Base):
    """A scheduled job that failed; `error` is the kind of error, never its words."""

    __tablename__ = "job_failures"
    __table_args__ = (Index("ix_job_failures_at", "at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    job: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(Instant)
    error: Mapped[str] = mapped_column(String(80))


class PageLink(Base):
    """A one-time link to the managers' pages; only its keyed fingerprint is kept."""

    __tablename__ = "page_links"

    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    telegram_id: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class PageSession(Base):
    """A browser that opened a link; only its keyed fingerprint is kept."""

    __tablename__ = "page_sessions"

    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    telegram_id: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime] = mapped_column(Instant)
