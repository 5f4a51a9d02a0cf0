"""Collection and arrears: equal to the positions of every contributor, whatever the page size."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from services import accounts, policy
from services.contributions import position
from services.database import open_engine, sessions
from services.evaluation import collection, scope
from services.evaluation.collection import Collected
from services.people import Role
from services.records.fund import Load, Profile
from services.staff import Member
from services.vault import Vault
from tests.support import fund

RULES = policy.load()
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
TODAY = date(2026, 11, 25)
MANAGER = Member(1, "M", Role.MANAGER, None, True, "fr", True)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    engine = open_engine(database_url)
    with sessions(engine).begin() as opened:
        yield opened
    engine.dispose()


def by_place(session: Session, within: scope.Scope) -> dict[str, collection.Collected]:
    return collection.by_place(collection.by_place_and_year(session, within))


def people(session: Session, vault: Vault) -> list[tuple[int, str]]:
    fund.create_agency(session, "31", name_fr="Oran", wilaya="31")
    found = []
    for number in range(11):
        agency = "31" if number % 3 == 0 else "16"
        paid = [(2024, date(2024, 6, 1), 3_600_000)] if number % 2 else []
        found.append(
            (
                fund.create_contributor(
                    session,
                    vault,
                    agency=agency,
                    category="farmer" if number % 4 == 0 else "trader",
                    affiliated_on=date(2022 + number % 4, 3, 1),
                    declarations={2024: 30_000_000},
                    payments=paid,
                ),
                agency,
            )
        )
    return found


def expected(session: Session, known: list[tuple[int, str]]) -> dict[str, int]:
    """The arrears of each agency, contributor by contributor."""
    late: dict[str, int] = {}
    for number, agency in known:
        facts = accounts.facts_of(session, number)
        assert facts is not None
        late[agency] = late.get(agency, 0) + position(facts, RULES, TODAY).late_principal
    return late


@pytest.mark.parametrize("at_most", [2, 3, 100])
def test_arrears_by_agency_are_the_sum_of_all_positions(
    session: Session, vault: Vault, at_most: int
) -> None:
    known = people(session, vault)
    while collection.go_on(session, RULES, NOW, at_most=at_most):
        pass
    within = scope.of_member(session, MANAGER)
    found = by_place(session, within)
    assert {place: one.late for place, one in found.items()} == expected(session, known)
    years = collection.by_year(collection.by_place_and_year(session, within))
    together = Collected()
    for one in years.values():
        together.add(one)
    assert together.due == sum(one.due for one in found.values()) > 0
    assert list(years) == sorted(years)
    assert not collection.go_on(session, RULES, NOW, at_most=at_most)


def test_a_pass_under_way_is_not_shown_and_the_last_one_stays(
    session: Session, vault: Vault
) -> None:
    people(session, vault)
    within = scope.of_member(session, MANAGER)
    assert collection.go_on(session, RULES, NOW, at_most=5)
    assert by_place(session, within) == {}
    while collection.go_on(session, RULES, NOW, at_most=5):
        pass
    before = by_place(session, within)
    december = datetime(2026, 12, 2, 9, tzinfo=UTC)
    assert collection.go_on(session, RULES, december, at_most=5)
    assert by_place(session, within) == before
    while collection.go_on(session, RULES, december, at_most=5):
        pass
    after = by_place(session, within)
    assert {one.on for one in after.values()} == {date(2026, 12, 2)}
    assert after["16"].due == before["16"].due


def test_who_moved_counts_where_the_newest_load_has_them(session: Session, vault: Vault) -> None:
    [(first, _), *_] = people(session, vault)
    session.get_one(Load, fund.GENERATION).state = "superseded"
    session.add(
        Load(generation=2, state="current", started_at=NOW, finished_at=NOW, as_of=TODAY, counts={})
    )
    session.add(
        Profile(
            contributor_id=first,
            generation=2,
            name_fr="Test",
            name_ar="Test",
            category="trader",
            agency="47",
            affiliated_on=date(2025, 3, 1),
        )
    )
    session.flush()
    for at_most in (2, 100):
        while collection.go_on(session, RULES, NOW, at_most=at_most):
            pass
        found = by_place(session, scope.of_member(session, MANAGER))
        assert set(found) == {"16", "31", "47"}


def test_a_director_sees_their_own_agency_alone(session: Session, vault: Vault) -> None:
    people(session, vault)
    while collection.go_on(session, RULES, NOW, at_most=100):
        pass
    director = Member(2, "D", Role.DIRECTOR, "31", True, "fr", True)
    assert set(by_place(session, scope.of_member(session, director))) == {"31"}


def test_before_any_load_there_is_nothing_to_do(session: Session) -> None:
    assert not collection.go_on(session, RULES, NOW, at_most=100)
    assert by_place(session, scope.of_member(session, MANAGER)) == {}
