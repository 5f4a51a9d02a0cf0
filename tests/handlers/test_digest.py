"""The digest: at 08:00 on working days, once, in each reader's language and scope."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers import commands
from handlers import digest as conversation
from services import staff
from services.audit import seals
from services.complaints import undelivered
from services.complaints.office import Office
from services.evaluation import digest, failures, scope
from services.joining import callbacks, ways
from services.people import Role
from services.records.complaints import Complaint, DeskGroup
from services.records.evaluation import CaseCell, ClusterFlag, DigestMade, JobFailure, PageLink
from services.records.plans import Plan
from services.records.traffic import OutgoingCall
from tests.support.chat import Chat, FundBot
from tests.support.complaints import (
    AGENT,
    CENTRAL,
    CITIZEN,
    DIRECTOR,
    PHONE,
    SSN,
    complaints,
    file_complaint,
    linked_citizen,
    open_agencies,
)

MANAGER, ADMIN = 9101, 9102


@pytest.fixture
def scene(sqlite_bot: FundBot) -> FundBot:
    return _open(sqlite_bot)


def _open(bot: FundBot) -> FundBot:
    open_agencies(bot)

    def work(session: Session) -> None:
        for number, role, language in ((MANAGER, Role.MANAGER, "ar"), (ADMIN, Role.ADMIN, "fr")):
            staff.add(
                session,
                telegram_id=number,
                name="Nadia",
                role=role,
                agency=None,
                now=bot.clock.now(),
                actor="command",
                language=language,
            )

    bot.do(work)
    for number in (MANAGER, ADMIN):
        bot.chat(number)
    return bot


def _messages(chat: Chat) -> int:
    return len(chat.messages)


def _filed(bot: FundBot) -> Complaint:
    citizen = linked_citizen(bot, ssn=SSN, phone=PHONE, name_fr="Karim Benali")
    file_complaint(citizen)
    return complaints(bot)[0]


def test_nothing_is_sent_before_eight_and_once_after(fund_bot: FundBot) -> None:
    bot = _open(fund_bot)
    bot.clock.set(day="2026-11-26", at="07:59")
    bot.run_job("digest")
    assert bot.do(lambda session: session.scalars(select(DigestMade)).all()) == []
    bot.clock.set(day="2026-11-26", at="08:00")
    bot.run_job("digest")
    assert "jeudi 26 novembre 2026" in bot.chat(DIRECTOR).text
    seen = {number: _messages(bot.chat(number)) for number in (DIRECTOR, CENTRAL, MANAGER, ADMIN)}
    bot.restart()
    bot.run_job("digest")
    assert seen == {number: _messages(bot.chat(number)) for number in seen}


@pytest.mark.parametrize(
    ("day", "why"), [("2026-11-27", "Friday"), ("2026-11-28", "Saturday"), ("2026-11-01", "feast")]
)
def test_no_digest_on_a_day_off(scene: FundBot, day: str, why: str) -> None:
    scene.clock.set(day=day, at="10:00")
    scene.run_job("digest")
    assert scene.chat(DIRECTOR).messages == [], why


def test_after_an_outage_it_is_made_up_once_and_reaches_back_to_the_last(scene: FundBot) -> None:
    scene.clock.set(day="2026-11-24", at="08:00")
    scene.run_job("digest")
    scene.clock.set(day="2026-11-25", at="12:00")  # no digest on that day: an outage
    scene.do(lambda s: failures.record(s, "plans", ValueError(), scene.clock.now()))
    scene.clock.set(day="2026-11-26", at="15:40")
    before = _messages(scene.chat(ADMIN))
    scene.run_job("digest")
    scene.run_job("digest")
    assert _messages(scene.chat(ADMIN)) == before + 1
    assert "1 tâche automatique a échoué" in scene.chat(ADMIN).text


def test_all_quiet_is_one_line(scene: FundBot) -> None:
    scene.clock.set(day="2026-11-26", at="08:00")
    scene.run_job("digest")
    assert scene.chat(DIRECTOR).text.count("\n") == 0
    assert "tout est calme" in scene.chat(DIRECTOR).text
    assert scene.chat(DIRECTOR).buttons == []


def test_the_central_level_gets_the_head_of_the_trail_once_a_week(scene: FundBot) -> None:
    scene.run_job("seals")
    sealed = scene.do(seals.last)
    assert sealed is not None
    got = []
    for day in ("2026-11-26", "2026-11-29", "2026-11-30"):  # Thursday, Sunday, Monday
        scene.clock.set(day=day, at="08:00")
        scene.run_job("digest")
        got.append(sealed.written in scene.chat(CENTRAL).text)
    assert got == [True, True, False]
    assert not scene.chat(DIRECTOR).seen(sealed.written)


def test_a_digest_is_never_sent_twice_by_the_sender(scene: FundBot) -> None:
    scene.clock.set(day="2026-11-26", at="08:00")
    scene.run_job("digest")
    calls = [one for one in scene.calls if one.chat_id == DIRECTOR]
    assert calls
    assert not any(one.repeatable for one in calls)


def test_each_line_opens_its_list_and_a_case_its_card(scene: FundBot) -> None:
    case = _filed(scene)
    scene.run_job("statistics")
    scene.clock.advance(days=2)
    scene.clock.set(day="2026-11-29", at="08:05")
    scene.run_job("digest")
    director = scene.chat(DIRECTOR)
    assert "1 dossier dont le délai finit aujourd’hui" in director.text
    assert "1 dossier que personne n’a pris" in director.text
    director.press("Délai")
    assert case.reference in director.text
    assert "Carte Chifa bloquée" in director.text
    director.press(case.reference)
    assert "Chargé" in director.text or case.reference in director.text


def test_the_managers_digest_is_in_arabic_and_lists_references_without_names(
    scene: FundBot,
) -> None:
    case = _filed(scene)
    scene.clock.advance(days=40)
    scene.run_job("escalations")
    scene.run_job("statistics")
    scene.clock.set(day="2027-01-05", at="08:00")
    scene.run_job("digest")
    manager = scene.chat(MANAGER)
    assert "حصيلة اليوم" in manager.text
    manager.press("تجاوزت الأجل")
    assert case.reference in manager.text
    assert "Benali" not in manager.text
    assert all(case.reference not in one for one in manager.buttons)
    manager.press("رجوع")
    assert "حصيلة اليوم" in manager.text


def test_a_restricted_case_is_no_line_of_the_agency_and_one_of_the_central_level(
    scene: FundBot,
) -> None:
    _filed(scene)

    def restrict(session: Session) -> None:
        case = session.scalars(select(Complaint)).one()
        case.restricted, case.desk, case.owner = True, "00", None

    scene.do(restrict)
    scene.clock.set(day="2026-12-01", at="08:00")
    scene.run_job("digest")
    for reader in (DIRECTOR, MANAGER, ADMIN):
        assert "dossier" not in scene.chat(reader).text
        assert "ملف" not in scene.chat(reader).text
    assert "dossier" in scene.chat(CENTRAL).text


@pytest.mark.parametrize("who", [CITIZEN, AGENT])
def test_whoever_reads_no_figures_learns_nothing(scene: FundBot, who: int) -> None:
    director = scene.chat(DIRECTOR)
    _filed(scene)
    scene.clock.set(day="2026-12-01", at="08:00")
    scene.run_job("digest")
    forged = director.data_of("Que personne n’a pris")
    stranger = scene.chat(who)
    for command in ("/digest", "/report"):
        stranger.send(command)
        assert "R-16" not in stranger.text
        assert "Bilan" not in stranger.text
    stranger.press_data(forged)
    assert "R-16" not in stranger.text


def test_who_left_gets_no_list_from_an_old_button(scene: FundBot) -> None:
    _filed(scene)
    scene.clock.set(day="2026-12-01", at="08:00")
    scene.run_job("digest")
    director = scene.chat(DIRECTOR)
    old = director.data_of("Que personne n’a pris")
    scene.do(lambda s: staff.deactivate(s, DIRECTOR, now=scene.clock.now(), actor="command"))
    seen = _messages(director)
    director.press_data(old)
    assert _messages(director) == seen
    assert director.toasts


def test_a_digest_that_cannot_be_made_raises_an_alarm_and_the_others_go_out(
    scene: FundBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = digest.lines

    def broken(view: digest.View) -> list[digest.Line]:
        if view.scope.member.telegram_id == DIRECTOR:
            raise RuntimeError("broken")
        return real(view)

    monkeypatch.setattr(conversation.digest, "lines", broken)
    scene.clock.set(day="2026-11-26", at="08:00")
    scene.run_job("digest")
    assert scene.chat(DIRECTOR).messages == []
    assert "1 agence sans directeur" in scene.chat(CENTRAL).text
    assert scene.chat(ADMIN).seen("n’a pas pu être préparé pour 1 personne")
    [failure] = scene.do(lambda session: session.scalars(select(JobFailure)).all())
    assert (failure.job, failure.error) == ("digest", "RuntimeError")
    before = _messages(scene.chat(ADMIN))
    scene.run_job("digest")
    assert _messages(scene.chat(ADMIN)) == before


def test_uncertain_messages_are_told_to_those_who_keep_the_machine(scene: FundBot) -> None:
    def lose(session: Session) -> None:
        session.add(
            OutgoingCall(
                lane=1,
                method="sendMessage",
                params="",
                repeatable=False,
                state="unknown",
                created_at=scene.clock.now(),
                done_at=scene.clock.now() - timedelta(hours=2),
            )
        )

    scene.do(lose)
    admin = scene.chat(ADMIN)
    admin.send("/digest")
    assert "1 message envoyé, peut-être jamais arrivé" in admin.text
    director = scene.chat(DIRECTOR)
    director.send("/digest")
    assert "peut-être" not in director.text


def test_an_agency_without_director_is_named(scene: FundBot) -> None:
    central = scene.chat(CENTRAL)
    central.send("/digest")
    assert "1 agence sans directeur" in central.text
    central.press("Sans directeur")
    assert "Oran" in central.text


def test_the_report_says_so_when_there_is_nothing(scene: FundBot) -> None:
    for who, nothing in ((CENTRAL, "Aucune réclamation"), (MANAGER, "لم تُسجَّل أي شكوى")):
        chat = scene.chat(who)
        chat.send("/report")
        assert nothing in chat.text


@pytest.mark.parametrize("kind", ["PDF", "Excel"])
def test_the_report_comes_as_paper_and_as_spreadsheet(scene: FundBot, kind: str) -> None:
    _filed(scene)
    scene.run_job("statistics")
    for who in (DIRECTOR, MANAGER):
        chat = scene.chat(who)
        chat.send("/report")
        shown = chat.press(kind)
        assert shown.file is not None
        assert shown.file[:4] == (b"%PDF" if kind == "PDF" else b"PK\x03\x04")
        assert b"Benali" not in shown.file
    assert [one.data["kind"] for one in scene.events("report.made")] == [
        "pdf" if kind == "PDF" else "xlsx"
    ] * 2


def test_a_sudden_cluster_is_told_once(scene: FundBot) -> None:
    def fill(session: Session) -> None:
        zeros = {
            column.name: 0
            for column in CaseCell.__table__.columns
            if column.name not in ("place", "month", "category", "regime", "filed", "oldest_open")
        }
        for month, filed in ((7, 4), (8, 6), (9, 5), (10, 5), (11, 40)):
            session.add(
                CaseCell(
                    place="16",
                    month=date(2026, month, 1),
                    category="chifa",
                    regime="",
                    filed=filed,
                    **zeros,
                )
            )

    scene.do(fill)
    scene.clock.set(day="2026-11-25", at="23:00")
    scene.run_job("statistics")
    scene.run_job("statistics")
    flags = scene.do(lambda session: session.scalars(select(ClusterFlag)).all())
    assert [(one.place, one.category, one.observed) for one in flags] == [("16", "chifa", 40)]
    scene.clock.set(day="2026-11-26", at="08:00")
    scene.run_job("digest")
    director = scene.chat(DIRECTOR)
    assert "1 hausse soudaine" in director.text
    director.press("Hausses soudaines")
    assert "Alger Centre : Carte Chifa bloquée (40 ce mois-ci)" in director.text
    scene.clock.set(day="2026-11-29", at="08:00")
    scene.run_job("digest")
    assert "hausse" not in director.text


def test_a_decision_past_its_day_is_told_to_those_who_must_take_it(scene: FundBot) -> None:
    def late(session: Session) -> None:
        for number, level in ((1, "agency"), (2, "central")):
            session.add(
                Plan(
                    reference=f"E-16-26-00000{number}-0",
                    agency="16",
                    contributor_id=number,
                    state="requested",
                    kind="ordinary",
                    wish={},
                    figured_on=date(2026, 11, 1),
                    debt=1,
                    frozen=0,
                    down_payment=0,
                    regular=1,
                    months=3,
                    day=0,
                    years=[],
                    estimate=False,
                    level=level,
                    asked_at=scene.clock.now() - timedelta(days=30),
                    answer_by=date(2026, 11, 24 if number == 2 else 26),
                )
            )

    scene.do(late)
    central = scene.chat(CENTRAL)
    central.send("/digest")
    assert "1 échéancier dont la date de décision est passée" in central.text
    assert "1 échéancier attend une décision" in central.text
    central.press("Décisions en retard")
    assert "E-16-26-000002-0" in central.text
    assert "E-16-26-000001-0" not in central.text
    director = scene.chat(DIRECTOR)
    director.send("/digest")
    assert "2 échéanciers attendent une décision" in director.text


def test_an_answer_that_never_arrived_is_told_until_someone_may_have_phoned(
    scene: FundBot,
) -> None:
    case = _filed(scene)

    def fail(session: Session) -> None:
        session.add(
            OutgoingCall(
                lane=1,
                method="sendMessage",
                params="",
                repeatable=True,
                state="failed",
                subject=undelivered.subject(case.id, AGENT),
                created_at=scene.clock.now(),
                done_at=scene.clock.now(),
            )
        )

    scene.do(fail)
    scene.run_job("escalations")
    director = scene.chat(DIRECTOR)
    director.send("/digest")
    assert "1 réponse n’est pas arrivée" in director.text
    director.press("Réponses non arrivées")
    assert case.reference in director.text
    scene.clock.advance(days=40)
    director.send("/digest")
    assert "n’est pas arrivée" not in director.text
    scene.run_job("statistics")
    [call] = scene.do(
        lambda s: s.scalars(select(OutgoingCall).where(OutgoingCall.state == "failed")).all()
    )
    assert call.subject is None  # the retention may remove it now


def test_a_call_that_was_not_made_in_time_is_a_line_and_opens(scene: FundBot) -> None:
    def ask(session: Session) -> None:
        the_office = Office(session, scene.kit.policy, scene.kit.vault, scene.clock.now())
        callbacks.ask(
            the_office,
            telegram_id=CITIZEN,
            language="fr",
            agency="16",
            way_code=ways.every()[0].code,
            phone="0550000001",
        )

    scene.chat(CITIZEN).send("/start")
    scene.do(ask)
    director = scene.chat(DIRECTOR)
    director.send("/digest")
    assert "s’affilier" not in director.text
    scene.clock.set(day="2026-12-06", at="10:00")
    director.send("/digest")
    assert "1 personne veut s’affilier et n’a pas été appelée à temps" in director.text
    director.press("Appels en retard")
    assert "Alger Centre" in director.text
    director.press("🔴")
    assert "0550000001" not in director.text  # the number is shown on demand, and written down
    manager = scene.chat(MANAGER)
    manager.send("/digest")
    manager.press("اتصالات متأخرة")
    assert manager.buttons == ["➡️ رجوع"]


def test_a_case_without_a_topic_for_a_day_is_a_line_where_the_group_works(
    scene: FundBot,
) -> None:
    case = _filed(scene)
    scene.do(
        lambda s: s.add(
            DeskGroup(
                desk="16", chat_id=-1001, language="fr", bound_by=AGENT, since=scene.clock.now()
            )
        )
    )
    director = scene.chat(DIRECTOR)
    director.send("/digest")
    assert "sans sujet" not in director.text
    scene.clock.advance(days=2)
    director.send("/digest")
    assert "1 dossier sans sujet dans le groupe de travail" in director.text
    director.press("Dossiers sans sujet")
    assert case.reference in director.text

    def trouble(session: Session) -> None:
        session.get_one(DeskGroup, "16").trouble = "removed"

    scene.do(trouble)
    director.send("/digest")
    assert "sans sujet" not in director.text
    assert "1 groupe de travail inutilisable" in director.text


def test_an_agency_that_left_its_band_is_told_once_a_half_year(scene: FundBot) -> None:
    def fill(session: Session) -> None:
        counts = dict.fromkeys(
            (
                column.name
                for column in CaseCell.__table__.columns
                if column.name not in ("place", "month", "category", "regime", "oldest_open")
            ),
            0,
        )
        for place, filed in (("16", 400), ("31", 100)):
            session.add(
                CaseCell(
                    place=place,
                    month=date(2026, 9, 1),
                    category="chifa",
                    regime="",
                    **counts | {"filed": filed},
                )
            )

    scene.do(fill)
    scene.clock.set(day="2026-11-26", at="07:30")
    scene.run_job("statistics")
    scene.clock.set(day="2026-11-26", at="08:00")
    scene.run_job("digest")
    director = scene.chat(DIRECTOR)
    assert "1 indicateur est sorti de la zone attendue" in director.text
    director.press("Sortis de la zone attendue")
    assert "Alger Centre : Nombre de réclamations" in director.text
    scene.clock.set(day="2026-11-29", at="08:00")
    scene.run_job("statistics")
    scene.run_job("digest")
    assert "zone attendue" not in director.text


def test_the_report_is_in_the_list_of_commands_of_all_who_may_read_it() -> None:
    for role in Role:
        assert ("report" in commands.STAFF[role]) == (role in scope.MAY_READ)
        assert ("digest" in commands.STAFF[role]) == (role in scope.MAY_READ)


def test_the_way_to_the_pages_is_a_link_of_ones_own_in_a_button(scene: FundBot) -> None:
    manager = scene.chat(CENTRAL)
    manager.send("/report")
    assert "Pages de suivi" not in " ".join(manager.buttons)  # no address, no button
    scene.kit.public_url = "https://pages.example/"
    manager.send("/report")
    shown = manager.press("Pages de suivi")
    [[button]] = shown.rows
    root, _, token = button["url"].rpartition("/")
    assert root == "https://pages.example/managers/open"
    assert token not in shown.text
    kept = scene.do(lambda session: session.scalars(select(PageLink)).one())
    assert kept.telegram_id == CENTRAL
    assert token.encode() not in kept.fingerprint
    old = manager.data_of("Pages de suivi")
    scene.do(lambda s: staff.deactivate(s, CENTRAL, now=scene.clock.now(), actor="command"))
    seen = _messages(manager)
    manager.press_data(old)
    assert _messages(manager) == seen
