"""The desk in private chat: queue, card, writing, and what it refuses."""

from __future__ import annotations

import pytest

from services import staff
from services.complaints import undelivered
from services.outbox import Concluded, conclude
from services.people import Role
from tests.support import fund
from tests.support.chat import Chat, FundBot
from tests.support.complaints import (
    AGENT,
    ARAB,
    CENTRAL,
    CITIZEN,
    COLLEAGUE,
    DIRECTOR,
    ELSEWHERE,
    PHONE,
    SSN,
    complaints,
    file_complaint,
    linked_citizen,
    open_agencies,
)

Scene = tuple[FundBot, Chat, Chat, str]


@pytest.fixture
def scene(fund_bot: FundBot) -> Scene:
    """A case of a citizen with a known number, and the agent looking at it."""
    open_agencies(fund_bot)
    citizen = linked_citizen(fund_bot, ssn=SSN, phone=PHONE, name_fr="Karim Benali")
    file_complaint(citizen)
    agent = fund_bot.chat(AGENT)
    agent.press("Ouvrir le dossier")
    return fund_bot, citizen, agent, complaints(fund_bot)[0].reference


def test_the_card_has_the_facts_and_masks_the_number(scene: Scene) -> None:
    _, _, agent, reference = scene
    for words in (
        reference,
        "Karim Benali",
        "•••• 0077",
        "français",
        "Alger Centre",
        "0 h sur 85 h",
    ):
        assert words in agent.text
    assert SSN not in agent.text


def test_the_whole_number_is_shown_in_a_passing_window_and_written_down(scene: Scene) -> None:
    bot, _, agent, _ = scene
    agent.press("Numéro complet")
    assert SSN in agent.toasts[-1]
    assert not any(SSN in one.text for one in agent.messages)
    [event] = bot.events("complaint.number_seen")
    assert event.actor == f"staff:{AGENT}"


def test_the_queue_is_filtered_counted_and_opens_a_case(scene: Scene) -> None:
    bot, _, agent, reference = scene
    agent.send("/queue")
    assert "Tous (1)" in " ".join(agent.buttons)
    agent.press("Les miens (0)")
    assert "aucun dossier" in agent.text
    agent.press("Libres (1)")
    agent.press(reference)
    agent.press("Prendre")
    assert "Chargé : Amel" in agent.text
    bot.clock.advance(days=40)
    bot.run_job("escalations")
    agent.send("/queue")
    assert "En retard (1)" in " ".join(agent.buttons)
    assert any("🔴" in one and "40 j" in one for one in agent.buttons)


def test_an_answer_is_shown_before_it_leaves_and_survives_restarts(scene: Scene) -> None:
    bot, citizen, agent, reference = scene
    heard = len(citizen.messages)
    for act in (
        lambda: agent.press("Répondre"),
        lambda: agent.send("Votre carte sera débloquée demain."),
    ):
        act()
        bot.restart()
    assert "À : Karim Benali" in agent.text
    assert "langue : français" in agent.text
    assert len(citizen.messages) == heard
    agent.press("Réécrire")
    agent.send("Votre carte sera débloquée lundi.")
    agent.press("Envoyer")
    assert "débloquée lundi" in citizen.text
    assert not citizen.seen("débloquée demain")
    assert complaints(bot)[0].owner == AGENT
    assert reference in citizen.text


@pytest.mark.parametrize(
    "text",
    [
        "Voir aussi le dossier 990000000088.",
        "Appelez le 0660 11 22 33.",
        "Voir ٩٩٠٠٠٠٠٠٠٠٨٨ aussi.",
        "Voir 99 0000 0000 88 aussi.",
    ],
)
def test_anothers_number_stops_an_answer_until_it_is_confirmed(scene: Scene, text: str) -> None:
    bot, citizen, agent, _ = scene
    agent.press("Répondre")
    agent.send(text)
    assert "un numéro qui n’est pas celui de ce citoyen" in agent.text
    assert "•••• " in agent.text
    heard = len(citizen.messages)
    version = bot.kit.seal.read(agent.id, agent.data_of("Envoyer avec ce numéro")).version
    agent.press_data(bot.kit.seal.write(agent.id, "desk.send", "", version))
    assert len(citizen.messages) == heard  # the plain button, forged, does not carry it
    agent.press("Envoyer avec ce numéro")
    assert len(citizen.messages) == heard + 1


