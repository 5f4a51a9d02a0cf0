"""Fair comparison: limits of chance, intervals and shrinkage, against published figures."""

from __future__ import annotations

import math
from random import Random

import pytest
from scipy import stats

from services.evaluation import comparing
from services.evaluation.comparing import Band
from tests.bench import evaluation as bench

# Seaton and Manktelow, BMC Medical Research Methodology 12 (2012) 98, table of the probability
# that an "in control" provider falls outside the 95 % limits, prediction limits, by the number
# expected: (from, to), then median, lowest and highest.
SEATON_AND_MANKTELOW = {
    "above": ((1, 50), 0.0201, 0.0052, 0.0250),
    "below": ((1, 50), 0.0186, 0.0000, 0.0250),
}


@pytest.mark.parametrize("side", SEATON_AND_MANKTELOW)
def test_poisson_limits_have_the_error_rates_published_by_seaton_and_manktelow_2012(
    side: str,
) -> None:
    (first, last), *published = SEATON_AND_MANKTELOW[side]
    risks = []
    for hundredth in range(first * 100, last * 100 + 1):
        expected = hundredth / 100
        low, high = comparing.poisson_limits(expected, 0.025)
        risks.append(
            stats.poisson.sf(high, expected)
            if side == "above"
            else stats.poisson.cdf(low - 1, expected)
        )
    risks.sort()
    found = [risks[len(risks) // 2], risks[0], risks[-1]]
    assert found == pytest.approx(published, abs=0.0002)


@pytest.mark.parametrize(
    ("count", "number", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals_are_those_published_by_newcombe_1998(
    count: int, number: int, low: float, high: float
) -> None:
    assert comparing.wilson(count, number) == pytest.approx((low, high), abs=0.00005)


@pytest.mark.parametrize("count", [10, 25, 100, 1_000, 40_000])
def test_byars_interval_is_within_a_five_hundredth_of_the_exact_one(count: int) -> None:
    exact = (stats.chi2.ppf(0.025, 2 * count) / 2, stats.chi2.ppf(0.975, 2 * count + 2) / 2)
    assert comparing.byar(count) == pytest.approx(exact, rel=0.002)


@pytest.mark.parametrize("expected", [0.1, 1, 5, 20.5, 333.3, 2_000])
@pytest.mark.parametrize("tail", [0.025, 0.001])
def test_limits_of_a_count_are_the_quantiles_of_scipy(expected: float, tail: float) -> None:
    assert comparing.poisson_limits(expected, tail) == (
        _lowest_inside(lambda k: stats.poisson.cdf(k, expected), tail),
        stats.poisson.ppf(1 - tail, expected),
    )


@pytest.mark.parametrize(("number", "share"), [(1, 0.5), (12, 0.9), (400, 0.85), (9_000, 0.02)])
def test_limits_of_a_share_are_the_quantiles_of_scipy(number: int, share: float) -> None:
    assert comparing.binomial_limits(number, share, 0.001) == (
        _lowest_inside(lambda k: stats.binom.cdf(k, number, share), 0.001),
        stats.binom.ppf(0.999, number, share),
    )


def _lowest_inside(distribution: object, tail: float) -> int:
    return next(k for k in range(100_000) if distribution(k) > tail)  # type: ignore[operator]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_that_is_sure_has_no_room_for_chance(share: float) -> None:
    assert comparing.binomial_limits(7, share, 0.025) == (7 * share, 7 * share)


def test_expected_counts_follow_the_mix_and_add_up_to_what_was_counted() -> None:
    exposed = {("16", "trader"): 1_000, ("16", "farmer"): 3_000, ("31", "trader"): 3_000}
    observed = {("16", "trader"): 20, ("16", "farmer"): 3, ("31", "trader"): 60}
    expected = comparing.expected_counts(observed, exposed)
    # Traders complain 80 / 4 000 = 2 %, farmers 3 / 3 000 = 0.1 %.
    assert expected == pytest.approx({"16": 20 + 3, "31": 60})


def test_a_group_nobody_belongs_to_expects_nothing() -> None:
    assert comparing.expected_counts({}, {("16", "trader"): 0}) == {"16": 0.0}
    assert comparing.expected_counts({}, {}) == {}


def test_places_that_differ_by_chance_alone_are_not_over_dispersed() -> None:
    random = Random(8)
    expected = [20 + 10 * number for number in range(58)]
    pairs = [(float(_poisson(random, want)), float(want)) for want in expected]
    assert comparing.over_dispersion(pairs) == 1.0


def test_places_that_differ_beyond_chance_widen_the_limits() -> None:
    random = Random(9)
    pairs = []
    for number in range(58):
        want = 100.0 + 10 * number
        pairs.append((float(_poisson(random, want * random.choice((0.75, 1.0, 1.25)))), want))
    dispersion = comparing.over_dispersion(pairs)
    assert dispersion > 3
    low, high = comparing.count_limits(100, 0.001, dispersion)
    exact = comparing.poisson_limits(100, 0.001)
    assert low < exact[0]
    assert high > exact[1]


def test_one_extreme_place_does_not_hide_itself_by_widening_the_limits() -> None:
    random = Random(10)
    expected = {f"{n:02}": 100.0 for n in range(1, 59)}
    observed = {place: _poisson(random, 100) for place in expected}
    observed["16"] = 200
    bands = {one.place: one.band for one in comparing.compare_counts(observed, expected)}
    assert bands["16"] is Band.ABOVE_998


def test_few_places_are_never_called_over_dispersed() -> None:
    assert comparing.over_dispersion([(10, 100), (200, 100)]) == 1.0


def test_shrinkage_draws_the_small_place_more_than_the_large() -> None:
    pairs = [(20.0, 10.0), (2_000.0, 1_000.0), (500.0, 1_000.0), (5.0, 10.0)]
    evidence = comparing.shrinkage(pairs)
    small, large = comparing.shrink(20, 10, evidence), comparing.shrink(2_000, 1_000, evidence)
    assert 1 < small < large < 2
    # By hand: spread (10 + 1000 + 250 + 2.5) / 2020, less 4 / 2020, gives 0.62302.
    assert evidence == pytest.approx(2_020 / 1_258.5)


def test_where_chance_explains_everything_every_ratio_is_drawn_to_one() -> None:
    evidence = comparing.shrinkage([(101.0, 100.0), (99.0, 100.0)])
    assert math.isinf(evidence)
    assert comparing.shrink(101, 100, evidence) == 1.0


@pytest.mark.parametrize(
    ("observed", "expected", "band"),
    [
        (40, 4.99, Band.TOO_FEW),
        (0, 0.0, Band.TOO_FEW),
        (100, 100.0, Band.USUAL),
        (120, 100.0, Band.USUAL),
        (121, 100.0, Band.ABOVE_95),
        (132, 100.0, Band.ABOVE_95),
        (133, 100.0, Band.ABOVE_998),
        (80, 100.0, Band.BELOW_95),
        (60, 100.0, Band.BELOW_998),
    ],
)
def test_a_count_lies_in_a_band_or_is_too_small_to_say(
    observed: int, expected: float, band: Band
) -> None:
    [one] = comparing.compare_counts({"16": observed}, {"16": expected})
    assert one.band is band


def test_a_share_needs_five_expected_on_both_sides() -> None:
    [one] = comparing.compare_shares({"16": 40}, {"16": 50}, {"16": 46.0})
    assert one.band is Band.TOO_FEW
    [one] = comparing.compare_shares({"16": 60}, {"16": 100}, {"16": 90.0})
    assert one.band is Band.BELOW_998
    assert one.of == 100
    assert one.low is not None
    assert one.high is not None
    assert one.low < 60 / 90 < one.high


def test_honest_agencies_are_seldom_alarmed_and_one_with_twice_the_rate_is_found() -> None:
    # The whole simulation, with more periods and rates, is the bench of the evaluation.
    assert bench.false_alarms(1.0, periods=40, seed=3) <= 0.01
    assert bench.detection(1.0, 60_000, 1, runs=40, seed=3) >= 0.95


def test_without_anything_there_is_nothing_to_compare() -> None:
    assert comparing.compare_counts({}, {}) == []
    assert comparing.compare_shares({}, {}, {}) == []


def _poisson(random: Random, mean: float) -> int:
    """A draw by adding up waiting times."""
    count, passed = 0, random.expovariate(1.0)
    while passed < mean:
        count += 1
        passed += random.expovariate(1.0)
    return count
