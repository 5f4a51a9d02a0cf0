"""A fund with one trader in arrears, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.audit import replay
from services.database import open_engine, sessions
from services.people import Role
from tests.services.plans.plan_cases import (
    AGENT,
    CENTRAL,
    DIRECTOR,
    OTHER_DIRECTOR,
    Fund,
    a_trader_with_arrears,
    create_staff,
)


@pytest.fixture
def fund(database_url: str) -> Iterator[Fund]:
    engine = open_engine(database_url)
    made = Fund(sessions(engine))
    with made.sessions.begin() as session:
        made.contributor = a_trader_with_arrears(session)
        create_staff(session, DIRECTOR, Role.DIRECTOR, "16")
        create_staff(session, OTHER_DIRECTOR, Role.DIRECTOR, "16")
        create_staff(session, AGENT, Role.AGENT, "16")
        create_staff(session, CENTRAL, Role.CENTRAL, None)
    yield made
    with made.sessions.begin() as session:  # after every test: the records say what happened
        assert list(replay.run(session)) == []
    engine.dispose()
