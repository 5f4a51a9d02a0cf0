"""Filing a complaint, as citizens live it, on both databases."""

from __future__ import annotations

import re

import pytest

from services import signing
from tests.support.chat import FundBot
from tests.support.complaints import (
    AGENT,
    ARAB,
    CENTRAL,
    COLLEAGUE,
    DIRECTOR,
    complaints,
    file_complaint,
    linked_citizen,
    open_agencies,
    unlinked_citizen,
)
from tests.support.evidence_scene import files

PNG = b"\x89PNG"


def test_a_complaint_from_the_first_word_to_the_receipt(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot)
    fund_bot.clock.set(day="2026-11-26", at="15:30")

    chat.send("/complaint")
    assert "Sur quoi porte" in chat.text
    chat.press("Chifa et droits")
    chat.press("Carte Chifa bloquée")
    assert "Depuis quand" in chat.text
    chat.send("Bloquée depuis le 3 novembre, refusée en pharmacie.")
    chat.send_photo(name="ordonnance")
    assert "Bien reçu" in chat.text
    chat.press("Continuer")
    assert "refusée en pharmacie" in chat.text
    assert "Pièces jointes : 1" in chat.text
    assert complaints(fund_bot) == []  # nothing is filed before the last button
    chat.press("Envoyer")

    [case] = complaints(fund_bot)
    assert (case.agency, case.category, case.desk) == ("16", "chifa", "16")
    receipt = next(one for one in chat.messages if "est enregistrée" in one.text)
    assert case.reference in receipt.text
    assert "lundi" in receipt.text or "30 novembre 2026 à 15:30" in receipt.text
    assert "10 décembre 2026 à 15:30" in receipt.text
    assert chat.last_message.file is not None
    assert chat.last_message.file.startswith(PNG)
    # The letters are for a counter: they come only when they are asked for.
    assert "<code>" not in chat.last_message.html
    chat.press("Le code en lettres")
    code = re.search(r"<code>(.*)</code>", chat.last_message.html)
    assert code is not None
    said = signing.verify(code[1], signing.public_key(fund_bot.vault))
    assert said.reference == case.reference
    # The desk hears of it, each agent in their own chat.
    assert case.reference in fund_bot.chat(AGENT).text
    assert case.reference in fund_bot.chat(COLLEAGUE).text
    assert fund_bot.chat(DIRECTOR).messages == []


def test_the_same_in_arabic_through_a_restart_at_every_step(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot, ARAB, language="ar")
    for act in (
        lambda: chat.send("/complaint"),
        lambda: chat.press("الاشتراكات والدفع"),
        lambda: chat.press("ولم يُسجَّل"),
        lambda: chat.send("دفعت في البريد يوم 3 نوفمبر ولم يظهر."),
        lambda: chat.send_photo(name="wasl"),
        lambda: chat.press("متابعة"),
        lambda: chat.press("إرسال"),
    ):
        fund_bot.restart()
        act()
    [case] = complaints(fund_bot)
    assert case.category == "payment_not_recorded"
    assert any("سُجّلت شكواكم" in one.text and case.reference in one.text for one in chat.messages)


