"""What a citizen does with a case afterwards, and what they hear."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.complaints import desk
from services.complaints.office import Office
from services.complaints.state import Outcome
from tests.support.chat import Chat, FundBot
from tests.support.complaints import (
    AGENT,
    ARAB,
    CENTRAL,
    DIRECTOR,
    complaints,
    file_complaint,
    linked_citizen,
    open_agencies,
    unlinked_citizen,
)


def at_desk(bot: FundBot, act: Callable[[Office], object]) -> None:
    """Something done at the desk, without its conversation."""
    bot.do(lambda session: act(Office(session, bot.kit.policy, bot.vault, bot.clock.now())))


def answer_at_desk(bot: FundBot, reference: str, button: str, text: str, *more: str) -> None:
    """An agent writes through the desk's own conversation."""
    agent = bot.chat(AGENT)
    agent.send(f"/case {reference}")
    agent.press(button)
    for label in more:
        agent.press(label)
    agent.send(text)
    agent.press("Envoyer")


@pytest.fixture
def scene(fund_bot: FundBot) -> tuple[FundBot, Chat, str]:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot)
    file_complaint(chat)
    return fund_bot, chat, complaints(fund_bot)[0].reference


Scene = tuple[FundBot, Chat, str]


def test_the_list_and_the_timeline_in_plain_words(scene: Scene) -> None:
    bot, chat, reference = scene
    answer_at_desk(bot, reference, "Répondre", "Votre carte sera débloquée demain.")
    chat.send("/cases")
    chat.press(reference)
    assert "Un agent s’en occupe" in chat.text
    for words in (
        "vous avez déposé la réclamation",
        "Ma carte est bloquée",
        "un agent l’a prise en charge",
        "nous vous avons répondu",
        "débloquée demain",
    ):
        assert words in chat.text


def test_a_question_is_answered_with_words_and_files_in_one(scene: Scene) -> None:
    bot, chat, reference = scene
    answer_at_desk(bot, reference, "Demander", "Dans quelle pharmacie ?")
    assert "Dans quelle pharmacie ?" in chat.text
    chat.press("Répondre")
    bot.restart()
    for number in range(3):
        chat.send_photo(album="B", name=f"r{number}")
    chat.send("Pharmacie du Centre, photos jointes.")
    assert "votre réponse est bien reçue" in chat.text
    assert "répondu à la question" in bot.chat(AGENT).text
    assert [event.data for event in bot.events("complaint.replied")] == [{"message": 3, "items": 1}]


def test_whatever_is_typed_after_a_question_is_its_answer(scene: Scene) -> None:
    bot, chat, reference = scene
    answer_at_desk(bot, reference, "Demander", "Dans quelle pharmacie ?")
    assert "Écrivez votre réponse ici" in chat.text
    bot.restart()
    chat.send("Celle du centre.")
    assert "votre réponse est bien reçue" in chat.text
    assert len(bot.events("complaint.replied")) == 1
    chat.send("Et merci.")  # nothing is open any more
    assert len(bot.events("complaint.replied")) == 1


def test_a_question_does_not_break_into_something_else(scene: Scene) -> None:
    bot, chat, reference = scene
    chat.send("/complaint")
    chat.press("Autre sujet")
    answer_at_desk(bot, reference, "Demander", "Dans quelle pharmacie ?")
    assert "Appuyez sur « Répondre »" in chat.text
    chat.send("Ceci est une autre histoire.")
    assert bot.events("complaint.replied") == []
    chat.press("Répondre")
    chat.send("Celle du centre.")
    assert len(bot.events("complaint.replied")) == 1
    chat.send("/complaint")
    chat.press("Continuer")
    assert "une autre histoire" in chat.text


def test_words_that_are_too_many_with_those_under_the_files_are_asked_shorter(
    scene: Scene,
) -> None:
    bot, chat, _ = scene
    chat.press("Suivre ma réclamation")
    chat.press("Ajouter un mot")
    for number in range(8):
        chat.send_photo(name=f"r{number}", caption="légende " * 125)
    chat.send("x" * 4_000)
    assert "longueur maximale" in chat.text
    assert bot.events("complaint.added") == []
    chat.send("Voici tout.")
    assert len(bot.events("complaint.added")) == 1


def test_a_message_without_a_word_is_no_addition(scene: Scene) -> None:
    bot, chat, _ = scene
    chat.press("Suivre ma réclamation")
    chat.press("Ajouter un mot")
    chat.send_message(text=" \n ")
    assert bot.events("complaint.added") == []
    assert "Écrivez-le dans un message" in chat.text


def test_files_alone_are_sent_by_their_button(scene: Scene) -> None:
    bot, chat, _ = scene
    chat.press("Suivre ma réclamation")
    chat.press("Ajouter un mot")
    chat.send_photo(name="seule")
    chat.press("Envoyer les fichiers")
    assert "C’est ajouté" in chat.text
    [added] = bot.events("complaint.added")
    assert added.data == {"items": 1}


