"""Proving and linking on the records themselves, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from services import counter_codes, events, linking, one_time_codes, people, policy, proofs
from services.database import open_engine, sessions
from services.personal_data import identity as personal
from services.records.people import Conversation, CounterCode, Link
from services.vault import Vault
from tests.support.fund import create_contributor

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
TODAY = date(2026, 11, 25)
SSN, PHONE = "990000000101", "+213550000001"
POLICY = policy.load()
RULES = POLICY.identity_rules(TODAY)


@pytest.fixture
def maker(database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = open_engine(database_url)
    yield sessions(engine)
    engine.dispose()


@pytest.fixture
def session(maker: sessionmaker[Session]) -> Iterator[Session]:
    with maker.begin() as session:
        yield session


def meet(session: Session, telegram_id: int = 7001) -> int:
    people.meet(session, telegram_id, chat_id=telegram_id, language_code="fr", now=NOW)
    return telegram_id


def by_phone(
    session: Session, vault: Vault, telegram_id: int = 7001, ssn: str = SSN, phone: str = PHONE
) -> linking.Proven:
    return linking.link_by_phone(
        session,
        vault,
        telegram_id=telegram_id,
        ssn=ssn,
        phone_fingerprint=linking.phone_fingerprint(vault, phone),
        rules=RULES,
        now=NOW,
    )


def by_code(
    session: Session, vault: Vault, code: str, telegram_id: int = 7001, now: datetime = NOW
) -> linking.Proven:
    return linking.link_by_code(
        session, vault, telegram_id=telegram_id, code=code, name="Yacine", rules=RULES, now=now
    )


def issue(session: Session, vault: Vault, **about: Any) -> str:
    return counter_codes.issue(
        session, vault, ssn=SSN, lives=RULES.code_lives, now=NOW, actor="command", **about
    ).code


@pytest.mark.parametrize("phone", ["213550000001", "+213550000001", "0550000001"])
def test_the_phone_is_compared_in_one_normal_form(
    session: Session, vault: Vault, phone: str
) -> None:
    who = create_contributor(session, vault, ssn=SSN, phone=PHONE)
    meet(session)
    assert by_phone(session, vault, phone=phone).linked.contributor_id == who
    assert linking.holders_of(session, who) == [7001]


def test_an_own_link_shuts_the_way_by_phone(session: Session, vault: Vault) -> None:
    """A second number of one's own needs the counter, even with the right phone."""
    create_contributor(session, vault, ssn=SSN, phone=PHONE)
    create_contributor(session, vault, ssn="990000000202", phone="+213660000002")
    meet(session)
    by_phone(session, vault)
    with pytest.raises(proofs.ProofRefused):
        by_phone(session, vault, ssn="990000000202", phone="+213660000002")


def test_tries_and_lock_are_the_policys(session: Session, vault: Vault) -> None:
    meet(session)
    for _ in range(RULES.tries - 1):
        with pytest.raises(proofs.ProofRefused):
            by_phone(session, vault)
    with pytest.raises(proofs.LinkingLocked) as lock:
        by_phone(session, vault)
    assert lock.value.until == NOW + RULES.lock
    create_contributor(session, vault, ssn=SSN, phone=PHONE)
    with pytest.raises(proofs.LinkingLocked):
        by_phone(session, vault)  # even the right proof
    with pytest.raises(proofs.LinkingLocked):
        by_code(session, vault, issue(session, vault))


def test_of_two_people_at_once_only_one_uses_a_code(
    maker: sessionmaker[Session], vault: Vault
) -> None:
    with maker.begin() as session:
        create_contributor(session, vault, ssn=SSN)
        code = issue(session, vault)
        crowd = [meet(session, 7000 + number) for number in range(6)]
    won: list[int] = []
    lost: list[int] = []
    start = threading.Barrier(len(crowd))

    def enter(telegram_id: int) -> None:
        start.wait()
        with maker.begin() as session:
            try:
                by_code(session, vault, code, telegram_id)
                won.append(telegram_id)
            except proofs.ProofRefused:
                lost.append(telegram_id)

    threads = [threading.Thread(target=enter, args=(one,)) for one in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 5)
    with maker.begin() as session:
        [used] = session.query(CounterCode).all()
        assert used.used_by == won[0]
        assert session.query(Link).count() == 1


