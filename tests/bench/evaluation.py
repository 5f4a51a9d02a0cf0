"""Agencies compared fairly: false alarms, what is found, and how long a big fund takes.

`python -m tests.bench.evaluation [--cases N]`. Prints figures; exits 1 where a promise breaks.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from scipy import stats

from bot import schema
from services import policy
from services.database import open_engine, sessions
from services.evaluation import agencies, building, comparing, measures, scope
from services.evaluation.comparing import ALARM_TAIL, Band
from services.people import Role
from services.staff import Member
from services.vault import Vault
from tests.services.evaluation.year import create_year

SEED = 2_026
AGENCIES, PERIODS, RUNS = 58, 200, 400
SMALLEST, LARGEST = 3_000, 120_000
# Complaints a month per 1,000 affiliates: few (a beginning) and many (a service in full use).
BASE_RATES = (1.0, 5.0)


def sizes() -> list[int]:
    """58 agencies from the smallest to the largest, evenly on a logarithmic scale."""
    steps = np.geomspace(SMALLEST, LARGEST, AGENCIES)
    return [int(one) for one in steps]


def simulate(
    rate: float, random: np.random.Generator, *, doubled: int | None = None, months: int = 1
) -> list[comparing.Compared]:
    """One period of honest agencies; `doubled` affiliates make one more, with twice the rate."""
    affiliates = sizes() + ([doubled] if doubled is not None else [])
    means = [months * rate * size / 1_000 for size in affiliates]
    if doubled is not None:
        means[-1] *= 2
    counts = random.poisson(means)
    observed = {f"{n:02}": int(count) for n, count in enumerate(counts)}
    exposed = {(f"{n:02}", ""): size for n, size in enumerate(affiliates)}
    cases = {(place, ""): count for place, count in observed.items()}
    return comparing.compare_counts(observed, comparing.expected_counts(cases, exposed))


def false_alarms(rate: float, periods: int = PERIODS, seed: int = SEED) -> float:
    """The share of honest agencies and periods beyond the 99.8 % limits."""
    random = np.random.default_rng(seed)
    found = [one.band.is_alarm for _ in range(periods) for one in simulate(rate, random)]
    return sum(found) / len(found)


def detection(rate: float, size: int, months: int, runs: int = RUNS, seed: int = SEED) -> float:
    """How often an agency with twice the rate is beyond the upper 99.8 % limit."""
    random = np.random.default_rng(seed)
    hits = [
        simulate(rate, random, doubled=size, months=months)[-1].band is Band.ABOVE_998
        for _ in range(runs)
    ]
    return sum(hits) / runs


def best_possible(rate: float, size: int, months: int) -> float:
    """The power of the most powerful test at the same error, the true rate being known."""
    expected = months * rate * size / 1_000
    limit = stats.poisson.ppf(1 - ALARM_TAIL, expected)
    return float(stats.poisson.sf(limit, 2 * expected))


def check_limits() -> bool:
    well = True
    for rate in BASE_RATES:
        share = false_alarms(rate)
        well &= share <= 0.01
        print(
            f"base rate {rate:g} a month per 1,000 affiliates, seed {SEED}: "
            f"{AGENCIES} honest agencies, {PERIODS} periods: {share:.3%} beyond 99.8 %"
        )
        for size, months, wanted in ((60_000, 1, 0.95), (5_000, 3, 0.80)):
            best = best_possible(rate, size, months)
            found = detection(rate, size, months)
            goal = min(wanted, 0.9 * best)
            well &= found >= goal
            print(
                f"  twice the rate, {size:,} affiliates, {months} month(s): found in {found:.1%} "
                f"of {RUNS} runs (wanted {wanted:.0%}; best possible {best:.1%})"
            )
    return well


def check_speed(cases: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        schema.upgrade(url)
        engine = open_engine(url)
        make = sessions(engine)
        rules, vault = policy.load(), Vault(b"k" * 32)
        now = datetime(2027, 1, 20, 9, tzinfo=UTC)
        with make.begin() as session:
            create_year(session, cases=cases, affiliates=2_000)
        start = time.perf_counter()
        with make.begin() as session:
            while building.refresh(session, policy=rules, vault=vault, now=now).more:
                pass
        built = time.perf_counter() - start
        print(f"facts of {cases:,} cases built in {built:.1f} s ({cases / built:,.0f} cases/s)")
        manager = Member(1, "M", Role.MANAGER, None, True, "fr", True)
        period = measures.Period(date(2026, 7, 1), date(2026, 12, 31))
        with make() as session:
            took = []
            for _ in range(5):
                start = time.perf_counter()
                within = scope.of_member(session, manager)
                measures.sums(session, within, period, on=date(2027, 1, 20))
                for what in agencies.COMPARED:
                    agencies.compare(session, what, period)
                took.append(time.perf_counter() - start)
            print(f"figures of the overview: {1_000 * sorted(took)[2]:.0f} ms (median of 5)")
        engine.dispose()
    return sorted(took)[2] < 0.2


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=20_000)
    well = check_limits()
    well &= check_speed(parser.parse_args().cases)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