def test_withdrawn_only_after_a_second_word(scene: Scene) -> None:
    bot, chat, _ = scene
    chat.press("Suivre ma réclamation")
    chat.press("Retirer")
    chat.press("Non, la garder")
    assert complaints(bot)[0].status == "new"
    chat.press("Retirer")
    chat.press("Oui, la retirer")
    assert complaints(bot)[0].status == "withdrawn"
    assert "a retiré" in bot.chat(AGENT).text
    assert "Ajouter" not in " ".join(chat.buttons)


def test_contested_in_time_then_confirmed_and_rated(scene: Scene) -> None:
    bot, chat, reference = scene
    answer_at_desk(bot, reference, "Résoudre", "La carte est débloquée.", "Demande acceptée")
    assert "votre demande est acceptée" in chat.text
    chat.press("Ce n’est pas résolu")
    chat.send("Elle est encore refusée ce matin.")
    assert "est rouverte" in chat.text
    assert "conteste la solution" in bot.chat(AGENT).text
    assert complaints(bot)[0].status == "in_hand"

    answer_at_desk(bot, reference, "Résoudre", "Cette fois, oui.", "Demande acceptée")
    chat.press("C’est résolu")
    assert "est close" in chat.text
    chat.press("Très bien")
    chat.press("Ajouter un mot")
    chat.send("Merci à Amel.")
    assert "votre mot est noté" in chat.text
    assert complaints(bot)[0].status == "closed"
    assert [event.data["stars"] for event in bot.events("complaint.rated")] == [5]


def test_after_seven_days_it_is_closed_and_cannot_be_contested(scene: Scene) -> None:
    bot, chat, reference = scene
    answer_at_desk(bot, reference, "Résoudre", "C’est fait.", "Explication")
    solution = chat.last_message
    bot.clock.advance(days=7)
    bot.run_job("escalations")
    assert complaints(bot)[0].status == "closed"
    chat.press("Ce n’est pas résolu", message=solution)
    assert "Elle est close" in chat.text
    assert bot.events("complaint.reopened") == []


def test_a_poor_rating_offers_a_review_by_the_director(scene: Scene) -> None:
    bot, chat, reference = scene
    answer_at_desk(bot, reference, "Résoudre", "Refusé car hors délai.", "Refusée")
    assert "pas par une machine" in chat.text
    assert "recours préalable" in chat.text
    chat.press("Donner une note")
    chat.press("Insuffisant")
    chat.press("Demander un réexamen")
    assert "un responsable supérieur la réexamine" in chat.text
    assert "Réexamen demandé" in bot.chat(DIRECTOR).text
    assert complaints(bot)[0].level == "director"


def test_late_the_citizen_hears_before_having_to_ask(scene: Scene) -> None:
    bot, chat, reference = scene
    bot.clock.advance(days=5)
    bot.run_job("escalations")
    assert "le délai de votre réclamation" in chat.text
    assert "directeur de l’agence" in chat.text
    assert reference in bot.chat(DIRECTOR).text
    heard = len(chat.messages)
    bot.run_job("escalations")
    assert len(chat.messages) == heard
    bot.clock.advance(days=30)
    bot.run_job("escalations")
    assert "niveau central" in chat.text
    assert reference in bot.chat(CENTRAL).text


def test_nobody_reads_anothers_case_by_guessing(scene: Scene) -> None:
    bot, _, reference = scene
    other = unlinked_citizen(bot)
    other.send(f"/start case_{reference}")
    refused = other.text
    assert "Aucun dossier de ce numéro" in refused
    other.send("/start case_R-16-26-000999-4")
    same = other.text
    assert same == refused or "erreur" in same
    other.send(f"/case {reference}")
    assert reference not in other.text
    other.send("/help")
    shown = len(other.messages)
    seal = bot.kit.seal
    for action in (
        "cases.show",
        "cases.add",
        "cases.withdraw",
        "cases.withdraw_now",
        "cases.confirm",
        "cases.contest",
        "cases.rate",
        "cases.review",
        "cases.word",
        "desk.show",
        "desk.take",
        "desk.number",
        "desk.files",
        "desk.queue",
        "desk.release",
    ):
        other.press_data(seal.write(other.id, action, "1", 0))
        assert "plus valable" in other.toasts[-1], action
    for action, argument in (
        ("cases.stars", "1:5"),
        ("desk.write", "1:answer"),
        ("desk.unsay", "1:1"),
    ):
        other.press_data(seal.write(other.id, action, argument, 0))
        assert "plus valable" in other.toasts[-1], action
    assert len(other.messages) == shown
    assert complaints(bot)[0].status == "new"


