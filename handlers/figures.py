"""Figures of the evaluation as people read them: units, names of places, findings in words."""

from __future__ import annotations

from fractions import Fraction

from handlers.words import Words
from services.evaluation.comparing import Compared
from services.evaluation.measures import Measure, Period, Unit
from services.evaluation.report import Finding
from services.evaluation.scope import Scope
from services.references import CENTRAL


def value(words: Words, measure: Measure, found: float | None) -> str:
    """A measure's value with its unit; the dash of "nothing to measure"."""
    if found is None:
        return words.label("figure.none")
    if measure.unit is Unit.COUNT:
        return words.number(round(found))
    if measure.unit is Unit.SHARE:
        return percent(words, found)
    figure = words.number(found) if isinstance(found, int) else decimal(words, found)
    return words.label(f"figure.{measure.unit.value}", figure=figure)


def percent(words: Words, share: float) -> str:
    """A share in whole percent, or with a tenth under 10 %."""
    places = 100 if share >= 0.0995 else 1_000
    return words.percent(Fraction(round(share * places), places))


def decimal(words: Words, number: float) -> str:
    """A number with one decimal, a comma before it."""
    whole, tenth = divmod(round(abs(number) * 10), 10)
    sign = "-" if number < 0 and (whole or tenth) else ""
    return words.code(f"{sign}{whole},{tenth}")


def ratio(words: Words, found: float | None) -> str:
    """Observed to expected as a percentage: 100 % is what was expected."""
    return words.label("figure.none") if found is None else percent(words, found)


def interval(words: Words, one: Compared) -> str:
    if one.low is None or one.high is None:
        return words.label("figure.none")
    low, high = percent(words, one.low), percent(words, one.high)
    return words.label("figure.interval", low=low, high=high)


def place_name(words: Words, scope: Scope, place: str) -> str:
    """An agency's name; its code where the fund no longer lists it."""
    if place == CENTRAL:
        return words.label("place.central")
    return scope.names(words.right_to_left).get(place, place)


def period_name(words: Words, period: Period) -> str:
    """From the first day to the last, both written out."""
    return words.label("figure.period", first=period.months[0], last=period.last)


def sentence(words: Words, scope: Scope, finding: Finding) -> str:
    """A finding as one sentence, plain."""
    shown: dict[str, object] = {}
    for name, found in finding.values.items():
        shown[name] = percent(words, found) if isinstance(found, float) else found
    if finding.place is not None:
        shown["place"] = place_name(words, scope, finding.place)
    if finding.measure is not None:
        shown["measure"] = words.label(f"compared.{finding.measure}")
    return words.label(f"finding.{finding.kind}", **shown)
