"""Receipts that citizens sent: a clerk looks at the picture and confirms it, or says why not."""

from __future__ import annotations

from handlers import whose
from handlers.buttons import Button
from handlers.plans import telling
from handlers.plans.guard import office, pressed
from handlers.turn import Turn
from services import access_trail
from services.access_trail import What
from services.plans import access, daily, living
from services.plans.living import ClaimDecided
from services.records.plans import Plan, PlanClaim

SHOWN = 8


def list_(turn: Turn) -> None:
    """The receipts that wait to be checked, the oldest first."""
    the_office = office(turn)
    member = access.member_of(the_office, turn.caller.telegram_id)
    waiting = access.open_claims(the_office, member)
    rows = [
        [
            Button(
                "plan_desk.button_claim",
                "plan_desk.receipt",
                str(claim.id),
                values={"reference": plan.reference, "amount": claim.amount},
            )
        ]
        for plan, claim in waiting[:SHOWN]
    ]
    turn.show(
        "plan_desk.list_receipts",
        [*rows, [Button("plan_desk.button_home", "plan_desk.home")]],
        n=len(waiting),
    )


def show(turn: Turn) -> None:
    """The picture, with what it should prove."""
    plan, claim = access.claim_for_staff(office(turn), turn.caller.telegram_id, pressed(turn))
    if claim.state != "open":
        _checked_already(turn, plan, claim)
        return
    member = access.member_of(office(turn), turn.caller.telegram_id)
    access_trail.looked(
        turn.session, member, What.PLAN, now=turn.now, contributor_id=plan.contributor_id
    )
    method, field = (
        ("sendPhoto", "photo") if claim.file_kind == "photo" else ("sendDocument", "document")
    )
    turn.outbox.add(
        method,
        {
            "chat_id": turn.chat_id,
            field: claim.file_id,
            "caption": turn.words.label("plan_desk.button_plan", reference=plan.reference),
        },
        chat_id=turn.chat_id,
        lane=turn.lane,
    )
    number = str(claim.id)
    turn.say(
        "plan_desk.receipt",
        [
            [Button("plan_desk.button_receipt_yes", "plan_desk.receipt_yes", number)],
            [Button("plan_desk.button_receipt_no", "plan_desk.receipt_no", number)],
            [Button("plan_desk.button_receipts_back", "plan_desk.receipts")],
        ],
        reference=plan.reference,
        name=whose.display_name(turn, plan.contributor_id),
        amount=claim.amount,
        at=claim.at,
    )


def receipt_yes(turn: Turn) -> None:
    """The receipt is good: the installment counts as paid, and the citizen is told."""
    the_office = office(turn)
    try:
        plan, claim = living.confirm_claim(the_office, turn.caller.telegram_id, pressed(turn))
    except ClaimDecided as refusal:
        plan, claim = access.claim_for_staff(the_office, turn.caller.telegram_id, refusal.claim.id)
        _checked_already(turn, plan, claim)
        return
    telling.tell_citizen(
        turn.kit,
        turn.outbox,
        the_office,
        plan,
        "plan.news_receipt_confirmed",
        amount=claim.amount,
    )
    for happening in daily.settle(the_office, plan):
        telling.tell_of(turn.kit, turn.outbox, the_office, happening, repeatable=True)
    turn.show(
        "plan_desk.receipt_confirmed",
        [[Button("plan_desk.button_receipts_back", "plan_desk.receipts")]],
        reference=plan.reference,
    )


def receipt_no(turn: Turn) -> None:
    """Ask why a receipt cannot be accepted: the citizen reads it."""
    plan, claim = access.claim_for_staff(office(turn), turn.caller.telegram_id, pressed(turn))
    if claim.state != "open":
        _checked_already(turn, plan, claim)
        return
    turn.press = None
    turn.close(keep_draft=True)
    turn.caller.drafts["plan_desk"] = {"claim": claim.id}
    turn.go("plan_desk.reject")


def ask_reject(turn: Turn) -> None:
    plan, _ = _claim(turn)
    turn.ask("plan_desk.ask_reject", reference=plan.reference)


def answer_reject(turn: Turn) -> None:
    reason = turn.text.strip()
    if not reason:
        turn.say("plan.words_please")
        return
    _, claim = _claim(turn)
    the_office = office(turn)
    turn.close()
    try:
        plan, claim = living.reject_claim(
            the_office, turn.caller.telegram_id, claim.id, reason[:1_000]
        )
    except ClaimDecided as refusal:
        plan, claim = access.claim_for_staff(the_office, turn.caller.telegram_id, refusal.claim.id)
        _checked_already(turn, plan, claim)
        return
    telling.tell_citizen(
        turn.kit,
        turn.outbox,
        the_office,
        plan,
        "plan.news_receipt_rejected",
        [
            [Button("plan.button_paid", "plan.paid", str(plan.id))],
            [Button("plan.button_show", "plan.show", str(plan.id))],
        ],
        amount=claim.amount,
        text=reason[:1_000],
    )
    turn.say(
        "plan_desk.receipt_rejected",
        [[Button("plan_desk.button_receipts_back", "plan_desk.receipts")]],
        reference=plan.reference,
    )


def _claim(turn: Turn) -> tuple[Plan, PlanClaim]:
    return access.claim_for_staff(
        office(turn), turn.caller.telegram_id, int(turn.draft.get("claim", 0))
    )


def _checked_already(turn: Turn, plan: Plan, claim: PlanClaim) -> None:
    turn.show(
        f"plan_desk.receipt_was_{claim.state}",
        [[Button("plan_desk.button_receipts_back", "plan_desk.receipts")]],
        reference=plan.reference,
    )