@pytest.mark.parametrize(
    "text",
    [
        f"Votre numéro {SSN} est correct.",
        "Nous vous appelons au 0550 00 00 77.",
        "Vous devez 36 000,00 DA pour 2024, à payer avant le 30/06/2025.",
        "Voir R-16-26-000001-1 et le reçu 4521.",
    ],
)
def test_the_recipients_own_number_and_plain_figures_pass(scene: Scene, text: str) -> None:
    _, citizen, agent, _ = scene
    agent.press("Répondre")
    agent.send(text)
    agent.press("✅ Envoyer")
    assert "Réponse de la caisse" in citizen.text


def test_an_answer_in_the_other_language_is_pointed_out(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot, ARAB, language="ar")
    chat.send("/complaint")
    chat.press("موضوع آخر")
    chat.send("لم أفهم المبلغ المطلوب مني هذه السنة.")
    chat.press("متابعة")
    chat.press("إرسال")
    agent = fund_bot.chat(AGENT)
    agent.press("Ouvrir le dossier")
    agent.press("Répondre")
    agent.send("Passez à l’agence demain matin.")
    assert "semble écrit dans une autre langue" in agent.text
    agent.press("Réécrire")
    agent.send("تفضلوا إلى الوكالة غدا صباحا.")
    assert "semble écrit" not in agent.text


def test_a_note_never_reaches_the_citizen(scene: Scene) -> None:
    bot, citizen, agent, reference = scene
    heard = len(citizen.messages)
    agent.press("Noter")
    agent.send("Vérifier avec le centre payeur.")
    assert "Note enregistrée" in agent.messages[-2].text
    assert "centre payeur" in agent.text
    assert len(citizen.messages) == heard
    citizen.send(f"/start case_{reference}")
    assert "centre payeur" not in citizen.text
    # a note needs no ownership
    assert complaints(bot)[0].owner is None


def test_two_at_once_one_takes_the_other_is_told(scene: Scene) -> None:
    bot, _, agent, _ = scene
    colleague = bot.chat(COLLEAGUE)
    colleague.press("Ouvrir le dossier")
    colleague.press("Répondre")
    colleague.send("Je m’en occupe.")
    agent.press("Prendre")
    colleague.press("✅ Envoyer")
    assert colleague.seen("Le dossier a changé entre-temps")
    colleague.press("✅ Envoyer")
    assert colleague.seen("Ce dossier est déjà chez Amel")
    assert bot.events("complaint.answered") == []
    colleague.press("Prendre")
    assert "Amel" in colleague.toasts[-1]


def test_transferred_twice_with_a_reason_the_clock_goes_on(scene: Scene) -> None:
    bot, citizen, agent, reference = scene
    bot.clock.advance(hours=2)
    agent.press("Pas à nous")
    agent.send("oran")
    agent.send("Le dossier est tenu à Oran.")
    assert "vers : 31 · Oran" in agent.text
    agent.press("Confirmer")
    assert "est transféré" in agent.text
    agent.send(f"/case {reference}")
    assert "Aucun dossier" in agent.text
    other = bot.chat(ELSEWHERE)
    assert reference in other.text
    other.press("Ouvrir le dossier")
    assert "2 h sur 85 h" in other.text
    other.press("Pas à nous")
    other.press("Niveau central")
    other.send("Question de principe.")
    other.press("Confirmer")
    assert reference in bot.chat(CENTRAL).text
    citizen.send(f"/start case_{reference}")
    assert citizen.text.count("transmise au service compétent") == 2
    assert "Question de principe" not in citizen.text


def test_handed_up_the_director_has_it(scene: Scene) -> None:
    bot, _, agent, reference = scene
    agent.press("Faire remonter")
    agent.send("Montant au-delà de ma compétence.")
    agent.press("Confirmer")
    assert reference in bot.chat(DIRECTOR).text
    assert complaints(bot)[0].level == "director"


def test_an_answer_is_taken_back_and_the_citizen_is_told(scene: Scene) -> None:
    _, citizen, agent, _ = scene
    agent.press("Répondre")
    agent.send("Un mot de trop.")
    agent.press("Envoyer")
    agent.press("Ouvrir le dossier")
    agent.press("Retirer mon dernier message")
    assert "est retirée" in citizen.text
    citizen.press("Voir la réclamation")
    assert "Un mot de trop" not in citizen.text
    assert "(retiré) Un mot de trop" in agent.text