def test_someone_not_linked_complains_by_agency(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = unlinked_citizen(fund_bot)
    chat.send("/complaint")
    assert "Quelle agence" in chat.text
    chat.send("Atlantide")
    assert chat.seen("Nous n’avons pas trouvé cette agence")
    chat.send("oran")
    assert "Agence : Oran" in chat.text
    chat.press("Retour")
    chat.press("Alger Centre")
    chat.press("Autre sujet")
    chat.send("Je ne sais pas à qui m’adresser.")
    chat.press("Continuer")
    chat.press("Envoyer")
    [case] = complaints(fund_bot)
    assert (case.agency, case.contributor_id) == ("16", None)


def test_the_poster_of_an_agency_leads_straight_to_it(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = unlinked_citizen(fund_bot)
    chat.send("/start agency_31")
    assert "Agence : Oran" in chat.text


def test_a_newcomer_from_a_poster_consents_first_and_then_goes_on(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = fund_bot.chat()
    chat.send("/start agency_31")
    chat.press("J’accepte")
    assert "Agence : Oran" in chat.text


@pytest.mark.parametrize(
    "label", ["Comportement d’un agent", "Un droit m’est refusé", "On m’a demandé de l’argent"]
)
def test_what_concerns_persons_never_reaches_the_agency(fund_bot: FundBot, label: str) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot)
    chat.send("/complaint")
    chat.press("Accueil et personnes")
    chat.press(label)
    assert "directement au niveau central" in chat.text
    chat.send("Au guichet 4, hier matin.")
    chat.press("Continuer")
    chat.press("Envoyer")
    [case] = complaints(fund_bot)
    assert case.reference.startswith("R-00-")
    assert case.reference in fund_bot.chat(CENTRAL).text
    fund_bot.run_job("escalations")
    for number in (AGENT, COLLEAGUE, DIRECTOR):
        staff = fund_bot.chat(number)
        assert staff.messages == []
        staff.send("/queue")
        assert case.reference not in " ".join([staff.text, *staff.buttons])
        staff.send(f"/case {case.reference}")
        assert "Aucun dossier de ce numéro" in staff.text


def test_sixty_photos_in_six_albums_between_words_make_six_items_and_one_receipt(
    fund_bot: FundBot,
) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot)
    chat.send("/complaint")
    chat.press("Autre sujet")
    chat.send("Voici mes pièces.")
    before = len(chat.messages)
    for album in range(6):
        for photo in range(10):
            chat.send_photo(album=f"A{album}", name=f"{album}-{photo}")
            if photo == 4:
                chat.send(f"Album {album + 1}, à suivre")
                fund_bot.restart()
    assert sum("Bien reçu" in one.text for one in chat.messages[before:]) == 6
    chat.press("Continuer")
    assert "Pièces jointes : 6" in chat.text
    chat.press("Envoyer")
    assert sum("est enregistrée" in one.text for one in chat.messages) == 1
    [case] = complaints(fund_bot)

    def kept(session):  # type: ignore[no-untyped-def]
        from sqlalchemy import select

        from services.records.complaints import ComplaintFile

        return session.execute(
            select(ComplaintFile.item, ComplaintFile.file_id)
            .where(ComplaintFile.complaint_id == case.id)
            .order_by(ComplaintFile.position)
        ).all()

    assert [tuple(row) for row in fund_bot.do(kept)] == [
        (album + 1, f"photo-{album}-{photo}") for album in range(6) for photo in range(10)
    ]


def _document(**changes: object) -> dict[str, object]:
    return {
        "file_id": "d1",
        "file_unique_id": "ud1",
        "file_name": "recu.pdf",
        "mime_type": "application/pdf",
        "file_size": 1000,
    } | changes


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"document": _document(file_size=0)}, "est vide"),
        ({"document": _document(file_size=21 * 1024 * 1024)}, "20 Mo"),
        ({"document": _document(file_name="jeu.exe")}, "refusé par sécurité"),
        (
            {
                "sticker": {
                    "file_id": "s",
                    "file_unique_id": "us",
                    "width": 1,
                    "height": 1,
                    "is_animated": False,
                    "is_video": False,
                    "type": "regular",
                }
            },
            "ne peut pas être joint",
        ),
        ({"location": {"latitude": 36.7, "longitude": 3.0}}, "ne peut pas être joint"),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_at_once_and_changes_nothing(
    sqlite_bot: FundBot, content: dict[str, object], said: str
) -> None:
    open_agencies(sqlite_bot)
    chat = linked_citizen(sqlite_bot)
    chat.send("/complaint")
    chat.press("Autre sujet")
    chat.send("Bonjour, voici.")
    chat.send_message(**content)
    assert said in chat.text
    chat.press("Continuer")
    assert "Pièces jointes : 0" in chat.text


def test_a_voice_message_tells_it_too(sqlite_bot: FundBot) -> None:
    open_agencies(sqlite_bot)
    chat = linked_citizen(sqlite_bot)
    chat.send("/complaint")
    chat.press("Autre sujet")
    chat.send("Ok")
    assert "un peu court" in chat.text
    chat.send_message(
        voice={"file_id": "v", "file_unique_id": "uv", "duration": 20, "file_size": 5000}
    )
    assert "Fichiers reçus : 1" in chat.text
    chat.press("Continuer")
    chat.press("Envoyer")
    assert len(complaints(sqlite_bot)) == 1


def test_an_open_case_on_the_same_matter_is_offered_first(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot)
    file_complaint(chat)
    [case] = complaints(fund_bot)
    chat.send("/complaint")
    chat.press("Chifa et droits")
    chat.press("Carte Chifa bloquée")
    assert case.reference in chat.text
    chat.press("La même : compléter")
    chat.send("Toujours bloquée aujourd’hui.")
    assert f"ajouté à la réclamation {case.reference}" in chat.text
    assert len(complaints(fund_bot)) == 1
    assert "complété" in fund_bot.chat(AGENT).text


