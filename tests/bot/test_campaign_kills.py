"""The program is killed at random during a campaign: nobody gets two, and what is in doubt is
listed as unknown."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from bot import schema
from bot.gateway.sender import IN_FLIGHT_MAX
from services import policy as policies
from services.database import open_engine, sessions
from services.records.reminders import CampaignMember
from services.reminders import campaign_preparing
from tests.bench.processes import ask, free_port, program, stub, wait_for
from tests.services.reminders.year_scene import at
from tests.support.crowd import FIRST_PERSON, create_campaign, create_crowd

PEOPLE, KILLS = 3_000, 6
DAY = date(2026, 11, 29)  # no step of the year is open: only the campaign writes
FAST = """
[[reminder_rules]]
lead_days = [60, 30, 7, 1]
overdue_days = [7, 30, 90]
one_in_days = 5
quiet_from = 20:00:00
quiet_until = 08:00:00
quiet_weekdays = ["fri"]
oldest_figure_days = 90
result_window_days = 14
per_second = 200
valid_from = 2026-01-01
source = "a server of one's own"
confidence = "certain"
"""


@pytest.mark.kill
@pytest.mark.timeout(240)
def test_nobody_gets_a_campaign_twice_through_random_kills(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "fast.toml").write_text(FAST)
    rules = policies.load(tmp_path / "policy")
    schema.upgrade(sqlite_url)
    engine = open_engine(sqlite_url)
    make = sessions(engine)
    with make.begin() as session:
        create_crowd(session, PEOPLE)
        campaign = create_campaign(session, state="preparing", starts_on=DAY, last=DAY)
        while campaign_preparing.prepare(
            session, rules, campaign, at(date(2026, 11, 28), "10:00"), most=5_000
        ):
            pass
        assert campaign.counts == {"ready": PEOPLE}
        campaign.state, campaign.starts_on = "approved", DAY
    dice = random.Random(7)
    with stub() as api:
        env = {
            "BOT_API_URL": api,
            "DATABASE_URL": sqlite_url,
            "DATA_DIR": str(tmp_path),
            "KEY_FILE": str(tmp_path / "key"),
            "SEND_PER_SECOND": "3000",
            "POLICY_DIR": str(tmp_path / "policy"),
            "DEMO_CLOCK": "1",
        }
        for life in range(KILLS + 1):
            port = free_port()
            mine = {"HTTP_PORT": str(port), "BOT_TOKEN": f"{life}:kill"}
            log = tmp_path / "bot.log"
            with program("-m", "bot", "run", env=env | mine, log=log) as bot:
                health = f"http://127.0.0.1:{port}/health"
                wait_for(lambda health=health: ask(health), what="the bot")
                noon = {"now": at(DAY, "12:00").isoformat()}
                ask(f"http://127.0.0.1:{port}/demo/clock", noon)
                if life < KILLS:
                    time.sleep(dice.uniform(0.2, 3))
                    bot.send_signal(signal.SIGKILL)
                    bot.wait()
                else:
                    deadline = time.monotonic() + 180
                    while (found := _states(engine))["ready"] + found["queued"]:
                        assert time.monotonic() < deadline, found
                        time.sleep(1)
        sent = ask(f"{api}/seen", timeout_s=120)["sent"]
    states = _states(engine)
    engine.dispose()
    arrived = Counter(chat for _, method, chat, _, _ in sent if method == "sendMessage")
    crowd = {FIRST_PERSON + number for number in range(1, PEOPLE + 1)}
    assert set(arrived.values()) == {1}, "someone got two"
    assert set(arrived) <= crowd
    assert states["sent"] + states["unknown"] == PEOPLE
    assert states["unknown"] <= KILLS * IN_FLIGHT_MAX
    assert states["sent"] <= len(arrived) <= PEOPLE
    print(f"{len(arrived)} arrived, {states['unknown']} unknown after {KILLS} kills")


def _states(engine: Engine) -> Counter[str]:
    # Read only: it must not take the lock that the program writes under.
    with engine.connect().execution_options(read_only=True) as connection:
        rows = connection.execute(
            select(CampaignMember.state, func.count()).group_by(CampaignMember.state)
        ).all()
    return Counter({row[0]: row[1] for row in rows})
