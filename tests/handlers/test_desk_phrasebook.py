"""The templates of a desk, edited in chat by its director: for a category, a state, a language."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from services import people
from services.records.complaints import ReplyTemplate
from tests.support.chat import Chat, FundBot
from tests.support.complaints import (
    AGENT,
    CENTRAL,
    DIRECTOR,
    ELSEWHERE,
    complaints,
    file_complaint,
    linked_citizen,
    open_agencies,
)

REFUSAL = "Bonjour {name}, votre demande {reference} ne peut être acceptée par {agency}."


def kept(bot: FundBot) -> list[ReplyTemplate]:
    def read(session):  # type: ignore[no-untyped-def]
        found = list(session.scalars(select(ReplyTemplate).order_by(ReplyTemplate.id)))
        session.expunge_all()
        return found

    return bot.do(read)


def open_list(bot: FundBot, person: int = DIRECTOR, category: str = "Carte Chifa") -> Chat:
    writer = bot.chat(person)
    writer.send("/queue")
    writer.press("Modèles de réponse")
    writer.press(category)
    return writer


def write(writer: Chat, state: str, title: str, body: str) -> None:
    writer.press(state)
    writer.press("Nouveau modèle")
    writer.send(body)
    writer.send(title)
    writer.press("Enregistrer")


def test_a_template_for_a_refusal_is_previewed_kept_offered_and_sent(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    writer = open_list(fund_bot)
    fund_bot.restart()
    writer.press("Refusée")
    assert "● Refusée" in writer.buttons
    writer.press("Nouveau modèle")
    fund_bot.restart()
    writer.send(REFUSAL)
    writer.send("Refus motivé")
    assert "Bonjour Amina Haddad, votre demande R-16-26-000123-0" in writer.text
    assert "par Alger Centre" in writer.text
    assert kept(fund_bot) == []
    fund_bot.restart()
    writer.press("Enregistrer")
    assert "1 modèle ici" in writer.text
    [template] = kept(fund_bot)
    assert (template.desk, template.category, template.kind, template.language) == (
        "16",
        "chifa",
        "refused",
        "fr",
    )

    citizen = linked_citizen(fund_bot, name_fr="Karim Benali")
    file_complaint(citizen)
    agent = fund_bot.chat(AGENT)
    agent.send(f"/case {complaints(fund_bot)[0].reference}")
    for kind, outcome in (("Répondre", None), ("Demander", None), ("Résoudre", "Explication")):
        agent.press(kind)
        if outcome:
            agent.press(outcome)
        assert "Refus motivé" not in " ".join(agent.buttons)
        agent.send("/cancel")
        agent.send(f"/case {complaints(fund_bot)[0].reference}")
    agent.press("Résoudre")
    agent.press("Refusée")
    agent.press("Refus motivé")
    assert "Bonjour Karim Benali" in agent.text
    agent.press("✅ Envoyer")
    assert "ne peut être acceptée par Alger Centre" in citizen.text


def test_each_language_has_its_own_and_the_citizens_decides(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    writer = open_list(fund_bot)
    write(writer, "Réponse", "Suivi", "Votre dossier est suivi.")
    writer.press("Arabe")
    write(writer, "Réponse", "متابعة", "ملفكم {reference} قيد المتابعة.")
    arab = linked_citizen(fund_bot, 7101, language="ar")
    arab.send("/complaint")
    arab.press("الشفاء")
    arab.press("بطاقة الشفاء")
    arab.send("بطاقتي محجوبة منذ شهر.")
    arab.press("متابعة")
    arab.press("إرسال")
    agent = fund_bot.chat(AGENT)
    agent.send(f"/case {complaints(fund_bot)[0].reference}")
    agent.press("Répondre")
    offered = " ".join(agent.buttons)
    assert "متابعة" in offered
    assert "Suivi" not in offered


def test_a_template_is_rewritten_and_given_up_while_the_records_keep_what_was(
    fund_bot: FundBot,
) -> None:
    open_agencies(fund_bot)
    writer = open_list(fund_bot)
    write(writer, "Question", "Quel centre", "Quel centre payeur ?")
    writer.press("Quel centre")
    assert "Quel centre payeur ?" in writer.text
    writer.press("Réécrire")
    writer.send("Quel centre payeur, s’il vous plaît ?")
    writer.press("Enregistrer")
    first, second = kept(fund_bot)
    assert first.ended_at is not None
    assert (second.title, second.ended_at) == ("Quel centre", None)
    writer.press("Quel centre")
    writer.press("Supprimer")
    assert "0 modèle ici" in writer.text
    assert [one.ended_at is not None for one in kept(fund_bot)] == [True, True]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Bonjour {prenom} !", "{prenom} ne peut pas être rempli"),
        ("Bonjour { !", "ne peut pas être rempli"),
        ("Appelez le 0661 23 45 67.", "le numéro d’une personne"),
        ("Votre numéro 99 0000 000 077 est bloqué.", "le numéro d’une personne"),
        ("x" * 4_000 + "x" * 6_001, "trop long"),
        (" ", "dans un message"),
    ],
)
def test_what_cannot_serve_everybody_is_refused_and_nothing_is_kept(
    sqlite_bot: FundBot, body: str, said: str
) -> None:
    open_agencies(sqlite_bot)
    writer = open_list(sqlite_bot)
    writer.press("Nouveau modèle")
    writer.send(body)
    assert said in writer.text
    writer.send("Un texte juste.")
    assert "titre court" in writer.text
    writer.send("t" * 31)
    assert "de 1 à 30 caractères" in writer.text
    assert kept(sqlite_bot) == []


def test_centrals_serve_every_desk_and_all_subjects_an_agencys_only_its_own(
    fund_bot: FundBot,
) -> None:
    open_agencies(fund_bot)
    write(
        open_list(fund_bot, CENTRAL, "Tous les sujets"), "Réponse", "Partout", "Nous y travaillons."
    )
    write(open_list(fund_bot, DIRECTOR), "Réponse", "Chez nous", "Passez au guichet 4.")
    assert {one.desk: one.category for one in kept(fund_bot)} == {"00": "every", "16": "chifa"}
    offered = {}
    for person, agency in ((AGENT, "16"), (ELSEWHERE, "31")):
        file_complaint(linked_citizen(fund_bot, 7600 + int(agency), agency=agency))
        colleague = fund_bot.chat(person)
        colleague.press("Ouvrir le dossier")
        colleague.press("Répondre")
        offered[agency] = [one for one in colleague.buttons if one.startswith("🧩")]
    assert offered == {"16": ["🧩 Chez nous", "🧩 Partout"], "31": ["🧩 Partout"]}


def test_an_agent_a_stranger_and_another_desk_reach_no_template(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    writer = open_list(fund_bot)
    write(writer, "Réponse", "Chez nous", "Passez au guichet 4.")
    agent = fund_bot.chat(AGENT)
    agent.send("/queue")
    assert "Modèles de réponse" not in " ".join(agent.buttons)
    for person in (AGENT, ELSEWHERE, 7201):
        chat = fund_bot.chat(person)
        chat.send("/start")
        for action, argument in (("templates.open", ""), ("templates.show", "1")):
            chat.press_data(fund_bot.kit.seal.write(person, action, argument, 0))
            assert not chat.seen("guichet 4")
    central = open_list(fund_bot, CENTRAL)
    # Forged with the number of another desk's template, at the right step and version.
    version = fund_bot.do(lambda session: people.find(session, CENTRAL)).version
    central.press_data(fund_bot.kit.seal.write(CENTRAL, "templates.show", "1", version))
    assert "n’existe plus" in central.toasts[-1]
    assert not central.seen("guichet 4")


def test_a_template_given_up_by_a_colleague_is_said_to_be_gone(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    writer = open_list(fund_bot)
    write(writer, "Réponse", "Chez nous", "Passez au guichet 4.")
    writer.press("Chez nous")

    def give_up(session):  # type: ignore[no-untyped-def]
        session.scalars(select(ReplyTemplate)).one().ended_at = fund_bot.clock.now()

    fund_bot.do(give_up)
    writer.press("Réécrire")
    assert "n’existe plus" in writer.toasts[-1]
    assert "0 modèle ici" in writer.text