def test_the_files_are_shown_and_the_look_is_written_down(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    citizen = linked_citizen(fund_bot)
    citizen.send("/complaint")
    citizen.press("Autre sujet")
    citizen.send("Voici la preuve.")
    citizen.send_photo(name="preuve")
    citizen.press("Continuer")
    citizen.press("Envoyer")
    agent = fund_bot.chat(AGENT)
    agent.press("Ouvrir le dossier")
    agent.press("Fichiers")
    sent = [call for call in fund_bot.calls if call.method == "sendPhoto"][-1]
    assert sent.params["photo"]["$kept"] == 1
    assert sent.params["protect_content"] is True
    assert len(fund_bot.events("complaint.files_seen")) == 1


def test_staff_do_not_handle_their_own_case(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    agent = linked_citizen(fund_bot, AGENT)
    file_complaint(agent)
    reference = complaints(fund_bot)[0].reference
    agent.send("/queue")
    assert reference not in " ".join(agent.buttons)
    agent.send(f"/case {reference}")
    assert "Réclamation" in agent.text  # as its citizen
    assert "Prendre" not in " ".join(agent.buttons)
    for action in ("desk.show", "desk.take"):
        agent.press_data(fund_bot.kit.seal.write(agent.id, action, "1", 0))
        assert "plus valable" in agent.toasts[-1]
    assert reference in fund_bot.chat(COLLEAGUE).text


def test_whoever_leaves_in_the_middle_of_an_answer_sends_nothing(scene: Scene) -> None:
    bot, citizen, agent, _ = scene
    agent.press("Prendre")
    agent.press("Répondre")
    agent.send("Je pars, mais avant…")
    bot.do(lambda session: staff.deactivate(session, AGENT, now=bot.clock.now(), actor="command"))
    heard = len(citizen.messages)
    agent.press("✅ Envoyer")
    assert "plus valable" in agent.toasts[-1]
    assert len(citizen.messages) == heard
    bot.run_job("escalations")
    assert "n’a plus de responsable" in bot.chat(COLLEAGUE).text
    agent.send("/queue")
    assert "n’existe pas" in agent.text


def test_a_role_that_moves_agency_takes_its_scope_along(scene: Scene) -> None:
    bot, _, agent, reference = scene
    bot.do(
        lambda session: staff.add(
            session,
            telegram_id=AGENT,
            name="Amel",
            role=Role.AGENT,
            agency="31",
            now=bot.clock.now(),
            actor="command",
        )
    )
    agent.press("Prendre")
    assert "plus valable" in agent.toasts[-1]
    agent.send(f"/case {reference}")
    assert "Aucun dossier" in agent.text


def test_what_cannot_be_delivered_returns_to_its_agent_as_a_call_to_make(scene: Scene) -> None:
    bot, citizen, agent, reference = scene
    agent.press("Répondre")
    agent.send("Bonjour.")
    agent.press("✅ Envoyer")
    sent = next(call for call in bot.calls if (call.subject or "").startswith("answer:"))
    assert sent.subject == undelivered.subject(1, AGENT)
    bot.do(
        lambda session: conclude(
            session, [Concluded(sent, "failed", "403", unreachable=True)], bot.clock.now()
        )
    )
    bot.run_job("escalations")
    assert "Merci d’appeler le citoyen" in agent.text
    told = len(agent.messages)
    bot.run_job("escalations")
    assert len(agent.messages) == told
    agent.send(f"/case {reference}")
    agent.press("Répondre")
    agent.send("Encore moi.")
    agent.press("✅ Envoyer")
    assert "a bloqué la conversation" in agent.text
    assert citizen.id == CITIZEN


def test_an_agency_where_nobody_works_leaves_nothing_lying(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    fund_bot.do(lambda session: fund.create_agency(session, "47", name_fr="Ghardaïa", wilaya="47"))
    chat = linked_citizen(fund_bot, agency="47")
    file_complaint(chat)
    fund_bot.run_job("escalations")
    assert complaints(fund_bot)[0].level == "central"
    assert complaints(fund_bot)[0].reference in fund_bot.chat(CENTRAL).text
