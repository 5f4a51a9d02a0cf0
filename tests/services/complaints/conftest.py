"""An office in a database of its own: agencies, people, staff, and a case in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from sqlalchemy.orm import Session

from services import people, policy, staff
from services.audit import replay
from services.complaints import filing
from services.complaints.filing import Filing
from services.complaints.office import Office
from services.complaints.store import Case
from services.database import open_engine, sessions
from services.people import Role
from services.vault import Vault
from tests.support import fund
from tests.support.clock import SetClock

T = TypeVar("T")
RULES = policy.load()
CITIZEN, OTHER = 7001, 7002
AGENT, COLLEAGUE, DIRECTOR, CENTRAL, ELSEWHERE = 9001, 9002, 9003, 9004, 9005


class Fund:
    """The fund in a test: `with fund.office() as office`, or `fund.do(work)`."""

    def __init__(self, database_url: str, vault: Vault, clock: SetClock) -> None:
        self.vault = vault
        self.clock = clock
        self.engine = open_engine(database_url, workers=8)
        self.sessions = sessions(self.engine)

    @contextmanager
    def office(self) -> Iterator[Office]:
        with self.sessions.begin() as session:
            yield Office(session, RULES, self.vault, self.clock.now())

    def do(self, work: Callable[..., T], *arguments: Any, **named: Any) -> T:
        with self.office() as office:
            return work(office, *arguments, **named)

    def file(self, telegram_id: int = CITIZEN, **changes: Any) -> Case:
        facts: dict[str, Any] = {
            "telegram_id": telegram_id,
            "language": "fr",
            "category": "chifa",
            "agency": "16",
            "text": "Ma carte est bloquée depuis un mois.",
        }
        return self.do(filing.file, Filing(**(facts | changes)))


def meet(session: Session, telegram_id: int, clock: SetClock) -> None:
    people.meet(session, telegram_id, chat_id=telegram_id, language_code="fr", now=clock.now())


@pytest.fixture
def the_fund(database_url: str, vault: Vault, clock: SetClock) -> Iterator[Fund]:
    """Agencies 16 and 31 with staff, the central level, two citizens; Thursday 2026-11-26
    15:30, the hour of the fund's own example."""
    clock.set(day="2026-11-26", at="15:30")
    made = Fund(database_url, vault, clock)
    with made.sessions.begin() as session:
        fund.create_agency(session, "16")
        fund.create_agency(session, "31", name_fr="Oran", name_ar="وهران", wilaya="31")
        for person in (CITIZEN, OTHER, AGENT, COLLEAGUE, DIRECTOR, CENTRAL, ELSEWHERE):
            meet(session, person, clock)
        for person, name, role, agency in (
            (AGENT, "Amel", Role.AGENT, "16"),
            (COLLEAGUE, "Bachir", Role.AGENT, "16"),
            (DIRECTOR, "Djamila", Role.DIRECTOR, "16"),
            (CENTRAL, "Chafik", Role.CENTRAL, None),
            (ELSEWHERE, "Omar", Role.AGENT, "31"),
        ):
            staff.add(
                session,
                telegram_id=person,
                name=name,
                role=role,
                agency=agency,
                now=clock.now(),
                actor="command",
            )
    yield made
    with made.sessions.begin() as session:  # after every test: the records say what happened
        assert list(replay.run(session)) == []
    made.engine.dispose()
