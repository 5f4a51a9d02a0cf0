"""Plans as facts: granted at once, kept, cured, broken. From their events alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from services.dates import add_months, day_in_algiers
from services.records.base import table_of
from services.records.evaluation import PlanFact
from services.records.plans import Plan
from services.records.traffic import Event

SUBJECT = "plan"
KEPT_MONTHS = (3, 6, 12)
_facts, _plans, _events = table_of(PlanFact), table_of(Plan), table_of(Event)


def put(session: Session, plan_ids: Sequence[int]) -> None:
    """Build the rows of these plans anew."""
    for start in range(0, len(plan_ids), 500):
        ids = list(plan_ids[start : start + 500])
        session.execute(delete(_facts).where(_facts.c.plan_id.in_(ids)))
        plans = session.execute(
            select(_plans.c.id, _plans.c.agency, _plans.c.asked_at).where(_plans.c.id.in_(ids))
        ).all()
        happened: dict[int, list[tuple[str, Any]]] = {row.id: [] for row in plans}
        for row in session.execute(
            select(_events.c.subject_id, _events.c.name, _events.c.at)
            .where(_events.c.subject_kind == SUBJECT, _events.c.subject_id.in_(ids))
            .order_by(_events.c.id)
        ):
            if row.subject_id in happened:
                happened[row.subject_id].append((row.name.removeprefix("plan."), row.at))
        rows = [
            {
                "plan_id": plan.id,
                "place": plan.agency,
                "asked_on": day_in_algiers(plan.asked_at),
                **_read(happened[plan.id]),
            }
            for plan in plans
        ]
        if rows:
            session.connection().execute(insert(_facts), rows)


def _read(happened: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    first: dict[str, Any] = {}
    cured = in_danger = False
    for name, at in happened:
        first.setdefault(name, day_in_algiers(at))
        if name == "lapse_proposed":
            in_danger = True
        elif in_danger and name in ("saved", "completed", "delayed"):
            cured = cured or name != "delayed"
            in_danger = False
    signed_on, trouble_on = first.get("signed"), first.get("lapse_proposed")
    return {
        "granted_at_once": "granted" in first,
        "refused": "refused" in first,
        "signed_on": signed_on,
        "trouble_on": trouble_on,
        "kept_months": months_kept(signed_on, trouble_on) if signed_on and trouble_on else None,
        "cured": cured,
        "broken_on": first.get("lapsed"),
        "completed_on": first.get("completed"),
    }


def months_kept(signed_on: date, trouble_on: date) -> int:
    """The longest of the measured times that had passed before a lapse was first proposed."""
    kept = (months for months in KEPT_MONTHS if trouble_on > add_months(signed_on, months))
    return max(kept, default=0)
