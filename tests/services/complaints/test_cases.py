"""Filing, and who may do what with a case, on both databases."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from services import events, linking, references, signing, staff
from services.complaints import (
    access,
    citizen,
    desk,
    evidence,
    filing,
    letters,
    personal,
    queue,
    receipts,
    retention,
    store,
    watch,
)
from services.complaints.access import NoSuchCase, NotStaff
from services.complaints.citizen import NotNow
from services.complaints.desk import Changed, TakenBy
from services.complaints.evidence import Evidence, FileRefused
from services.complaints.office import Office
from services.complaints.state import Level, Outcome, Status, derive
from services.people import Role
from services.records.complaints import Complaint
from services.records.people import Link
from tests.services.complaints.conftest import (
    AGENT,
    CENTRAL,
    CITIZEN,
    COLLEAGUE,
    DIRECTOR,
    ELSEWHERE,
    OTHER,
    RULES,
    Fund,
    meet,
)
from tests.support import fund

RESTRICTED = ("conduct", "refusal_of_right", "bribe")


# --- filing ---------------------------------------------------------------------------------


def test_a_complaint_gets_a_reference_and_two_promised_dates(the_fund: Fund) -> None:
    case = the_fund.file()
    assert case.reference == "R-16-26-000001-" + case.reference[-1]
    assert references.parse(case.reference).serial == 1
    answer_by, resolve_by = filing.promises(case)
    assert answer_by.isoformat() == "2026-11-30T14:30:00+00:00"
    assert resolve_by.isoformat() == "2026-12-10T14:30:00+00:00"
    assert case.progress.status is Status.NEW


def test_the_receipt_is_signed_and_names_neither_person_nor_subject(the_fund: Fund) -> None:
    case = the_fund.file(category="bribe")
    code = the_fund.do(receipts.code, case)
    said = signing.verify(code, signing.public_key(the_fund.vault))
    assert said.reference == case.reference
    assert set(said.fields) == {"received_at", "answer_by", "resolve_by", "digest"}
    assert code == the_fund.do(receipts.code, case)


@pytest.mark.parametrize("category", RESTRICTED)
def test_what_concerns_persons_goes_to_central_in_the_central_series(
    the_fund: Fund, category: str
) -> None:
    the_fund.file()
    case = the_fund.file(category=category)
    after = the_fund.file(OTHER)
    assert case.reference.startswith("R-00-26-000001-")
    assert case.progress.level is Level.CENTRAL
    assert (case.progress.desk, case.agency) == ("00", "16")
    # No gap in the agency's own numbers tells of it.
    assert after.reference.startswith("R-16-26-000002-")


def test_serials_begin_anew_each_year_and_in_each_agency(the_fund: Fund) -> None:
    the_fund.file()
    assert the_fund.file(agency="31").reference.startswith("R-31-26-000001-")
    the_fund.clock.set(day="2027-01-03")
    assert the_fund.file().reference.startswith("R-16-27-000001-")


def test_five_hundred_complaints_at_once_each_get_one_reference(the_fund: Fund) -> None:
    """Eight at a time; a third of the transactions are broken off before their commit and made
    again, as after a kill. `tests/bot/test_complaint_kills.py` kills the whole program."""
    people = list(range(20_000, 20_500))
    with the_fund.sessions.begin() as session:
        for person in people:
            meet(session, person, the_fund.clock)
    left, lock, chance = list(people), threading.Lock(), random.Random(5)
    failures: list[BaseException] = []

    class Killed(Exception):
        pass

    def work() -> None:
        while True:
            with lock:
                if not left:
                    return
                person, killed = left.pop(), chance.random() < 0.33
            try:
                if killed:
                    with contextlib.suppress(Killed), the_fund.office() as office:
                        filing.file(office, _filing(person))
                        raise Killed
                the_fund.do(filing.file, _filing(person))
            except OperationalError:  # SQLite has one writer: wait longer, as the program does
                with lock:
                    left.append(person)
            except BaseException as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with the_fund.sessions() as session:
        rows = session.execute(select(Complaint.reference, Complaint.telegram_id)).all()
    assert sorted(row.telegram_id for row in rows) == people
    serials = sorted(references.parse(row.reference).serial for row in rows)
    assert serials == list(range(1, 501))


def _filing(person: int) -> filing.Filing:
    return filing.Filing(
        telegram_id=person, language="ar", category="other", agency="16", text="Bonjour, aidez-moi."
    )


def test_an_open_case_in_the_same_category_is_found_again(the_fund: Fund) -> None:
    case = the_fund.file()

    def found(person: int, category: str) -> Any:
        one = the_fund.do(filing.open_duplicate, person, category, None)
        return one.id if one else None

    assert found(CITIZEN, "chifa") == case.id
    assert found(CITIZEN, "pension") is None
    assert found(OTHER, "chifa") is None
    the_fund.do(citizen.withdraw, CITIZEN, case.id)
    assert found(CITIZEN, "chifa") is None


def test_anonymity_is_kept_only_where_the_case_can_do_without_a_name(the_fund: Fund) -> None:
    assert the_fund.file(category="reception", anonymous=True).anonymous
    assert not the_fund.file(category="payment_not_recorded", anonymous=True).anonymous


def test_one_person_cannot_flood_the_desks(the_fund: Fund) -> None:
    for _ in range(filing.OPEN_AT_ONCE):
        the_fund.file()
    with pytest.raises(filing.TooManyOpen):
        the_fund.file()


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ({"size": 0}, "empty"),
        ({"size": 20 * 1024 * 1024 + 1}, "too_large"),
        ({"name": "facture.PDF.exe"}, "dangerous"),
        ({"name": "page.html"}, "dangerous"),
        ({"mime": "application/vnd.android.package-archive"}, "dangerous"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(file: dict[str, Any], reason: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        evidence.check(Evidence("document", "f", "u", 1, **file), already=0)
    assert refusal.value.reason == reason


def test_files_are_kept_in_order_and_an_album_is_one_item(the_fund: Fund) -> None:
    files = [
        Evidence("photo", f"f{n}", f"u{n}", n, album="B" if n > 2 else "A", name=f"n{n}")
        for n in (4, 1, 3)
    ]
    case = the_fund.file(files=[*files, Evidence("voice", "f2", "u2", 2, name="n2")])
    kept = the_fund.do(evidence.of, case)
    assert [(one.item, one.name) for one in kept] == [(1, "n1"), (2, "n2"), (3, "n3"), (3, "n4")]


def test_words_are_sealed_at_rest(the_fund: Fund) -> None:
    the_fund.file(text="Un secret médical.")
    with the_fund.engine.connect() as connection:
        raw = connection.exec_driver_sql("SELECT text_sealed FROM complaint_messages").scalar_one()
    assert b"secret" not in bytes(raw)


# --- who may see ----------------------------------------------------------------------------


@pytest.mark.parametrize("category", RESTRICTED)
def test_only_central_sees_what_concerns_persons(the_fund: Fund, category: str) -> None:
    case = the_fund.file(category=category)
    the_fund.do(access.for_staff, CENTRAL, case.id)
    for person in (AGENT, COLLEAGUE, DIRECTOR, ELSEWHERE):
        with pytest.raises(NoSuchCase):
            the_fund.do(access.for_staff, person, case.id)
        assert the_fund.do(queue.page, person).counts["all"] == 0
    assert the_fund.do(queue.page, CENTRAL).counts["all"] == 1


def test_an_agency_sees_its_own_cases_only(the_fund: Fund) -> None:
    case = the_fund.file()
    for person in (AGENT, COLLEAGUE, DIRECTOR, CENTRAL):
        the_fund.do(access.for_staff, person, case.id)
    with pytest.raises(NoSuchCase):
        the_fund.do(access.for_staff, ELSEWHERE, case.id)
    with pytest.raises(NotStaff):
        the_fund.do(access.for_staff, CITIZEN, case.id)
    with pytest.raises(NoSuchCase):
        the_fund.do(access.for_citizen, OTHER, case.id)


def test_a_counters_cases_are_its_agencys_too(the_fund: Fund) -> None:
    with the_fund.sessions.begin() as session:
        fund.create_agency(session, "1601", parent="16")
    case = the_fund.file(agency="1601")
    the_fund.do(access.for_staff, AGENT, case.id)
    assert the_fund.do(queue.page, AGENT).counts["all"] == 1
    assert the_fund.do(queue.page, ELSEWHERE).counts["all"] == 0


def test_nobody_sees_or_decides_a_case_of_their_own_or_of_their_account(the_fund: Fund) -> None:
    own = the_fund.file(AGENT)
    with the_fund.sessions.begin() as session:
        account = fund.create_contributor(session, the_fund.vault)
        session.add(
            Link(
                telegram_id=DIRECTOR,
                contributor_id=account,
                kind="self",
                proof="phone",
                since=the_fund.clock.now(),
            )
        )
    linked = the_fund.file(CITIZEN, contributor_id=account)
    with the_fund.office() as office:
        assert linking.accounts_of(office.session, DIRECTOR, the_fund.clock.now().date())
    for person, case in ((AGENT, own), (DIRECTOR, linked)):
        with pytest.raises(NoSuchCase):
            the_fund.do(desk.take, person, case.id)
        assert case.id not in [one.id for one in the_fund.do(queue.page, person).cases]
    assert the_fund.do(queue.page, COLLEAGUE).counts["all"] == 2


def test_the_queue_and_the_door_say_the_same(the_fund: Fund) -> None:
    for category in ("chifa", "conduct", "other"):
        for agency in ("16", "31"):
            the_fund.file(category=category, agency=agency)
    with the_fund.office() as office:
        ids = office.session.execute(select(Complaint.id)).scalars().all()
        for person in (AGENT, DIRECTOR, CENTRAL, ELSEWHERE):
            member = staff.of(office.session, person)
            assert member is not None
            seen = {
                one.id
                for one in store.load_many(office.session, ids)
                if access.may_see(office, member, one)
            }
            listed = set(
                office.session.execute(
                    select(Complaint.id).where(access.scope(office, member))
                ).scalars()
            )
            assert seen == listed


def test_whoever_leaves_is_out_at_once_and_their_cases_return_to_the_queue(
    the_fund: Fund,
) -> None:
    case = the_fund.file()
    the_fund.do(desk.take, AGENT, case.id)
    with the_fund.sessions.begin() as session:
        staff.deactivate(session, AGENT, now=the_fund.clock.now(), actor="command")
    with pytest.raises(NotStaff):
        the_fund.do(desk.answer, AGENT, case.id, "Bonjour")
    [notice] = the_fund.do(watch.run)
    assert (notice.kind, notice.case.id) == ("owner_left", case.id)
    assert the_fund.do(queue.page, COLLEAGUE).counts["free"] == 1
    assert the_fund.do(watch.run) == []


def test_whoever_goes_to_another_agency_loses_the_cases_of_the_former_one(the_fund: Fund) -> None:
    case = the_fund.file()
    the_fund.do(desk.take, AGENT, case.id)
    with the_fund.sessions.begin() as session:
        staff.add(
            session,
            telegram_id=AGENT,
            name="Amel",
            role=Role.AGENT,
            agency="31",
            now=the_fund.clock.now(),
            actor="command",
        )
    with pytest.raises(NoSuchCase):
        the_fund.do(desk.answer, AGENT, case.id, "Bonjour")
    assert the_fund.do(queue.page, AGENT).cases == []
    [notice] = the_fund.do(watch.run)
    assert (notice.kind, notice.case.id) == ("owner_left", case.id)
    the_fund.do(desk.take, COLLEAGUE, case.id)
    assert the_fund.do(watch.run) == []


# --- the desk -------------------------------------------------------------------------------


def test_of_two_at_once_one_takes_and_the_other_is_told_by_whom(the_fund: Fund) -> None:
    case = the_fund.file()
    outcomes: list[Any] = []
    start = threading.Barrier(2)

    def take(person: int) -> None:
        start.wait()
        try:
            the_fund.do(desk.take, person, case.id)
            outcomes.append(person)
        except TakenBy as refusal:
            outcomes.append(refusal)

    threads = [threading.Thread(target=take, args=(one,)) for one in (AGENT, COLLEAGUE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [winner] = [one for one in outcomes if isinstance(one, int)]
    [refusal] = [one for one in outcomes if isinstance(one, TakenBy)]
    assert refusal.member is not None
    assert refusal.member.telegram_id == winner


def test_a_director_may_take_over_an_agent_not(the_fund: Fund) -> None:
    case = the_fund.file()
    the_fund.do(desk.take, AGENT, case.id)
    taken = the_fund.do(desk.take, DIRECTOR, case.id)
    assert taken.progress.owner == DIRECTOR
    with pytest.raises(TakenBy):
        the_fund.do(desk.answer, AGENT, case.id, "Bonjour")


def test_an_answer_written_before_something_happened_is_looked_at_again(the_fund: Fund) -> None:
    case = the_fund.do(desk.take, AGENT, the_fund.file().id)
    seen = desk.seen(case)
    the_fund.do(citizen.add, CITIZEN, case.id, text="Autre chose encore.")
    with pytest.raises(Changed) as refusal:
        the_fund.do(desk.answer, AGENT, case.id, "Voici", since=seen)
    assert refusal.value.happening.name == "added"
    assert the_fund.do(access.for_staff, AGENT, case.id).progress.first_answered_at is None


def test_a_case_about_persons_is_never_handed_to_an_agency(the_fund: Fund) -> None:
    case = the_fund.file(category="conduct")
    with pytest.raises(desk.NoDesk):
        the_fund.do(desk.transfer, CENTRAL, case.id, "16", "à voir")


def test_a_transferred_case_leaves_one_queue_for_the_other(the_fund: Fund) -> None:
    case = the_fund.file()
    the_fund.do(desk.transfer, AGENT, case.id, "31", "Il habite Oran.")
    with pytest.raises(NoSuchCase):
        the_fund.do(access.for_staff, AGENT, case.id)
    the_fund.do(desk.transfer, ELSEWHERE, case.id, "16", "Il est revenu.")
    moved = the_fund.do(access.for_staff, AGENT, case.id)
    assert (moved.progress.transfers, moved.progress.desk) == (2, "16")
    with pytest.raises(desk.SameDesk):
        the_fund.do(desk.transfer, AGENT, case.id, "16", "encore")
    with pytest.raises(desk.NoDesk):
        the_fund.do(desk.transfer, AGENT, case.id, "99", "encore")


def test_handed_up_it_reaches_the_director_then_central(the_fund: Fund) -> None:
    case = the_fund.file()
    assert the_fund.do(desk.hand_up, AGENT, case.id, "x").progress.level is Level.DIRECTOR
    up = the_fund.do(desk.hand_up, DIRECTOR, case.id, "x")
    assert (up.progress.level, up.progress.owner) == (Level.CENTRAL, None)


def test_without_director_a_case_goes_straight_to_central(the_fund: Fund) -> None:
    case = the_fund.file(agency="31")
    assert the_fund.do(desk.hand_up, ELSEWHERE, case.id, "x").progress.level is Level.CENTRAL


def test_a_note_or_answer_is_withdrawn_only_by_its_author(the_fund: Fund) -> None:
    case = the_fund.do(desk.answer, AGENT, the_fund.file().id, "Bonjour")
    [message] = [one.id for one in the_fund.do(letters.of, case).values() if one.kind == "answer"]
    with pytest.raises(NoSuchCase):
        the_fund.do(desk.withdraw_message, COLLEAGUE, case.id, message)
    case, _ = the_fund.do(desk.withdraw_message, AGENT, case.id, message)
    assert case.progress.first_answered_at is None
    kept = the_fund.do(letters.of, case)[message]
    assert kept.text == "Bonjour"
    assert kept.withdrawn_at is not None


# --- the citizen ----------------------------------------------------------------------------


def test_a_reply_ends_the_wait_and_words_before_are_additions(the_fund: Fund) -> None:
    case = the_fund.file()
    the_fund.do(citizen.add, CITIZEN, case.id, text="Encore ceci.")
    the_fund.do(desk.ask, AGENT, case.id, "Votre numéro de reçu ?")
    replied = the_fund.do(citizen.add, CITIZEN, case.id, text="Le 4521.")
    assert replied.progress.status is Status.IN_HAND
    kinds = [one.kind for one in the_fund.do(letters.of, case).values()]
    assert kinds == ["complaint", "addition", "question", "reply"]


def test_reopened_in_time_only_and_it_is_counted(the_fund: Fund) -> None:
    case = the_fund.file()
    the_fund.do(desk.resolve, AGENT, case.id, Outcome.EXPLAINED, "C’est réglé.")
    the_fund.clock.advance(days=6)
    again = the_fund.do(citizen.reopen, CITIZEN, case.id, text="Non, rien n’a changé.")
    assert (again.progress.reopened, again.progress.status) == (1, Status.IN_HAND)
    the_fund.do(desk.resolve, AGENT, case.id, Outcome.ACCEPTED, "Maintenant oui.")
    the_fund.clock.advance(days=7)
    with pytest.raises(NotNow):
        the_fund.do(citizen.reopen, CITIZEN, case.id, text="Trop tard ?")
    the_fund.do(watch.run)
    [row] = the_fund.do(citizen.cases_of, CITIZEN)
    assert row.progress.status is Status.CLOSED


def test_a_poor_rating_opens_a_review_one_level_higher(the_fund: Fund) -> None:
    case = the_fund.file()
    the_fund.do(desk.resolve, AGENT, case.id, Outcome.REFUSED, "Ce n’est pas possible.")
    with pytest.raises(NotNow):
        the_fund.do(citizen.request_review, CITIZEN, case.id)
    the_fund.do(citizen.rate, CITIZEN, case.id, 2)
    with pytest.raises(NotNow):
        the_fund.do(citizen.rate, CITIZEN, case.id, 5)
    review = the_fund.do(citizen.request_review, CITIZEN, case.id)
    assert (review.progress.level, review.progress.owner) == (Level.DIRECTOR, None)
    assert review.progress.status is Status.NEW


# --- the clock ------------------------------------------------------------------------------


def _run(the_fund: Fund) -> list[tuple[str, str | None, list[int], bool]]:
    return [
        (one.kind, one.clock, [member.telegram_id for member in one.members], one.to_citizen)
        for one in the_fund.do(watch.run)
    ]


def test_warned_then_the_director_then_central_each_once(the_fund: Fund) -> None:
    case = the_fund.file()
    assert _run(the_fund) == []
    the_fund.clock.set(day="2026-11-30", at="11:15")
    assert _run(the_fund) == [("warning", "first_answer", [AGENT, COLLEAGUE, DIRECTOR], False)]
    assert _run(the_fund) == []
    the_fund.clock.set(day="2026-11-30", at="15:30")
    assert _run(the_fund) == [("late", "first_answer", [DIRECTOR], True)]
    assert _run(the_fund) == []
    the_fund.do(desk.take, DIRECTOR, case.id)
    the_fund.do(desk.answer, DIRECTOR, case.id, "Nous cherchons votre paiement.")
    the_fund.clock.set(day="2026-12-08", at="11:15")
    assert _run(the_fund) == [("warning", "resolution", [DIRECTOR], False)]
    the_fund.clock.set(day="2026-12-10", at="15:30")
    assert _run(the_fund) == [("late", "resolution", [CENTRAL], True)]
    the_fund.do(desk.answer, CENTRAL, case.id, "Nous avons écrit à la banque.")
    the_fund.clock.set(day="2026-12-30")
    assert _run(the_fund) == []
    moved = the_fund.do(access.for_staff, CENTRAL, case.id)
    assert moved.progress.level is Level.CENTRAL


def test_news_that_were_promised_and_did_not_come_go_up_and_are_promised_anew(
    the_fund: Fund,
) -> None:
    case = the_fund.file()
    the_fund.clock.set(day="2026-11-30", at="15:30")
    assert _run(the_fund) == [("late", "first_answer", [DIRECTOR], True)]
    promised = the_fund.do(access.for_staff, DIRECTOR, case.id).progress.word_by
    assert promised is not None
    the_fund.do(desk.take, DIRECTOR, case.id)
    the_fund.do(desk.note, DIRECTOR, case.id, "Une note n’est pas une nouvelle.")
    the_fund.clock.set(day="2026-12-03")
    assert _run(the_fund) == [("unkept", None, [CENTRAL], True)]
    assert _run(the_fund) == []
    again = the_fund.do(access.for_staff, CENTRAL, case.id).progress
    assert again.level is Level.CENTRAL
    assert again.word_by is not None
    assert again.word_by - promised > timedelta(days=10)
    the_fund.clock.set(day="2027-03-01")  # both once, however long nobody looked
    assert _run(the_fund) == [("late", "resolution", [CENTRAL], True)]
    assert _run(the_fund) == []


def test_a_date_told_at_a_reopening_is_kept_as_well(the_fund: Fund) -> None:
    case = the_fund.file()
    the_fund.do(desk.resolve, AGENT, case.id, Outcome.ACCEPTED, "C’est fait.")
    the_fund.do(citizen.reopen, CITIZEN, case.id, text="Rien n’a changé.")
    the_fund.do(desk.ask, AGENT, case.id, "Avez-vous le reçu ?")  # that is news
    the_fund.clock.set(day="2026-12-01")
    assert "unkept" not in [kind for kind, *_ in _run(the_fund)]
    other = the_fund.file(category="other")
    the_fund.do(desk.resolve, AGENT, other.id, Outcome.ACCEPTED, "C’est fait.")
    the_fund.do(citizen.reopen, CITIZEN, other.id, text="Rien n’a changé.")
    the_fund.clock.set(day="2026-12-08")
    assert ("unkept", None, [DIRECTOR], True) in _run(the_fund)


def test_after_a_long_outage_each_step_happens_once_and_the_citizen_hears_once(
    the_fund: Fund,
) -> None:
    the_fund.file()
    the_fund.clock.set(day="2026-12-20")
    assert _run(the_fund) == [
        ("late", "first_answer", [DIRECTOR], False),
        ("late", "resolution", [CENTRAL], True),
    ]
    assert _run(the_fund) == []


def test_a_desk_where_nobody_works_hands_its_cases_to_central(the_fund: Fund) -> None:
    with the_fund.sessions.begin() as session:
        fund.create_agency(session, "47", wilaya="47")
    case = the_fund.file(agency="47")
    assert _run(the_fund) == [("no_staff", None, [CENTRAL], False)]
    assert _run(the_fund) == []
    the_fund.do(desk.take, CENTRAL, case.id)


def test_a_directors_own_complaint_goes_over_their_head(the_fund: Fund) -> None:
    case = the_fund.file(DIRECTOR)
    the_fund.clock.set(day="2026-12-01")
    [(kind, _, told, _)] = _run(the_fund)
    assert (kind, told) == ("late", [CENTRAL])
    assert the_fund.do(access.for_staff, CENTRAL, case.id).progress.level is Level.CENTRAL


def test_what_the_columns_say_is_what_the_events_say_after_any_life(the_fund: Fund) -> None:
    """Random lives of a case; the derived columns always equal a replay from the first event."""
    chance = random.Random(11)
    ids = [the_fund.file(category=one).id for one in ("chifa", "conduct", "other", "plan")]
    moves: list[Callable[[Office, int], Any]] = [
        lambda o, c: desk.take(o, _staff(), c),
        lambda o, c: desk.answer(o, _staff(), c, "Réponse"),
        lambda o, c: desk.ask(o, _staff(), c, "Question ?"),
        lambda o, c: desk.note(o, _staff(), c, "Note"),
        lambda o, c: desk.release(o, _staff(), c),
        lambda o, c: desk.resolve(o, _staff(), c, Outcome.PARTLY, "Fait"),
        lambda o, c: desk.transfer(o, _staff(), c, chance.choice(("16", "31", "00")), "r"),
        lambda o, c: desk.hand_up(o, _staff(), c, "plus haut"),
        lambda o, c: citizen.add(o, CITIZEN, c, text="Encore"),
        lambda o, c: citizen.reopen(o, CITIZEN, c, text="Non"),
        lambda o, c: citizen.rate(o, CITIZEN, c, chance.randint(1, 5)),
        lambda o, c: citizen.request_review(o, CITIZEN, c),
        lambda o, c: citizen.confirm(o, CITIZEN, c),
        lambda o, c: watch.run(o),
    ]
    refused = (NoSuchCase, NotNow, TakenBy, desk.SameDesk, desk.NoDesk)

    def _staff() -> int:
        return chance.choice((AGENT, COLLEAGUE, DIRECTOR, CENTRAL, ELSEWHERE))

    done = 0
    for _ in range(250):
        the_fund.clock.advance(hours=chance.choice((0, 1, 5, 30)))
        try:
            with the_fund.office() as office:
                chance.choice(moves)(office, chance.choice(ids))
                done += 1
        except refused:
            continue
    assert done > 50
    with the_fund.office() as office:
        found = store.happenings_of(office.session, ids)
        for row in office.session.execute(select(Complaint.__table__)):
            replayed = store.derived(office, derive(found[row.id]))
            assert {name: getattr(row, name) for name in replayed} == replayed


def test_every_event_names_who_did_it(the_fund: Fund) -> None:
    case = the_fund.file()
    the_fund.do(desk.take, AGENT, case.id)
    the_fund.clock.set(day="2026-12-01")
    the_fund.do(watch.run)
    found = the_fund.do(access.for_staff, DIRECTOR, case.id).happenings
    actors = [(one.name, one.actor) for one in found]
    assert actors == [
        ("filed", events.person(CITIZEN)),
        ("taken", events.staff(AGENT)),
        ("late", "machine"),
        ("raised", "machine"),
        ("promised", "machine"),
    ]


# --- the person's own data ------------------------------------------------------------------


def test_a_person_is_given_their_complaints_without_the_staffs_notes(the_fund: Fund) -> None:
    case = the_fund.file()
    the_fund.do(desk.note, AGENT, case.id, "Entre nous.")
    the_fund.do(desk.answer, AGENT, case.id, "Voici la réponse.")
    with the_fund.sessions() as session:
        [found] = personal.export(session, the_fund.vault, CITIZEN, the_fund.clock.now())
        assert personal.export(session, the_fund.vault, OTHER, the_fund.clock.now()) == []
    assert found["reference"] == case.reference
    assert [one["text"] for one in found["messages"]] == [
        "Ma carte est bloquée depuis un mois.",
        "Voici la réponse.",
    ]


def test_erased_a_case_is_withdrawn_and_keeps_no_word(the_fund: Fund) -> None:
    case = the_fund.file(files=[Evidence("photo", "f", "u", 1)])
    other = the_fund.file(OTHER)
    with the_fund.sessions.begin() as session:
        personal.erase(session, CITIZEN, the_fund.clock.now())
    erased = the_fund.do(access.for_staff, AGENT, case.id)
    assert erased.progress.status is Status.WITHDRAWN
    assert the_fund.do(letters.of, erased) == {}
    assert the_fund.do(evidence.of, erased) == []
    assert len(the_fund.do(letters.of, other)) == 1
    with the_fund.office() as office:
        row = office.session.get(Complaint, case.id)
        assert row is not None
        assert (row.status, row.look_at) == ("withdrawn", None)


def test_files_and_words_go_after_their_stated_time_of_rest(the_fund: Fund) -> None:
    case = the_fund.file(files=[Evidence("photo", "f", "u", 1)])
    waiting = the_fund.file(OTHER, files=[Evidence("photo", "g", "v", 1)])
    the_fund.do(citizen.withdraw, CITIZEN, case.id)

    def left() -> tuple[int, int]:
        with the_fund.sessions.begin() as session:
            retention.forget_old(session, RULES, the_fund.clock.now())
        return len(the_fund.do(evidence.of, case)), len(the_fund.do(letters.of, case))

    seen = []
    for days in (365, 1, 1825 - 366, 1):
        the_fund.clock.advance(days=days)
        seen.append(left())
    assert seen == [(1, 1), (0, 1), (0, 1), (0, 0)]
    # What is open is never forgotten, however old.
    assert len(the_fund.do(evidence.of, waiting)) == 1