def test_a_code_gives_a_mandate_until_its_last_day(session: Session, vault: Vault) -> None:
    who = create_contributor(session, vault, ssn=SSN)
    meet(session)
    until = TODAY + timedelta(days=1)
    proven = by_code(session, vault, issue(session, vault, mandate_until=until))
    assert (proven.linked.kind, proven.linked.until) == ("mandate", until)
    assert [one.name for one in linking.mandates_on(session, vault, who, until)] == ["Yacine"]
    assert linking.mandates_on(session, vault, who, until + timedelta(days=1)) == []
    assert linking.accounts_of(session, 7001, until + timedelta(days=1)) == []


def test_the_name_under_a_mandate_is_sealed(session: Session, vault: Vault) -> None:
    create_contributor(session, vault, ssn=SSN)
    meet(session)
    by_code(session, vault, issue(session, vault, mandate_until=TODAY, name="Nadia Comptable"))
    [link] = session.query(Link).all()
    assert b"Nadia" not in (link.name_sealed or b"")
    assert vault.open_sealed(link.name_sealed or b"") == "Nadia Comptable"


def test_only_the_contributor_revokes_and_only_the_helper_unlinks(
    session: Session, vault: Vault
) -> None:
    create_contributor(session, vault, ssn=SSN, phone=PHONE)
    holder, helper, stranger = meet(session), meet(session, 7002), meet(session, 7003)
    by_phone(session, vault)
    link_id = by_code(
        session, vault, issue(session, vault, mandate_until=TODAY), helper
    ).linked.link_id
    for other in (helper, stranger):
        assert linking.revoke(session, vault, link_id, telegram_id=other, now=NOW) is None
    for other in (holder, stranger):
        assert linking.unlink(session, link_id, telegram_id=other, now=NOW) is None
    assert linking.revoke(session, vault, link_id, telegram_id=holder, now=NOW) is not None
    assert linking.revoke(session, vault, link_id, telegram_id=holder, now=NOW) is None


@pytest.mark.parametrize(
    "typed", ["", "7K3M", "7K3M-9QXD-2HVTT", "9" * 12, "7K3M-9QXD-2HV!", "كود"]
)
def test_what_is_not_written_like_a_code_is_none(typed: str) -> None:
    with pytest.raises(one_time_codes.NotACode):
        one_time_codes.normalise(typed)


def test_a_code_never_looks_like_a_number_and_is_read_back() -> None:
    signs = iter("123456789012" + "12345678901Z")
    code = one_time_codes.draw(lambda _: next(signs))
    assert code == "12345678901Z"
    for _ in range(200):
        drawn = one_time_codes.draw()
        assert one_time_codes.normalise(one_time_codes.in_groups(drawn).lower()) == drawn
        assert not set("ILOU") & set(drawn)
    assert 32**one_time_codes.LENGTH >= 2**50


def test_what_is_past_its_stated_time_is_forgotten(session: Session, vault: Vault) -> None:
    create_contributor(session, vault, ssn=SSN)
    meet(session)
    keep = POLICY.retention("link", TODAY).keep
    proven = by_code(session, vault, issue(session, vault))
    linking.unlink(session, proven.linked.link_id, telegram_id=7001, now=NOW)
    session.add(
        Conversation(
            chat_id=7001,
            telegram_id=7001,
            step="link.ssn",
            version=3,
            drafts={"link": {"phone": "00"}},
            updated_at=NOW,
        )
    )
    session.flush()
    nothing = {"links": 0, "codes": 0, "drafts": 0, "invites": 0}
    assert personal.forget_old(session, POLICY, NOW + keep) == nothing
    later = NOW + keep + RULES.code_lives + timedelta(seconds=1)
    assert personal.forget_old(session, POLICY, later) == {
        "links": 1,
        "codes": 1,
        "drafts": 1,
        "invites": 0,
    }
    session.expire_all()
    place = session.get(Conversation, (7001, 7001))
    assert place is not None
    assert (place.step, place.drafts, place.version) == (None, {}, 4)
    assert personal.forget_old(session, POLICY, later) == nothing


def test_no_event_of_linking_holds_a_name_or_a_number(session: Session, vault: Vault) -> None:
    from sqlalchemy import select

    from services.records.traffic import Event

    create_contributor(session, vault, ssn=SSN, phone=PHONE)
    meet(session)
    by_phone(session, vault)
    by_code(session, vault, issue(session, vault))
    told = " ".join(f"{row.name} {row.data} {row.actor}" for row in session.scalars(select(Event)))
    assert events.person(7001) in told
    for personal_word in (SSN, "0101", "550000001", "Yacine", "Karim"):
        assert personal_word not in told
