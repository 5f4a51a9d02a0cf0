"""The whole program with a live system behind it: the first answer never waits for the fund."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.database import open_engine, sessions
from services.records.people import Link, Person
from services.vault import Vault
from tests.support import fund
from tests.support.fund_reference_server import TOKEN, ReferenceServer, account, year
from tests.support.live import live_bot

SSN = "990000004321"
PERSON = 501


def _citizen(database_url: str, folder: Path) -> None:
    engine = open_engine(database_url)
    now = datetime.now(UTC)
    with sessions(engine).begin() as session:
        fund.create_load(session, as_of=date(2024, 1, 1))  # the machine's own clock runs here
        contributor_id = fund.create_contributor(
            session,
            Vault.open(folder / "key"),
            ssn=SSN,
            affiliated_on=date(2020, 1, 1),
        )
        session.add(
            Person(
                telegram_id=PERSON,
                language="fr",
                language_chosen=True,
                consented_at=now,
                reachable=True,
                wrong_proofs=0,
                created_at=now,
            )
        )
        session.flush()
        session.add(
            Link(
                telegram_id=PERSON,
                contributor_id=contributor_id,
                kind="self",
                proof="phone",
                since=now,
            )
        )
    engine.dispose()


@pytest.mark.parametrize("mode", ["slow", "down", "error", "broken_json", "wrong_schema"])
async def test_status_answers_within_three_seconds_whatever_the_fund_does(
    mode: str, sqlite_url: str, tmp_path: Path
) -> None:
    _citizen(sqlite_url, tmp_path)
    async with ReferenceServer({SSN: account()}, slow_s=10) as server:
        server.mode = mode
        async with live_bot(
            sqlite_url, tmp_path, FUND_API_URL=server.url, FUND_API_TOKEN=TOKEN
        ) as live:
            person = live.standin.person(user_id=PERSON, first_name="Samir", language_code="fr")
            started = time.monotonic()
            await person.send("/status")
            await person.wait_for(lambda: bool(person.from_bot), timeout=3)
            assert time.monotonic() - started < 3
            shown = person.from_bot[-1].plain
            assert "Total à payer" in shown
            assert "Paiements connus jusqu’au 1er janvier 2024" in shown


async def test_the_fresh_figure_arrives_in_the_same_message(
    sqlite_url: str, tmp_path: Path
) -> None:
    _citizen(sqlite_url, tmp_path)
    fresh = account(
        as_of=datetime.now(UTC).isoformat(),
        affiliated_on="2020-01-01",
        years=[year(2020, "32400.00", "31165.44", "1234.56", "0.00")],
    )
    async with ReferenceServer({SSN: fresh}, slow_s=1.0) as server:
        server.mode = "slow"
        async with live_bot(
            sqlite_url, tmp_path, FUND_API_URL=server.url, FUND_API_TOKEN=TOKEN
        ) as live:
            person = live.standin.person(user_id=PERSON, first_name="Samir", language_code="fr")
            await person.send("/status")
            await person.wait_for(
                lambda: any("Vérifié à l’instant" in one.plain for one in person.from_bot),
                timeout=10,
            )
            assert len(person.from_bot) == 1
            _, health = await live.health()
            assert health["fund"] == "ok"
