"""Telling others: the citizen of what was decided or happened, the desk of what waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers import whose
from handlers.buttons import Button, Rows
from handlers.notices import tell
from handlers.turn import Kit
from services.outbox import Lane, Outbox
from services.plans import access, daily, store, undelivered
from services.plans.daily import Happening, What
from services.plans.office import Office
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
    plan, facts = happening.plan, happening.facts
    match happening.what:
        case What.PAID:
            progress = facts["progress"]
            # After a part payment in full of what is due, the next one is named.
            next_part = progress.next
            key = "plan.news_paid" if next_part is not None else "plan.news_paid_waits"
            values = (
                {"amount": next_part.left, "due": next_part.due} if next_part is not None else {}
            )
            tell_citizen(
                kit,
                outbox,
                office,
                plan,
                key,
                repeatable=repeatable,
                n=len(facts["numbers"]),
                left=progress.left,
                **values,
            )
        case What.COMPLETED:
            key = "plan.news_completed"
            if plan.frozen:
                key = (
                    "plan.news_completed_waiver" if facts["waiver"] else "plan.news_completed_late"
                )
                tell_deciders(
                    kit,
                    outbox,
                    office,
                    plan,
                    "plan_desk.news_waiver" if facts["waiver"] else "plan_desk.news_waiver_late",
                    repeatable=repeatable,
                )
            tell_citizen(kit, outbox, office, plan, key, repeatable=repeatable, frozen=plan.frozen)
        case What.SAVED:
            tell_citizen(kit, outbox, office, plan, "plan.news_saved", repeatable=repeatable)
        case What.MISSED:
            tell_citizen(
                kit,
                outbox,
                office,
                plan,
                "plan.news_missed" if facts["danger_day"] else "plan.news_missed_waits",
                _trouble_rows(plan, len(facts["late"])),
                repeatable=repeatable,
                lane=Lane.INSTALLMENT,
                n=len(facts["late"]),
                amount=facts["amount"],
                day=facts["danger_day"],
            )
        case What.LAPSE_PROPOSED:
            tell_citizen(
                kit,
                outbox,
                office,
                plan,
                "plan.news_lapse_proposed",
                _trouble_rows(plan, len(plan.save_numbers or ())),
                repeatable=repeatable,
                lane=Lane.INSTALLMENT,
                amount=facts["amount"],
                by=facts["save_by"],
            )
            tell_deciders(kit, outbox, office, plan, "plan_desk.news_lapse", repeatable=repeatable)
        case What.LAPSE_TO_DECIDE:
            tell_citizen(
                kit, outbox, office, plan, "plan.news_lapse_to_decide", repeatable=repeatable
            )
            tell_deciders(
                kit, outbox, office, plan, "plan_desk.news_lapse_decide", repeatable=repeatable
            )
        case What.LAPSE_ESCALATED:
            tell_deciders(
                kit, outbox, office, plan, "plan_desk.news_lapse_central", repeatable=repeatable
            )
        case What.ESCALATED:
            tell_citizen(
                kit,
                outbox,
                office,
                plan,
                "plan.news_escalated",
                repeatable=repeatable,
                promised=facts["promised"],
                by=facts["answer_by"],
            )
            tell_deciders(
                kit, outbox, office, plan, "plan_desk.news_central", repeatable=repeatable
            )


def _trouble_rows(plan: Plan, overdue: int) -> list[list[Button]]:
    """I have paid, all of it where several are overdue; or new terms; or a look at the plan."""
    number = str(plan.id)
    paid = Button("plan.button_paid", "plan.paid", number)
    if overdue > 1:
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
