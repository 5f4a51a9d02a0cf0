"""Requests for a person as facts: to be called about joining the scheme, or to reach someone.

A call is in time when it was made before the promise passed, worked out as on the day it was
asked for. Who wanted it no longer counts as having asked, and neither for nor against anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from services.complaints.office import Office
from services.dates import day_in_algiers
from services.evaluation import marks
from services.joining import callbacks
from services.joining.callbacks import Outcome
from services.records.base import table_of
from services.records.evaluation import RequestFact
from services.records.joining import Callback
from services.records.traffic import Event

JOIN, PERSON = "join", "person"
ASKED_FOR_SOMEONE = "person.asked_for_someone"
_BUILT = "requests_built"
_facts, _events, _callbacks = table_of(RequestFact), table_of(Event), table_of(Callback)


def put_past(office: Office) -> None:
    """Build what happened before these facts were kept; done once."""
    session = office.session
    if marks.read(session, _BUILT):
        return
    marks.write(session, _BUILT, 1)
    ids = session.execute(
        select(_events.c.subject_id).where(_events.c.subject_kind == callbacks.SUBJECT).distinct()
    ).scalars()
    put_calls(office, sorted(ids))
    ids = session.execute(
        select(_events.c.id).where(
            _events.c.subject_kind == "person", _events.c.name == ASKED_FOR_SOMEONE
        )
    ).scalars()
    put_persons(session, sorted(ids))


def put_calls(office: Office, callback_ids: Sequence[int]) -> None:
    """Build the rows of these callbacks anew."""
    session = office.session
    for start in range(0, len(callback_ids), 500):
        ids = list(callback_ids[start : start + 500])
        session.execute(delete(_facts).where(_facts.c.kind == JOIN, _facts.c.number.in_(ids)))
        happened: dict[int, list[Any]] = {}
        for row in session.execute(
            select(_events.c.subject_id, _events.c.name, _events.c.at, _events.c.data)
            .where(_events.c.subject_kind == callbacks.SUBJECT, _events.c.subject_id.in_(ids))
            .order_by(_events.c.id)
        ):
            happened.setdefault(row.subject_id, []).append(row)
        # Erasing one's data ends a call without an event, and old ones are removed.
        still_open = set(
            session.execute(
                select(_callbacks.c.id).where(
                    _callbacks.c.id.in_(ids), _callbacks.c.outcome.is_(None)
                )
            ).scalars()
        )
        rows = [
            _read_call(office, number, listed, still_open=number in still_open)
            for number, listed in happened.items()
        ]
        if rows:
            session.connection().execute(insert(_facts), rows)


def put_persons(session: Session, event_ids: Sequence[int]) -> None:
    """One row for each time someone asked for a person, at the desk that answers."""
    for start in range(0, len(event_ids), 500):
        ids = list(event_ids[start : start + 500])
        session.execute(delete(_facts).where(_facts.c.kind == PERSON, _facts.c.number.in_(ids)))
        rows = [
            {
                "kind": PERSON,
                "number": row.id,
                "place": row.data["desk"],
                "asked_on": day_in_algiers(row.at),
                "call_by": None,
                "in_time": None,
                "outcome": None,
            }
            for row in session.execute(
                select(_events.c.id, _events.c.at, _events.c.data).where(_events.c.id.in_(ids))
            )
        ]
        if rows:
            session.connection().execute(insert(_facts), rows)


def _read_call(
    office: Office, number: int, happened: Sequence[Any], *, still_open: bool
) -> dict[str, Any]:
    place, asked_at = "", happened[0].at
    closed: tuple[datetime, str] | None = None
    for row in happened:
        if row.name in ("callback.asked", "callback.changed"):
            place, asked_at = row.data["agency"], row.at  # the newest wish counts
        elif row.name == "callback.closed":
            closed = row.at, row.data["outcome"]
    call_by = office.calendar(place).add(asked_at, office.targets(asked_at).first_answer)
    outcome = closed[1] if closed else None if still_open else Outcome.WITHDRAWN.value
    called = closed is not None and outcome != Outcome.WITHDRAWN.value
    return {
        "kind": JOIN,
        "number": number,
        "place": place,
        "asked_on": day_in_algiers(asked_at),
        "call_by": call_by,
        "in_time": closed[0] <= call_by if called and closed is not None else None,
        "outcome": outcome,
    }
