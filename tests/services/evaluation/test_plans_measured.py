"""Plans as facts: granted at once, kept for months, cured, broken; from their events alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from services import events, policy
from services.database import open_engine, sessions
from services.evaluation import building, counting, measures, scope
from services.evaluation.measures import BY_NAME, Sums
from services.people import Role
from services.records.plans import Plan
from services.staff import Member
from services.vault import Vault
from tests.support import fund

SIGNED = date(2026, 8, 31)
MANAGER = Member(1, "M", Role.MANAGER, None, True, "fr", True)
RULES, VAULT = policy.load(), Vault(b"k" * 32)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    engine = open_engine(database_url)
    with sessions(engine).begin() as opened:
        fund.create_agency(opened)
        yield opened
    engine.dispose()


def plan(session: Session, *happened: tuple[str, date], asked: date = SIGNED) -> None:
    """A plan with these events, each at noon of its day."""
    made = Plan(
        reference=f"E-16-26-{len(session.new) + session.query(Plan).count():06}-0",
        agency="16",
        contributor_id=session.query(Plan).count() + 1,
        state="completed",
        kind="ordinary",
        wish={},
        figured_on=asked,
        debt=1,
        frozen=0,
        down_payment=0,
        regular=1,
        months=12,
        day=0,
        years=[],
        estimate=False,
        level="agency",
        asked_at=datetime(asked.year, asked.month, asked.day, 11, tzinfo=UTC),
    )
    session.add(made)
    session.flush()
    for name, day in happened:
        events.record(
            session,
            f"plan.{name}",
            at=datetime(day.year, day.month, day.day, 11, tzinfo=UTC),
            actor="machine",
            subject=("plan", made.id),
        )


def counted(session: Session, *, on: date) -> Sums:
    now = datetime(2028, 1, 1, 9, tzinfo=UTC)
    building.refresh(session, policy=RULES, vault=VAULT, now=now)
    period = measures.half_year(SIGNED)
    return counting.sums(session, scope.of_member(session, MANAGER), period, on=on)["16"]


def value(sums: Sums, name: str) -> float | None:
    return BY_NAME[name].value(sums)


def test_a_plan_counts_as_kept_once_the_months_have_passed_without_trouble(
    session: Session,
) -> None:
    plan(session, ("granted", SIGNED), ("signed", SIGNED))
    # Three months after 31 August is 30 November.
    assert value(counted(session, on=date(2026, 11, 29)), "plans_kept_3") is None
    assert value(counted(session, on=date(2026, 11, 30)), "plans_kept_3") == 1
    assert value(counted(session, on=date(2027, 2, 27)), "plans_kept_6") is None
    assert value(counted(session, on=date(2027, 2, 28)), "plans_kept_6") == 1
    assert value(counted(session, on=date(2027, 8, 30)), "plans_kept_12") is None
    assert value(counted(session, on=date(2027, 8, 31)), "plans_kept_12") == 1


@pytest.mark.parametrize(
    ("trouble", "kept_3", "kept_6"),
    [
        (date(2026, 11, 30), 0, 0),
        (date(2026, 12, 1), 1, 0),
        (date(2027, 2, 28), 1, 0),
        (date(2027, 3, 1), 1, 1),
    ],
)
def test_trouble_on_the_last_day_of_the_months_breaks_them_and_the_day_after_does_not(
    session: Session, trouble: date, kept_3: int, kept_6: int
) -> None:
    plan(session, ("signed", SIGNED), ("lapse_proposed", trouble))
    sums = counted(session, on=date(2027, 8, 1))
    assert (value(sums, "plans_kept_3"), value(sums, "plans_kept_6")) == (kept_3, kept_6)


def test_plans_granted_at_once_cured_and_broken_are_told_apart(session: Session) -> None:
    later = SIGNED + timedelta(days=100)
    end = later + timedelta(days=20)
    plan(session, ("granted", SIGNED), ("signed", SIGNED))
    plan(session, ("signed", SIGNED), ("lapse_proposed", later), ("saved", end))
    plan(session, ("signed", SIGNED), ("lapse_proposed", later), ("delayed", end))
    plan(session, ("signed", SIGNED), ("lapse_proposed", later), ("lapsed", end))
    plan(session, ("requested", SIGNED), ("refused", SIGNED))
    plan(session, ("granted", SIGNED), ("signed", SIGNED), asked=date(2026, 6, 30))
    sums = counted(session, on=date(2027, 1, 1))
    assert value(sums, "plans_asked") == 5  # the last was asked for in the half-year before
    assert value(sums, "plans_at_once") == pytest.approx(1 / 5)
    assert value(sums, "plans_kept_3") == 1
    assert value(sums, "plans_cured") == pytest.approx(1 / 3)
    assert value(sums, "plans_broken") == pytest.approx(1 / 4)
