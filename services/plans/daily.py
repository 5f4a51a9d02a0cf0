"""What time and imports bring to plans: payments matched, plans completed, saved, in danger.

Everything is found from the records, so it may run at any time, any number of times. The
machine only ever helps or proposes; what is against the citizen waits for a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.office import Office
from services.plans import access, living, states, store, trouble
from services.plans.states import By, State
from services.records.fund import Load, Payment
from services.records.plans import Plan, PlanInstallment
from services.records.traffic import Setting

MATCHED_UP_TO = "plans.matched_up_to"  # the generation of payments that was matched last
MACHINE = "machine"


class What(StrEnum):
    PAID = "paid"
    COMPLETED = "completed"
    SAVED = "saved"
    MISSED = "missed"
    LAPSE_PROPOSED = "lapse_proposed"
    LAPSE_TO_DECIDE = "lapse_to_decide"
    LAPSE_ESCALATED = "lapse_escalated"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something people have to be told; `facts` are the figures and days for the words."""

    what: What
    plan: Plan
    facts: dict[str, Any] = field(default_factory=dict)


def run(office: Office) -> list[Happening]:
    """Do all that is due, in the order that is kindest: payments first."""
    return [
        *_match(office),
        *_missed(office),
        *_propose_lapses(office),
        *_lapses_to_decide(office),
        *_escalate(office),
    ]


def settle(office: Office, plan: Plan) -> list[Happening]:
    """After something was paid or confirmed: is the plan complete, or saved?"""
    parts = store.standing_of(office.session, plan.id)
    state = State(plan.state)
    if state not in states.LIVE:
        return []
    if all(part.settled for part in parts):
        return [_complete(office, plan)]
    if state is State.LAPSE_PROPOSED:
        needed = set(plan.save_numbers or ())
        if all(part.settled for part in parts if part.number in needed):
            store.move(office, plan, "plan.saved", by=By.MACHINE, actor=MACHINE)
            _out_of_danger(office, plan)
            return [Happening(What.SAVED, plan)]
    return []


def _match(office: Office) -> Iterator[Happening]:
    current = office.session.scalar(select(Load.generation).where(Load.state == "current"))
    kept = office.session.get(Setting, MATCHED_UP_TO)
    matched = int(kept.value) if kept is not None else 0
    if current is None or current == matched:
        return
    for plan in _live(
        office.session,
        # Asked plan by plan: payments are found by contributor, and plans are few beside them.
        exists().where(
            Payment.contributor_id == Plan.contributor_id,
            Payment.generation > matched,
            Payment.generation <= current,
        ),
    ):
        numbers = living.match_payments(office, plan)
        ended = settle(office, plan)
        if numbers and not any(one.what is What.COMPLETED for one in ended):
            progress = living.progress_of(office, plan)
            yield Happening(What.PAID, plan, {"numbers": numbers, "progress": progress})
        yield from ended
    if kept is None:
        office.session.add(Setting(name=MATCHED_UP_TO, value=str(current)))
    else:
        kept.value = str(current)
    office.session.flush()


def _complete(office: Office, plan: Plan) -> Happening:
    rows = store.installments_of(office.session, plan.id)
    settled_on = max(row.paid_on or row.confirmed_on or office.today for row in rows)
    on_time = settled_on <= max(row.due for row in rows)
    earned = bool(plan.frozen) and (on_time or _pays_in_full_counts(office, plan))
    store.move(
        office,
        plan,
        "plan.completed",
        by=By.MACHINE,
        actor=MACHINE,
        data={"on_time": on_time, "waiver": plan.frozen if earned else 0},
    )
    plan.ended_on = office.today
    _out_of_danger(office, plan)
    return Happening(What.COMPLETED, plan, {"waiver": plan.frozen if earned else 0})


def _pays_in_full_counts(office: Office, plan: Plan) -> bool:
    """Under some laws paying everything is enough, on time or not."""
    campaign = office.policy.campaign(plan.signed_on or office.today)
    return campaign is not None and campaign.waived_when == "debt_paid_in_full"


def _missed(office: Office) -> Iterator[Happening]:
    """Tell once of each installment that was missed: the sum, and until when all is well."""
    rule = office.policy.plan_trouble(office.today)
    for plan in _live(office.session, Plan.id.in_(_overdue_plans(office.today, untold=True))):
        if plan.state != State.ACTIVE:
            continue
        parts = store.standing_of(office.session, plan.id)
        late = trouble.overdue(parts, office.today)
        numbers = {part.number for part in late}
        untold = [
            row
            for row in store.installments_of(office.session, plan.id)
            if row.number in numbers and row.missed_told_on is None
        ]
        if not untold:
            continue
        for row in untold:
            row.missed_told_on = office.today
        office.session.flush()
        store.note(office, plan, "plan.missed", actor=MACHINE, data={"numbers": sorted(numbers)})
        if trouble.danger(parts, office.today, rule) is not None and not _delayed(office, plan):
            continue  # the proposal to lapse says it all, in one message
        yield Happening(
            What.MISSED,
            plan,
            {
                "late": late,
                "amount": sum(part.left for part in late),
                "danger_day": trouble.danger_day(parts, rule),
            },
        )


