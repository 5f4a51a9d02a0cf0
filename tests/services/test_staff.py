"""Who of the fund may do what, where."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from services import staff
from services.database import open_engine, sessions
from services.people import Role
from services.vault import Vault
from tests.support.fund import create_agency

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    engine = open_engine(database_url)
    with sessions(engine).begin() as session:
        create_agency(session, "16")
        create_agency(session, "1601", parent="16")
        create_agency(session, "31", wilaya="31")
        yield session
    engine.dispose()


def add(session: Session, telegram_id: int, role: Role, agency: str | None = None) -> staff.Member:
    return staff.add(
        session,
        telegram_id=telegram_id,
        name=f"N{telegram_id}",
        role=role,
        agency=agency,
        now=NOW,
        actor="command",
    )


def ids(members: list[staff.Member]) -> list[int]:
    return [member.telegram_id for member in members]


def test_a_counter_without_staff_of_its_own_has_its_agencys(session: Session) -> None:
    add(session, 1, Role.DIRECTOR, "16")
    add(session, 2, Role.AGENT, "16")
    assert ids(staff.directors_of(session, "1601")) == [1]
    assert ids(staff.agents_of(session, "1601")) == [2]
    add(session, 3, Role.AGENT, "1601")
    assert ids(staff.agents_of(session, "1601")) == [3]
    assert staff.directors_of(session, "31") == []


def test_central_managers_and_admins_stand_apart(session: Session) -> None:
    add(session, 1, Role.CENTRAL)
    add(session, 2, Role.MANAGER)
    add(session, 3, Role.MANAGER, "31")
    add(session, 4, Role.ADMIN)
    assert ids(staff.central(session)) == [1]
    assert set(ids(staff.managers(session))) == {2, 3}
    assert ids(staff.admins(session)) == [4]


@pytest.mark.parametrize(
    ("role", "agency", "place", "within"),
    [
        (Role.AGENT, "16", "16", True),
        (Role.AGENT, "16", "1601", True),
        (Role.AGENT, "1601", "16", False),
        (Role.AGENT, "16", "31", False),
        (Role.CENTRAL, None, "31", True),
        (Role.MANAGER, None, "31", True),
        (Role.MANAGER, "16", "31", False),
    ],
)
def test_scope_is_ones_agency_with_its_counters_or_the_whole(
    session: Session, role: Role, agency: str | None, place: str, within: bool
) -> None:
    assert staff.works_for(session, add(session, 1, role, agency), place) is within


def test_a_second_role_takes_the_place_of_the_first(session: Session) -> None:
    add(session, 1, Role.AGENT, "16")
    add(session, 1, Role.CENTRAL)
    assert staff.agents_of(session, "16") == []
    assert ids(staff.central(session)) == [1]


def test_the_last_administrator_cannot_become_something_else(session: Session) -> None:
    add(session, 1, Role.ADMIN)
    with pytest.raises(staff.LastAdmin):
        add(session, 1, Role.CENTRAL)
    with pytest.raises(staff.LastAdmin):
        staff.deactivate(session, 1, now=NOW, actor="command")
    add(session, 2, Role.ADMIN)
    assert staff.deactivate(session, 1, now=NOW, actor="command") is not None
    assert staff.of(session, 1) is None
    assert staff.deactivate(session, 1, now=NOW, actor="command") is None


def test_an_invitation_works_once_and_in_time(session: Session, vault: Vault) -> None:
    def invite() -> str:
        return staff.invite(
            session,
            vault,
            name="Nadia",
            role=Role.AGENT,
            agency="16",
            lives=timedelta(hours=72),
            now=NOW,
            actor="command",
        )

    code = invite()
    member = staff.accept(session, vault, code, telegram_id=5, now=NOW)
    assert (member.role, member.agency, member.name) == (Role.AGENT, "16", "Nadia")
    with pytest.raises(staff.InviteNotValid):
        staff.accept(session, vault, code, telegram_id=6, now=NOW)
    with pytest.raises(staff.InviteNotValid):
        staff.accept(session, vault, invite(), telegram_id=6, now=NOW + timedelta(hours=72))
    with pytest.raises(staff.InviteNotValid):
        staff.accept(session, vault, "no code", telegram_id=6, now=NOW)
    with pytest.raises(staff.AlreadyStaff):
        staff.accept(session, vault, invite(), telegram_id=5, now=NOW)
