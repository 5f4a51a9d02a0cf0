"""Telling others: the citizen of what was decided or happened, the desk of what waits for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers import whose
from handlers.buttons import Button, Rows
from handlers.kit import Kit
from handlers.notices import tell
from services.office import Office
from services.outbox import Lane, Outbox
from services.plans import access, daily, store, undelivered
from services.plans.daily import Happening, What
from services.records.plans import Plan, PlanClaim
from services.staff import Member


def tell_deciders(
    kit: Kit, outbox: Outbox, office: Office, plan: Plan, key: str, *, repeatable: bool = True
) -> None:
    """News of a plan for everyone who decides it at its present level."""
    _tell_members(
        kit,
        outbox,
        office,
        access.deciders_of(office, plan),
        plan,
        key,
        [[Button("plan_desk.button_open", "plan_desk.show", str(plan.id))]],
        repeatable=repeatable,
        by=plan.answer_by or plan.decide_by or office.today,
    )


def tell_clerks(kit: Kit, outbox: Outbox, office: Office, plan: Plan, claim: PlanClaim) -> None:
    """A receipt waits to be checked."""
    _tell_members(
        kit,
        outbox,
        office,
        access.clerks_of(office, plan),
        plan,
        "plan_desk.news_receipt",
        [[Button("plan_desk.button_receipt", "plan_desk.receipt", str(claim.id))]],
        amount=claim.amount,
    )


def tell_decider_of_agreement(kit: Kit, outbox: Outbox, office: Office, plan: Plan) -> None:
    """What was offered is signed: whoever decided hears of it."""
    if plan.decided_by is not None:
        tell(
            kit,
            office.session,
            outbox,
            plan.decided_by,
            "plan_desk.news_agreed",
            [[Button("plan_desk.button_open", "plan_desk.show", str(plan.id))]],
            lane=Lane.STAFF,
            reference=plan.reference,
            name=lambda words: whose.name_in(words, office.session, plan.contributor_id),
        )


def tell_citizen(
    kit: Kit,
    outbox: Outbox,
    office: Office,
    plan: Plan,
    key: str,
    rows: Rows | None = None,
    *,
    repeatable: bool = True,
    lane: Lane = Lane.CONVERSATION,
    author: int | None = None,
    **values: Any,
) -> bool:
    """One message to whoever may see the plan; False when nobody can be reached. With `author`
    (who decided), a delivery that fails later returns to them."""
    person = access.person_of(office, plan)
    if person is None:
        return False
    if rows is None:
        rows = [[Button("plan.button_show", "plan.show", str(plan.id))]]
    call = tell(
        kit,
        office.session,
        outbox,
        person,
        key,
        rows,
        lane=lane,
        repeatable=repeatable,
        subject=undelivered.subject(plan.id, author) if author is not None else None,
        reference=plan.reference,
        **values,
    )
    return call is not None


def run(kit: Kit, session: Session, now: datetime, outbox: Outbox) -> None:
    """The job `plans`: payments matched, plans completed, saved, in danger; promises that
    passed. Idempotent: what was done is in the records, so another run finds nothing."""
    office = Office(session, kit.policy, kit.vault, now)
    for happening in daily.run(office):
        tell_of(kit, outbox, office, happening, repeatable=False)
    for failed in undelivered.take(office):
        plan = store.load(session, failed.plan_id)
        if plan is not None:
            tell(
                kit,
                session,
                outbox,
                failed.author,
                "plan_desk.news_undelivered",
                [[Button("plan_desk.button_open", "plan_desk.show", str(plan.id))]],
                lane=Lane.STAFF,
                repeatable=False,
                reference=plan.reference,
                name=lambda words, plan=plan: whose.name_in(words, session, plan.contributor_id),
            )


def tell_of(
    kit: Kit, outbox: Outbox, office: Office, happening: Happening, *, repeatable: bool
) -> None:
    """Everyone whom something concerns, each in their own words."""
    plan, what = happening.plan, happening.what
    if what in _FOR_CITIZEN:
        key, values = _FOR_CITIZEN[what](happening)
        reached = tell_citizen(
            kit,
            outbox,
            office,
            plan,
            key,
            _trouble_rows(happening) if what in _TROUBLE else None,
            repeatable=repeatable,
            lane=Lane.INSTALLMENT if what in _TROUBLE else Lane.CONVERSATION,
            **values,
        )
        if not reached and what in _MUST_HEAR:
            _tell_members(
                kit,
                outbox,
                office,
                access.clerks_of(office, plan),
                plan,
                "plan_desk.news_not_reached",
                [[Button("plan_desk.button_open", "plan_desk.show", str(plan.id))]],
                repeatable=repeatable,
            )
    if (desk := _for_desk(happening)) is not None:
        tell_deciders(kit, outbox, office, plan, desk, repeatable=repeatable)


_Words = tuple[str, dict[str, Any]]


def _paid(happening: Happening) -> _Words:
    """What was paid, what is left, and the next one to pay, if none of it waits for a clerk."""
    progress = happening.facts["progress"]
    values = {"n": len(happening.facts["numbers"]), "left": progress.left}
    if progress.next is None:
        return "plan.news_paid_waits", values
    return "plan.news_paid", values | {"amount": progress.next.left, "due": progress.next.due}


def _completed(happening: Happening) -> _Words:
    frozen = happening.plan.frozen
    if not frozen:
        return "plan.news_completed", {}
    kept = happening.facts["waiver"]
    key = "plan.news_completed_waiver" if kept else "plan.news_completed_late"
    return key, {"frozen": frozen}


def _missed(happening: Happening) -> _Words:
    facts = happening.facts
    if facts["danger_day"] is None:
        return "plan.news_missed_waits", {"amount": facts["amount"]}
    return "plan.news_missed", {
        "n": len(facts["late"]),
        "amount": facts["amount"],
        "day": facts["danger_day"],
    }


_FOR_CITIZEN: dict[What, Callable[[Happening], _Words]] = {
    What.PAID: _paid,
    What.COMPLETED: _completed,
    What.SAVED: lambda _: ("plan.news_saved", {}),
    What.MISSED: _missed,
    What.LAPSE_PROPOSED: lambda found: (
        "plan.news_lapse_proposed",
        {"amount": found.facts["amount"], "by": found.facts["save_by"]},
    ),
    What.LAPSE_TO_DECIDE: lambda _: ("plan.news_lapse_to_decide", {}),
    What.ESCALATED: lambda found: (
        "plan.news_escalated",
        {"promised": found.facts["promised"], "by": found.facts["answer_by"]},
    ),
}
_TROUBLE = frozenset({What.MISSED, What.LAPSE_PROPOSED})
# What nobody may be left without knowing: where the chat cannot reach them, a clerk phones.
_MUST_HEAR = frozenset({What.LAPSE_PROPOSED, What.LAPSE_TO_DECIDE, What.ESCALATED})
_FOR_DESK = {
    What.LAPSE_PROPOSED: "plan_desk.news_lapse",
    What.LAPSE_TO_DECIDE: "plan_desk.news_lapse_decide",
    What.LAPSE_ESCALATED: "plan_desk.news_lapse_central",
    What.ESCALATED: "plan_desk.news_central",
}


def _for_desk(happening: Happening) -> str | None:
    if happening.what is What.COMPLETED and happening.plan.frozen:
        kept = happening.facts["waiver"]
        return "plan_desk.news_waiver" if kept else "plan_desk.news_waiver_late"
    return _FOR_DESK.get(happening.what)


def _trouble_rows(happening: Happening) -> list[list[Button]]:
    """I have paid, all of it where several are overdue; or new terms; or a look at the plan."""
    plan = happening.plan
    number = str(plan.id)
    late = happening.facts["late"] if happening.what is What.MISSED else plan.save_numbers or ()
    paid = Button("plan.button_paid", "plan.paid", number)
    if len(late) > 1:
        paid = Button("plan.button_paid_late", "plan.paid", f"{number}:late")
    return [
        [paid],
        [Button("plan.button_new_terms", "plan.new_terms", number)],
        [Button("plan.button_show", "plan.show", number)],
    ]


def _tell_members(
    kit: Kit,
    outbox: Outbox,
    office: Office,
    members: Sequence[Member],
    plan: Plan,
    key: str,
    rows: Rows,
    *,
    repeatable: bool = True,
    **values: Any,
) -> None:
    for member in members:
        tell(
            kit,
            office.session,
            outbox,
            member.telegram_id,
            key,
            rows,
            lane=Lane.STAFF,
            repeatable=repeatable,
            reference=plan.reference,
            name=lambda words: whose.name_in(words, office.session, plan.contributor_id),
            **values,
        )
