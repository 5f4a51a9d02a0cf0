"""Reading an account: only the current load's view, newest row of each key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from services import accounts
from services.accounts import PHONE, SSN
from services.contributions.facts import Facts, GivenSurcharge, Payment
from services.database import open_engine
from services.identity import NotASocialSecurityNumber
from services.money import Centimes
from services.policy.category import Category
from services.records import fund
from services.records.fund import (
    Agency,
    Contributor,
    Declaration,
    Load,
    Profile,
    Surcharge,
)
from services.vault import Vault


@pytest.fixture
def fund_engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


NUMBER = "990000000017"
PHONE_NUMBER = "+213550000001"


def create_load(generation: int, state: str = "current", as_of: date = date(2026, 6, 1)) -> Load:
    return Load(
        generation=generation,
        state=state,
        as_of=as_of,
        started_at=datetime(2026, 6, 1, 8, tzinfo=UTC),
        counts={},
    )


def create_profile(vault: Vault, contributor_id: int = 1, **changes: object) -> Profile:
    facts: dict[str, object] = {
        "generation": 1,
        "name_fr": "Test BENALI",
        "name_ar": "اختبار بن علي",
        "phone_fingerprint": vault.fingerprint(PHONE_NUMBER, PHONE),
        "phone_sealed": vault.seal(PHONE_NUMBER),
        "category": "trader",
        "agency": "1601",
        "affiliated_on": date(2015, 3, 1),
        "ceased_on": None,
    }
    return Profile(contributor_id=contributor_id, **(facts | changes))


def create_contributor(vault: Vault, contributor_id: int = 1, ssn: str = NUMBER) -> Contributor:
    return Contributor(
        id=contributor_id, ssn_fingerprint=vault.fingerprint(ssn, SSN), ssn_sealed=vault.seal(ssn)
    )


def create_payment(receipt: str, generation: int, amount: int, **changes: object) -> fund.Payment:
    facts: dict[str, object] = {
        "contributor_id": 1,
        "year": 2024,
        "paid_on": date(2024, 6, 30),
        "channel": "counter",
    }
    return fund.Payment(receipt=receipt, generation=generation, amount=amount, **(facts | changes))


@pytest.fixture
def session(fund_engine: Engine) -> Iterator[Session]:
    with Session(fund_engine) as session:
        yield session


def test_facts_are_the_newest_rows_up_to_the_current_load(session: Session, vault: Vault) -> None:
    session.add_all(
        [
            create_load(1, "superseded"),
            create_load(2, "current"),
            create_load(3, "loading"),
            create_contributor(vault),
            create_profile(vault, category="trader"),
            create_profile(vault, generation=2, category="farmer", ceased_on=date(2025, 1, 1)),
            create_profile(vault, generation=3, category="liberal"),
            Declaration(contributor_id=1, year=2023, generation=1, base=1),
            Declaration(contributor_id=1, year=2023, generation=2, base=2),
            Declaration(contributor_id=1, year=2023, generation=3, base=3),
            Declaration(contributor_id=1, year=2024, generation=1, base=4),
            Declaration(contributor_id=2, year=2024, generation=1, base=5),
            create_payment("B", 1, 3_600_000, year=None, paid_on=date(2024, 9, 15)),
            create_payment("A", 1, 100),
            create_payment("A", 2, 200),
            create_payment("CANCELLED", 1, 300),
            create_payment("CANCELLED", 2, 0),
            create_payment("NOT YET", 3, 400),
            Surcharge(contributor_id=1, year=2024, generation=1, amount=9, as_of=date(2025, 1, 1)),
        ]
    )
    session.flush()

    assert accounts.facts_of(session, 1) == Facts(
        category=Category.FARMER,
        affiliated_on=date(2015, 3, 1),
        ceased_on=date(2025, 1, 1),
        declarations={2023: Centimes(2), 2024: Centimes(4)},
        payments=[
            Payment("A", 2024, date(2024, 6, 30), Centimes(200), "counter"),
            Payment("B", None, date(2024, 9, 15), Centimes(3_600_000), "counter"),
        ],
        surcharges={2024: GivenSurcharge(Centimes(9), date(2025, 1, 1))},
    )


def test_facts_come_in_one_statement(session: Session, vault: Vault) -> None:
    session.add_all([create_load(1), create_contributor(vault), create_profile(vault)])
    session.flush()
    statements: list[str] = []
    event.listen(
        session.get_bind(),
        "before_cursor_execute",
        lambda *details: statements.append(details[2]),
    )

    accounts.facts_of(session, 1)

    assert len(statements) == 1


def test_nothing_is_known_before_the_first_load_is_complete(session: Session, vault: Vault) -> None:
    session.add_all([create_load(1, "loading"), create_contributor(vault), create_profile(vault)])
    session.flush()

    assert accounts.facts_of(session, 1) is None
    assert accounts.profile_of(session, 1) is None
    assert accounts.find_by_ssn(session, vault, NUMBER) is None
    assert accounts.find_by_phone(session, vault.fingerprint(PHONE_NUMBER, PHONE)) == []
    assert accounts.as_of(session) is None
    assert accounts.agencies(session) == {}


@pytest.mark.parametrize(
    "typed", [NUMBER, "99 0000 0000 17", "99-0000-0000-17", "٩٩٠٠٠٠٠٠٠٠١٧", f"\u2066{NUMBER}\u2069"]
)
def test_a_contributor_is_found_by_their_number_in_any_form(
    session: Session,
    vault: Vault,
    typed: str,
) -> None:
    session.add_all([create_load(1), create_contributor(vault), create_profile(vault)])
    session.flush()

    assert accounts.find_by_ssn(session, vault, typed) == 1
    assert accounts.ssn_of(session, vault, 1) == NUMBER


def test_another_number_finds_nobody_and_a_short_one_is_refused(
    session: Session,
    vault: Vault,
) -> None:
    session.add_all([create_load(1), create_contributor(vault), create_profile(vault)])
    session.flush()

    assert accounts.find_by_ssn(session, vault, "990000000018") is None
    with pytest.raises(NotASocialSecurityNumber):
        accounts.find_by_ssn(session, vault, "9900")
    with pytest.raises(LookupError):
        accounts.ssn_of(session, vault, 2)


def test_a_phone_finds_those_it_is_registered_for_today(session: Session, vault: Vault) -> None:
    other = vault.fingerprint("+213550000002", PHONE)
    session.add_all(
        [
            create_load(1, "superseded"),
            create_load(2),
            create_profile(vault, 1),
            create_profile(vault, 2),
            create_profile(vault, 3),
            create_profile(vault, 3, generation=2, phone_fingerprint=other),
            create_profile(vault, 4, phone_fingerprint=None, phone_sealed=None),
            create_profile(vault, 5, generation=3),
        ]
    )
    session.flush()

    assert accounts.find_by_phone(session, vault.fingerprint(PHONE_NUMBER, PHONE)) == [1, 2]
    assert accounts.find_by_phone(session, other) == [3]


def test_a_profile_shows_who_it_is(session: Session, vault: Vault) -> None:
    session.add_all([create_load(1), create_profile(vault)])
    session.flush()

    profile = accounts.profile_of(session, 1)

    assert profile == accounts.ContributorProfile(
        contributor_id=1,
        name_fr="Test BENALI",
        name_ar="اختبار بن علي",
        phone_fingerprint=vault.fingerprint(PHONE_NUMBER, PHONE),
        category=Category.TRADER,
        agency="1601",
        affiliated_on=date(2015, 3, 1),
        ceased_on=None,
    )


def test_agencies_are_those_of_the_current_load_in_order(session: Session) -> None:
    def create_agency(code: str, generation: int, name: str, parent: str | None = None) -> Agency:
        return Agency(
            code=code,
            generation=generation,
            name_fr=name,
            name_ar=name,
            wilaya="16",
            parent=parent,
            affiliates=None,
        )

    session.add_all(
        [
            create_load(1, "superseded"),
            create_load(2, as_of=date(2026, 7, 1)),
            create_agency("1602", 1, "B", parent="1601"),
            create_agency("1601", 1, "old"),
            create_agency("1601", 2, "A"),
            create_agency("1601", 3, "not yet"),
        ]
    )
    session.flush()

    found = accounts.agencies(session)

    assert [(card.code, card.name_fr, card.parent) for card in found.values()] == [
        ("1601", "A", None),
        ("1602", "B", "1601"),
    ]
    assert accounts.as_of(session) == date(2026, 7, 1)


def test_a_pass_over_everyone_gives_what_one_by_one_gives(session: Session, vault: Vault) -> None:
    session.add_all([create_load(1, "superseded"), create_load(2)])
    for contributor_id in (1, 2, 5, 6, 9):
        session.add(
            Contributor(
                id=contributor_id,
                ssn_fingerprint=vault.fingerprint(str(contributor_id), "ssn"),
                ssn_sealed=vault.seal(str(contributor_id)),
            )
        )
    session.add_all([create_profile(vault, number) for number in (1, 2, 6, 9)])
    session.add(create_profile(vault, 2, generation=2, category="farmer"))
    session.add(create_profile(vault, 9, generation=3, category="liberal"))
    for number in (1, 6):
        session.add(Declaration(contributor_id=number, year=2024, generation=1, base=number))
        session.add(Declaration(contributor_id=number, year=2024, generation=2, base=number * 10))
    session.flush()

    for slice_size in (1, 2, 3, 1_000):
        found = dict(accounts.every_account(session, slice_size=slice_size))
        assert list(found) == [1, 2, 6, 9]
        assert found == {number: accounts.facts_of(session, number) for number in found}
    assert [number for number, _ in accounts.every_account(session, first=2, last=6)] == [2, 6]
