"""Requests for a person, and payments after reminders: counted as their definitions say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services import events, policy
from services.complaints.office import Office
from services.database import open_engine, sessions
from services.evaluation import building, collection, counting, measures, report, scope
from services.evaluation.measures import BY_NAME, Sums
from services.joining import callbacks, ways
from services.joining.callbacks import Outcome
from services.people import Role
from services.records.base import table_of
from services.records.evaluation import RequestFact
from services.records.fund import Load
from services.records.joining import Callback
from services.records.people import Person
from services.records.reminders import Campaign, CampaignMember, Reminder
from services.staff import Member
from services.vault import Vault
from tests.support import fund

RULES = policy.load()
VAULT = Vault(b"k" * 32)
# A Sunday, 10:00: the promise of two working days ends on Tuesday at the same time.
ASKED = datetime(2026, 10, 4, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
AGENT = 9001
MANAGER = Member(1, "M", Role.MANAGER, None, True, "fr", True)
SECOND_HALF = measures.half_year(date(2026, 10, 1))


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    engine = open_engine(database_url)
    with sessions(engine).begin() as opened:
        fund.create_agency(opened)
        fund.create_agency(opened, "31", wilaya="31")
        yield opened
    engine.dispose()


def sums(session: Session, place: str = "16", *, on: date = date(2026, 11, 25)) -> Sums:
    within = scope.of_member(session, MANAGER)
    return counting.sums(session, within, SECOND_HALF, on=on)[place]


def value(counted: Sums, name: str) -> float | None:
    return BY_NAME[name].value(counted)


# --- requests ---------------------------------------------------------------------------------


def asked(session: Session, number: int, *, agency: str = "16", at: datetime = ASKED) -> int:
    session.merge(Person(telegram_id=number, language="fr", created_at=at))
    session.flush()
    office = Office(session, RULES, VAULT, at)
    return callbacks.ask(
        office,
        telegram_id=number,
        language="fr",
        agency=agency,
        way_code=ways.every()[0].code,
        phone=f"05500000{number:02}",
    ).id


def closed(session: Session, number: int, outcome: Outcome, at: datetime) -> None:
    callbacks._close(Office(session, RULES, VAULT, at), number, outcome, events.staff(AGENT), AGENT)


def build(session: Session) -> None:
    building.refresh(session, policy=RULES, vault=VAULT, now=NOW)


def test_a_call_is_in_time_until_the_promise_and_late_after_it(session: Session) -> None:
    for number, (outcome, hours) in enumerate(
        (
            (Outcome.JOINED, 5),
            (Outcome.COMING, 48),  # to the minute
            (Outcome.UNREACHABLE, 49),
            (Outcome.WITHDRAWN, 1),
            (None, 0),
        ),
        start=1,
    ):
        call = asked(session, number)
        if outcome is not None:
            closed(session, call, outcome, ASKED + timedelta(hours=hours))
    build(session)
    counted = sums(session)
    assert value(counted, "calls_asked") == 5
    assert value(counted, "calls_joined") == 1
    # Three were called and one waits past its promise; who withdrew is not in the share.
    assert value(counted, "calls_in_time") == pytest.approx(2 / 4)
    # On the day it was asked, the one that waits is neither for nor against anybody.
    assert value(sums(session, on=date(2026, 10, 5)), "calls_in_time") == pytest.approx(2 / 3)
    assert value(sums(session, "31"), "calls_asked") == 0


def test_the_newest_wish_counts_and_an_erased_person_is_no_longer_waited_for(
    session: Session,
) -> None:
    first = asked(session, 1)
    assert asked(session, 1, agency="31", at=ASKED + timedelta(days=1)) == first
    build(session)
    assert value(sums(session), "calls_asked") == 0
    assert value(sums(session, "31"), "calls_in_time") == 0
    session.execute(delete(table_of(Callback)))
    building.rebuild(session, policy=RULES, vault=VAULT, now=NOW)
    counted = sums(session, "31")
    assert value(counted, "calls_asked") == 1  # the past is kept by its events
    assert value(counted, "calls_in_time") is None


def test_requests_are_built_the_same_bit_by_bit_and_whole(session: Session) -> None:
    for number in range(1, 6):
        call = asked(session, number)
        if number % 2:
            closed(session, call, Outcome.JOINED, ASKED + timedelta(days=number))
        events.record(
            session,
            "person.asked_for_someone",
            at=ASKED,
            actor=events.person(number),
            subject=("person", number),
            data={"desk": "16"},
        )
    more = True
    while more:
        more = building.refresh(session, policy=RULES, vault=VAULT, now=NOW, at_most=3).more

    def rows() -> list[tuple[object, ...]]:
        query = select(table_of(RequestFact)).order_by(RequestFact.kind, RequestFact.number)
        return [tuple(row) for row in session.execute(query)]

    bit_by_bit = rows()
    building.rebuild(session, policy=RULES, vault=VAULT, now=NOW)
    assert rows() == bit_by_bit
    assert len(bit_by_bit) == 10
    assert value(sums(session), "persons_asked") == 5


def test_calls_that_come_late_are_worth_a_sentence(session: Session) -> None:
    for number in range(1, 31):
        closed(session, asked(session, number), Outcome.COMING, ASKED + timedelta(days=9))
    build(session)
    within = scope.of_member(session, MANAGER)
    found = report.make(session, within, SECOND_HALF, on=date(2026, 11, 25))
    assert [(one.kind, one.values) for one in found.attention] == [("calls_late", {"now": 0.0})]


# --- reminders --------------------------------------------------------------------------------


def owing(session: Session, *paid_on: date, agency: str = "16") -> int:
    payments = [(2025, day, 1_000_000) for day in paid_on]
    return fund.create_contributor(session, VAULT, agency=agency, payments=payments)


def reminded(
    session: Session,
    contributor_id: int,
    day: date,
    *,
    state: str = "sent",
    reason: str | None = None,
    kind: str = "arrears",
    step: int = 30,
) -> None:
    session.add(
        Reminder(
            contributor_id=contributor_id,
            kind=kind,
            subject=f"2025:{day}",
            step=step,
            deadline=day,
            last=day,
            agency="16",
            state=state,
            reason=reason,
            decided_at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
        )
    )
    session.flush()


def counted_after(session: Session, known_to: date, *, at_most: int = 1_000) -> Sums:
    session.execute(table_of(Load).update().values(as_of=known_to))
    while collection.go_on(session, RULES, NOW, at_most=at_most):
        pass
    return sums(session)


DAY = date(2026, 10, 4)


@pytest.mark.parametrize(
    ("paid", "within_14", "within_30"),
    [
        (date(2026, 10, 3), 0, 0),  # before it was sent
        (DAY, 1, 1),
        (date(2026, 10, 18), 1, 1),
        (date(2026, 10, 19), 0, 1),
        (date(2026, 11, 3), 0, 1),
        (date(2026, 11, 4), 0, 0),
    ],
)
def test_a_payment_counts_from_the_day_of_the_message_to_the_last_of_the_days(
    session: Session, paid: date, within_14: int, within_30: int
) -> None:
    reminded(session, owing(session, paid), DAY)
    counted = counted_after(session, date(2026, 11, 20))
    assert value(counted, "reminded") == 1
    assert (value(counted, "paid_14"), value(counted, "paid_30")) == (within_14, within_30)


@pytest.mark.parametrize(
    ("known_to", "paid_14", "paid_30"),
    [
        (date(2026, 10, 17), None, None),
        (date(2026, 10, 18), 1, None),
        (date(2026, 11, 2), 1, None),
        (date(2026, 11, 3), 1, 1),
    ],
)
def test_nobody_is_counted_before_the_payments_are_known_that_far(
    session: Session, known_to: date, paid_14: int | None, paid_30: int | None
) -> None:
    reminded(session, owing(session, date(2026, 10, 5)), DAY)
    counted = counted_after(session, known_to)
    assert value(counted, "reminded") == 1
    assert (value(counted, "paid_14"), value(counted, "paid_30")) == (paid_14, paid_30)


def test_each_person_counts_once_a_month_from_their_first_message(session: Session) -> None:
    one = owing(session, date(2026, 10, 5))
    reminded(session, one, DAY)
    reminded(session, one, date(2026, 10, 20), step=60)
    reminded(session, one, date(2026, 11, 2), step=90, state="unknown")
    counted = counted_after(session, date(2026, 12, 30))
    assert value(counted, "reminded") == 2
    assert value(counted, "paid_14") == pytest.approx(1 / 2)


def test_other_reminders_and_those_that_never_left_are_not_counted(session: Session) -> None:
    person = owing(session, DAY)
    reminded(session, person, DAY, kind="declaration")
    reminded(session, person, DAY, kind="answer", step=2)
    reminded(session, person, DAY, state="failed", step=3)
    reminded(session, person, DAY, state="held", reason="opted_out", step=4)
    assert value(counted_after(session, date(2026, 11, 20)), "reminded") == 0


def test_those_for_whom_there_was_no_room_stand_beside_them(session: Session) -> None:
    session.add(
        Campaign(
            id=1,
            state="done",
            starts_on=DAY,
            last=DAY,
            started_by=1,
            created_at=ASKED,
            counts={},
        )
    )
    session.flush()
    for number in range(60):
        paid = [date(2026, 10, 10)] if number % (3 if number < 30 else 6) == 0 else []
        person = owing(session, *paid)
        sent = number < 30
        session.add(
            CampaignMember(
                campaign_id=1,
                contributor_id=person,
                agency="16",
                state="sent" if sent else "held",
                reason=None if sent else "no_capacity",
                decided_at=ASKED,
            )
        )
    session.flush()
    # Someone who was reminded otherwise that month is not among those without.
    both = owing(session)
    reminded(session, both, DAY)
    reminded(session, both, DAY, state="held", reason="no_capacity", step=31)
    counted = counted_after(session, date(2026, 11, 20), at_most=7)
    assert value(counted, "reminded") == 31
    assert value(counted, "paid_30") == pytest.approx(10 / 31)
    assert value(counted, "no_room_30") == pytest.approx(5 / 30)
    within = scope.of_member(session, MANAGER)
    found = report.make(session, within, SECOND_HALF, on=date(2026, 11, 25))
    [told] = [one for one in found.unsaid if one.kind.startswith("after_reminders")]
    assert told.kind == "after_reminders_beside"
    assert told.values == {"paid": 10 / 31, "beside": 5 / 30}
