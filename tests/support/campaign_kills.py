"""A campaign is sent by the whole program, which is killed at random on the way: what arrived at
the stub, and what the records say, are then compared."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, func, select

from bot import schema
from bot.gateway.sender import IN_FLIGHT_MAX
from services import policy as policies
from services.database import open_engine, sessions
from services.records.reminders import Campaign, CampaignMember
from services.reminders import campaign_forecast, campaign_list, campaign_preparing
from services.vault import Vault
from tests.bench.processes import ask, free_port, program, stub, wait_for
from tests.services.reminders.year_scene import at
from tests.support.crowd import FIRST_PERSON, create_campaign, create_crowd

DAY = date(2026, 11, 29)  # no step of the year is open: only the campaign writes
NOON = {"now": at(DAY, "12:00").isoformat()}
# The rules of the product, but for the rate: a server of one's own lets more through.
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
per_second = 1000
valid_from = 2026-01-01
source = "a server of one's own"
confidence = "certain"
"""


@dataclass(frozen=True, slots=True)
class Survived:
    """What came of it. `arrived`: messages by person; `states`: members by state; `listed`:
    people on the list of those not surely reached, by why; `seconds`: from first to last life."""

    people: int
    kills: int
    arrived: Counter[int]
    states: Counter[str]
    listed: Counter[str]
    seconds: float

    def check(self) -> None:
        """Nobody got two, and at most what was in flight at a kill is in doubt, and listed."""
        crowd = {FIRST_PERSON + number for number in range(1, self.people + 1)}
        assert set(self.arrived.values()) == {1}, "someone got two"
        assert set(self.arrived) <= crowd
        assert self.states["sent"] + self.states["unknown"] == self.people, self.states
        assert self.states["unknown"] <= self.kills * IN_FLIGHT_MAX
        assert self.states["sent"] <= len(self.arrived) <= self.people
        assert self.listed == Counter({"unknown": self.states["unknown"]})

    def __str__(self) -> str:
        return (
            f"{self.people:,} people, {self.kills} kills, {self.seconds:.0f} s: "
            f"{len(self.arrived):,} arrived once, {self.states['unknown']} unknown and listed"
        )


def survive(
    url: str, folder: Path, *, people: int, kills: int, seed: int = 7, longest_life_s: float = 3.0
) -> Survived:
    """Send a campaign through so many kills, each at a random moment of a life."""
    (folder / "policy").mkdir()
    (folder / "policy" / "fast.toml").write_text(FAST)
    rules, vault = policies.load(folder / "policy"), Vault.open(folder / "key")
    schema.upgrade(url)
    engine = open_engine(url)
    make = sessions(engine)
    with make.begin() as session:
        create_crowd(session, people, sealed=vault.seal("990000000001"))
        campaign = create_campaign(session, state="preparing", starts_on=DAY, last=DAY)
        while campaign_preparing.prepare(
            session, rules, campaign, at(date(2026, 11, 28), "10:00"), most=5_000
        ):
            pass
        assert campaign.counts == {"ready": people}
        campaign.state, campaign.starts_on = "approved", DAY
    dice = random.Random(seed)
    began = time.monotonic()
    with stub() as api:
        env = {
            "BOT_API_URL": api,
            "DATABASE_URL": url,
            "DATA_DIR": str(folder),
            "KEY_FILE": str(folder / "key"),
            "SEND_PER_SECOND": "3000",
            "POLICY_DIR": str(folder / "policy"),
            "DEMO_CLOCK": "1",
        }
        for life in range(kills + 1):
            port = free_port()
            mine = {"HTTP_PORT": str(port), "BOT_TOKEN": f"{life}:kill"}
            with program("-m", "bot", "run", env=env | mine, log=folder / "bot.log") as bot:
                health = f"http://127.0.0.1:{port}/health"
                wait_for(lambda health=health: ask(health), what="the bot")
                clock = f"http://127.0.0.1:{port}/demo/clock"
                if life == 0:  # it is kept in the database
                    ask(clock, NOON)
                if life < kills:
                    time.sleep(dice.uniform(0.1, longest_life_s))
                    bot.send_signal(signal.SIGKILL)
                    bot.wait()
                else:
                    _wait_for_the_end(engine, clock)
        sent = ask(f"{api}/seen", timeout_s=120)["sent"]
    arrived = Counter(chat for _, method, chat, _, _ in sent if method == "sendMessage")
    with make.begin() as session:
        found = session.get(Campaign, campaign.id)
        assert found is not None
        fits = campaign_forecast.of(session, rules, found, at(DAY, "19:00")).fits
        listed = Counter(
            one.why for one in campaign_list.not_reached(session, vault, found, fits=fits)
        )
    states = _states(engine)
    engine.dispose()
    return Survived(people, kills, arrived, states, listed, time.monotonic() - began)


def _wait_for_the_end(engine: Engine, clock: str) -> None:
    deadline = time.monotonic() + 180
    while (found := _states(engine))["ready"] + found["queued"]:
        assert time.monotonic() < deadline, found
        time.sleep(1)
        ask(clock, NOON)  # wakes the jobs: how calls ended is written back by one


def _states(engine: Engine) -> Counter[str]:
    # Read only: it must not take the lock that the program writes under.
    with engine.connect().execution_options(read_only=True) as connection:
        rows = connection.execute(
            select(CampaignMember.state, func.count()).group_by(CampaignMember.state)
        ).all()
    return Counter({row[0]: row[1] for row in rows})
