"""The geometry of a funnel plot: ratios over the expected number, between the limits of chance.

Without units of length: whoever draws it puts 0 to 1 onto paper or screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.evaluation import comparing
from services.evaluation.comparing import ALARM_TAIL, TOO_FEW, WARNING_TAIL, Compared

STEPS = 48
TOP_AT_LEAST, TOP_AT_MOST = 1.5, 4.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A place: `across` by its expected number, `up` by its ratio; `clipped` above the top."""

    one: Compared
    across: float
    up: float
    clipped: bool


@dataclass(frozen=True, slots=True)
class Funnel:
    """`lines` are limits by name (low_95 ...), each a list of (across, up); `top` the ratio at
    the upper edge, `widest` the expected number at the far edge."""

    dots: list[Dot]
    lines: dict[str, list[tuple[float, float]]]
    top: float
    widest: float

    def up(self, ratio: float) -> float:
        return min(1.0, ratio / self.top)


def draw(compared: Sequence[Compared]) -> Funnel | None:
    """The funnel of what was compared; None where nothing is large enough to be said."""
    known = [one for one in compared if one.ratio is not None and one.expected >= TOO_FEW]
    if not known:
        return None
    widest = max(one.expected for one in known) * 1.05
    highest = max(one.ratio or 0 for one in known)
    top = min(TOP_AT_MOST, max(TOP_AT_LEAST, highest * 1.1))
    share = _share_of(known)
    lines: dict[str, list[tuple[float, float]]] = {
        name: [] for name in ("low_95", "high_95", "low_998", "high_998")
    }
    for step in range(STEPS + 1):
        expected = TOO_FEW * (widest / TOO_FEW) ** (step / STEPS)
        for name, tail in (("95", WARNING_TAIL), ("998", ALARM_TAIL)):
            if share is None:
                low, high = comparing.poisson_limits(expected, tail)
            else:
                number = round(expected / share)
                low, high = comparing.binomial_limits(number, share, tail)
            for side, limit in (("low", low), ("high", high)):
                point = (expected / widest, min(1.0, limit / expected / top))
                lines[f"{side}_{name}"].append(point)
    dots = [
        Dot(one, one.expected / widest, min(1.0, one.ratio / top), one.ratio > top)
        for one in known
        if one.ratio is not None
    ]
    return Funnel(dots, lines, top, widest)


def _share_of(known: Sequence[Compared]) -> float | None:
    """The share all places together are expected to have; None for counts."""
    if any(one.of is None for one in known):
        return None
    cases = sum(one.of or 0 for one in known)
    return sum(one.expected for one in known) / cases if cases else None
