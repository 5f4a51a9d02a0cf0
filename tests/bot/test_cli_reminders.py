"""`outreach` and `campaign-people` at the terminal: who is to be reached by letter or SMS, and
nobody else."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import typer
from sqlalchemy import select
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from bot import schema
from bot.cli import reminders
from services.database import open_engine, sessions
from services.records.people import Link, Person
from services.records.reminders import CampaignMember, ReminderChoice
from services.records.traffic import Event
from services.vault import Vault
from tests.support import fund
from tests.support.crowd import create_campaign


def run(*arguments: str) -> Result:
    commands = typer.Typer(pretty_exceptions_enable=False)
    reminders.add_to(commands)
    return CliRunner().invoke(commands, arguments)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """An installation; writes one more contributor who is late, with a Telegram or without."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "KEY_FILE", "POLICY_DIR", "DEMO_CLOCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    url = f"sqlite:///{tmp_path / 'data' / 'casnos.db'}"
    schema.upgrade(url)
    vault = Vault.open(tmp_path / "data" / "key")
    now = datetime.now(UTC)

    def one(
        ssn: str,
        *,
        agency: str = "16",
        linked: bool = False,
        reachable: bool = True,
        muted: bool = False,
        late: bool = True,
    ) -> int:
        def records(session: Session) -> int:
            fund.create_load(session, as_of=now.date())
            last_year = now.year - 1
            number = fund.create_contributor(
                session,
                vault,
                ssn=ssn,
                phone="0550000001",
                agency=agency,
                affiliated_on=date(last_year, 1, 1),
                declarations={last_year: 40_000_000, now.year: 40_000_000},
                payments=[
                    (year, date(year, 1, 2), 6_000_000)
                    for year in ((now.year,) if late else (last_year, now.year))
                ],
            )
            if linked:
                session.add(
                    Person(
                        telegram_id=number,
                        language="fr",
                        consented_at=now,
                        reachable=reachable,
                        created_at=now,
                    )
                )
                session.flush()
                session.add(
                    Link(
                        telegram_id=number,
                        contributor_id=number,
                        kind="self",
                        proof="phone",
                        since=now - timedelta(days=90),
                    )
                )
            if muted:
                session.add(
                    ReminderChoice(
                        telegram_id=number, muted=["campaign"], hide_amounts=False, changed_at=now
                    )
                )
            return number

        engine = open_engine(url)
        with sessions(engine).begin() as session:
            number = records(session)
        engine.dispose()
        return number

    return one


def test_who_is_not_on_telegram_is_listed_with_the_reason(
    write: Callable[..., int], tmp_path: Path
) -> None:
    write("990000000001")
    write("990000000002", linked=True)  # reads here
    write("990000000003", linked=True, reachable=False)
    write("990000000004", linked=True, muted=True)  # chose not to be reminded
    write("990000000005", late=False)
    write("990000000006", agency="31")

    done = run("outreach", "--out", "all.csv")
    assert done.exit_code == 0, done.output
    assert "3 people (not_linked 2, unreachable 1)" in done.output
    assert "99000000" not in done.output
    rows = list(csv.DictReader((tmp_path / "all.csv").open(encoding="utf-8")))
    assert [(row["ssn"], row["agency"], row["reason"]) for row in rows] == [
        ("990000000001", "16", "not_linked"),
        ("990000000003", "16", "unreachable"),
        ("990000000006", "31", "not_linked"),
    ]
    assert rows[0]["phone"] == "+213550000001"
    assert rows[0]["years"] == str(datetime.now(UTC).year - 1)
    assert (tmp_path / "all.csv").stat().st_mode & 0o077 == 0


def test_a_directory_gets_one_file_an_agency(write: Callable[..., int], tmp_path: Path) -> None:
    write("990000000001")
    write("990000000006", agency="31")
    (tmp_path / "lists").mkdir()
    assert run("outreach", "--out", "lists").exit_code == 0
    assert sorted(file.name for file in (tmp_path / "lists").iterdir()) == [
        "outreach-16.csv",
        "outreach-31.csv",
    ]
    assert run("outreach", "--out", "one.csv", "--agency", "31").exit_code == 0
    assert len((tmp_path / "one.csv").read_text().splitlines()) == 2
    assert run("outreach", "--out", "one.csv", "--agency", "99").exit_code == 2
    assert run("campaign-result", "7", "--out", "c.csv").exit_code == 2


def test_who_a_campaign_did_not_reach_is_listed_with_whole_numbers(
    write: Callable[..., int], tmp_path: Path
) -> None:
    outcomes = (  # of six people: state, reason, agency
        ("sent", None, "16"),
        ("unknown", None, "16"),
        ("failed", "unreachable", "16"),
        ("held", "not_linked", "31"),
        ("held", "paid", "16"),
        ("held", "opted_out", "16"),
    )
    numbers = [
        write(f"99000000000{place}", agency=agency) for place, (_, _, agency) in enumerate(outcomes)
    ]
    engine = open_engine(f"sqlite:///{tmp_path / 'data' / 'casnos.db'}")
    with sessions(engine).begin() as session:
        campaign = create_campaign(
            session, state="done", starts_on=date(2026, 1, 5), last=date(2026, 1, 5)
        )
        for number, (state, reason, agency) in zip(numbers, outcomes, strict=True):
            session.add(
                CampaignMember(
                    campaign_id=campaign.id,
                    contributor_id=number,
                    agency=agency,
                    state=state,
                    reason=reason,
                    decided_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
                )
            )
    (tmp_path / "people.csv").write_text("what was there before")
    (tmp_path / "people.csv").chmod(0o644)
    done = run("campaign-people", "1", "--out", "people.csv")
    assert done.exit_code == 0, done.output
    assert "3 people" in done.output
    assert "99000000" not in done.output
    rows = list(csv.DictReader((tmp_path / "people.csv").open(encoding="utf-8")))
    assert [(row["ssn"], row["why"]) for row in rows] == [
        ("990000000001", "unknown"),
        ("990000000002", "unreachable"),
        ("990000000003", "not_linked"),
    ]
    assert rows[0]["phone"] == "+213550000001"
    assert (tmp_path / "people.csv").stat().st_mode & 0o077 == 0
    (tmp_path / "lists").mkdir()
    assert run("campaign-people", "1", "--out", "lists").exit_code == 0
    assert sorted(file.name for file in (tmp_path / "lists").iterdir()) == [
        "campaign-1-16.csv",
        "campaign-1-31.csv",
    ]
    assert run("campaign-people", "1", "--out", "one.csv", "--agency", "31").exit_code == 0
    assert len((tmp_path / "one.csv").read_text().splitlines()) == 2
    assert run("campaign-people", "7", "--out", "x.csv").exit_code == 2
    assert run("campaign-people", "1", "--out", "x.csv", "--agency", "99").exit_code == 2
    assert run("campaign-people", "1", "--out", "no/such/folder.csv").exit_code == 2
    with sessions(engine).begin() as session:
        names = session.scalars(select(Event.actor).where(Event.name == "campaign.people_listed"))
        assert names.all() == ["command"] * 3
    engine.dispose()