def test_the_name_is_hidden_from_the_agency_but_not_from_central(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot, name_fr="Karim Benali")
    chat.send("/complaint")
    chat.press("Accueil et personnes")
    chat.press("Accueil, attente")
    chat.send("Trois heures d’attente au guichet.")
    chat.press("Continuer")
    chat.press("Cacher mon nom")
    assert "ne verra ni votre nom" in chat.text
    chat.press("Envoyer")
    [case] = complaints(fund_bot)
    agent, central = fund_bot.chat(AGENT), fund_bot.chat(CENTRAL)
    agent.send(f"/case {case.reference}")
    assert "nom caché" in agent.text
    assert "Benali" not in agent.text
    assert "Numéro complet" not in " ".join(agent.buttons)
    central.send(f"/case {case.reference}")
    assert "Karim Benali" in central.text


def test_a_line_of_the_status_is_disputed_in_one_tap_with_its_figures(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot)
    data = fund_bot.kit.seal.write(chat.id, "complaint.dispute", "2024", 0)
    chat.send("/help")
    chat.press_data(data)
    assert "Année 2024" in chat.text
    chat.send("J’ai déjà payé cette année-là.")
    chat.press("Continuer")
    assert "Année 2024" in chat.text
    chat.press("Envoyer")
    [case] = complaints(fund_bot)
    assert case.category == "contribution_amount"
    assert case.figures is not None
    assert (case.figures["year"], case.figures["due"]) == (2024, 36_000_00)
    agent = fund_bot.chat(AGENT)
    agent.press("Ouvrir le dossier")
    assert "dû 36 000 DA" in agent.text


def test_another_persons_line_cannot_be_disputed(sqlite_bot: FundBot) -> None:
    open_agencies(sqlite_bot)
    linked_citizen(sqlite_bot)
    other = unlinked_citizen(sqlite_bot)
    other.send("/help")
    for argument in ("2024", "L1:2024", "L1:1700", ":2024", "x"):
        other.press_data(sqlite_bot.kit.seal.write(other.id, "complaint.dispute", argument, 0))
        assert "plus valable" in other.toasts[-1]
    assert other.messages[-1].text.startswith("Ce que vous pouvez faire")


def test_cancel_files_nothing_and_a_second_person_is_not_moved(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat, other = linked_citizen(fund_bot), unlinked_citizen(fund_bot)
    chat.send("/complaint")
    chat.press("Autre sujet")
    other.send("/complaint")
    seen = len(other.messages)
    chat.send("Quelque chose d’important.")
    chat.send("/cancel")
    assert chat.seen("Rien n’a été envoyé")
    chat.send("/complaint")
    assert "Sur quoi porte" in chat.text
    assert len(other.messages) == seen
    assert complaints(fund_bot) == []


def test_what_was_begun_is_kept_when_something_else_comes_between(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = unlinked_citizen(fund_bot)
    chat.send("/start agency_31")
    chat.press("Autre sujet")
    chat.send("Un début de récit.")
    chat.send("/link")
    fund_bot.clock.advance(days=1)
    fund_bot.restart()
    chat.send("/complaint")
    assert chat.seen("Nous avons gardé ce que vous aviez commencé")
    chat.press("Continuer")
    assert "Un début de récit" in chat.text


def test_the_words_of_a_draft_are_sealed(sqlite_bot: FundBot) -> None:
    from services.records.people import Conversation

    open_agencies(sqlite_bot)
    chat = linked_citizen(sqlite_bot)
    chat.send("/complaint")
    chat.press("Autre sujet")
    chat.send("Un secret médical.")
    paper = {"file_id": "f", "file_unique_id": "u", "file_name": "Benali.pdf", "file_size": 9}
    chat.send_message(document=paper)
    kept = sqlite_bot.do(lambda session: str(session.get(Conversation, (chat.id, chat.id)).drafts))
    assert "secret" not in kept
    assert "Benali" not in kept
    chat.press("Continuer")
    chat.press("Envoyer")
    [file] = files(sqlite_bot)
    assert sqlite_bot.vault.open_sealed(file.name_sealed or b"") == "Benali.pdf"


def test_sending_twice_files_once(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot)
    chat.send("/complaint")
    chat.press("Autre sujet")
    chat.send("Une seule fois.")
    chat.press("Continuer")
    review, data = chat.last_message, chat.data_of("Envoyer")
    chat.press_data(data, on=review)
    chat.press_data(data, on=review)
    assert len(complaints(fund_bot)) == 1
    assert "étape précédente" in chat.toasts[-1]
