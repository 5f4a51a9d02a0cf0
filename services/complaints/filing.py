"""Filing a complaint: its place, its reference, its promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite

from services import events, references
from services.complaints import categories, evidence, letters, store
from services.complaints.evidence import Evidence
from services.complaints.office import Office
from services.complaints.state import OPEN, Happening, Level, derive
from services.complaints.store import Case
from services.dates import day_in_algiers
from services.records.base import table_of
from services.records.complaints import Complaint, ComplaintSeries
from services.references import CENTRAL, Kind

OPEN_AT_ONCE = 20  # of one person: beyond it they are led to what they have
_complaints = table_of(Complaint)
_series = table_of(ComplaintSeries)


class UnknownAgency(LookupError):
    """The fund lists no agency under this code."""


class TooManyOpen(Exception):
    """One person has `OPEN_AT_ONCE` complaints open already."""


@dataclass(frozen=True, slots=True)
class Filing:
    """What a citizen hands in. `figures` are those of a disputed line, in centimes."""

    telegram_id: int
    language: str
    category: str
    agency: str
    text: str
    contributor_id: int | None = None
    anonymous: bool = False
    files: Sequence[Evidence] = ()
    figures: Mapping[str, Any] | None = None


def file(office: Office, filing: Filing) -> Case:
    """Make a case of it. A restricted kind goes to the central level, with a reference of the
    central series; anonymity is kept only where the category offers it.

    Raises:
        UnknownCategory, UnknownAgency, TooManyOpen, NothingSaid, TooLong
    """
    category = categories.tree().leaf(filing.category)
    if filing.agency not in office.agencies:
        raise UnknownAgency(filing.agency)
    text = letters.check(filing.text)
    if _count_open(office, filing.telegram_id) >= OPEN_AT_ONCE:
        raise TooManyOpen
    desk = CENTRAL if category.restricted else filing.agency
    level = Level.CENTRAL if category.restricted else Level.AGENCY
    now, year = office.now, day_in_algiers(office.now).year
    targets = office.targets(now)
    calendar = office.calendar(desk)
    data = {
        "desk": desk,
        "level": level.value,
        "category": category.code,
        "answer_by": calendar.add(now, targets.first_answer).isoformat(),
        "resolve_by": calendar.add(now, targets.resolution).isoformat(),
    }
    actor = events.person(filing.telegram_id)
    filed = Happening(1, now, "filed", actor, data)
    reference = references.make(
        Kind.COMPLAINT, agency=desk, year=year, serial=_next_serial(office, desk, year)
    )
    result = office.session.execute(
        insert(_complaints).values(
            reference=reference,
            telegram_id=filing.telegram_id,
            contributor_id=filing.contributor_id,
            agency=filing.agency,
            category=category.code,
            restricted=category.restricted,
            anonymous=filing.anonymous and category.anonymous,
            language=filing.language,
            filed_at=now,
            figures=dict(filing.figures) if filing.figures else None,
            **store.derived(office, derive([filed])),
        )
    )
    number = int(result.inserted_primary_key[0])  # type: ignore[attr-defined]
    events.record(
        office.session,
        "complaint.filed",
        at=now,
        actor=actor,
        subject=(store.SUBJECT, number),
        data=data,
    )
    case = store.load(office.session, number)
    assert case is not None
    letters.keep(office, case, "complaint", text, author=actor)
    if filing.files:
        evidence.keep(office, case, filing.files)
    return case


def promises(case: Case) -> tuple[datetime, datetime]:
    """The two dates promised when the case was filed: first answer, resolution."""
    data = case.happenings[0].data
    return (
        datetime.fromisoformat(data["answer_by"]),
        datetime.fromisoformat(data["resolve_by"]),
    )


def open_duplicate(
    office: Office, telegram_id: int, category: str, contributor_id: int | None
) -> Case | None:
    """The newest open case of this person in this category and on this account, if any."""
    about = (
        _complaints.c.contributor_id.is_(None)
        if contributor_id is None
        else _complaints.c.contributor_id == contributor_id
    )
    found = office.session.execute(
        select(_complaints.c.id)
        .where(
            _complaints.c.telegram_id == telegram_id,
            _complaints.c.category == category,
            _complaints.c.status.in_(OPEN),
            about,
        )
        .order_by(_complaints.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if found is None else store.load(office.session, found)


def _count_open(office: Office, telegram_id: int) -> int:
    rows = office.session.execute(
        select(_complaints.c.id).where(
            _complaints.c.telegram_id == telegram_id, _complaints.c.status.in_(OPEN)
        )
    )
    return len(rows.all())


def _next_serial(office: Office, series: str, year: int) -> int:
    """The next serial, in one statement: two filings at once wait for each other, and one that
    is undone gives its serial back."""
    dialect = office.session.get_bind().dialect.name
    upsert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = (
        upsert(_series)
        .values(series=series, year=year, last=1)
        .on_conflict_do_update(
            index_elements=[_series.c.series, _series.c.year],
            set_={"last": _series.c.last + 1},
        )
        .returning(_series.c.last)
    )
    return int(office.session.execute(statement).scalar_one())
