"""The words of a plan: its debt, its proposals, its exact text, its reasons, how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from handlers.account.text import ranges
from handlers.words import Words
from services.money import Centimes
from services.plans.debt import Debt, PlanKind
from services.plans.living import Progress
from services.plans.quoting import Case, Quote
from services.plans.schedule import MONTH_END, Installment, Schedule
from services.plans.states import State
from services.plans.terms import Reason
from services.records.plans import Plan


def debt(words: Words, case: Case) -> str:
    """What is owed, and how a plan of today would treat it."""
    found = case.debt
    about = words.text("status.estimate") if found.estimate else ""
    lines = [words.text("plan.debt", amount=found.amount, on=found.on, estimate=about)]
    if found.kind is PlanKind.CAMPAIGN:
        lines.append(words.text("plan.debt_campaign", frozen=found.frozen))
    elif found.surcharge:
        lines.append(
            words.text("plan.debt_parts", principal=found.principal, surcharge=found.surcharge)
        )
    lines.append(words.text("plan.known_to", day=case.known_to))
    if found.estimate:
        lines.append(words.text("status.estimate_meaning"))
    if found.pay_first:
        lines.append(words.text("plan.campaign_pay_first", amount=found.pay_first))
    return "\n".join(lines)


def months(words: Words, count: int) -> str:
    return words.label("plan.months", n=count)


def day(words: Words, chosen: int) -> str:
    """The chosen day of the month, as it stands in a sentence."""
    if chosen == MONTH_END:
        return words.text("plan.on_month_end")
    return words.text("plan.on_day", day=chosen)


def proposal(words: Words, found: Schedule, case: Case) -> str:
    """One of those side by side: how many, how much, until when, and who decides it."""
    limits = case.standard
    at_once = found.debt <= limits.arrears_up_to and found.months <= limits.months_up_to
    return words.text(
        "plan.proposal" if at_once else "plan.proposal_decided",
        months=months(words, found.months),
        regular=found.regular,
        last=found.last.due,
    )


def agreement(words: Words, quote: Quote) -> str:
    """The exact text that is confirmed: every date and dinar, and what it means."""
    return "\n\n".join(
        (
            terms(words, quote.case.debt, quote.schedule),
            calendar(words, quote.schedule.parts),
            rights(words, quote.case.debt.kind, quote.case.debt.frozen),
        )
    )


def terms(words: Words, owed: Debt, schedule: Schedule) -> str:
    """What is spread and how, in a few lines."""
    about = words.text("status.estimate") if owed.estimate else ""
    lines = [
        words.text("plan.terms_debt", amount=schedule.debt, estimate=about),
        words.text("plan.terms_years", years=ranges(year.year for year in owed.years)),
    ]
    if schedule.down_payment:
        lines.append(
            words.text("plan.terms_down", amount=schedule.down_payment, on=schedule.signed_on)
        )
    lines.append(
        words.text(
            "plan.terms_installments",
            n=schedule.months,
            regular=schedule.regular,
            day=day(words, schedule.day),
        )
    )
    if schedule.last.amount != schedule.regular:
        lines.append(words.text("plan.terms_last", amount=schedule.last.amount))
    return "\n".join(lines)


def calendar(words: Words, parts: Sequence[Installment]) -> str:
    """Every part with its date and amount."""
    lines = [words.text("plan.calendar")]
    lines += [
        words.text(
            "plan.calendar_line" if part.number else "plan.calendar_down",
            number=str(part.number),
            due=part.due,
            amount=part.amount,
        )
        for part in parts
    ]
    total = Centimes(sum(part.amount for part in parts))
    lines.append(words.text("plan.calendar_total", total=total))
    return "\n".join(lines)


def rights(words: Words, kind: PlanKind, frozen: Centimes) -> str:
    """What a plan means for surcharges, benefits and changes."""
    lines = [words.text("plan.rights")]
    if kind is PlanKind.CAMPAIGN:
        lines.append(words.text("plan.right_waiver", frozen=frozen))
    else:
        lines.append(words.text("plan.right_surcharge"))
    lines += [words.text(f"plan.right_{name}") for name in ("chifa", "change", "trouble")]
    return "\n".join(lines)


def reasons(words: Words, found: Iterable[Reason], case: Case) -> str:
    """Why it is not granted at once, each with what would change it."""
    lines = [words.text("plan.reasons")]
    for reason in found:
        facts = dict(reason.facts)
        if "months" in facts:
            facts["months"] = months(words, facts["months"])
        if "limit" in facts and reason.why.value == "months_over":
            facts["limit"] = months(words, facts["limit"])
        lines.append(words.text(f"plan.why_{reason.why.value}", **facts))
        lines.append(words.text(f"plan.helps_{reason.why.value}", **facts))
    days = case.standard.decide_within_working_days
    lines.append(words.text("plan.reasons_end", n=days))
    return "\n".join(lines)


def head(words: Words, plan: Plan) -> str:
    return words.text(
        "plan.head",
        reference=plan.reference,
        state=words.label(f"plan.state_{plan.state}"),
    )


def asked(words: Words, plan: Plan) -> str:
    """What a plan that waits would be, by its last figures."""
    return words.text(
        "plan.asked",
        debt=plan.debt,
        down=plan.down_payment,
        months=months(words, plan.months),
        regular=plan.regular,
        day=day(words, plan.day),
    )


def progress(words: Words, plan: Plan, found: Progress, today: date) -> str:
    """How far a plan is, what comes next, and what is overdue with its exact sum."""
    lines = [
        words.text(
            "plan.progress",
            settled=found.settled,
            parts=len(found.parts),
            left=found.left,
        )
    ]
    if found.overdue:
        amount = Centimes(sum(part.left for part in found.overdue))
        lines.append(words.text("plan.overdue", n=len(found.overdue), amount=amount))
    elif found.next is not None:
        key = "plan.next_today" if found.next.due == today else "plan.next"
        lines.append(words.text(key, amount=found.next.left, due=found.next.due))
    if any(part.waits for part in found.parts):
        lines.append(words.text("plan.receipt_waits"))
    if plan.state == State.LAPSE_PROPOSED and plan.save_by is not None:
        amount = Centimes(
            sum(part.left for part in found.parts if part.number in (plan.save_numbers or ()))
        )
        key = "plan.save_by" if today <= plan.save_by else "plan.save_late"
        lines.append(words.text(key, amount=amount, by=plan.save_by))
    return "\n".join(lines)


def lived(words: Words, found: Progress) -> str:
    """Every part with what became of it."""
    lines = [words.text("plan.calendar")]
    for part in found.parts:
        mark = "plan.mark_open"
        if part.settled:
            mark = "plan.mark_settled"
        elif part.waits:
            mark = "plan.mark_waits"
        elif part in found.overdue:
            mark = "plan.mark_overdue"
        elif part.left != part.amount:
            mark = "plan.mark_part"
        number = str(part.number) if part.number else words.label("plan.part_down")
        lines.append(
            words.text(mark, number=number, due=part.due, amount=part.amount, left=part.left)
        )
    return "\n".join(lines)
