"""Fair comparison of places of unequal size: expected counts, limits of chance, shrinkage.

Pure functions. A place is compared with what would be expected of it with its own size and mix,
never with another place, and there is no ranking. Limits are probability limits of the exact
Poisson and binomial distributions (Seaton and Manktelow 2012 show why they, and not confidence
intervals, are the ones to draw), widened for over-dispersion as in Spiegelhalter 2005.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

WARNING_TAIL = 0.025  # outside the 95 % limits, on one side
ALARM_TAIL = 0.001  # outside the 99.8 % limits, on one side
TOO_FEW = 5.0
WINSORISED = 0.1


class Band(StrEnum):
    """Where a place lies. `TOO_FEW`: under 5 expected, nothing can be said."""

    TOO_FEW = "too_few"
    USUAL = "usual"
    ABOVE_95 = "above_95"
    ABOVE_998 = "above_998"
    BELOW_95 = "below_95"
    BELOW_998 = "below_998"

    @property
    def is_alarm(self) -> bool:
        return self in (Band.ABOVE_998, Band.BELOW_998)


@dataclass(frozen=True, slots=True)
class Compared:
    """One place: what was counted, what was expected, and what may be said of it.

    `ratio` is observed to expected; `low` and `high` its 95 % interval (Byar for counts, Wilson
    for shares, both as ratios); `shrunk` the same ratio drawn towards 1 by as much as chance
    explains. They are None where nothing was expected.
    """

    place: str
    observed: int
    expected: float
    of: int | None  # the cases a share is taken of; None for a count
    ratio: float | None
    low: float | None
    high: float | None
    shrunk: float | None
    band: Band


# --- expected -------------------------------------------------------------------------------


def expected_counts(
    observed: Mapping[tuple[str, str], int], exposed: Mapping[tuple[str, str], int]
) -> dict[str, float]:
    """What each place would count if every group had the same rate everywhere.

    Both map (place, group) to a number: cases to affiliates of a regime, or cases in target to
    cases of a category. The rate of a group is that of all places together.
    """
    totals: dict[str, int] = {}
    counts: dict[str, int] = {}
    for (_, group), number in exposed.items():
        totals[group] = totals.get(group, 0) + number
    for (_, group), number in observed.items():
        counts[group] = counts.get(group, 0) + number
    found: dict[str, float] = {}
    for (place, group), number in exposed.items():
        rate = counts.get(group, 0) / totals[group] if totals[group] else 0.0
        found[place] = found.get(place, 0.0) + rate * number
    return found


# --- limits of chance -----------------------------------------------------------------------


def poisson_limits(expected: float, tail: float) -> tuple[int, int]:
    """The lowest and highest count still inside: below or above it each lies at most `tail`."""
    from scipy import special  # heavy: only where agencies are compared

    if expected <= 0:
        return 0, 0
    high = _first(lambda count: special.pdtrc(count, expected) <= tail, expected)
    low = _first(lambda count: special.pdtr(count, expected) > tail, expected)
    return low, high


def binomial_limits(number: int, share: float, tail: float) -> tuple[int, int]:
    """The same for so many of `number` cases, each with the probability `share`."""
    from scipy import special

    if number <= 0 or not 0 < share < 1:
        sure = number if share >= 1 else 0
        return sure, sure
    middle = number * share

    def nothing_above(count: int) -> bool:
        return count >= number or special.bdtrc(count, number, share) <= tail

    def enough_below(count: int) -> bool:
        return count >= number or special.bdtr(count, number, share) > tail

    high, low = _first(nothing_above, middle), _first(enough_below, middle)
    return low, high


def normal_quantile(tail: float) -> float:
    """How many standard errors leave `tail` above them: 1.96 for 0.025."""
    from scipy import special

    return float(-special.ndtri(tail))


def over_dispersion(pairs: Sequence[tuple[float, float]]) -> float:
    """How much more the places differ than by chance alone; 1 where no more than that.

    `pairs` are (observed, expected) counts. Standardised on the square-root scale, the lowest
    and highest tenth drawn in (winsorised), φ is their mean square; it counts only when it is
    surely above 1, by two standard errors of what chance gives (Spiegelhalter 2005, section 3).
    """
    scores = sorted(
        2 * (math.sqrt(observed) - math.sqrt(expected))
        for observed, expected in pairs
        if expected >= TOO_FEW
    )
    places = len(scores)
    if places < 10:
        return 1.0
    cut = int(places * WINSORISED)
    lowest, highest = scores[cut], scores[places - 1 - cut]
    drawn_in = [min(max(score, lowest), highest) for score in scores]
    factor = sum(score * score for score in drawn_in) / places
    return factor if factor > 1 + 2 * math.sqrt(2 / places) else 1.0


def count_limits(expected: float, tail: float, dispersion: float = 1.0) -> tuple[float, float]:
    """The limits of a count: exact, or wider where places differ beyond chance."""
    low, high = poisson_limits(expected, tail)
    if dispersion <= 1:
        return low, high
    reach = normal_quantile(tail) * math.sqrt(dispersion) / 2
    root = math.sqrt(expected)
    return min(low, max(0.0, root - reach) ** 2), max(high, (root + reach) ** 2)


def share_limits(
    number: int, share: float, tail: float, dispersion: float = 1.0
) -> tuple[float, float]:
    """The limits of how many of `number`: exact, or wider where places differ beyond chance."""
    low, high = binomial_limits(number, share, tail)
    if dispersion <= 1 or not 0 < share < 1:
        return low, high
    reach = normal_quantile(tail) * math.sqrt(dispersion * number * share * (1 - share))
    middle = number * share
    return min(low, max(0.0, middle - reach)), max(high, min(float(number), middle + reach))


# --- intervals ------------------------------------------------------------------------------


def byar(count: int, tail: float = WARNING_TAIL) -> tuple[float, float]:
    """Byar's interval of a count (Breslow and Day 1987)."""
    z = normal_quantile(tail)
    low = 0.0
    if count > 0:
        low = count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3
    more = count + 1
    return max(0.0, low), more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3


