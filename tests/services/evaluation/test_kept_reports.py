"""Reports are kept while the facts stand, and never shown to whom they do not belong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from services import events, policy
from services.database import open_engine, sessions
from services.evaluation import building, kept, report, scope
from services.evaluation.kept import KeptReports
from services.evaluation.measures import half_year
from services.people import Role
from services.staff import Member
from services.vault import Vault
from tests.services.evaluation.year import create_year

NOW = datetime(2026, 12, 30, 9, tzinfo=UTC)
TODAY = date(2026, 12, 30)
SECOND_HALF = half_year(TODAY)
RULES, VAULT = policy.load(), Vault(b"k" * 32)
MANAGER = Member(1, "M", Role.MANAGER, None, True, "fr", True)
CENTRAL = Member(2, "C", Role.CENTRAL, None, True, "ar", True)
DIRECTOR = Member(3, "D", Role.DIRECTOR, "16", True, "fr", True)


@pytest.fixture
def session(sqlite_url: str) -> Iterator[Session]:
    engine = open_engine(sqlite_url)
    with sessions(engine).begin() as opened:
        create_year(opened, cases=120)
        build(opened, NOW)
        yield opened
    engine.dispose()


def build(session: Session, now: datetime) -> None:
    while building.refresh(session, policy=RULES, vault=VAULT, now=now).more:
        pass


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[scope.Scope]:
    """The scope of every report that was made, not kept."""
    found: list[scope.Scope] = []
    real = report.make

    def make(*args: object, **named: object) -> report.Report:
        found.append(args[1])  # type: ignore[arg-type]
        return real(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(kept.report, "make", make)
    return found


def test_a_report_is_made_once_while_the_facts_stand(
    session: Session, made: list[scope.Scope]
) -> None:
    reports = KeptReports()
    manager, central = (scope.of_member(session, one) for one in (MANAGER, CENTRAL))
    first = reports.report(session, manager, SECOND_HALF, on=TODAY)
    again = reports.report(session, central, SECOND_HALF, on=TODAY)
    assert len(made) == 1
    assert again.places == first.places
    assert again.scope.member == CENTRAL
    reports.report(session, manager, report.previous(SECOND_HALF), on=TODAY)
    reports.report(session, manager, SECOND_HALF, on=TODAY + timedelta(days=1))
    assert len(made) == 3


def test_what_happened_since_is_in_the_next_report(
    session: Session, made: list[scope.Scope]
) -> None:
    reports = KeptReports()
    manager = scope.of_member(session, MANAGER)
    before = reports.report(session, manager, SECOND_HALF, on=TODAY)
    events.record(
        session,
        "person.asked_for_someone",
        at=NOW,
        actor="person:7001",
        subject=("person", 7001),
        data={"desk": "16"},
    )
    build(session, NOW)
    after = reports.report(session, manager, SECOND_HALF, on=TODAY)
    assert len(made) == 2
    assert after.together.persons_asked == before.together.persons_asked + 1


def test_a_director_gets_no_report_of_the_whole_fund(
    session: Session, made: list[scope.Scope]
) -> None:
    reports = KeptReports()
    reports.report(session, scope.of_member(session, CENTRAL), SECOND_HALF, on=TODAY)
    theirs = reports.report(session, scope.of_member(session, DIRECTOR), SECOND_HALF, on=TODAY)
    assert set(theirs.places) == {"16"}
    assert not {"conduct", "bribe"} & set(theirs.categories)


def test_only_so_many_are_kept(
    session: Session, made: list[scope.Scope], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "AT_MOST", 2)
    reports = KeptReports()
    manager = scope.of_member(session, MANAGER)
    for days in (0, 1, 2, 0):
        reports.report(session, manager, SECOND_HALF, on=TODAY + timedelta(days=days))
    assert len(made) == 4
