"""/mydata: what is kept, who looked, a copy, correction, consent taken back, erasure."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services import access_trail, events, linking, people, staff
from services.access_trail import What
from services.people import Role
from services.policy.service_rows import Retention
from services.records.complaints import Complaint
from services.records.people import Conversation, Link, Person
from services.records.traffic import Event
from services.staff import Member
from tests.support.chat import Chat, FundBot
from tests.support.fund import create_contributor

SSN = "990000000101"
PHONE = "+213550000001"
TODAY = date(2026, 11, 25)


def contributor(bot: FundBot, **facts: Any) -> int:
    facts = {"ssn": SSN, "phone": PHONE} | facts
    return bot.do(lambda session: create_contributor(session, bot.vault, **facts))


def linked(bot: FundBot, telegram_id: int = 7001, ssn: str = SSN, **who: Any) -> Chat:
    chat = bot.chat(telegram_id, **who)
    chat.send("/start")
    chat.press("J’accepte" if chat.language == "fr" else "أوافق")
    chat.share_contact()
    chat.send(ssn)
    return chat


def accounts_of(bot: FundBot, telegram_id: int) -> list[linking.Linked]:
    return bot.do(lambda session: linking.accounts_of(session, telegram_id, TODAY))


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_what_is_kept_is_listed_masked(fund_bot: FundBot, language: str) -> None:
    contributor(fund_bot)
    chat = linked(fund_bot, language=language)
    chat.send("/mydata")
    assert "•••• 0101" in chat.text
    assert SSN not in chat.text
    accepted = "accepté leur utilisation le 25 novembre 2026 à 10:00"
    assert (accepted if language == "fr" else "وافقتم على استعمالها في 25 نوفمبر 2026") in chat.text


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_how_long_comes_from_the_policy_and_no_kind_is_left_out(
    sqlite_bot: FundBot, language: str
) -> None:
    words = sqlite_bot.kit.words[language]
    for row in sqlite_bot.kit.policy.rows(Retention):
        assert words.has(f"mydata.kept_{row.subject}"), row.subject
    chat = sqlite_bot.chat(language=language)
    chat.send("/mydata")
    chat.press("Pourquoi" if language == "fr" else "لماذا")
    assert ("réclamation, après sa clôture : 5 ans" if language == "fr" else "5 سنوات") in chat.text
    assert ("non terminée : 30 jours" if language == "fr" else "30 يوما") in chat.text


def test_who_looked_is_shown_with_role_and_agency_but_no_name(fund_bot: FundBot) -> None:
    who = contributor(fund_bot)
    other = contributor(fund_bot, ssn="990000000202", phone="+213550000009")
    chat = linked(fund_bot)
    bystander = linked(fund_bot, 7002, "990000000202", phone="+213550000009")
    chat.send("/mydata")
    chat.press("Qui les a consultées")
    assert "Aucun membre du personnel" in chat.text

    agent = Member(9001, "Nabil Agent", Role.AGENT, "16", True, "fr", True)
    now = fund_bot.clock.now()

    def look(session: Session) -> None:
        for what in (What.CASE, What.NUMBER, What.CASE):
            access_trail.looked(session, agent, what, now=now, contributor_id=who)
        events.record(
            session,
            access_trail.STATEMENT_MADE,
            at=now - timedelta(days=2),
            actor=access_trail.BY_COMMAND,
            subject=("contributor", who),
        )

    fund_bot.do(look)
    chat.press("Retour")
    chat.press("Qui les a consultées")
    assert "25 novembre 2026 : agent, agence 16 (réclamation, numéro)" in chat.text
    assert chat.text.count("agence 16") == 1  # a day of looks is one line
    assert "23 novembre 2026 : la caisse, sans passer par un agent (relevé" in chat.text
    assert "Nabil" not in chat.text
    assert other != who
    bystander.send("/mydata")
    bystander.press("Qui les a consultées")
    assert "Aucun membre du personnel" in bystander.text


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_copy_holds_everything_of_this_person_and_nothing_of_another(
    fund_bot: FundBot, language: str
) -> None:
    contributor(
        fund_bot,
        declarations={2025: 50_000_000},
        payments=[(2025, date(2026, 3, 2), 1_200_050)],
        surcharges={2024: (50_000, date(2026, 10, 1))},
    )
    contributor(fund_bot, ssn="990000000202", phone="+213550000009", name_fr="Autre Personne")
    chat = linked(fund_bot, language=language)
    linked(fund_bot, 7002, "990000000202", phone="+213550000009")
    chat.send("/mydata")
    chat.press("📥")
    assert chat.last_message.file_name == "mydata-2026-11-25.json"
    content = json.loads(chat.last_message.file or b"")
    [account] = content["accounts"]
    assert account["name_fr"] == "Karim Benali"
    assert account["declarations"] == [{"year": 2025, "base": "500000.00"}]
    assert account["payments"][0]["amount"] == "12000.50"
    assert account["surcharges"] == [{"year": 2024, "amount": "500.00", "as_of": "2026-10-01"}]
    assert account["social_security_number"].endswith("0101")
    assert content["person"]["telegram_id"] == 7001
    assert "link.added" in [row["name"] for row in content["trail"]]
    whole = (chat.last_message.file or b"").decode()
    assert SSN not in whole
    assert "Autre" not in whole
    assert "7002" not in whole


def test_the_copy_shows_open_drafts_without_the_inner_workings(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    chat = sqlite_bot.chat()
    chat.send("/start")
    chat.press("J’accepte")
    chat.share_contact()
    chat.send("/mydata")
    chat.press("📥")
    content = json.loads(chat.last_message.file or b"")
    [place] = content["conversations"]
    assert place["step"] == "link.ssn"
    assert "phone" not in place["drafts"]["link"]


def test_correction_leads_to_a_person(sqlite_bot: FundBot) -> None:
    chat = sqlite_bot.chat()
    chat.send("/mydata")
    chat.press("Rectifier")
    if "complaint.open" in sqlite_bot.kit.book.actions:
        assert "✍️ Réclamation" in chat.buttons
    else:
        assert "Présentez-vous à votre agence" in chat.text


# --- consent taken back -----------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_consent_taken_back_unlinks_and_can_be_given_again(
    fund_bot: FundBot, language: str
) -> None:
    contributor(fund_bot)
    chat = linked(fund_bot, language=language)
    chat.send("/mydata")
    chat.press("Retirer mon accord" if language == "fr" else "سحب موافقتي")
    assert accounts_of(fund_bot, 7001) != []  # it asks first
    fund_bot.restart()
    chat.press("Oui, retirer" if language == "fr" else "نعم، سحب")
    assert accounts_of(fund_bot, 7001) == []
    assert len(fund_bot.events("person.consent_withdrawn")) == 1
    chat.send("/status")
    assert ("Êtes-vous d’accord" if language == "fr" else "هل توافقون") in chat.text
    chat.send("/mydata")  # one's rights need no consent
    assert ("pas accepté" if language == "fr" else "لم توافقوا") in chat.text


# --- erasure ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_erasure_asks_twice_and_leaves_the_person_as_new(fund_bot: FundBot, language: str) -> None:
    contributor(fund_bot)
    contributor(fund_bot, ssn="990000000202", phone="+213550000009")
    chat = linked(fund_bot, language=language)
    bystander = linked(fund_bot, 7002, "990000000202", phone="+213550000009")
    chat.send("/mydata")
    chat.press("🗑")
    fund_bot.restart()
    chat.press("Oui, continuer" if language == "fr" else "نعم، المتابعة")
    assert accounts_of(fund_bot, 7001) != []
    fund_bot.restart()
    chat.press("Oui, effacer" if language == "fr" else "نعم، احذفوا")
    assert ("Vos données sont effacées" if language == "fr" else "تم حذف معطياتكم") in chat.text

    def rows(model: Any) -> int:
        return fund_bot.do(
            lambda session: session.scalar(
                select(func.count()).select_from(model).where(model.telegram_id == 7001)
            )
        )

    assert [rows(model) for model in (Person, Conversation, Link)] == [0, 0, 0]
    assert len(accounts_of(fund_bot, bystander.id)) == 1

    chat.send("/start")
    assert ("Êtes-vous d’accord" if language == "fr" else "هل توافقون") in chat.text
    chat.press("J’accepte" if language == "fr" else "أوافق")
    chat.share_contact()
    chat.send(SSN)
    assert len(accounts_of(fund_bot, 7001)) == 1


def test_what_remains_has_neither_name_nor_number(fund_bot: FundBot) -> None:
    contributor(fund_bot)
    chat = linked(fund_bot)
    erase(chat)

    def trail(session: Any) -> str:
        return json.dumps([row.data for row in session.scalars(select(Event))])

    kept = fund_bot.do(trail)
    for personal in (SSN, "550000001", "Karim", "Samir"):
        assert personal not in kept
    assert fund_bot.events("person.erased")[0].actor == "person:7001"


def erase(chat: Chat) -> None:
    chat.send("/mydata")
    chat.press("🗑")
    chat.press("Oui, continuer")
    chat.press("Oui, effacer")


def test_a_change_of_mind_keeps_everything_and_old_buttons_erase_nothing(
    sqlite_bot: FundBot,
) -> None:
    contributor(sqlite_bot)
    chat = linked(sqlite_bot)
    chat.send("/mydata")
    chat.press("🗑")
    chat.press("Oui, continuer")
    sure = chat.data_of("Oui, effacer")
    chat.press("Annuler")
    chat.press_data(sure)
    assert "étape précédente" in chat.toasts[-1]
    assert len(accounts_of(sqlite_bot, 7001)) == 1
    other = sqlite_bot.chat(7002)
    other.send("/start")
    other.press_data(sure)
    assert len(accounts_of(sqlite_bot, 7001)) == 1


def test_typing_erases_nothing(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    chat = linked(sqlite_bot)
    chat.send("/mydata")
    chat.press("🗑")
    chat.press("Oui, continuer")
    chat.send("oui")
    chat.send_photo()
    assert "Dernière confirmation" in chat.text
    assert len(accounts_of(sqlite_bot, 7001)) == 1


def test_erasure_is_no_way_around_the_lock(fund_bot: FundBot) -> None:
    contributor(fund_bot)
    chat = fund_bot.chat()
    chat.send("/start")
    chat.press("J’accepte")
    chat.share_contact()
    for wrong in range(4):
        chat.send(f"99111111111{wrong}")
    erase(chat)
    assert "nombre d’essais" in chat.text
    chat.send("/start")
    chat.press("J’accepte")
    chat.share_contact()
    chat.send("991111111119")
    assert "26 novembre 2026 à 10:00" in chat.text
    erase(chat)
    chat.send("/start")
    chat.press("J’accepte")
    assert "26 novembre 2026 à 10:00" in chat.text


def test_erasure_leaves_a_colleagues_role(sqlite_bot: FundBot) -> None:
    now = sqlite_bot.clock.now()
    sqlite_bot.do(
        lambda session: staff.add(
            session,
            telegram_id=7001,
            name="Nabil",
            role=Role.CENTRAL,
            agency=None,
            now=now,
            actor="command",
        )
    )
    chat = sqlite_bot.chat()
    chat.send("/start")
    erase(chat)
    chat.send("/start")
    assert sqlite_bot.do(lambda s: people.find(s, 7001)).role is Role.CENTRAL


def test_a_record_that_must_be_kept_outlives_the_person_it_points_at(fund_bot: FundBot) -> None:
    """An open complaint: the row it points at stays, emptied; linking starts anew."""
    contributor(fund_bot)
    chat = linked(fund_bot)
    filed_at = fund_bot.clock.now()

    def file_complaint(session: Any) -> None:
        session.add(
            Complaint(
                reference="R-16-26-000001-0",
                telegram_id=chat.id,
                agency="16",
                category="other",
                restricted=False,
                anonymous=False,
                language="fr",
                filed_at=filed_at,
                desk="16",
                level="agency",
                status="open",
                late=False,
            )
        )

    fund_bot.do(file_complaint)
    erase(chat)
    kept = fund_bot.do(lambda session: session.get(Person, chat.id))
    assert kept is not None
    assert kept.consented_at is None
    assert accounts_of(fund_bot, chat.id) == []
    chat.send("/start")
    assert "Êtes-vous d’accord" in chat.text


def test_the_retention_job_forgets_what_was_left_open_for_thirty_days(fund_bot: FundBot) -> None:
    chat = fund_bot.chat()
    chat.send("/start")
    chat.press("J’accepte")
    chat.share_contact()
    fund_bot.clock.advance(days=30)
    fund_bot.run_job("retention")
    chat.send("7")
    assert "Vous avez écrit 1 chiffre" in chat.text  # the thirtieth day still counts
    fund_bot.clock.advance(days=30, seconds=1)
    fund_bot.run_job("retention")
    chat.send("/mydata")
    chat.press("📥")
    [place] = json.loads(chat.last_message.file or b"")["conversations"]
    assert (place["step"], place["drafts"]) == (None, {})
