"""What falls due for one person alone: installments, the time that saves a plan, an answer the
fund waits for. And what holds a reminder of the figures: a plan, an open complaint."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.dates import day_in_algiers
from services.money import Centimes
from services.plans.states import LIVE, State
from services.policy import Policy
from services.records.base import table_of
from services.records.complaints import Complaint
from services.records.plans import Plan, PlanClaim, PlanInstallment
from services.records.traffic import Event
from services.reminders.owed import SETTLED, Owed
from services.reminders.quiet import Hours
from services.reminders.steps import Kind, Step, after, before

LOOK_BACK = timedelta(days=45)
"""How far back steps that nobody could say are still noticed, and written down as missed."""
NO_ACCOUNT = 0

_ABOUT_MONEY = frozenset({"contribution_amount", "payment_not_recorded", "surcharge"})
"""Complaints that dispute the fund's figures."""
_ASKED_BY_FUND = (State.PREPARED, State.QUESTIONED, State.OFFERED)
_OPEN_CASES = ("new", "in_hand", "waiting")
_plans, _parts, _claims = table_of(Plan), table_of(PlanInstallment), table_of(PlanClaim)
_cases, _events = table_of(Complaint), table_of(Event)

Own = tuple[Step, Owed]


@dataclass(slots=True)
class Holds:
    """What a contributor has under way. `years_in_plan`: those a live plan pays off;
    `disputed`: years an open complaint is about, None among them: all of them."""

    live_plan: bool = False
    years_in_plan: set[int] = field(default_factory=set)
    asked_plan: bool = False
    disputed: set[int | None] = field(default_factory=set)

    def plan_covers(self, year: int | None) -> bool:
        return self.live_plan if year is None else year in self.years_in_plan

    def disputes(self, year: int | None) -> bool:
        return bool(self.disputed) and (
            year is None or None in self.disputed or year in self.disputed
        )


_NOTHING = Holds()


@dataclass(slots=True)
class OwnDates:
    """By contributor what is theirs alone, and by person the cases that wait for them."""

    steps: dict[int, list[Own]] = field(default_factory=lambda: defaultdict(list))
    cases: dict[int, list[tuple[int, str, Own]]] = field(default_factory=lambda: defaultdict(list))
    holds: dict[int, Holds] = field(default_factory=dict)

    def holds_of(self, contributor_id: int) -> Holds:
        return self.holds.get(contributor_id, _NOTHING)


def read(
    session: Session,
    *,
    contributors: Sequence[int],
    people: Sequence[int],
    policy: Policy,
    hours: Hours,
    on: date,
) -> OwnDates:
    """Everything of some contributors and people around a day."""
    found = OwnDates()
    live = _read_plans(session, found, contributors, policy, hours, on)
    _read_installments(session, found, live, policy, hours, on)
    _read_cases(session, found, contributors, people, policy, hours, on)
    return found


def holds_only(session: Session, contributors: Sequence[int]) -> dict[int, Holds]:
    """What contributors have under way, without dates: for campaigns."""
    found: dict[int, Holds] = {}
    for plan in _plans_of(session, contributors):
        _hold_plan(found.setdefault(plan.contributor_id, Holds()), plan)
    _hold_cases(session, found, contributors)
    return found


# --- inside ---------------------------------------------------------------------------------


def _plans_of(session: Session, contributors: Sequence[int]) -> Sequence[Any]:
    states = [state.value for state in (*LIVE, State.REQUESTED, *_ASKED_BY_FUND)]
    return session.execute(
        select(
            _plans.c.id,
            _plans.c.contributor_id,
            _plans.c.state,
            _plans.c.years,
            _plans.c.save_by,
            _plans.c.save_numbers,
            _plans.c.agency,
        ).where(_plans.c.contributor_id.in_(contributors), _plans.c.state.in_(states))
    ).all()


def _hold_plan(hold: Holds, plan: Any) -> None:
    if State(plan.state) in LIVE:
        hold.live_plan = True
        hold.years_in_plan |= {year for year, *_ in plan.years}
    else:
        hold.asked_plan = True


def _hold_cases(session: Session, found: dict[int, Holds], contributors: Sequence[int]) -> None:
    rows = session.execute(
        select(_cases.c.contributor_id, _cases.c.figures).where(
            _cases.c.contributor_id.in_(contributors),
            _cases.c.status.in_(_OPEN_CASES),
            or_(_cases.c.category.in_(_ABOUT_MONEY), _cases.c.figures.is_not(None)),
        )
    )
    for contributor_id, figures in rows:
        year = (figures or {}).get("year")
        found.setdefault(contributor_id, Holds()).disputed.add(year)