def _propose_lapses(office: Office) -> Iterator[Happening]:
    rule = office.policy.plan_trouble(office.today)
    before = office.today - timedelta(days=rule.overdue_days - 1)
    for plan in _live(office.session, Plan.id.in_(_overdue_plans(before))):
        if plan.state != State.ACTIVE or _delayed(office, plan):
            continue
        danger = trouble.danger(store.standing_of(office.session, plan.id), office.today, rule)
        if danger is None:
            continue
        plan.level = "agency"
        if not access.deciders_of(office, plan):
            plan.level = "central"
        plan.lapse_proposed_on = office.today
        plan.save_by = office.calendar(plan.agency).working_day_on_or_after(
            office.today + timedelta(days=rule.cure_days)
        )
        plan.save_numbers = list(danger.numbers)
        plan.decide_by = None
        store.move(
            office,
            plan,
            "plan.lapse_proposed",
            by=By.MACHINE,
            actor=MACHINE,
            data={"amount": danger.amount, "save_by": plan.save_by.isoformat()},
        )
        yield Happening(
            What.LAPSE_PROPOSED, plan, {"amount": danger.amount, "save_by": plan.save_by}
        )


def _lapses_to_decide(office: Office) -> Iterator[Happening]:
    """The time to save it is over: a person decides; undecided it goes to the central level."""
    rule = office.policy.plan_trouble(office.today)
    for plan in _live(
        office.session, Plan.state == State.LAPSE_PROPOSED.value, Plan.save_by < office.today
    ):
        calendar = office.calendar(plan.agency)
        if plan.decide_by is None:
            plan.decide_by = calendar.add_working_days(
                office.today, rule.central_after_working_days
            )
            office.session.flush()
            store.note(office, plan, "plan.lapse_to_decide", actor=MACHINE)
            yield Happening(What.LAPSE_TO_DECIDE, plan)
        elif plan.decide_by < office.today and plan.level != "central":
            plan.level = "central"
            store.move(office, plan, "plan.lapse_escalated", by=By.MACHINE, actor=MACHINE)
            yield Happening(What.LAPSE_ESCALATED, plan)


def _escalate(office: Office) -> Iterator[Happening]:
    """A promised date passed: the central level takes the request, and the citizen is told."""
    late = office.session.scalars(
        select(Plan)
        .where(
            Plan.state == State.REQUESTED.value,
            Plan.level == "agency",
            Plan.answer_by < office.today,
        )
        .order_by(Plan.id)
    ).all()
    for plan in late:
        promised = plan.answer_by
        days = office.policy.standard_terms(office.today).decide_within_working_days
        plan.level = "central"
        plan.answer_by = office.calendar(plan.agency).add_working_days(office.today, days)
        store.move(
            office,
            plan,
            "plan.escalated",
            by=By.MACHINE,
            actor=MACHINE,
            data={"promised": promised.isoformat() if promised else None},
        )
        yield Happening(What.ESCALATED, plan, {"promised": promised, "answer_by": plan.answer_by})


# --- inside -----------------------------------------------------------------------------


def _live(session: Session, *conditions: Any) -> list[Plan]:
    return list(
        session.scalars(
            select(Plan)
            .where(Plan.state.in_([state.value for state in states.LIVE]), *conditions)
            .order_by(Plan.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _overdue_plans(before: date, *, untold: bool = False) -> Any:
    """The plans with an unsettled installment due before a day."""
    found = select(PlanInstallment.plan_id).where(
        PlanInstallment.due < before,
        PlanInstallment.paid < PlanInstallment.amount,
        PlanInstallment.confirmed_on.is_(None),
    )
    return found.where(PlanInstallment.missed_told_on.is_(None)) if untold else found


def _delayed(office: Office, plan: Plan) -> bool:
    return plan.delayed_until is not None and office.today <= plan.delayed_until


def _out_of_danger(office: Office, plan: Plan) -> None:
    plan.lapse_proposed_on = plan.save_by = plan.decide_by = None
    plan.save_numbers = None
    plan.level = "agency"
    office.session.flush()
