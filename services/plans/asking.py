"""Asking for a plan and agreeing to it: the citizen's side, and the clerk's on their behalf.

What is signed is always worked out anew in the same transaction. If it is not what the person
saw, nothing is signed: they see the new figures and are asked again.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from services import events
from services.office import Office
from services.people import Role
from services.plans import access, quoting, states, store
from services.plans.quoting import Case, FiguresChanged, Quote
from services.plans.schedule import Schedule
from services.plans.states import By, State
from services.plans.terms import Wish
from services.records.plans import Plan
from services.staff import Member


class AlreadyOne(Exception):
    """The contributor has a plan that waits or runs already; carries it."""

    def __init__(self, plan: Plan | None) -> None:
        super().__init__("there is a plan already")
        self.plan = plan


class NeedsADecision(Exception):
    """A machine may not grant this; carries the quote with its reasons."""

    def __init__(self, quote: Quote) -> None:
        super().__init__("outside standard terms")
        self.quote = quote


@dataclass(frozen=True, slots=True)
class Asker:
    """Who acts: a person for a contributor whose account they may see."""

    telegram_id: int
    contributor_id: int
    language: str


def current(office: Office, contributor_id: int) -> Plan | None:
    """The plan that waits for someone's word, else the one that runs."""
    waiting = store.latest_of(office.session, contributor_id, states.WAITING)
    return waiting or store.latest_of(office.session, contributor_id, states.LIVE)


def agree_at_once(office: Office, asker: Asker, wish: Wish, *, seen: str) -> Plan:
    """Sign a plan inside standard terms. `seen` is the mark of the text that was confirmed.

    Raises:
        FiguresChanged: nothing was signed; the new quote is to be confirmed.
        NeedsADecision: a person has to grant it.
        AlreadyOne, and what `quoting` raises.
    """
    quote = _fresh(office, asker, wish, seen)
    if quote.reasons:
        raise NeedsADecision(quote)
    old = _to_replace(office, asker.contributor_id)
    if old is not None:
        raise AlreadyOne(old)
    plan = _new_plan(office, quote, telegram_id=asker.telegram_id)
    _insert(office, plan, "plan.granted", by=By.MACHINE, actor=_actor(asker))
    _sign(office, plan, quote.case, quote.schedule, asker)
    return plan


def send_request(office: Office, asker: Asker, wish: Wish, *, seen: str, note: str = "") -> Plan:
    """Send a wish to the agency's director, or to the central level where there is none.

    Raises:
        FiguresChanged, AlreadyOne, and what `quoting` raises.
    """
    quote = _fresh(office, asker, wish, seen)
    old = _to_replace(office, asker.contributor_id)
    plan = _new_plan(office, quote, telegram_id=asker.telegram_id)
    plan.replaces = old.id if old is not None else None
    _promise(office, plan)
    _insert(office, plan, "plan.requested", by=By.CITIZEN, actor=_actor(asker))
    if note:
        store.say(office, plan, "note", asker.telegram_id, note)
    return plan


def prepare(office: Office, clerk: Member, contributor_id: int, wish: Wish) -> Plan:
    """Open a plan at the counter on behalf of a citizen, who has the last word in the chat.

    Raises:
        access.NoSuchPlan: the contributor is not of the clerk's agency, or is the clerk.
        AlreadyOne, and what `quoting` raises.
    """
    case = quoting.case_of(office, contributor_id)
    old = _to_replace(office, contributor_id)
    if old is not None:
        raise AlreadyOne(old)
    plan = _new_plan(office, quoting.quote(office, case, wish), telegram_id=None)
    plan.prepared_by = clerk.telegram_id
    if clerk.role is Role.CENTRAL:
        plan.level = "central"
    if not access.may_see(office, clerk, plan):
        raise access.NoSuchPlan
    _insert(office, plan, "plan.prepared", by=By.CLERK, actor=events.staff(clerk.telegram_id))
    return plan


def quote_of(office: Office, plan: Plan) -> Quote:
    """What would be signed today for a plan that waits: its granted terms, else its wish.

    Once a person granted the terms, no reason stands in the way any more.
    """
    case = quoting.case_of(office, plan.contributor_id)
    if plan.granted is not None:
        found = quoting.quote(office, case, quoting.read_wish(plan.granted))
        return Quote(case, found.wish, found.schedule, ())
    return quoting.quote(office, case, quoting.read_wish(plan.wish))


