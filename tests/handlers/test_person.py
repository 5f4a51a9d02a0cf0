"""A person, please: queue, hours, promise, an answer in the same chat; voice messages."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from services.records.complaints import ComplaintFile
from tests.support.chat import Chat, FundBot
from tests.support.complaints import (
    AGENT,
    ARAB,
    CENTRAL,
    STRANGER,
    complaints,
    file_complaint,
    linked_citizen,
    open_agencies,
    unlinked_citizen,
)

VOICE = {"file_id": "voice-1", "file_unique_id": "u-voice-1", "duration": 7, "file_size": 9_000}


@pytest.fixture
def bot(fund_bot: FundBot) -> FundBot:
    open_agencies(fund_bot)
    return fund_bot


@pytest.fixture
def quick(sqlite_bot: FundBot) -> FundBot:
    open_agencies(sqlite_bot)
    return sqlite_bot


def test_one_asks_for_a_person_and_is_answered_in_the_same_chat(bot: FundBot) -> None:
    chat = linked_citizen(bot)
    chat.send("je veux parler à un agent")
    assert "Alger Centre" in chat.text
    assert "Ouverte maintenant, jusqu’à 16:30" in chat.text
    assert "avant la vôtre : 0" in chat.text
    assert "Première réponse au plus tard : 29 novembre 2026" in chat.text
    bot.restart()
    chat.send("Puis-je payer à la poste d'une autre wilaya ?")
    [case] = complaints(bot)
    assert case.reference in chat.text
    assert (case.category, case.desk) == ("other", "16")
    assert len(bot.events("person.asked_for_someone")) == 1
    agent = bot.chat(AGENT)
    agent.press("Ouvrir le dossier")
    assert "à la poste" in agent.text
    agent.press("Répondre")
    agent.send("Oui, dans toutes les postes.")
    agent.press("Envoyer")
    assert "dans toutes les postes" in chat.text


def test_in_arabic_without_an_account_the_agency_is_asked(bot: FundBot) -> None:
    chat = unlinked_citizen(bot, ARAB, language="ar")
    chat.send("حبيت نهدر مع واحد")
    assert "أي وكالة" in chat.text
    bot.restart()
    chat.send("وهران")
    assert "وكالة وهران" in chat.text
    assert "لا أحد ينتظر قبلكم" in chat.text
    chat.send("وقتاش تفتحو السبت؟")
    assert "حوّلنا سؤالكم إلى وكالة وهران" in chat.text
    assert complaints(bot)[0].agency == "31"


@pytest.mark.parametrize(
    ("now", "line"),
    [
        (("2026-11-25", "07:30"), "ouvre aujourd’hui à 08:00"),
        (("2026-11-25", "16:30"), "26 novembre 2026"),
        (("2026-11-26", "19:00"), "29 novembre 2026"),
    ],
)
def test_hours_are_told_as_they_are(quick: FundBot, now: tuple[str, str], line: str) -> None:
    quick.clock.set(day=now[0], at=now[1])
    chat = linked_citizen(quick)
    chat.send("/menu")
    chat.press("Parler à une personne")
    assert line in chat.text


def test_who_waits_before_is_counted_and_an_open_request_can_be_completed(quick: FundBot) -> None:
    first, second = linked_citizen(quick), linked_citizen(quick, 7401)
    for chat in (first, second):
        chat.send("/menu")
        chat.press("Parler à une personne")
        chat.send("Une question sur mon dossier, merci.")
    second.send("/menu")
    second.press("Parler à une personne")
    assert "avant la vôtre : 2" in second.text
    own = complaints(quick)[1].reference
    assert own in second.text
    assert complaints(quick)[0].reference not in second.text
    second.press("Compléter ma demande")
    second.send("J'ajoute une précision.")
    assert own in second.text
    assert len(complaints(quick)) == 2


def test_words_that_tell_of_conduct_are_not_sent_to_the_agency_silently(bot: FundBot) -> None:
    chat = linked_citizen(bot)
    chat.send("/menu")
    chat.press("Parler à une personne")
    chat.send("l'agent m'a demandé de l'argent pour mon dossier")
    assert complaints(bot) == []
    assert "niveau central" in chat.text
    bot.restart()
    chat.press("Au niveau central seulement")
    [case] = complaints(bot)
    assert (case.category, case.restricted, case.desk) == ("bribe", True, "00")
    assert bot.chat(AGENT).messages == []
    assert bot.chat(CENTRAL).messages != []


def test_what_was_not_understood_is_handed_on_without_writing_it_again(bot: FundBot) -> None:
    chat = linked_citizen(bot)
    chat.send("blabla xyzt qsd")
    chat.press("Parler à une personne")
    assert "blabla xyzt qsd" in chat.text
    chat.press("Envoyer à l’agence")
    assert len(complaints(bot)) == 1
    agent = bot.chat(AGENT)
    agent.press("Ouvrir le dossier")
    assert "blabla xyzt qsd" in agent.text


# --- voice ----------------------------------------------------------------------------------


def send_voice(chat: Chat) -> None:
    chat.send_message(voice=VOICE)


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_voice_message_goes_to_the_agent_with_the_case_and_the_citizen_is_told(
    bot: FundBot, language: str
) -> None:
    chat = linked_citizen(bot, 7601, language=language)
    send_voice(chat)
    told = "un agent le fera" if language == "fr" else "بل موظف"
    assert told in chat.text
    assert complaints(bot) == []
    bot.restart()
    chat.press("Envoyer à l’agence" if language == "fr" else "إرسال إلى الوكالة")
    [case] = complaints(bot)
    assert case.reference in chat.text
    assert ("Un agent l’écoutera" if language == "fr" else "سيستمع إليها موظف") in chat.text
    [file] = bot.do(lambda session: [one.kind for one in session.scalars(select(ComplaintFile))])
    assert file == "voice"
    agent = bot.chat(AGENT)
    agent.press("Ouvrir le dossier")
    agent.press("Fichiers")
    assert any(
        call.method == "sendVoice" and call.params["voice"]["$kept"] == 1 for call in bot.calls
    )


def test_a_voice_message_may_go_straight_to_the_central_level(quick: FundBot) -> None:
    chat = linked_citizen(quick)
    send_voice(chat)
    chat.press("Au niveau central seulement")
    assert complaints(quick)[0].desk == "00"
    assert quick.chat(AGENT).messages == []


def test_a_voice_message_can_join_an_open_case(bot: FundBot) -> None:
    chat = linked_citizen(bot)
    file_complaint(chat)
    send_voice(chat)
    reference = complaints(bot)[0].reference
    chat.press(f"Joindre à {reference}")
    bot.restart()
    chat.press("Envoyer")
    assert len(complaints(bot)) == 1
    kinds = bot.do(lambda session: [one.kind for one in session.scalars(select(ComplaintFile))])
    assert kinds == ["voice"]


def test_before_consent_a_voice_message_is_not_kept(quick: FundBot) -> None:
    chat = quick.chat(STRANGER, language="fr")
    send_voice(chat)
    assert chat.seen("nous vous demandons votre accord")
    assert "J’accepte" in " ".join(chat.buttons)
    chat.press("J’accepte")
    assert "quelle agence" in chat.text
    assert complaints(quick) == []


def test_cancel_and_outdated_buttons_send_nothing(quick: FundBot) -> None:
    chat = linked_citizen(quick)
    send_voice(chat)
    old = chat.data_of("Envoyer à l’agence")
    chat.send("/cancel")
    chat.press_data(old)
    assert complaints(quick) == []
    other = linked_citizen(quick, 7402)
    other.send("/menu")
    other.press_data(old)
    assert "plus valable" in other.toasts[-1]


def test_a_file_without_words_waits_for_them(quick: FundBot) -> None:
    chat = linked_citizen(quick)
    chat.send("/menu")
    chat.press("Parler à une personne")
    chat.send_photo()
    assert "Écrivez maintenant votre question" in chat.text
    chat.send("Que veut dire cette lettre ?")
    chat.press("Envoyer à l’agence")
    assert len(complaints(quick)) == 1
