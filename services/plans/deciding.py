"""What a person of the fund decides: the agency's director, or the central level.

Each decision locks the plan first, so of two at once one is made and the other finds it made.
"""

from __future__ import annotations

from datetime import timedelta

from services import events
from services.office import Office
from services.plans import access, quoting, states, store
from services.plans.quoting import Quote
from services.plans.states import By, State
from services.plans.terms import Wish
from services.records.plans import Plan

TEXT_MAX = 1_000


class DecidedAlready(Exception):
    """Someone else was quicker: carries the plan as it stands now."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("decided already")
        self.plan = plan


class ReasonNeeded(ValueError):
    """Nobody is refused without a reason they can read."""

    def __init__(self) -> None:
        super().__init__(f"a reason of 1 to {TEXT_MAX} characters is needed")


def terms_for(office: Office, telegram_id: int, plan_id: int, wish: Wish | None) -> Quote:
    """What granting would mean today: the citizen's own wish, or other terms.

    Raises:
        access.*, DecidedAlready, and what `quoting` raises.
    """
    plan = _to_decide(office, telegram_id, plan_id, states.BEFORE_DECISION)
    case = quoting.case_of(office, plan.contributor_id)
    return quoting.quote(office, case, wish or quoting.read_wish(plan.wish))


def grant(office: Office, telegram_id: int, plan_id: int, wish: Wish | None, *, seen: str) -> Plan:
    """Offer a plan: as asked, or with other terms. The citizen confirms it in the chat.

    Raises:
        access.*, DecidedAlready, quoting.FiguresChanged, and what `quoting` raises.
    """
    plan = _to_decide(office, telegram_id, plan_id, states.BEFORE_DECISION)
    quote = terms_for(office, telegram_id, plan_id, wish)
    if quote.mark != seen:
        raise quoting.FiguresChanged(quote)
    plan.granted = quoting.keep_wish(quote.wish)
    store.put_figures(plan, quote.case.debt, quote.schedule)
    _decided(office, plan, "plan.offered", telegram_id, {"other_terms": wish is not None})
    return plan


def refuse(office: Office, telegram_id: int, plan_id: int, reason: str) -> Plan:
    """Refuse with a reason that the citizen reads, and the way to appeal.

    Raises:
        access.*, DecidedAlready, ReasonNeeded
    """
    text = _text(reason)
    plan = _to_decide(office, telegram_id, plan_id, states.BEFORE_DECISION)
    _decided(office, plan, "plan.refused", telegram_id, None)
    store.say(office, plan, "reason", telegram_id, text)
    plan.ended_on = office.today
    office.session.flush()
    return plan


def ask(office: Office, telegram_id: int, plan_id: int, question: str) -> Plan:
    """Ask the citizen something; until the answer the promised date stands still.

    Raises:
        access.*, DecidedAlready, ReasonNeeded
    """
    text = _text(question)
    plan = _to_decide(office, telegram_id, plan_id, (State.REQUESTED,))
    store.move(office, plan, "plan.questioned", by=By.DECIDER, actor=events.staff(telegram_id))
    store.say(office, plan, "question", telegram_id, text)
    plan.days_left = _working_days_left(office, plan)
    office.session.flush()
    return plan


def confirm_lapse(office: Office, telegram_id: int, plan_id: int, reason: str) -> Plan:
    """End a plan that was not kept, with a reason. Frozen surcharges are due again with it.

    Raises:
        access.*, DecidedAlready, ReasonNeeded, StillTime
    """
    text = _text(reason)
    plan = _to_decide(office, telegram_id, plan_id, (State.LAPSE_PROPOSED,))
    if plan.save_by is not None and office.today <= plan.save_by:
        raise StillTime(plan)
    _decided(office, plan, "plan.lapsed", telegram_id, {"frozen": plan.frozen})
    store.say(office, plan, "reason", telegram_id, text)
    plan.ended_on = office.today
    office.session.flush()
    return plan


class StillTime(Exception):
    """The citizen was promised time to save the plan, and it is not over; carries the plan."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("the cure window is still open")
        self.plan = plan


def delay(office: Office, telegram_id: int, plan_id: int) -> Plan:
    """Give more time: the plan runs on, and is not proposed to lapse again before the day.

    Raises:
        access.*, DecidedAlready
    """
    plan = _to_decide(office, telegram_id, plan_id, (State.LAPSE_PROPOSED,))
    days = office.policy.plan_trouble(office.today).overdue_days
    until = office.calendar(plan.agency).working_day_on_or_after(
        office.today + timedelta(days=days)
    )
    _decided(office, plan, "plan.delayed", telegram_id, {"until": until.isoformat()})
    plan.delayed_until = until
    plan.lapse_proposed_on = plan.save_by = plan.decide_by = plan.save_numbers = None
    office.session.flush()
    return plan


# --- inside -----------------------------------------------------------------------------


def _to_decide(office: Office, telegram_id: int, plan_id: int, within: tuple[State, ...]) -> Plan:
    plan = access.for_decider(office, telegram_id, plan_id)
    if State(plan.state) not in within:
        raise DecidedAlready(plan)
    return plan


def _decided(
    office: Office, plan: Plan, event: str, telegram_id: int, data: dict[str, object] | None
) -> None:
    store.move(office, plan, event, by=By.DECIDER, actor=events.staff(telegram_id), data=data)
    plan.decided_by = telegram_id
    plan.decided_at = office.now
    office.session.flush()


def _text(text: str) -> str:
    cleaned = text.strip()
    if not 1 <= len(cleaned) <= TEXT_MAX:
        raise ReasonNeeded
    return cleaned


def _working_days_left(office: Office, plan: Plan) -> int:
    """Working days after today up to the promised day, at least one."""
    calendar, day, days = office.calendar(plan.agency), office.today, 0
    while plan.answer_by is not None and day < plan.answer_by:
        day += timedelta(days=1)
        days += calendar.is_working_day(day)
    return max(days, 1)
