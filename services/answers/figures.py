"""The figures that answers mention, by the rules of the day; amounts in centimes."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from services.money import Centimes
from services.policy import Policy
from services.policy.category import Category

_WHOLE = 10_000  # basis points


def figures(policy: Policy, on: date) -> dict[str, Any]:
    """What the words of an answer may name, for the year of a day."""
    rules = policy.year(on.year, Category.TRADER)
    # Deadlines are told of the year in which one can still be kept.
    passed = on > policy.year(on.year, Category.FARMER).due
    coming = on.year + 1 if passed else on.year
    flat = policy.year(on.year, Category.AUTO_ENTREPRENEUR).flat
    relief, appeal = policy.relief(on), policy.appeal(on)
    rate = Fraction(rules.rate, _WHOLE)
    return {
        "year": str(on.year),
        "deadline_year": str(coming),
        "declare_by": policy.declaration_deadline(coming, Category.TRADER),
        "pay_by": policy.year(coming, Category.TRADER).due,
        "farmers_pay_by": policy.year(coming, Category.FARMER).due,
        "rate": rate,
        "minimum": Centimes(round(rules.floor * rate)),
        "maximum": Centimes(round(rules.ceiling * rate)),
        "flat": flat,
        "first": Fraction(rules.surcharge_first, _WHOLE),
        "monthly": Fraction(rules.surcharge_monthly, _WHOLE),
        "relief": Fraction(relief.ordinary, _WHOLE),
        "relief_force_majeure": Fraction(relief.force_majeure, _WHOLE),
        "national_above": appeal.straight_to_national_above,
        "against_local": str(appeal.against_local_decision.days),
        "silence": str(appeal.local_silence.days),
        "court": str(appeal.court.days),
    }
