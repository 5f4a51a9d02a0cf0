"""Changing a running plan by oneself: another day of the month, or another amount, once.

More changes go through the agency. Inside what a machine may grant, nobody has to be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services import events
from services.money import Centimes, total
from services.office import Office
from services.plans import access, reschedule, states, store
from services.plans.living import NothingToPay, progress_of
from services.plans.reschedule import Ahead
from services.plans.schedule import Installment
from services.plans.states import By, State
from services.records.plans import Plan, PlanInstallment


class ChangesUsedUp(Exception):
    """One change by oneself was made; the next goes through the agency. Carries how many."""

    def __init__(self, allowed: int) -> None:
        super().__init__("no change of one's own is left")
        self.allowed = allowed


class SomethingOverdue(Exception):
    """A plan with something overdue is not changed by oneself: new terms are asked for."""


class AmountNotPossible(ValueError):
    """Another amount has to lie between two limits: the smallest installment the terms allow
    (or what keeps to the months that were granted), and all that is left."""

    def __init__(self, least: Centimes, most: Centimes) -> None:
        super().__init__("the amount is out of reach")
        self.least = least
        self.most = most


class FiguresMoved(Exception):
    """What was confirmed is no longer what the change would be: carries the new parts."""

    def __init__(self, parts: Sequence[Installment]) -> None:
        super().__init__("the installments moved meanwhile")
        self.parts = parts


def may_change(office: Office, plan: Plan) -> None:
    """Whether day or amount may be changed by oneself now.

    Raises:
        states.NotNow, ChangesUsedUp, SomethingOverdue, NothingToPay
    """
    states.move(State(plan.state), by=By.CITIZEN, event="plan.changed")
    allowed = office.policy.plan_terms(plan.signed_on or office.today).own_changes
    if plan.own_changes >= allowed:
        raise ChangesUsedUp(allowed)
    found = progress_of(office, plan)
    if found.overdue:
        raise SomethingOverdue
    if not _ahead(office, plan):
        raise NothingToPay


def with_day(office: Office, plan: Plan, day: int) -> list[Installment]:
    """What the installments ahead would be on another day."""
    return reschedule.on_another_day(
        _ahead(office, plan),
        day,
        today=office.today,
        is_working_day=office.calendar(plan.agency).is_working_day,
    )


def with_amount(office: Office, plan: Plan, amount: Centimes) -> list[Installment]:
    """What the installments ahead would be with another amount, inside what may be granted
    by machine: no smaller than the terms allow, no longer than standard terms or the plan.

    Raises:
        AmountNotPossible
    """
    ahead = _ahead(office, plan)
    rest = total(part.left for part in ahead)
    signed = plan.signed_on or office.today
    longest = max(office.policy.standard_terms(signed).months_up_to, plan.months)
    months = max(1, longest - (ahead[0].number - 1))
    smallest = office.policy.plan_terms(signed).smallest_installment
    least = min(rest, max(smallest, Centimes(-(-rest // months))))
    if not least <= amount <= rest:
        raise AmountNotPossible(least, rest)
    return reschedule.with_another_amount(
        ahead, amount, plan.day, is_working_day=office.calendar(plan.agency).is_working_day
    )


def change(
    office: Office,
    telegram_id: int,
    plan_id: int,
    *,
    day: int | None = None,
    amount: Centimes | None = None,
    seen: str,
) -> Plan:
    """Change day or amount, once by oneself. `seen` is `written` of what was confirmed.

    Raises:
        access.NoSuchPlan, what `may_change` raises, AmountNotPossible, FiguresMoved
    """
    plan = access.for_citizen(office, telegram_id, plan_id, lock=True)
    may_change(office, plan)
    if day is not None:
        parts = with_day(office, plan, day)
    else:
        assert amount is not None, "either the day or the amount changes"
        parts = with_amount(office, plan, amount)
    if written(parts) != seen:
        raise FiguresMoved(parts)
    _replace_ahead(office, plan, parts)
    if day is not None:
        plan.day = day
    else:
        plan.regular = parts[0].amount
        plan.months = parts[-1].number
    plan.own_changes += 1
    store.move(
        office,
        plan,
        "plan.changed",
        by=By.CITIZEN,
        actor=events.person(telegram_id),
        data={"day": day, "amount": amount},
    )
    return plan


def written(parts: Sequence[Installment]) -> str:
    """Every date and centime of some installments: what a confirmation is compared by."""
    return ";".join(f"{part.number} {part.due} {part.amount}" for part in parts)


# --- inside -----------------------------------------------------------------------------


def _ahead(office: Office, plan: Plan) -> list[Ahead]:
    """What may still be moved: not settled, not waiting for a clerk, due after today."""
    waiting = {part.number for part in store.standing_of(office.session, plan.id) if part.waits}
    return [
        Ahead(row.number, row.month, row.due, Centimes(row.amount - row.paid))
        for row in store.installments_of(office.session, plan.id)
        if row.number
        and row.confirmed_on is None
        and row.paid < row.amount
        and row.number not in waiting
        and row.due > office.today
    ]


def _replace_ahead(office: Office, plan: Plan, parts: Sequence[Installment]) -> None:
    """Put new parts in the place of those ahead. What was paid of one stays with it."""
    rows = {row.number: row for row in store.installments_of(office.session, plan.id)}
    ahead = {part.number for part in _ahead(office, plan)}
    first_month: date = rows[min(ahead)].month
    for number in ahead - {part.number for part in parts}:
        office.session.delete(rows[number])
    for place, part in enumerate(parts):
        row = rows.get(part.number)
        if row is None:
            row = PlanInstallment(plan_id=plan.id, number=part.number, paid=0)
            office.session.add(row)
        row.month = _months_on(first_month, place)
        row.due = part.due
        row.amount = part.amount + row.paid
    office.session.flush()


def _months_on(month: date, months: int) -> date:
    year, place = divmod(month.year * 12 + month.month - 1 + months, 12)
    return date(year, place + 1, 1)