def _read_plans(
    session: Session,
    found: OwnDates,
    contributors: Sequence[int],
    policy: Policy,
    hours: Hours,
    on: date,
) -> dict[int, int]:
    """Plans of these contributors; returns those whose installments are read on: id to whom."""
    cure = policy.reminder_steps(Kind.CURE, on).lead_days
    asked_after = policy.reminder_steps(Kind.ANSWER, on).overdue_days
    live: dict[int, int] = {}
    for plan in _plans_of(session, contributors):
        _hold_plan(found.holds.setdefault(plan.contributor_id, Holds()), plan)
        state = State(plan.state)
        if state is State.ACTIVE:
            live[plan.id] = plan.contributor_id
        elif state is State.LAPSE_PROPOSED and plan.save_by is not None:
            owed = Owed(False, False, _to_save(session, plan.id, plan.save_numbers or []))
            steps = before(Kind.CURE, f"plan:{plan.id}:{plan.save_by}", plan.save_by, cure, hours)
            found.steps[plan.contributor_id] += [(step, owed) for step in steps]
        elif state in _ASKED_BY_FUND:
            asked = session.execute(
                select(_events.c.id, _events.c.at)
                .where(_events.c.subject_kind == "plan", _events.c.subject_id == plan.id)
                .where(_events.c.name == f"plan.{plan.state}")
                .order_by(_events.c.id.desc())
                .limit(1)
            ).one_or_none()
            if asked is not None:
                day = day_in_algiers(asked.at)
                subject = f"plan:{plan.id}:{asked.id}"
                steps = after(Kind.ANSWER, subject, day, asked_after, hours)
                found.steps[plan.contributor_id] += [(step, Owed(False)) for step in steps]
    return live


def _to_save(session: Session, plan_id: int, numbers: Sequence[int]) -> Centimes | None:
    left = session.execute(
        select(func.sum(_parts.c.amount - _parts.c.paid)).where(
            _parts.c.plan_id == plan_id,
            _parts.c.number.in_(numbers),
            _parts.c.confirmed_on.is_(None),
        )
    ).scalar()
    return None if not left else Centimes(int(left))


def _read_installments(
    session: Session,
    found: OwnDates,
    plans: dict[int, int],
    policy: Policy,
    hours: Hours,
    on: date,
) -> None:
    if not plans:
        return
    lead = policy.reminder_steps(Kind.INSTALLMENT, on).lead_days
    ahead = timedelta(days=max(lead, default=0)) + LOOK_BACK
    claims = session.execute(
        select(_claims.c.plan_id, func.max(_claims.c.up_to))
        .where(_claims.c.plan_id.in_(plans), _claims.c.state == "open")
        .group_by(_claims.c.plan_id)
    )
    claimed: dict[int, int] = {row[0]: row[1] for row in claims}
    rows = session.execute(
        select(
            _parts.c.plan_id,
            _parts.c.number,
            _parts.c.due,
            _parts.c.amount - _parts.c.paid,
            _parts.c.confirmed_on,
        ).where(
            _parts.c.plan_id.in_(plans),
            _parts.c.number > 0,  # the down payment is due on signing
            _parts.c.due.between(on - LOOK_BACK, on + ahead),
        )
    )
    for plan_id, number, due, left, confirmed_on in rows:
        a_clerk_looks = number <= claimed.get(plan_id, -1)
        settled = left <= 0 or confirmed_on is not None or a_clerk_looks
        owed = SETTLED if settled else Owed(False, False, Centimes(left))
        steps = before(Kind.INSTALLMENT, f"plan:{plan_id}:{number}", due, lead, hours)
        found.steps[plans[plan_id]] += [(step, owed) for step in steps]


def _read_cases(
    session: Session,
    found: OwnDates,
    contributors: Sequence[int],
    people: Sequence[int],
    policy: Policy,
    hours: Hours,
    on: date,
) -> None:
    _hold_cases(session, found.holds, contributors)
    asked_after = policy.reminder_steps(Kind.ANSWER, on).overdue_days
    waiting = session.execute(
        select(_cases.c.id, _cases.c.telegram_id, _cases.c.contributor_id, _cases.c.desk).where(
            _cases.c.telegram_id.in_(people), _cases.c.status == "waiting"
        )
    ).all()
    for case_id, telegram_id, contributor_id, desk in waiting:
        asked = session.execute(
            select(_events.c.id, _events.c.at)
            .where(
                _events.c.subject_kind == "complaint",
                _events.c.subject_id == case_id,
                _events.c.name == "complaint.asked",
            )
            .order_by(_events.c.id.desc())
            .limit(1)
        ).one_or_none()
        if asked is None:
            continue
        subject = f"case:{case_id}:{asked.id}"
        for step in after(Kind.ANSWER, subject, day_in_algiers(asked.at), asked_after, hours):
            found.cases[telegram_id].append(
                (contributor_id or NO_ACCOUNT, desk, (step, Owed(False)))
            )
