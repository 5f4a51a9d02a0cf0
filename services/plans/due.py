"""The installments that fall due on a day: what reminders are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.money import Centimes
from services.plans.states import LIVE
from services.records.plans import Plan, PlanClaim, PlanInstallment


@dataclass(frozen=True, slots=True)
class DueInstallment:
    """One installment to be reminded of; `left` is what is still to pay of it, in centimes.

    `telegram_id` is who agreed to the plan; whether they may still see the account today is
    for `access.person_of` to say.
    """

    plan_id: int
    reference: str
    contributor_id: int
    telegram_id: int | None
    agency: str
    number: int
    due: date
    left: Centimes


def due_installments(session: Session, on: date) -> list[DueInstallment]:
    """What is due on a day of Algiers and still to pay, of plans that run.

    An installment whose receipt waits for a clerk, or was confirmed, is left out.
    """
    claimed = exists().where(
        PlanClaim.plan_id == Plan.id,
        PlanClaim.state == "open",
        PlanClaim.up_to >= PlanInstallment.number,
    )
    rows = session.execute(
        select(
            Plan.id,
            Plan.reference,
            Plan.contributor_id,
            Plan.telegram_id,
            Plan.agency,
            PlanInstallment.number,
            PlanInstallment.due,
            PlanInstallment.amount - PlanInstallment.paid,
        )
        .join(PlanInstallment, PlanInstallment.plan_id == Plan.id)
        .where(
            PlanInstallment.due == on,
            PlanInstallment.paid < PlanInstallment.amount,
            PlanInstallment.confirmed_on.is_(None),
            Plan.state.in_([state.value for state in LIVE]),
            ~claimed,
        )
        .order_by(Plan.id)
    )
    return [DueInstallment(*row[:-1], left=Centimes(row[-1])) for row in rows]
