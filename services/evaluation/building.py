"""Facts built from the events: whole, or as far as something happened since.

What is built can be thrown away at any time: `rebuild` gives the same rows again. A run takes
a bounded number of cases, so that it never holds up a conversation for long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from services.complaints import store
from services.complaints.office import Office
from services.complaints.store import Case
from services.evaluation import affiliates, cells, facts, marks, plan_facts, request_facts
from services.joining import callbacks
from services.policy import Policy
from services.records.base import table_of
from services.records.evaluation import (
    AffiliateCount,
    CaseCell,
    CaseFact,
    CaseStep,
    PlanFact,
    RequestFact,
)
from services.records.evaluation import OpenSpan as OpenSpan
from services.records.traffic import Event
from services.vault import Vault

EVENTS_AT_ONCE = 4_000
# On a database with several writers an event may become visible after one with a higher
# number; the last ones are looked at again.
OVERLAP = 200
_events = table_of(Event)
_cases, _steps, _spans = table_of(CaseFact), table_of(CaseStep), table_of(OpenSpan)


@dataclass(frozen=True, slots=True)
class Built:
    """What a run did; `more` tells that something is left for the next one."""

    cases: int
    plans: int
    more: bool


def refresh(
    session: Session,
    *,
    policy: Policy,
    vault: Vault,
    now: datetime,
    at_most: int = EVENTS_AT_ONCE,
) -> Built:
    """Bring the facts up to date with the events, at most so many of them."""
    office = Office(session, policy, vault, now)
    affiliates.refresh(session, now)
    request_facts.put_past(office)
    touched, built = _go_on(office, at_most)
    cells.add_up(session, sorted(touched))
    return built


def rebuild(session: Session, *, policy: Policy, vault: Vault, now: datetime) -> None:
    """Throw all facts away and build them from the first event on. Cells are added up once,
    at the end: a case of any month may come up at any time."""
    for model in (CaseFact, CaseStep, OpenSpan, CaseCell, PlanFact, RequestFact, AffiliateCount):
        session.execute(delete(table_of(model)))
    marks.clear(session)
    office = Office(session, policy, vault, now)
    affiliates.refresh(session, now)
    request_facts.put_past(office)
    touched: set[tuple[str, date]] = set()
    more = True
    while more:
        changed, built = _go_on(office, EVENTS_AT_ONCE)
        touched |= changed
        more = built.more
    cells.add_up(session, sorted(touched))


def _go_on(office: Office, at_most: int) -> tuple[set[tuple[str, date]], Built]:
    """Build what the next events are about; also tells whose cells have to be added up."""
    session = office.session
    last = marks.read(session, marks.LAST_EVENT)
    overlap = OVERLAP if session.get_bind().dialect.name == "postgresql" else 0
    rows = session.execute(
        select(_events.c.id, _events.c.name, _events.c.subject_kind, _events.c.subject_id)
        .where(_events.c.id > last - overlap)
        .order_by(_events.c.id)
        .limit(at_most + overlap)
    ).all()
    if not rows:
        return set(), Built(0, 0, more=False)
    subjects: dict[str, set[int]] = {}
    for row in rows:
        subjects.setdefault(row.subject_kind, set()).add(row.subject_id)
    cases = sorted(subjects.get(store.SUBJECT, ()))
    plans = sorted(subjects.get(plan_facts.SUBJECT, ()))
    touched = _put_cases(office, cases)
    plan_facts.put(session, plans)
    request_facts.put_calls(office, sorted(subjects.get(callbacks.SUBJECT, ())))
    request_facts.put_persons(
        session, [row.id for row in rows if row.name == request_facts.ASKED_FOR_SOMEONE]
    )
    marks.write(session, marks.LAST_EVENT, max(last, rows[-1].id))
    return touched, Built(len(cases), len(plans), more=len(rows) == at_most + overlap)


def _put_cases(office: Office, complaint_ids: Sequence[int]) -> set[tuple[str, date]]:
    """Build these cases anew; gives the places and months they lay in, and lie in now."""
    session = office.session
    touched: set[tuple[str, date]] = set()
    for start in range(0, len(complaint_ids), 500):
        ids = list(complaint_ids[start : start + 500])
        touched |= {
            (row.place, row.month)
            for row in session.execute(
                select(_cases.c.place, _cases.c.month).where(_cases.c.complaint_id.in_(ids))
            )
        }
        for table in (_cases, _steps, _spans):
            session.execute(delete(table).where(table.c.complaint_id.in_(ids)))
        found = store.load_many(session, ids)
        regimes = affiliates.regimes_of(
            session, {case.contributor_id for case in found if case.contributor_id is not None}
        )
        rows: list[dict[str, Any]] = []
        for case in found:
            rows.append(_case_row(office, case, regimes))
        _insert(session, _cases, rows)
        _insert(session, _steps, (row for case in found for row in _step_rows(case)))
        _insert(session, _spans, (row for case in found for row in _span_rows(case)))
        touched |= {(row["place"], row["month"]) for row in rows}
    return touched


def _case_row(office: Office, case: Case, regimes: dict[int, str]) -> dict[str, Any]:
    outcome = facts.outcome_of(
        case.happenings,
        case.progress,
        restricted=case.restricted,
        targets=office.targets(case.filed_at),
        calendars=office.calendar,
    )
    return {
        **asdict(outcome),
        "complaint_id": case.id,
        "category": case.category,
        "regime": regimes.get(case.contributor_id or 0, ""),
        "restricted": case.restricted,
    }


def _step_rows(case: Case) -> Iterable[dict[str, Any]]:
    for step in facts.transitions_of(case.happenings, restricted=case.restricted):
        yield {**asdict(step), "complaint_id": case.id}


def _span_rows(case: Case) -> Iterable[dict[str, Any]]:
    days = facts.open_days_of(case.progress, restricted=case.restricted)
    for number, span in enumerate(days):
        yield {**asdict(span), "complaint_id": case.id, "number": number}


def _insert(session: Session, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    listed = list(rows)
    if listed:
        session.connection().execute(insert(table), listed)
