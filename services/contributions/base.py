"""The base of a year and the contribution due on it.

Source: décret exécutif 15-289. Declared, or provisionally the previous year's
base, or the floor; never under the floor or over the ceiling of its year.
"""

from __future__ import annotations

from typing import NamedTuple

from services.contributions.result import BaseSource, Limit
from services.money import Centimes
from services.policy.year import YearRules

_DECLARED, _PROVISIONAL = BaseSource.DECLARED, BaseSource.PROVISIONAL
_FLOOR, _FLAT = BaseSource.FLOOR, BaseSource.FLAT
_WITHIN, _TO_FLOOR, _TO_CEILING = Limit.NONE, Limit.FLOOR, Limit.CEILING


class YearBase(NamedTuple):
    """`base` is None for a flat sum; `unsure`: a rule that determined it is unsure."""

    base: Centimes | None
    source: BaseSource
    declared_in: int | None
    limit: Limit
    due: Centimes
    unsure: bool


def year_base(
    rules: YearRules, declared: Centimes | None, previous: YearBase | None = None
) -> YearBase:
    """Determine a year's base and contribution, in centimes; half a centime rounds up.

    `previous` is the year before, if it was owed. Its base carries over only while it
    goes back to a declaration: who never declared owes each year's own floor.
    """
    carried_doubt = False
    if declared is not None:
        wanted, source, declared_in = declared, _DECLARED, rules.year
    elif rules.flat is not None:
        return YearBase(None, _FLAT, None, _WITHIN, rules.flat, rules.flat_unsure)
    elif previous is not None and previous.base is not None and previous.declared_in is not None:
        wanted, source, declared_in = previous.base, _PROVISIONAL, previous.declared_in
        carried_doubt = previous.unsure
    else:
        due = Centimes((rules.floor * rules.rate + 5_000) // 10_000)
        return YearBase(rules.floor, _FLOOR, None, _WITHIN, due, rules.floor_unsure)
    if wanted < rules.floor:
        base, limit, unsure = rules.floor, _TO_FLOOR, rules.floor_unsure
    elif wanted > rules.ceiling:
        base, limit, unsure = rules.ceiling, _TO_CEILING, rules.ceiling_unsure
    else:
        base, limit, unsure = wanted, _WITHIN, carried_doubt
    due = Centimes((base * rules.rate + 5_000) // 10_000)
    return YearBase(base, source, declared_in, limit, due, unsure)
