"""A load killed at any moment: the bot's view stays the last complete one, and the next works."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from services import accounts
from services.database import open_engine
from services.vault import Vault
from tests.services.import_directory import GOOD, load, write_files

pytestmark = pytest.mark.kill

PEOPLE = [f"9900001{place:05d}" for place in range(3_000)]
KILLS = 6
_CHILD = """
import sys
from pathlib import Path
from services.database import open_engine
from services.vault import Vault
from tests.services.import_directory import load
engine = open_engine(sys.argv[1])
print("begin", flush=True)
load(engine, Vault(b"k" * 32), Path(sys.argv[2]))
print("end", flush=True)
"""


def delivery(directory: Path, amount: int) -> Path:
    """Everyone's base, payment and surcharge say `amount` (DA), so that a mix would show."""
    return write_files(
        directory,
        {
            "agencies.csv": GOOD["agencies.csv"],
            "contributors.csv": [f"{ssn},Test {amount},,,trader,16,2015-01-01," for ssn in PEOPLE],
            "declarations.csv": [f"{ssn},2025,{amount}" for ssn in PEOPLE],
            "payments.csv": [
                f"R-{place},{ssn},2025,2025-06-30,{amount},post" for place, ssn in enumerate(PEOPLE)
            ],
            "surcharges.csv": [f"{ssn},2025,{amount},2026-06-30" for ssn in PEOPLE],
        },
    )


def view(url: str, vault: Vault) -> Counter[tuple[int, int, int]]:
    """How many contributors have which (base, payment, surcharge), in DA, as the bot sees it."""
    engine = open_engine(url)
    seen: Counter[tuple[int, int, int]] = Counter()
    with Session(engine) as session:
        ids = session.execute(text("SELECT id FROM contributors")).scalars().all()
        for contributor_id in ids:
            facts = accounts.facts_of(session, contributor_id)
            assert facts is not None
            [payment] = facts.payments
            given = facts.surcharges[2025].amount
            seen[facts.declarations[2025] // 100, payment.amount // 100, given // 100] += 1
    engine.dispose()
    return seen


def test_a_load_killed_at_any_moment_leaves_the_last_complete_one(
    database_url: str, vault: Vault, tmp_path: Path
) -> None:
    chance = random.Random(20)
    engine = open_engine(database_url)
    load(engine, vault, delivery(tmp_path / "first", 100))
    engine.dispose()
    second = delivery(tmp_path / "second", 200)
    begun_in_vain = 0

    for _ in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, database_url, str(second)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "begin\n"
        time.sleep(chance.uniform(0.02, 0.45))
        child.kill()
        finished = "end" in child.stdout.read()
        child.wait()
        child.stdout.close()

        seen = view(database_url, vault)
        assert len(seen) == 1, seen  # never a mix of two loads
        assert set(seen) <= {(100, 100, 100), (200, 200, 200)}
        if (200, 200, 200) in seen:
            load_again = delivery(tmp_path / "first", 100)
            engine = open_engine(database_url)
            load(engine, vault, load_again)
            engine.dispose()
        elif not finished:
            begun_in_vain += 1

    assert begun_in_vain > 0
    engine = open_engine(database_url)
    report = load(engine, vault, second).report
    assert [count.good for count in report.files.values()] == [2, *[len(PEOPLE)] * 4]
    with engine.connect() as connection:
        states = connection.execute(text("SELECT state, count(*) FROM loads GROUP BY state"))
        by_state = dict(tuple(row) for row in states)
        rows = connection.execute(text("SELECT count(*) FROM payments")).scalar_one()
    engine.dispose()
    assert by_state["current"] == 1
    assert "loading" not in by_state
    assert rows == len(PEOPLE)
    assert view(database_url, vault) == Counter({(200, 200, 200): len(PEOPLE)})


def test_rows_of_a_broken_off_first_load_are_seen_by_nobody_and_removed(
    database_url: str, vault: Vault, tmp_path: Path
) -> None:
    engine = open_engine(database_url)
    everything = delivery(tmp_path / "delivery", 100)

    def stop(progress: object) -> None:
        if getattr(progress, "phase", "") == "loading" and progress.file == "payments.csv":  # type: ignore[attr-defined]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(engine, vault, everything, progress=stop)

    with Session(engine) as session:
        assert session.execute(text("SELECT count(*) FROM payments")).scalar_one() > 0
        assert accounts.find_by_ssn(session, vault, PEOPLE[0]) is None
        assert accounts.facts_of(session, 1) is None
        assert accounts.agencies(session) == {}
    report = load(engine, vault, delivery(tmp_path / "small", 100)).report
    assert report.unfinished_removed == 1
    engine.dispose()
    assert view(database_url, vault) == Counter({(100, 100, 100): len(PEOPLE)})
