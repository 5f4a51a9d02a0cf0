"""The program is killed at random during a campaign: nobody gets two, and what is in doubt is
listed as unknown. `python -m tests.bench.campaign_kills` does the same with more lives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.campaign_kills import survive

PEOPLE, KILLS = 3_000, 6


@pytest.mark.kill
@pytest.mark.timeout(240)
def test_nobody_gets_a_campaign_twice_through_random_kills(sqlite_url: str, tmp_path: Path) -> None:
    survived = survive(sqlite_url, tmp_path, people=PEOPLE, kills=KILLS)
    survived.check()
    print(survived)
