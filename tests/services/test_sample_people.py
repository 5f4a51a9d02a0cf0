"""The demo's people keep their stories whenever the demo is started."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from services import accounts
from services.accounts import PHONE
from services.contributions.position import position
from services.contributions.result import BaseSource, Position, Status
from services.database import open_engine
from services.identity import is_algerian_mobile
from services.money import dinars
from services.policy.policy import Policy
from services.policy.policy import load as load_policy
from services.sample import people
from services.vault import Vault
from tests.services.import_directory import load

DAYS = [
    date(2026, 1, 2),
    date(2026, 6, 30),
    date(2026, 7, 1),
    date(2026, 9, 30),
    date(2026, 10, 1),
    date(2026, 11, 25),
    date(2027, 3, 8),
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy()


def positions(
    tmp_path: Path, url: str, vault: Vault, policy: Policy, as_of: date
) -> dict[str, Position]:
    """Everyone's position after their files went through the import."""
    people.write_demo_files(tmp_path / "demo", as_of=as_of, policy=policy, others=20)
    engine = open_engine(url)
    wilayas = {row.code for row in policy.wilayas(as_of)}
    loaded = load(engine, vault, tmp_path / "demo", as_of=as_of, wilayas=wilayas)
    assert loaded.rejected == []
    found = {}
    with Session(engine) as session:
        for key, person in people.demo_people(as_of, policy).items():
            contributor_id = accounts.find_by_ssn(session, vault, person.ssn)
            assert contributor_id is not None
            phone = vault.fingerprint(person.phone, PHONE)
            assert accounts.find_by_phone(session, phone) == [contributor_id]
            facts = accounts.facts_of(session, contributor_id)
            assert facts is not None
            found[key] = position(facts, policy, as_of)
    engine.dispose()
    return found


@pytest.mark.parametrize("as_of", DAYS)
def test_each_story_is_true_on_any_day(
    as_of: date, tmp_path: Path, sqlite_url: str, vault: Vault, policy: Policy
) -> None:
    found = positions(tmp_path, sqlite_url, vault, policy, as_of)

    trader = found[people.TRADER]
    assert trader.status is Status.IN_ARREARS
    assert sum(line.late for line in trader.lines) >= 3
    owed = trader.principal + trader.surcharge
    assert dinars(150_000) < owed < dinars(210_000)

    craftswoman = found[people.CRAFTSWOMAN]
    assert craftswoman.status is Status.UP_TO_DATE
    assert craftswoman.principal == craftswoman.surcharge == 0

    farmer = found[people.FARMER]
    assert farmer.status is Status.UP_TO_DATE
    assert farmer.next_deadline is not None
    assert (farmer.next_deadline.day.month, farmer.next_deadline.day.day) == (9, 30)

    auto_entrepreneur = found[people.AUTO_ENTREPRENEUR]
    assert {line.base_source for line in auto_entrepreneur.lines} == {BaseSource.FLAT}
    assert auto_entrepreneur.principal == dinars(24_000)


def test_they_are_four_different_people_with_mobiles(policy: Policy) -> None:
    four = people.demo_people(date(2026, 11, 25), policy).values()

    assert len({person.ssn for person in four}) == len({person.phone for person in four}) == 4
    assert all(is_algerian_mobile(person.phone) for person in four)
    assert all(person.agency.startswith("16") for person in four)
