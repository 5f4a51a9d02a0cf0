"""Plans in the database: load, number, write down moves, words and installments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services import events, references
from services.money import Centimes
from services.office import Office
from services.plans import states
from services.plans.debt import Debt
from services.plans.schedule import Installment, Schedule
from services.plans.states import By, Move, State
from services.plans.trouble import Standing
from services.records.base import table_of
from services.records.plans import Plan, PlanClaim, PlanInstallment, PlanSeries, PlanWords
from services.references import Kind

SUBJECT = "plan"
_series = table_of(PlanSeries)


def load(session: Session, plan_id: int, *, lock: bool = False) -> Plan | None:
    """A plan. With `lock`, others who want to change it wait until this transaction ends."""
    statement = select(Plan).where(Plan.id == plan_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one_or_none()


def latest_of(session: Session, contributor_id: int, within: Iterable[State]) -> Plan | None:
    """The newest plan of a contributor in one of some states."""
    return session.scalars(
        select(Plan)
        .where(
            Plan.contributor_id == contributor_id,
            Plan.state.in_([state.value for state in within]),
        )
        .order_by(Plan.id.desc())
        .limit(1)
    ).one_or_none()


def all_of(session: Session, contributor_id: int) -> list[Plan]:
    """Every plan of a contributor, the newest first."""
    return list(
        session.scalars(
            select(Plan).where(Plan.contributor_id == contributor_id).order_by(Plan.id.desc())
        )
    )


def last_lapse(session: Session, contributor_id: int) -> date | None:
    """The day a plan of this contributor lapsed last."""
    return session.scalar(
        select(func.max(Plan.ended_on)).where(
            Plan.contributor_id == contributor_id, Plan.state == State.LAPSED.value
        )
    )


def next_reference(office: Office, agency: str) -> str:
    """The next reference of an agency and year, in one statement: two plans at once wait for
    each other, and one that is undone gives its serial back."""
    dialect = office.session.get_bind().dialect.name
    upsert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    year = office.today.year
    serial = office.session.execute(
        upsert(_series)
        .values(agency=agency, year=year, last=1)
        .on_conflict_do_update(
            index_elements=[_series.c.agency, _series.c.year],
            set_={"last": _series.c.last + 1},
        )
        .returning(_series.c.last)
    ).scalar_one()
    return references.make(Kind.PLAN, agency=agency, year=year, serial=int(serial))


def begin(
    office: Office,
    plan: Plan,
    event: str,
    *,
    by: By,
    actor: str,
    data: dict[str, Any] | None = None,
) -> Move:
    """Write a new plan down, in the state its first move leads to."""
    one = states.move(None, by=by, event=event)
    plan.state = one.end.value
    office.session.add(plan)
    office.session.flush()
    note(office, plan, one.event, actor=actor, data=data)
    return one


def move(
    office: Office,
    plan: Plan,
    event: str,
    *,
    by: By,
    actor: str,
    data: dict[str, Any] | None = None,
) -> Move:
    """Move a plan along the table, and write down who did it and why.

    Raises:
        NotNow: the table has no such move from here.
    """
    one = states.move(State(plan.state), by=by, event=event)
    plan.state = one.end.value
    office.session.flush()
    note(office, plan, one.event, actor=actor, data=data)
    return one


def note(
    office: Office, plan: Plan, event: str, *, actor: str, data: dict[str, Any] | None = None
) -> None:
    """Write down something that happened to a plan."""
    events.record(
        office.session, event, at=office.now, actor=actor, subject=(SUBJECT, plan.id), data=data
    )


def put_figures(plan: Plan, debt: Debt, schedule: Schedule) -> None:
    """Write down what a plan looks like by the figures of a day."""
    plan.kind = debt.kind.value
    plan.campaign = debt.campaign
    plan.figured_on = debt.on
    plan.debt = debt.amount
    plan.frozen = debt.frozen
    plan.down_payment = schedule.down_payment
    plan.regular = schedule.regular
    plan.months = schedule.months
    plan.day = schedule.day
    plan.years = [[year.year, year.principal, year.surcharge] for year in debt.years]
    plan.estimate = debt.estimate


# --- installments and claims ------------------------------------------------------------


def installments_of(session: Session, plan_id: int) -> list[PlanInstallment]:
    return list(
        session.scalars(
            select(PlanInstallment)
            .where(PlanInstallment.plan_id == plan_id)
            .order_by(PlanInstallment.number)
        )
    )


def add_installments(office: Office, plan: Plan, parts: Sequence[Installment]) -> None:
    """The parts of a plan signed today: installment N belongs to the Nth month after."""
    first = office.today.year * 12 + office.today.month - 1
    for part in parts:
        year, month = divmod(first + part.number, 12)
        office.session.add(
            PlanInstallment(
                plan_id=plan.id,
                number=part.number,
                month=date(year, month + 1, 1),
                due=part.due,
                amount=part.amount,
            )
        )
    office.session.flush()


def claims_of(session: Session, plan_id: int, *, state: str | None = None) -> list[PlanClaim]:
    statement = select(PlanClaim).where(PlanClaim.plan_id == plan_id).order_by(PlanClaim.id)
    if state is not None:
        statement = statement.where(PlanClaim.state == state)
    return list(session.scalars(statement))


def standing_of(session: Session, plan_id: int) -> list[Standing]:
    """Every installment of a plan as it stands."""
    rows = installments_of(session, plan_id)
    claimed = claims_of(session, plan_id, state="open")
    return standing(rows, claimed)


def standing(rows: Sequence[PlanInstallment], open_claims: Sequence[PlanClaim]) -> list[Standing]:
    claimed = max((claim.up_to for claim in open_claims), default=-1)
    return [
        Standing(
            number=row.number,
            due=row.due,
            amount=Centimes(row.amount),
            left=Centimes(0 if row.confirmed_on is not None else row.amount - row.paid),
            settled=row.confirmed_on is not None or row.paid >= row.amount,
            waits=row.number <= claimed and row.confirmed_on is None and row.paid < row.amount,
        )
        for row in rows
    ]


# --- words --------------------------------------------------------------------------------


def say(office: Office, plan: Plan, kind: str, telegram_id: int, text: str) -> None:
    """Keep what someone wrote, sealed."""
    office.session.add(
        PlanWords(
            plan_id=plan.id,
            kind=kind,
            telegram_id=telegram_id,
            at=office.now,
            sealed=office.vault.seal(text),
        )
    )
    office.session.flush()


def said(office: Office, plan: Plan, kind: str) -> str | None:
    """The newest words of a kind."""
    sealed = office.session.scalar(
        select(PlanWords.sealed)
        .where(PlanWords.plan_id == plan.id, PlanWords.kind == kind)
        .order_by(PlanWords.id.desc())
        .limit(1)
    )
    return office.vault.open_sealed(sealed) if sealed is not None else None