def test_ones_own_reference_opens_it_typed_in_any_form(scene: Scene) -> None:
    _, chat, reference = scene
    chat.send("/start case_" + reference.replace("-", "_"))
    assert f"Réclamation {reference}" in chat.text
    wrong = reference[:-1] + str((int(reference[-1]) + 1) % 10)
    chat.send(f"/start case_{wrong}")
    assert "contient une erreur" in chat.text


def test_a_whole_life_in_arabic_through_a_restart_at_every_step(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot, ARAB, language="ar")
    agent = fund_bot.chat(AGENT)

    def live(*acts: tuple[Chat, str, str]) -> None:
        for person, how, words in acts:
            fund_bot.restart()
            (person.send if how == "says" else person.press)(words)

    live(
        (chat, "says", "/complaint"),
        (chat, "presses", "الشفاء والحقوق"),
        (chat, "presses", "تأخر التعويض"),
        (chat, "says", "أودعت الملف منذ شهرين ولم أتلق شيئا."),
        (chat, "presses", "متابعة"),
        (chat, "presses", "إرسال"),
    )
    case = f"/case {complaints(fund_bot)[0].reference}"
    live(
        (agent, "says", case),
        (agent, "presses", "Demander"),
        (agent, "says", "متى أودعتم الملف بالضبط؟"),
        (agent, "presses", "✅ Envoyer"),
    )
    assert "متى أودعتم الملف بالضبط؟" in chat.text
    live((chat, "presses", "الإجابة"), (chat, "says", "يوم 20 سبتمبر."))
    assert "وصل جوابكم" in chat.text
    live(
        (agent, "says", case),
        (agent, "presses", "Résoudre"),
        (agent, "presses", "Acceptée en partie"),
        (agent, "says", "صُرف نصف المبلغ، والباقي الشهر القادم."),
        (agent, "presses", "✅ Envoyer"),
    )
    assert "قُبل طلبكم جزئيا" in chat.text
    live((chat, "presses", "لم تُحل"), (chat, "says", "لم يصلني شيء."))
    assert "أُعيد فتح الشكوى" in chat.text
    live(
        (agent, "says", case),
        (agent, "presses", "Résoudre"),
        (agent, "presses", "Demande acceptée"),
        (agent, "says", "تم التحويل اليوم."),
        (agent, "presses", "✅ Envoyer"),
        (chat, "presses", "حُلّت المشكلة"),
        (chat, "presses", "ضعيف"),
        (chat, "presses", "طلب إعادة النظر"),
    )
    assert "مسؤول أعلى" in chat.text
    live((chat, "says", "/cases"))
    assert "شكواكم" in chat.text


def test_the_whole_life_of_a_case_about_an_agent_leaves_the_agency_in_the_dark(
    fund_bot: FundBot,
) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot)
    chat.send("/complaint")
    chat.press("Accueil et personnes")
    chat.press("Comportement")
    chat.send("L’agent du guichet 4 m’a insulté hier.")
    chat.press("Continuer")
    chat.press("Envoyer")
    reference = complaints(fund_bot)[0].reference
    central = fund_bot.chat(CENTRAL)

    def at_central(button: str, text: str, *more: str) -> None:
        central.send(f"/case {reference}")
        assert "Non visible par l’agence" in central.text
        assert "transférer" not in " ".join(central.buttons)
        for label in (button, *more):
            central.press(label)
        central.send(text)
        central.press("✅ Envoyer")

    at_central("Demander", "À quelle heure était-ce ?")
    chat.press("Répondre")
    chat.send("Vers dix heures.")
    assert "répondu à la question" in central.text
    at_central("Résoudre", "Des mesures ont été prises.", "Demande acceptée")
    chat.press("Ce n’est pas résolu")
    chat.send("Je n’ai reçu aucune excuse.")
    fund_bot.clock.advance(days=40)
    fund_bot.run_job("escalations")
    assert "niveau central" in chat.text
    at_central("Résoudre", "Voici nos excuses écrites.", "Demande acceptée")
    chat.press("C’est résolu")
    for person in (AGENT, DIRECTOR):
        staff = fund_bot.chat(person)
        assert staff.messages == []
        for filtered in ("/queue", f"/case {reference}", f"/start case_{reference}"):
            staff.send(filtered)
            assert reference not in " ".join([staff.text, *staff.buttons])


def test_nothing_is_added_to_a_case_that_is_solved(sqlite_bot: FundBot) -> None:
    open_agencies(sqlite_bot)
    chat = linked_citizen(sqlite_bot)
    file_complaint(chat)
    at_desk(
        sqlite_bot,
        lambda office: desk.resolve(office, AGENT, 1, Outcome.ACCEPTED, "Réglé."),
    )
    chat.press("Suivre ma réclamation")
    assert "Ajouter" not in " ".join(chat.buttons)
    chat.press_data(sqlite_bot.kit.seal.write(chat.id, "cases.add", "1", 0))
    assert "Une solution vous a été donnée" in chat.text
