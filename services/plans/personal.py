"""A person's plans when they ask for their data, or for its erasure (law 18-07); and what is
kept of plans that are over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from services import events, linking
from services.dates import day_in_algiers
from services.linking import SELF
from services.money import Centimes, format_plain
from services.plans import states, store
from services.plans.states import State
from services.policy import Policy
from services.records.plans import Plan, PlanClaim, PlanInstallment, PlanWords
from services.vault import Vault

_OVER = [state.value for state in State if state not in (*states.WAITING, *states.LIVE)]


def export(session: Session, vault: Vault, telegram_id: int, now: datetime) -> Any:
    """Every plan of one's own accounts, and those one asked for, with the words exchanged."""
    return [_one(session, vault, plan) for plan in _plans_of(session, telegram_id, now)]


def erase(session: Session, telegram_id: int, now: datetime) -> None:
    """A plan that waits is withdrawn; words and pictures are removed, and the person is taken
    off. A signed plan itself stays: it is the fund's record of a debt."""
    for plan in _plans_of(session, telegram_id, now):
        if State(plan.state) in states.WAITING and plan.telegram_id == telegram_id:
            plan.state = State.WITHDRAWN.value
            plan.ended_on = day_in_algiers(now)
            events.record(
                session,
                "plan.withdrawn",
                at=now,
                actor=events.person(telegram_id),
                subject=(store.SUBJECT, plan.id),
                data={"why": "erased"},
            )
        if plan.telegram_id == telegram_id:
            plan.telegram_id = None
            session.execute(delete(PlanWords).where(PlanWords.plan_id == plan.id))
            session.execute(delete(PlanClaim).where(PlanClaim.plan_id == plan.id))
    session.flush()


def forget_old(session: Session, policy: Policy, now: datetime) -> int:
    """Remove plans that are over for longer than the policy keeps them; returns how many."""
    end = day_in_algiers(now - policy.retention("plan", day_in_algiers(now)).keep)
    old = list(session.scalars(select(Plan.id).where(Plan.state.in_(_OVER), Plan.ended_on < end)))
    if not old:
        return 0
    session.execute(update(Plan).where(Plan.replaces.in_(old)).values(replaces=None))
    for kind in (PlanWords, PlanClaim, PlanInstallment):
        session.execute(delete(kind).where(kind.plan_id.in_(old)))
    session.execute(delete(Plan).where(Plan.id.in_(old)))
    return len(old)


def _plans_of(session: Session, telegram_id: int, now: datetime) -> list[Plan]:
    own = [
        one.contributor_id
        for one in linking.accounts_of(session, telegram_id, day_in_algiers(now))
        if one.kind == SELF
    ]
    return list(
        session.scalars(
            select(Plan)
            .where(or_(Plan.telegram_id == telegram_id, Plan.contributor_id.in_(own)))
            .order_by(Plan.id)
        )
    )


def _one(session: Session, vault: Vault, plan: Plan) -> dict[str, Any]:
    words = session.scalars(
        select(PlanWords).where(PlanWords.plan_id == plan.id).order_by(PlanWords.id)
    )
    return {
        "reference": plan.reference,
        "state": plan.state,
        "kind": plan.kind,
        "asked_at": plan.asked_at.isoformat(),
        "signed_on": plan.signed_on.isoformat() if plan.signed_on is not None else None,
        "debt": format_plain(Centimes(plan.debt)),
        "installments": [
            {
                "number": row.number,
                "due": row.due.isoformat(),
                "amount": format_plain(Centimes(row.amount)),
                "paid": format_plain(Centimes(row.paid)),
            }
            for row in store.installments_of(session, plan.id)
        ],
        "receipts": [
            {"at": claim.at.isoformat(), "state": claim.state}
            for claim in store.claims_of(session, plan.id)
        ],
        "words": [
            {"at": one.at.isoformat(), "kind": one.kind, "text": vault.open_sealed(one.sealed)}
            for one in words
        ],
    }