def agree(office: Office, asker: Asker, plan_id: int, *, seen: str) -> Plan:
    """Say yes to what was offered by a person or prepared by a clerk. What a clerk prepared
    outside standard terms goes to the director instead.

    Raises:
        access.NoSuchPlan, FiguresChanged, states.NotNow, and what `quoting` raises.
    """
    plan = access.for_citizen(office, asker.telegram_id, plan_id, lock=True)
    if State(plan.state) not in (State.OFFERED, State.PREPARED):
        raise states.NotNow(State(plan.state), "plan.agreed")
    quote = quote_of(office, plan)
    if quote.mark != seen:
        raise FiguresChanged(quote)
    plan.telegram_id = asker.telegram_id
    if quote.reasons:
        store.put_figures(plan, quote.case.debt, quote.schedule)
        plan.reasons = [reason.why.value for reason in quote.reasons]
        _promise(office, plan)
        store.move(office, plan, "plan.requested", by=By.CITIZEN, actor=_actor(asker))
        return plan
    if plan.replaces is not None:
        old = store.load(office.session, plan.replaces, lock=True)
        if old is not None and State(old.state) in states.LIVE:
            old.ended_on = office.today
            store.move(
                office,
                old,
                "plan.replaced",
                by=By.CITIZEN,
                actor=_actor(asker),
                data={"by": plan.reference},
            )
    event = "plan.agreed" if plan.state == State.OFFERED else "plan.granted"
    store.move(office, plan, event, by=By.CITIZEN, actor=_actor(asker))
    _sign(office, plan, quote.case, quote.schedule, asker)
    return plan


def withdraw(office: Office, telegram_id: int, plan_id: int) -> Plan:
    """Take a request back, or say no to an offer.

    Raises:
        access.NoSuchPlan, states.NotNow
    """
    plan = access.for_citizen(office, telegram_id, plan_id, lock=True)
    store.move(office, plan, "plan.withdrawn", by=By.CITIZEN, actor=events.person(telegram_id))
    plan.ended_on = office.today
    office.session.flush()
    return plan


def answer(office: Office, telegram_id: int, plan_id: int, text: str) -> Plan:
    """Answer the decider's question; the promised date moves by the days it waited.

    Raises:
        access.NoSuchPlan, states.NotNow
    """
    plan = access.for_citizen(office, telegram_id, plan_id, lock=True)
    store.move(office, plan, "plan.answered", by=By.CITIZEN, actor=events.person(telegram_id))
    store.say(office, plan, "answer", telegram_id, text)
    plan.answer_by = office.calendar(plan.agency).add_working_days(
        office.today, plan.days_left or 1
    )
    plan.days_left = None
    office.session.flush()
    return plan


# --- inside -----------------------------------------------------------------------------


def _fresh(office: Office, asker: Asker, wish: Wish, seen: str) -> Quote:
    if asker.contributor_id not in access.accounts_of(office, asker.telegram_id):
        raise access.NoSuchPlan
    quote = quoting.quote(office, quoting.case_of(office, asker.contributor_id), wish)
    if quote.mark != seen:
        raise FiguresChanged(quote)
    return quote


def _to_replace(office: Office, contributor_id: int) -> Plan | None:
    """The plan that runs; none may wait at the same time."""
    waiting = store.latest_of(office.session, contributor_id, states.WAITING)
    if waiting is not None:
        raise AlreadyOne(waiting)
    return store.latest_of(office.session, contributor_id, states.LIVE)


def _new_plan(office: Office, quote: Quote, *, telegram_id: int | None) -> Plan:
    plan = Plan(
        agency=quote.case.agency,
        contributor_id=quote.case.contributor_id,
        telegram_id=telegram_id,
        wish=quoting.keep_wish(quote.wish),
        reasons=[reason.why.value for reason in quote.reasons],
        level="agency",
        asked_at=office.now,
        own_changes=0,
    )
    store.put_figures(plan, quote.case.debt, quote.schedule)
    return plan


def _promise(office: Office, plan: Plan) -> None:
    """By when a person answers; without a director of the agency the central level does."""
    plan.level = "agency"
    if not access.deciders_of(office, plan):
        plan.level = "central"
    days = office.policy.standard_terms(office.today).decide_within_working_days
    plan.answer_by = office.calendar(plan.agency).add_working_days(office.today, days)


def _insert(office: Office, plan: Plan, event: str, *, by: By, actor: str) -> None:
    try:
        with office.session.begin_nested():
            # Inside, so that a plan that is not made gives its serial back.
            plan.reference = store.next_reference(office, plan.agency)
            store.begin(office, plan, event, by=by, actor=actor, data=_trail(plan))
    except IntegrityError:  # someone with the same account was quicker
        raise AlreadyOne(current(office, plan.contributor_id)) from None


def _sign(office: Office, plan: Plan, case: Case, schedule: Schedule, asker: Asker) -> None:
    """Make a plan's figures final, with what was known of payments on this day."""
    store.put_figures(plan, case.debt, schedule)
    plan.telegram_id = asker.telegram_id
    plan.language = asker.language
    plan.level = "agency"
    plan.signed_on = office.today
    plan.known = {payment.receipt: int(payment.amount) for payment in case.facts.payments}
    store.add_installments(office, plan, schedule.parts)
    store.note(office, plan, "plan.signed", actor=_actor(asker), data=_trail(plan))


def _trail(plan: Plan) -> dict[str, object]:
    return {
        "debt": plan.debt,
        "down_payment": plan.down_payment,
        "months": plan.months,
        "regular": plan.regular,
        "reasons": plan.reasons,
    }


def _actor(asker: Asker) -> str:
    return events.person(asker.telegram_id)
