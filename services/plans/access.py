"""The one door to a plan: who is asking decides whether there is one at all.

A plan one may not see is refused exactly like one that does not exist, so references, buttons
and numbers that were guessed reveal nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import or_, select

from services import linking, references, staff
from services.office import Office
from services.people import Role
from services.plans import store
from services.plans.states import State
from services.records.people import Link
from services.records.plans import Plan, PlanClaim
from services.references import Kind
from services.staff import Member

MAY_WORK = frozenset({Role.AGENT, Role.DIRECTOR, Role.CENTRAL})
MAY_DECIDE = frozenset({Role.DIRECTOR, Role.CENTRAL})


class NoSuchPlan(LookupError):
    """There is no such plan for whoever is asking."""


class NotStaff(PermissionError):
    """Whoever is asking does not work on plans (any more)."""


class NotADecider(PermissionError):
    """An agent prepares and checks; a director or the central level decides."""


def for_citizen(office: Office, telegram_id: int, plan_id: int, *, lock: bool = False) -> Plan:
    """A plan for someone who may see its account today: the contributor, or under a mandate.

    Raises:
        NoSuchPlan
    """
    plan = store.load(office.session, plan_id, lock=lock)
    if plan is None or plan.contributor_id not in accounts_of(office, telegram_id):
        raise NoSuchPlan
    return plan


def for_staff(office: Office, telegram_id: int, plan_id: int, *, lock: bool = False) -> Plan:
    """A plan for someone of the fund, by the records of this moment. Nobody works on their own.

    Raises:
        NotStaff, NoSuchPlan
    """
    member = member_of(office, telegram_id)
    plan = store.load(office.session, plan_id, lock=lock)
    if plan is None or not may_see(office, member, plan):
        raise NoSuchPlan
    return plan


def for_decider(office: Office, telegram_id: int, plan_id: int) -> Plan:
    """A plan for someone who may decide it, locked: of two at once one waits, and then finds
    what the other decided. At the central level the agency only looks on.

    Raises:
        NotStaff, NoSuchPlan, NotADecider
    """
    member = member_of(office, telegram_id)
    plan = for_staff(office, telegram_id, plan_id, lock=True)
    if member.role not in MAY_DECIDE or (
        plan.level == "central" and member.role is not Role.CENTRAL
    ):
        raise NotADecider
    return plan


def claim_for_staff(office: Office, telegram_id: int, claim_id: int) -> tuple[Plan, PlanClaim]:
    """A receipt to check, with its plan, locked.

    Raises:
        NotStaff, NoSuchPlan
    """
    claim = office.session.get(PlanClaim, claim_id)
    if claim is None:
        member_of(office, telegram_id)
        raise NoSuchPlan
    plan = for_staff(office, telegram_id, claim.plan_id, lock=True)
    office.session.refresh(claim)
    return plan, claim


def member_of(office: Office, telegram_id: int) -> Member:
    """Raises `NotStaff` for anyone who does not work on plans."""
    member = staff.of(office.session, telegram_id)
    if member is None or member.role not in MAY_WORK:
        raise NotStaff
    return member


def may_see(office: Office, member: Member, plan: Plan) -> bool:
    if is_own(office, member.telegram_id, plan):
        return False
    return staff.works_for(office.session, member, plan.agency)


def works_for(office: Office, member: Member, agency: str) -> bool:
    """Whether an agency is within a member's scope."""
    return staff.works_for(office.session, member, agency)


def is_own(office: Office, telegram_id: int, plan: Plan) -> bool:
    """Whether someone asked for a plan, or may see its account as a citizen."""
    own = telegram_id == plan.telegram_id
    return own or plan.contributor_id in accounts_of(office, telegram_id)


def find(office: Office, typed: str) -> int:
    """The id behind a reference as typed; it says nothing about who may see the plan.

    Raises:
        NotAReference, ReferenceMistyped: as in `references`.
        NoSuchPlan: well written, but not one of a plan.
    """
    reference = references.parse(typed)
    found = None
    if reference.kind is Kind.PLAN:
        found = office.session.scalar(select(Plan.id).where(Plan.reference == str(reference)))
    if found is None:
        raise NoSuchPlan
    return found


def deciders_of(office: Office, plan: Plan) -> list[Member]:
    """Who decides a plan at its present level: the directors, or the central level."""
    if plan.level == "agency":
        found = staff.directors_of(office.session, plan.agency)
    else:
        found = staff.central(office.session)
    return [one for one in found if not is_own(office, one.telegram_id, plan)]


def clerks_of(office: Office, plan: Plan) -> list[Member]:
    """Who checks a receipt: the agency's agents, else its directors, else the central level."""
    for found in (
        staff.agents_of(office.session, plan.agency),
        staff.directors_of(office.session, plan.agency),
        staff.central(office.session),
    ):
        if others := [one for one in found if not is_own(office, one.telegram_id, plan)]:
            return others
    return []


def of_staff(office: Office, member: Member, within: Iterable[State]) -> list[Plan]:
    """The plans of some states that exist for a member, the one to answer first first."""
    statement = select(Plan).where(Plan.state.in_([state.value for state in within]))
    if member.agency is not None:
        statement = statement.where(Plan.agency.in_(office.under(member.agency)))
    own = accounts_of(office, member.telegram_id)
    plans = office.session.scalars(statement.order_by(Plan.answer_by, Plan.id)).all()
    return [
        plan
        for plan in plans
        if plan.contributor_id not in own and plan.telegram_id != member.telegram_id
    ]


def open_claims(office: Office, member: Member) -> list[tuple[Plan, PlanClaim]]:
    """The receipts that wait to be checked in a member's scope, the oldest first."""
    statement = (
        select(Plan, PlanClaim)
        .join(PlanClaim, PlanClaim.plan_id == Plan.id)
        .where(PlanClaim.state == "open")
        .order_by(PlanClaim.id)
    )
    if member.agency is not None:
        statement = statement.where(Plan.agency.in_(office.under(member.agency)))
    return [
        (plan, claim)
        for plan, claim in office.session.execute(statement)
        if not is_own(office, member.telegram_id, plan)
    ]


def person_of(office: Office, plan: Plan) -> int | None:
    """Who is told about a plan: who agreed to it, while they may still see the account; else
    the contributor's own account. None while nobody is linked."""
    rows = office.session.execute(
        select(Link.telegram_id, Link.kind)
        .where(
            Link.contributor_id == plan.contributor_id,
            Link.ended_at.is_(None),
            or_(Link.until.is_(None), Link.until >= office.today),
        )
        .order_by(Link.kind.desc(), Link.id)
    ).all()
    if any(telegram_id == plan.telegram_id for telegram_id, _ in rows):
        return plan.telegram_id
    return next((telegram_id for telegram_id, kind in rows if kind == "self"), None)


def accounts_of(office: Office, telegram_id: int) -> list[int]:
    return [
        one.contributor_id for one in linking.accounts_of(office.session, telegram_id, office.today)
    ]
