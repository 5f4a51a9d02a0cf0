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
    farmers = policy.year(on.year, Category.FARMER)
    flat = policy.year(on.year, Category.AUTO_ENTREPRENEUR).flat
    relief, appeal = policy.relief(on), policy.appeal(on)
    rate = Fraction(rules.rate, _WHOLE)
    return {
        "year": str(on.year),
        "declare_by": policy.declaration_deadline(on.year, Category.TRADER),
        "pay_by": rules.due,
        "farmers_pay_by": farmers.due,
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
