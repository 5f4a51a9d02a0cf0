"""The trail of events: what is sealed is proven, and every later change of it is named."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from services import signing
from services.audit import forgetting, seals
from services.audit.verification import What
from services.policy import policy as policies
from services.records.audit import EventSeal
from services.records.traffic import Event
from services.vault import Vault
from tests.services.audit.trail import START, Trail, write

POLICY = policies.load(None)


@pytest.fixture
def trail(database_url: str, vault: Vault) -> Iterator[Trail]:
    made = Trail(database_url, vault)
    yield made
    made.engine.dispose()


def test_a_sealed_trail_is_whole_and_tells_its_head(trail: Trail) -> None:
    trail.record(10)
    trail.seal(at_most=4)
    trail.record(3)
    report = trail.verify()
    assert (report.blocks, report.events, report.unsealed) == (3, 10, 3)
    assert report.breaks == []
    assert report.last is not None
    assert report.last.written == trail.head()
    trail.seal()
    assert trail.verify(expected={3: report.last.written}).breaks == []


def test_without_events_there_is_nothing_to_seal(trail: Trail) -> None:
    trail.seal()
    report = trail.verify()
    assert (report.blocks, report.unsealed, report.breaks) == (0, 0, [])


CHANGES = (
    ("UPDATE events SET actor = 'staff:7002' WHERE id = 6", (2, "altered", 6)),
    ('UPDATE events SET data = \'{"role": "director"}\' WHERE id = 5', (2, "altered", 5)),
    ("UPDATE events SET at = '2026-11-25 09:30:20.123457' WHERE id = 1", (1, "altered", 1)),
    ("UPDATE events SET subject_id = 99 WHERE id = 8", (2, "altered", 8)),
    ("DELETE FROM events WHERE id = 1", (1, "removed", 1)),
    ("DELETE FROM events WHERE id = 8", (2, "removed", 8)),
    ("DELETE FROM events WHERE id = 10", (3, "removed", 10)),
    ("UPDATE events SET id = 0 WHERE id = 2", (1, "added", 0)),
    (
        "INSERT INTO events (id, at, name, actor, subject_kind, subject_id, data)"
        " SELECT -3, at, name, actor, subject_kind, subject_id, data FROM events WHERE id = 2",
        (1, "added", -3),
    ),
)


@pytest.mark.parametrize(("statement", "told"), CHANGES)
def test_a_change_by_hand_is_named_by_block_and_event(
    trail: Trail, statement: str, told: tuple[int, str, int]
) -> None:
    trail.record(10)
    trail.seal(at_most=4)
    trail.tamper(statement)
    assert trail.breaks()[0] == told


def test_an_event_written_into_a_gap_is_named(trail: Trail) -> None:
    trail.record(6)
    trail.tamper("DELETE FROM events WHERE id = 3")
    trail.seal()
    assert trail.breaks() == []
    trail.tamper(
        "INSERT INTO events (id, at, name, actor, subject_kind, subject_id, data)"
        " SELECT 3, at, name, actor, subject_kind, subject_id, data FROM events WHERE id = 2"
    )
    assert trail.breaks() == [(1, "added", 3)]


def test_a_flood_of_events_in_a_gap_is_named_without_reading_it_all(trail: Trail) -> None:
    trail.record(2)
    trail.tamper("UPDATE events SET id = 9000 WHERE id = 2")
    trail.seal()

    def flood(session: object) -> None:
        trail.tamper(
            "WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
            " INSERT INTO events (id, at, name, actor, subject_kind, subject_id, data)"
            " SELECT i, at, name, actor, subject_kind, subject_id, data FROM n, events WHERE id = 1"
        )

    flood(None)
    assert trail.breaks()[0] == (1, "added", 3)
    assert {what for _, what, _ in trail.breaks()} == {"added"}


SEALS = (
    ("UPDATE event_seals SET sealed_at = '2026-11-24 09:30:20' WHERE number = 2", What.SIGNATURE),
    ("UPDATE event_seals SET digest = previous WHERE number = 2", What.SIGNATURE),
    ("UPDATE event_seals SET previous = digest WHERE number = 2", What.CHAIN),
    ("UPDATE event_seals SET signature = previous WHERE number = 2", What.SIGNATURE),
    ("UPDATE event_seals SET key = digest WHERE number = 2", What.UNKNOWN_KEY),
    ("DELETE FROM event_seals WHERE number = 2", What.BLOCK_MISSING),
)


@pytest.mark.parametrize(("statement", "what"), SEALS)
def test_a_changed_seal_is_named(trail: Trail, statement: str, what: What) -> None:
    trail.record(10)
    trail.seal(at_most=4)
    trail.tamper(statement)
    assert trail.breaks()[0] == (2, what.value, None)


def test_where_the_list_of_a_seal_was_altered_too_the_block_is_named(trail: Trail) -> None:
    trail.record(4)
    trail.seal()
    trail.tamper("UPDATE event_seals SET marks = digest")
    assert trail.breaks() == []  # the events are what was sealed
    trail.tamper("UPDATE events SET actor = 'machine' WHERE id = 2")
    assert trail.breaks() == [(1, "marks", None)]


def test_a_trail_sealed_anew_without_the_key_is_not_believed(trail: Trail) -> None:
    trail.record(4)
    trail.seal()
    trail.tamper("UPDATE events SET actor = 'machine' WHERE id = 2")
    trail.tamper("DELETE FROM event_seals")
    trail.seal(vault=Vault(b"x" * 32))
    assert trail.breaks() == [(1, "unknown_key", None)]
    own = signing.public_key(trail.vault)
    trail.do(lambda session: session.query(EventSeal).update({"key": own}))
    assert trail.breaks() == [(1, "signature", None)]


def test_a_trail_cut_short_shows_by_the_head_that_was_written_down(trail: Trail) -> None:
    trail.record(10)
    trail.seal(at_most=4)
    number, head = 3, trail.head()
    trail.tamper("DELETE FROM event_seals WHERE number = 3")
    trail.tamper("DELETE FROM events WHERE id > 8")
    assert trail.breaks() == []  # nothing within the database tells
    assert trail.breaks(expected={number: head}) == [(3, "cut_off", None)]
    trail.record(1, data={"what": "something else"})
    trail.seal()
    assert trail.breaks(expected={number: head}) == [(3, "other_head", None)]


def test_checking_from_a_later_block_on_trusts_what_is_before(trail: Trail) -> None:
    trail.record(10)
    trail.seal(at_most=4)
    trail.tamper("UPDATE events SET actor = 'machine' WHERE id = 2")
    assert trail.breaks(since=2) == []
    assert trail.breaks() == [(1, "altered", 2)]


def test_a_new_key_is_trusted_together_with_the_old_one(trail: Trail) -> None:
    trail.record(2)
    trail.seal()
    new = Vault(b"n" * 32)
    trail.record(2)
    trail.seal(vault=new)
    assert trail.verify(trail.vault, new).breaks == []
    [found] = trail.verify(new).breaks
    assert (found.block, found.what) == (1, What.UNKNOWN_KEY)


def test_an_event_written_in_later_with_an_old_instant_is_doubtful(trail: Trail) -> None:
    trail.record(2)
    trail.seal()
    trail.record(1, at=START - timedelta(days=3))
    trail.record(1, at=START - timedelta(hours=1))  # a clock that was put right
    trail.seal()
    report = trail.verify()
    assert (report.breaks, report.backdated) == ([], [(2, 3)])


def test_the_bytes_of_an_event_are_the_same_on_every_database(trail: Trail) -> None:
    data = {"z": [1, 2.5, None, True], "é": "كاسنوس", "a": {"y": "2026-01-01", "x": -(10**15)}}
    trail.record(1, data=data, at=datetime(2026, 3, 29, 1, 30, 0, 5, tzinfo=UTC))
    trail.record(1, data={}, at=datetime.fromisoformat("2026-07-01T09:00:00+01:00"))
    trail.seal()
    [seal] = trail.do(lambda session: session.scalars(select(EventSeal)).all())
    assert seal.digest.hex() == "bbe615fc9203ec25461313cb0d9d7464998451f18466d8d278148ccd571c6aec"


# --- what is forgotten after its time ----------------------------------------------------


LATER = START + timedelta(days=1_826)


def test_what_is_past_its_time_is_forgotten_and_the_trail_stays_whole(trail: Trail) -> None:
    trail.record(3)
    trail.record(1, name="complaint.filed", subject=("complaint", 5))
    trail.seal()
    gone = trail.do(lambda s: forgetting.forget_old(s, POLICY, trail.vault, LATER))
    assert gone == 4  # there is no complaint 5 any more
    trail.now = LATER
    trail.seal()
    report = trail.verify()
    assert (report.breaks, report.forgotten, report.events) == ([], 4, 1)
    assert trail.do(lambda s: forgetting.forget_old(s, POLICY, trail.vault, LATER)) == 0


def test_nothing_is_forgotten_before_its_time_or_before_it_is_sealed(trail: Trail) -> None:
    trail.record(3)
    assert trail.do(lambda s: forgetting.forget_old(s, POLICY, trail.vault, LATER)) == 0
    trail.seal()
    early = START + timedelta(days=1_824)
    assert trail.do(lambda s: forgetting.forget_old(s, POLICY, trail.vault, early)) == 0


def test_who_has_no_key_cannot_pass_a_removal_off_as_forgetting(trail: Trail) -> None:
    trail.record(3)
    trail.seal()
    other = Vault(b"x" * 32)
    trail.do(lambda s: forgetting.forget_old(s, POLICY, other, LATER))
    trail.now = LATER
    trail.record(1, name=forgetting.FORGOTTEN, subject=(forgetting.SUBJECT, 1))
    trail.seal()
    assert trail.breaks() == [(1, "removed", 1), (1, "removed", 2), (1, "removed", 3)]


def test_beside_what_was_forgotten_a_change_is_still_named(trail: Trail) -> None:
    trail.record(3)
    trail.record(2, at=LATER - timedelta(days=10))
    trail.seal()
    trail.do(lambda s: forgetting.forget_old(s, POLICY, trail.vault, LATER))
    trail.tamper("UPDATE events SET actor = 'machine' WHERE id = 5")
    trail.tamper("DELETE FROM events WHERE id = 4")
    assert trail.breaks() == [(1, "removed", 4), (1, "altered", 5)]


# --- several writers ----------------------------------------------------------------------


@pytest.fixture
def shared(postgresql_url: str, vault: Vault) -> Iterator[Trail]:
    made = Trail(postgresql_url, vault)
    yield made
    made.engine.dispose()


def last_id(trail: Trail) -> int:
    last = trail.do(seals.last)
    return last.last_id if last is not None else 0


@pytest.mark.parametrize("ends", ["commit", "rollback"])
def test_an_event_that_is_committed_late_is_waited_for(shared: Trail, ends: str) -> None:
    slow = shared.sessions()
    write(slow, 1, shared.now, {})  # takes id 1
    shared.record(1)  # id 2 is visible before it
    shared.seal()
    assert last_id(shared) == 0
    shared.record(1)
    shared.seal()
    assert last_id(shared) == 0
    getattr(slow, ends)()
    slow.close()
    shared.seal()
    assert last_id(shared) == 3
    report = shared.verify()
    assert (report.breaks, report.events) == ([], 3 if ends == "commit" else 2)


def test_writers_that_never_pause_do_not_hold_up_the_seals(shared: Trail) -> None:
    """There is always one under way, but those of an earlier run have ended."""
    first = shared.sessions()
    write(first, 1, shared.now, {})
    shared.record(1)
    shared.seal()
    second = shared.sessions()
    write(second, 2, shared.now, {})
    first.commit()
    shared.seal()
    assert last_id(shared) == 2
    second.commit()
    shared.seal()
    assert last_id(shared) == 3
    for one in (first, second):
        one.close()
    assert shared.verify().breaks == []


def test_many_writers_and_a_sealer_agree(shared: Trail) -> None:
    stop = threading.Event()

    def work(number: int) -> None:
        for turn in range(30):
            session = shared.sessions()
            write(session, number, START, {})
            write(session, turn, START, {})
            session.rollback() if turn % 7 == 0 else session.commit()
            session.close()

    def seal() -> None:
        while not stop.is_set():
            shared.seal(at_most=16)

    writers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    sealers = [threading.Thread(target=seal) for _ in range(2)]
    for thread in (*sealers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in sealers:
        thread.join()
    shared.seal()
    report = shared.verify()
    assert (report.breaks, report.events, report.unsealed) == ([], 4 * 25 * 2, 0)
    assert shared.do(lambda s: s.query(Event).count()) == 200
