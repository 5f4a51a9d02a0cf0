"""Two at once on PostgreSQL: a slice that is being sent, and someone who stops it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from services import policy as policies
from services import staff
from services.database import open_engine, sessions
from services.outbox import Outbox
from services.people import Role
from services.records.fund import Load
from services.records.reminders import Campaign, CampaignMember
from services.records.traffic import OutgoingCall
from services.reminders import campaign_preparing, campaign_sending, campaigns, rounds
from services.reminders.letters import Letter, Say
from tests.services.reminders.year_scene import at
from tests.support.crowd import create_campaign, create_crowd

RULES = policies.load()
DAY, PEOPLE, OFFICER = date(2026, 11, 29), 150, 9001
NOON = at(DAY, "12:00")


@pytest.fixture
def make(postgresql_url: str) -> Iterator[sessionmaker[Session]]:
    """A campaign that is approved and begins today."""
    engine = open_engine(postgresql_url, workers=3)
    found = sessions(engine)
    with found.begin() as session:
        staff.add(
            session,
            telegram_id=OFFICER,
            name="Nadia",
            role=Role.CENTRAL,
            agency=None,
            now=NOON,
            actor="command",
            language="fr",
        )
        create_crowd(session, PEOPLE)
        campaign = create_campaign(session, state="preparing", starts_on=DAY, last=DAY)
        while campaign_preparing.prepare(
            session, RULES, campaign, at(date(2026, 11, 28), "10:00"), most=500
        ):
            pass
        campaign.state, campaign.starts_on = "approved", DAY
    yield found
    engine.dispose()


def sayer(session: Session) -> Say:
    def say(letter: Letter) -> int:
        call = Outbox(session, NOON).add(
            "sendMessage",
            {},
            chat_id=letter.telegram_id,
            lane=letter.lane,
            repeatable=False,
            subject=letter.subject,
        )
        return call.id

    return say


def meanwhile(work: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def calls_by_person(make: sessionmaker[Session]) -> Counter[int | None]:
    with make.begin() as session:
        return Counter(session.scalars(select(OutgoingCall.chat_id)).all())


@pytest.mark.parametrize("how", ["stop_all", "pause", "stop"])
def test_a_stop_waits_for_the_slice_and_takes_it_back(
    make: sessionmaker[Session], how: str
) -> None:
    stopped = threading.Event()

    def stop() -> None:
        with make.begin() as session:
            match how:
                case "stop_all":
                    campaigns.stop_all(session, OFFICER, NOON)
                case "pause":
                    campaigns.pause(session, OFFICER, 1, NOON)
                case _:
                    campaigns.stop(session, OFFICER, 1, NOON)
        stopped.set()

    with make.begin() as session:
        campaign_sending.send_next(session, RULES, NOON, sayer(session))
        thread = meanwhile(stop)
        assert not stopped.wait(0.5), "it did not wait for the slice"
    thread.join(10)
    assert stopped.is_set()
    assert calls_by_person(make) == Counter(), "something of the slice stayed in the outbox"
    with make.begin() as session:
        assert campaign_sending.send_next(session, RULES, NOON, sayer(session)) is False
        state = session.scalar(select(Campaign.state))
        assert state == {"stop_all": "running", "pause": "paused", "stop": "stopped"}[how]
    assert calls_by_person(make) == Counter()


def test_a_slice_waits_for_a_stop_and_sends_nothing(make: sessionmaker[Session]) -> None:
    done = threading.Event()

    def send() -> None:
        with make.begin() as session:
            campaign_sending.send_next(session, RULES, NOON, sayer(session))
        done.set()

    with make.begin() as session:
        campaigns.stop_all(session, OFFICER, NOON)
        thread = meanwhile(send)
        assert not done.wait(0.5), "it did not wait for the stop"
    thread.join(10)
    assert done.is_set()
    assert calls_by_person(make) == Counter()


def test_two_schedulers_at_once_write_to_nobody_twice(make: sessionmaker[Session]) -> None:
    def send() -> None:
        more = True
        while more:
            with make.begin() as session:
                more = campaign_sending.send_next(session, RULES, NOON, sayer(session))

    threads = [meanwhile(send) for _ in range(3)]
    for thread in threads:
        thread.join(30)
    found = calls_by_person(make)
    assert len(found) == PEOPLE
    assert set(found.values()) == {1}


def test_two_rounds_at_once_write_to_nobody_twice(make: sessionmaker[Session]) -> None:
    day = at(date(2027, 6, 23), "12:00")
    known = {"as_of": date(2027, 6, 20)}

    def walk() -> None:
        more = True
        while more:
            with make.begin() as session:
                more = rounds.run(session, policy=RULES, now=day, say=sayer(session), slice_of=40)

    with make.begin() as session:
        session.execute(update(Load).values(**known))
        session.execute(update(CampaignMember).values(state="held", reason="stopped"))
        rounds.run(session, policy=RULES, now=day, say=sayer(session), slice_of=1)
    threads = [meanwhile(walk) for _ in range(3)]
    for thread in threads:
        thread.join(30)
    found = calls_by_person(make)
    assert len(found) == PEOPLE
    assert set(found.values()) == {1}
