"""The words of a simulation's result."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from handlers.account.explain_text import rules
from handlers.account.text import estimate
from handlers.words import Words
from services.contributions import Allocation, Use
from services.contributions.simulation import IncomeSimulation, PaymentSimulation
from services.money import Centimes
from services.situation import Situation


def income(words: Words, declared: Centimes, result: IncomeSimulation, *, today: date) -> str:
    """What declaring an income would cost, the limit it met, and the two dates."""
    year, base = result.rules.year, result.base.base
    lines = [
        words.text(
            "simulate.income_result",
            income=declared,
            year=year,
            due=result.base.due,
            estimate=estimate(words, result.estimate),
        ),
        "",
    ]
    if base is not None and base > declared:
        lines.append(words.text("simulate.raised", base=base))
    elif base is not None and base < declared:
        lines.append(words.text("simulate.lowered", base=base))
    lines += [
        words.text(
            "simulate.calculation",
            rate=Fraction(result.rules.rate, 10_000),
            base=base,
            due=result.base.due,
        ),
        rules(words, result.rows),
        "",
        words.text("simulate.pay_by", day=result.rules.due),
        words.text("simulate.declare_by", day=result.declare_by),
    ]
    if year > today.year:
        lines += ["", words.text("simulate.future_year", year=year)]
    return "\n".join(lines)


def payment(words: Words, found: Situation, result: PaymentSimulation, *, today: date) -> str:
    """What is owed on the day, what the payment settles, what remains."""
    before, after = result.before, result.after
    lines = [
        words.text("simulate.payment_result", amount=result.amount, day=after.on),
        "",
        words.text(
            "simulate.owed_then", total=before.total, estimate=estimate(words, before.estimate)
        ),
    ]
    grown = before.surcharge - found.position.surcharge
    if after.on > today and grown > 0:
        lines.append(words.text("simulate.grown", amount=grown))
    if result.may_be_added:
        lines.append(words.text("simulate.may_be_added", amount=result.may_be_added))
    known = {paid.receipt for paid in found.facts.payments}
    settled = [part for part in after.allocations if part.receipt not in known]
    if settled:
        lines += ["", words.text("simulate.settles"), *(_settles(words, part) for part in settled)]
    remains = estimate(words, after.estimate)
    lines += ["", words.text("simulate.remains", total=after.total, estimate=remains)]
    return "\n".join(lines)


def _settles(words: Words, part: Allocation) -> str:
    if part.use is Use.CREDIT:
        return words.text("simulate.settles_credit", amount=part.amount)
    key = "principal" if part.use is Use.PRINCIPAL else "surcharge"
    return words.text(f"simulate.settles_{key}", year=part.year, amount=part.amount)
