"""A plan under way: the receipts a citizen sends, and the payments the fund tells of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services import accounts, events
from services.money import Centimes, total
from services.office import Office
from services.plans import access, matching, states, store
from services.plans.schedule import Installment
from services.plans.states import State
from services.plans.trouble import Standing, overdue
from services.records.plans import Plan, PlanClaim, PlanInstallment


class NothingToPay(Exception):
    """Every installment is settled or waits for a clerk."""


class ClaimDecided(Exception):
    """A colleague checked this receipt already; carries it."""

    def __init__(self, claim: PlanClaim) -> None:
        super().__init__("checked already")
        self.claim = claim


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a plan is: all parts, the next to pay (None once all are settled), what is left."""

    parts: tuple[Standing, ...]
    next: Standing | None
    left: Centimes
    overdue: tuple[Standing, ...]

    @property
    def settled(self) -> int:
        return sum(part.settled for part in self.parts)


class Scope(StrEnum):
    """What a receipt is for: the next installment, all that is overdue, or all that is left."""

    NEXT = "next"
    LATE = "late"
    ALL = "all"


def covered(found: Progress, scope: Scope) -> list[Standing]:
    """The installments a receipt of some scope is for; empty when there is nothing to pay."""
    open_parts = [part for part in found.parts if not part.settled and not part.waits]
    if scope is Scope.ALL:
        return open_parts
    if scope is Scope.LATE and found.overdue:
        return list(found.overdue)
    return open_parts[:1]


def progress_of(office: Office, plan: Plan) -> Progress:
    parts = store.standing_of(office.session, plan.id)
    open_parts = [part for part in parts if not part.settled]
    return Progress(
        tuple(parts),
        next((part for part in open_parts if not part.waits), None),
        total(part.left for part in open_parts),
        tuple(overdue(parts, office.today)),
    )


# --- "I have paid" ------------------------------------------------------------------------


def claim(
    office: Office,
    telegram_id: int,
    plan_id: int,
    *,
    file_id: str,
    file_kind: str,
    scope: Scope,
) -> PlanClaim:
    """Keep a receipt as a task for a clerk. From now on the installments it is for count as
    neither overdue nor to be reminded of.

    Raises:
        access.NoSuchPlan, states.NotNow, NothingToPay
    """
    plan = access.for_citizen(office, telegram_id, plan_id, lock=True)
    if State(plan.state) not in states.LIVE:
        raise states.NotNow(State(plan.state), "plan.claimed")
    parts = covered(progress_of(office, plan), scope)
    if not parts:
        raise NothingToPay
    made = PlanClaim(
        plan_id=plan.id,
        up_to=parts[-1].number,
        amount=total(part.left for part in parts),
        telegram_id=telegram_id,
        file_id=file_id,
        file_kind=file_kind,
        state="open",
        at=office.now,
    )
    office.session.add(made)
    office.session.flush()
    store.note(
        office,
        plan,
        "plan.claimed",
        actor=events.person(telegram_id),
        data={"up_to": made.up_to, "amount": made.amount},
    )
    return made


def confirm_claim(office: Office, telegram_id: int, claim_id: int) -> tuple[Plan, PlanClaim]:
    """A clerk saw the receipt: the installment counts as paid until the fund's payment comes.

    Raises:
        access.*, ClaimDecided
    """
    plan, found = _to_check(office, telegram_id, claim_id)
    _check_off(office, plan, found, "confirmed", telegram_id)
    for row in store.installments_of(office.session, plan.id):
        if row.number <= found.up_to and row.paid < row.amount:
            row.confirmed_on = office.today
    office.session.flush()
    return plan, found


def reject_claim(
    office: Office, telegram_id: int, claim_id: int, reason: str
) -> tuple[Plan, PlanClaim]:
    """A clerk could not accept the receipt; the citizen reads why and what to do.

    Raises:
        access.*, ClaimDecided
    """
    plan, found = _to_check(office, telegram_id, claim_id)
    _check_off(office, plan, found, "rejected", telegram_id)
    store.say(office, plan, "receipt", telegram_id, reason)
    return plan, found


# --- the fund's payments --------------------------------------------------------------------


def match_payments(office: Office, plan: Plan) -> list[int]:
    """Let the fund's payments settle installments; returns the numbers newly paid in full.

    Worked out anew each time, so a receipt that a later load corrects or cancels is followed.
    """
    facts = accounts.facts_of(office.session, plan.contributor_id)
    if facts is None or plan.known is None:
        return []
    rows = store.installments_of(office.session, plan.id)
    payments = matching.counted(
        facts.payments, known=plan.known, years={year for year, _, _ in plan.years}
    )
    matched = matching.match(
        [Installment(row.number, row.due, Centimes(row.amount)) for row in rows], payments
    )
    newly: list[int] = []
    for row, settled in zip(rows, matched.installments, strict=True):
        if (row.paid, row.paid_on) == (settled.paid, settled.on):
            continue
        if settled.on is not None and row.paid_on is None:
            newly.append(row.number)
        row.paid, row.paid_on = settled.paid, settled.on
    if office.session.dirty:
        office.session.flush()
    if newly:
        _close_claims(office, plan, rows)
        store.note(
            office,
            plan,
            "plan.paid",
            actor="fund",
            data={"numbers": newly, "receipts": len(matched.receipts)},
        )
    return newly


# --- inside -----------------------------------------------------------------------------


def _to_check(office: Office, telegram_id: int, claim_id: int) -> tuple[Plan, PlanClaim]:
    plan, found = access.claim_for_staff(office, telegram_id, claim_id)
    if found.state != "open":
        raise ClaimDecided(found)
    return plan, found


def _check_off(office: Office, plan: Plan, found: PlanClaim, state: str, telegram_id: int) -> None:
    found.state = state
    found.decided_by = telegram_id
    found.decided_at = office.now
    office.session.flush()
    store.note(
        office,
        plan,
        f"plan.claim_{state}",
        actor=events.staff(telegram_id),
        data={"up_to": found.up_to, "amount": found.amount},
    )


def _close_claims(office: Office, plan: Plan, rows: Sequence[PlanInstallment]) -> None:
    """The fund's payment is there, so nobody has to check the picture any more."""
    paid = {row.number for row in rows if row.paid >= row.amount}
    for open_claim in store.claims_of(office.session, plan.id, state="open"):
        if {row.number for row in rows if row.number <= open_claim.up_to} <= paid:
            open_claim.state = "matched"
            open_claim.decided_at = office.now
    office.session.flush()
