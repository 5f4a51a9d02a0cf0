"""How fast a delivery of the fund's files is loaded, and how much memory it takes.

`python -m tests.bench.import_rows [--contributors N] [--years Y] [--database-url URL]`

By default 100,000 contributors with 5 years each on SQLite: in the order of contributors, as
an export writes them; the same again, where nothing changes; and into an empty database with
all lines shuffled, the worst case for an index, which is told but held to no speed. Each load
runs in a process of its own, whose peak memory is told. Fails under 25,000 rows/s or over
400 MiB.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from bot import schema
from services.database import open_engine
from services.fund_import.formats import ALL
from services.fund_import.load import import_directory
from services.policy import policy as policies
from services.policy.service_rows import Wilaya
from services.sample.files import write_sample
from services.vault import Vault

AS_OF = date(2026, 7, 15)
LEAST_ROWS_A_SECOND = 25_000
MOST_MEMORY_MIB = 400


class _MachineClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def _peak_memory_mib() -> float:
    """The peak of this program alone: `ru_maxrss` also counts what its parent held at the fork."""
    status = Path("/proc/self/status")
    if status.exists():
        [peak] = re.findall(r"VmHWM:\s+([0-9]+) kB", status.read_text())
        return int(peak) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_one(directory: Path, url: str) -> None:
    """Load once and print what it took; runs in a process of its own."""
    policy = policies.load()
    engine = open_engine(url)
    wall, cpu = time.perf_counter(), time.process_time()
    report = import_directory(
        engine,
        Vault(b"k" * 32),
        directory,
        as_of=AS_OF,
        clock=_MachineClock(),
        wilayas={row.code for row in policy.rows(Wilaya)},
        rejected=directory / "rejected.csv",
    )
    print(
        json.dumps(
            {
                "wall_s": time.perf_counter() - wall,
                "cpu_s": time.process_time() - cpu,
                "memory_mib": _peak_memory_mib(),
                "rows": sum(count.lines for count in report.files.values()),
                "written": sum(count.written for count in report.files.values()),
                "rejected": sum(count.rejected for count in report.files.values()),
            }
        )
    )


def shuffle(directory: Path, target: Path) -> Path:
    """The same files with their lines in no order."""
    target.mkdir()
    chance = random.Random(1)
    for file_format in ALL:
        header, *lines = (directory / file_format.name).read_text("utf-8").splitlines(True)
        chance.shuffle(lines)
        (target / file_format.name).write_text("".join([header, *lines]), "utf-8")
    return target


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--contributors", type=int, default=100_000)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--database-url", help="an empty database; default: a new SQLite file")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        measure_one(Path(arguments.one[0]), arguments.one[1])
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        begun = time.perf_counter()
        lines = write_sample(
            place / "ordered",
            contributors=arguments.contributors,
            seed=1,
            as_of=AS_OF,
            policy=policies.load(),
            years=arguments.years,
        )
        print(f"sample: {sum(lines.values()):,} rows in {time.perf_counter() - begun:.1f} s")
        url = arguments.database_url or f"sqlite:///{place / 'ordered.db'}"
        runs = [
            ("first load", place / "ordered", url),
            ("the same again", place / "ordered", url),
        ]
        if not arguments.database_url:
            shuffled = shuffle(place / "ordered", place / "shuffled")
            runs.append(("first load, shuffled", shuffled, f"sqlite:///{place / 'shuffled.db'}"))
        missed = []
        for name, directory, database_url in runs:
            schema.upgrade(database_url)
            done = subprocess.run(
                [sys.executable, "-m", __spec__.name, "--one", str(directory), database_url],
                check=True,
                capture_output=True,
                text=True,
            )
            found = json.loads(done.stdout)
            speed = found["rows"] / found["wall_s"]
            print(
                f"{name}: {found['rows']:,} rows in {found['wall_s']:.1f} s, {speed:,.0f} rows/s"
                f" (CPU {found['cpu_s']:.1f} s, peak memory {found['memory_mib']:.0f} MiB,"
                f" {found['written']:,} written, {found['rejected']:,} rejected)"
            )
            too_slow = speed < LEAST_ROWS_A_SECOND and "shuffled" not in name
            if too_slow or found["memory_mib"] > MOST_MEMORY_MIB:
                missed.append(name)
    if missed:
        print(
            f"MISSED ({LEAST_ROWS_A_SECOND:,} rows/s, {MOST_MEMORY_MIB} MiB): {', '.join(missed)}"
        )
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