def wilson(count: int, number: int, tail: float = WARNING_TAIL) -> tuple[float, float]:
    """Wilson's score interval of a share (Newcombe 1998, method 3); all of 0 to 1 without cases."""
    if number == 0:
        return 0.0, 1.0
    z = normal_quantile(tail)
    middle = 2 * count + z * z
    reach = z * math.sqrt(z * z + 4 * count * (1 - count / number))
    low = (middle - reach) / (2 * (number + z * z))
    high = (middle + reach) / (2 * (number + z * z))
    return max(0.0, low), min(1.0, high)


# --- shrinkage ------------------------------------------------------------------------------


def shrinkage(pairs: Sequence[tuple[float, float]]) -> float:
    """How strongly ratios are drawn towards 1: so many expected cases of evidence for it.

    By moments (Marshall 1991, ratios around 1): what the ratios vary beyond Poisson chance is
    taken for real. Infinite where chance explains everything.
    """
    known = [(observed, expected) for observed, expected in pairs if expected > 0]
    total = sum(expected for _, expected in known)
    if len(known) < 2 or total <= 0:
        return math.inf
    spread = sum(expected * (observed / expected - 1) ** 2 for observed, expected in known) / total
    real = spread - len(known) / total
    return 1 / real if real > 0 else math.inf


def shrink(observed: float, expected: float, evidence: float) -> float:
    """The ratio drawn towards 1, as the mean of a gamma-Poisson model."""
    if math.isinf(evidence):
        return 1.0
    return (observed + evidence) / (expected + evidence)


# --- places ---------------------------------------------------------------------------------


def compare_counts(observed: Mapping[str, int], expected: Mapping[str, float]) -> list[Compared]:
    """Every place with its expected count, in the order of codes."""
    pairs = [(observed.get(place, 0), want) for place, want in expected.items()]
    dispersion, evidence = over_dispersion(pairs), shrinkage(pairs)
    found = []
    for place in sorted(expected):
        count, want = observed.get(place, 0), expected[place]
        low, high = byar(count)
        found.append(
            Compared(
                place=place,
                observed=count,
                expected=want,
                of=None,
                ratio=count / want if want else None,
                low=low / want if want else None,
                high=high / want if want else None,
                shrunk=shrink(count, want, evidence) if want else None,
                band=_band_of_count(count, want, dispersion),
            )
        )
    return found


def compare_shares(
    observed: Mapping[str, int], numbers: Mapping[str, int], expected: Mapping[str, float]
) -> list[Compared]:
    """The same for so many of a number of cases; `expected` is a count too."""
    dispersion = _dispersion_of_shares(observed, numbers, expected)
    evidence = shrinkage([(observed.get(p, 0), want) for p, want in expected.items()])
    found = []
    for place in sorted(expected):
        count, number, want = observed.get(place, 0), numbers.get(place, 0), expected[place]
        low, high = wilson(count, number)
        found.append(
            Compared(
                place=place,
                observed=count,
                expected=want,
                of=number,
                ratio=count / want if want else None,
                low=low * number / want if want else None,
                high=high * number / want if want else None,
                shrunk=shrink(count, want, evidence) if want else None,
                band=_band_of_share(count, number, want, dispersion),
            )
        )
    return found


def _band_of_count(count: int, expected: float, dispersion: float) -> Band:
    if expected < TOO_FEW:
        return Band.TOO_FEW
    inner = count_limits(expected, WARNING_TAIL, dispersion)
    outer = count_limits(expected, ALARM_TAIL, dispersion)
    return _band(count, inner, outer)


def _band_of_share(count: int, number: int, expected: float, dispersion: float) -> Band:
    # Both those in and those out of target must be enough to say anything.
    if min(expected, number - expected) < TOO_FEW:
        return Band.TOO_FEW
    share = expected / number
    inner = share_limits(number, share, WARNING_TAIL, dispersion)
    outer = share_limits(number, share, ALARM_TAIL, dispersion)
    return _band(count, inner, outer)


def _band(count: int, inner: tuple[float, float], outer: tuple[float, float]) -> Band:
    if count > outer[1]:
        return Band.ABOVE_998
    if count < outer[0]:
        return Band.BELOW_998
    if count > inner[1]:
        return Band.ABOVE_95
    if count < inner[0]:
        return Band.BELOW_95
    return Band.USUAL


def _dispersion_of_shares(
    observed: Mapping[str, int], numbers: Mapping[str, int], expected: Mapping[str, float]
) -> float:
    """φ of shares, on the scale of their own standard errors."""
    pairs = []
    for place, want in expected.items():
        number = numbers.get(place, 0)
        if min(want, number - want) < TOO_FEW:
            continue
        error = math.sqrt(want * (1 - want / number))
        # A score on the scale that `over_dispersion` takes: expected 100, so a root of 10.
        score = (observed.get(place, 0) - want) / error
        pairs.append((max(0.0, 10 + score / 2) ** 2, 100.0))
    return over_dispersion(pairs)


def _first(holds: Callable[[int], bool], near: float) -> int:
    """The first count from 0 on for which a condition holds that stays true from there on."""
    low, high = -1, max(8, int(2 * near) + 16)
    while not holds(high):
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high
