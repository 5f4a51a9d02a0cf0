"""What a plan would look like for a contributor today: the debt, the schedule, the reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services import situation
from services.contributions import Facts
from services.money import Centimes
from services.office import Office
from services.plans import proposals, store, terms
from services.plans.debt import Debt, debt_of
from services.plans.schedule import IsWorkingDay, Schedule
from services.plans.terms import Reason, Wish
from services.policy.service_rows import PlanTerms, StandardTerms


class NoAccount(LookupError):
    """The fund's data does not have this contributor."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is known before anything is chosen."""

    contributor_id: int
    agency: str
    debt: Debt
    facts: Facts
    known_to: date
    """The day up to which the fund's payments are known."""
    terms: PlanTerms
    standard: StandardTerms
    is_working_day: IsWorkingDay


@dataclass(frozen=True, slots=True)
class Quote:
    """One wish worked out: exactly what would be signed today. `reasons` are why a machine may
    not grant it; none means it may."""

    case: Case
    wish: Wish
    schedule: Schedule
    reasons: tuple[Reason, ...]

    @property
    def mark(self) -> str:
        """Changes as soon as any date or centime of the agreement does."""
        debt = self.case.debt
        written = f"{debt.kind} {debt.campaign} {debt.frozen}\n{self.schedule.written()}"
        return hashlib.sha256(written.encode()).hexdigest()[:16]


class FiguresChanged(Exception):
    """What was agreed to is no longer what would be signed: carries the new quote."""

    def __init__(self, quote: Quote) -> None:
        super().__init__("the figures changed meanwhile")
        self.quote = quote


def case_of(office: Office, contributor_id: int) -> Case:
    """What a contributor could spread today, by the rules of today: the same figures as in
    their situation, so the fund's own win wherever it stated them.

    Raises:
        NoAccount
        NothingLate
    """
    found = situation.situation_on(
        office.session,
        policy=office.policy,
        vault=office.vault,
        contributor_id=contributor_id,
        on=office.today,
    )
    if found is None:
        raise NoAccount
    today = office.today
    agency = found.card.agency
    return Case(
        contributor_id=contributor_id,
        agency=agency,
        debt=debt_of(found.position, office.policy.campaign(today)),
        facts=found.facts,
        known_to=found.known_to,
        terms=office.policy.plan_terms(today),
        standard=office.policy.standard_terms(today),
        is_working_day=office.calendar(agency).is_working_day,
    )


def three(office: Office, case: Case, wish: Wish) -> tuple[Schedule, ...]:
    """Up to three proposals. Raises `NothingToSpread`, `MeansTooSmall`."""
    return proposals.propose(
        wish,
        case.debt.amount,
        case.terms,
        case.standard,
        signed_on=office.today,
        is_working_day=case.is_working_day,
    )


def quote(office: Office, case: Case, wish: Wish) -> Quote:
    """Work one wish out. Raises `NothingToSpread`."""
    schedule = terms.schedule_of(
        wish,
        case.debt.amount,
        case.terms,
        signed_on=office.today,
        is_working_day=case.is_working_day,
    )
    reasons = terms.reasons_against(
        schedule,
        means=wish.means,
        terms=case.terms,
        standard=case.standard,
        last_lapse=store.last_lapse(office.session, case.contributor_id),
    )
    return Quote(case, wish, schedule, reasons)


def keep_wish(wish: Wish) -> dict[str, Any]:
    """A wish as plain JSON values."""
    return {
        "months": wish.months,
        "means": wish.means,
        "down_payment": wish.down_payment,
        "day": wish.day,
    }


def read_wish(kept: Mapping[str, Any]) -> Wish:
    means, down_payment = kept.get("means"), kept.get("down_payment")
    return Wish(
        months=kept.get("months"),
        means=None if means is None else Centimes(means),
        down_payment=None if down_payment is None else Centimes(down_payment),
        day=kept.get("day") or 0,
    )
