"""What it costs to know what people owe: one contributor, and a whole country in one pass.

The pass reads everyone's facts from the database in slices and computes each position, on two
cores. It runs over 100,000 made-up contributors (`--contributors N` for another number) and is
extrapolated to 3,000,000, which is said.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from bot import schema
from services.accounts import every_account
from services.contributions import Facts, Payment, position
from services.database import open_engine, sessions
from services.fund_import.load import import_directory
from services.money import dinars
from services.policy import Category, Policy, load
from services.policy.service_rows import Wilaya
from services.sample.files import write_sample
from services.vault import Vault
from tests.support.clock import SetClock

ON = date(2026, 11, 25)
COUNTRY = 3_000_000
CORES = 2
FIFTEEN_YEARS = Facts(
    Category.TRADER,
    date(2012, 1, 1),
    None,
    {2014: dinars(1_000_000), 2020: dinars(30_000)},
    [Payment(f"R{year}", year, date(year, 9, 15), dinars(20_000)) for year in range(2012, 2027)],
)


def one(policy: Policy) -> None:
    assert len(position(FIFTEEN_YEARS, policy, ON).lines) == 15
    times = []
    for _ in range(50):
        start = time.process_time()
        for _ in range(100):
            position(FIFTEEN_YEARS, policy, ON)
        times.append((time.process_time() - start) / 100 * 1e3)
    times.sort()
    print(
        f"one contributor, 15 years and 15 payments: best {times[0]:.3f}, "
        f"median {times[25]:.3f} CPU-ms (goal: under 0.2)"
    )


def walk(job: tuple[str, int, int]) -> tuple[int, int, float]:
    """(people, centimes owed, peak MiB) of a range of ids, in a process of its own."""
    url, first, last = job
    policy = load()
    engine = open_engine(url)
    people = owed = 0
    with sessions(engine)() as session:
        session.connection(execution_options={"read_only": True})
        for _, facts in every_account(session, first=first, last=last):
            owed += position(facts, policy, ON).total
            people += 1
    engine.dispose()
    return people, owed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def country(policy: Policy, contributors: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, url = Path(name), f"sqlite:///{name}/pass.db"
        schema.upgrade(url)
        write_sample(folder, contributors=contributors, seed=4, as_of=ON, policy=policy)
        engine = open_engine(url)
        import_directory(
            engine,
            Vault(b"b" * 32),
            folder,
            as_of=ON,
            clock=SetClock(datetime(2026, 11, 25, tzinfo=UTC)),
            wilayas={row.code for row in policy.rows(Wilaya)},
            rejected=folder / "rejected.csv",
        )
        engine.dispose()
        share = -(-contributors // CORES)
        jobs = [(url, 1 + core * share, (core + 1) * share) for core in range(CORES)]
        begun = time.perf_counter()
        with multiprocessing.get_context("spawn").Pool(CORES) as pool:
            found = pool.map(walk, jobs)
        seconds = time.perf_counter() - begun
    people = sum(one for one, _, _ in found)
    assert people == contributors
    whole = seconds * COUNTRY / people
    print(
        f"{people:,} contributors in one pass on {CORES} cores: {seconds:.1f} s; extrapolated to "
        f"{COUNTRY:,}: {whole:.0f} s (goal: under 600)"
    )
    print(f"peak memory of a process: {max(peak for *_, peak in found):.0f} MiB (goal: under 500)")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--contributors", type=int, default=100_000)
    contributors = parser.parse_args().contributors
    policy = load()
    one(policy)
    country(policy, contributors)


if __name__ == "__main__":
    main()
