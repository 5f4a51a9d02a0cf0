"""Reply templates: kept by a director, offered where they fit, sent only after a look."""

from __future__ import annotations

import pytest

from services.complaints import templates
from services.complaints.templates import PlaceholderUnknown
from tests.support.chat import FundBot
from tests.support.complaints import (
    AGENT,
    DIRECTOR,
    ELSEWHERE,
    complaints,
    file_complaint,
    linked_citizen,
    open_agencies,
)

BODY = "Bonjour {name}, votre dossier {reference} est suivi par {agency}."


def keep_one(bot: FundBot, *, title: str = "Suivi en cours") -> None:
    """A director answers with placeholders and keeps the answer."""
    director = bot.chat(DIRECTOR)
    director.send(f"/case {complaints(bot)[0].reference}")
    director.press("Répondre")
    director.send(BODY)
    director.press("Garder comme modèle")
    director.send(title)
    assert director.seen("Modèle enregistré")


def test_a_template_is_kept_filled_shown_and_only_then_sent(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    first = linked_citizen(fund_bot, name_fr="Karim Benali")
    file_complaint(first)
    keep_one(fund_bot)
    second = linked_citizen(fund_bot, 7555, name_fr="Lila Haddad")
    file_complaint(second)
    agent = fund_bot.chat(AGENT)
    agent.send(f"/case {complaints(fund_bot)[1].reference}")
    agent.press("Répondre")
    assert "Supprimer" not in " ".join(agent.buttons)
    fund_bot.restart()
    agent.press("Suivi en cours")
    filled = f"Bonjour Lila Haddad, votre dossier {complaints(fund_bot)[1].reference}"
    assert filled in agent.text
    assert not second.seen(filled)
    assert "Garder comme modèle" not in " ".join(agent.buttons)
    agent.press("✅ Envoyer")
    assert filled in second.text
    assert "suivi par Alger Centre" in second.text


def test_it_is_offered_for_its_subject_kind_and_desk_only(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    citizen = linked_citizen(fund_bot)
    file_complaint(citizen)
    keep_one(fund_bot)
    agent = fund_bot.chat(AGENT)
    agent.send(f"/case {complaints(fund_bot)[0].reference}")
    agent.press("Demander")
    assert "Suivi en cours" not in " ".join(agent.buttons)
    other = linked_citizen(fund_bot, 7556, agency="31")
    file_complaint(other)
    elsewhere = fund_bot.chat(ELSEWHERE)
    elsewhere.press("Ouvrir le dossier")
    elsewhere.press("Répondre")
    assert "Suivi en cours" not in " ".join(elsewhere.buttons)
    elsewhere.press_data(fund_bot.kit.seal.write(elsewhere.id, "desk.template", "1", 10**6))
    assert not other.seen("est suivi par")


def test_a_director_gives_a_template_up(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    file_complaint(linked_citizen(fund_bot))
    keep_one(fund_bot)
    director = fund_bot.chat(DIRECTOR)
    director.press("Réécrire")
    director.press("Supprimer")
    assert "Suivi en cours" not in " ".join(director.buttons)
    assert len(fund_bot.events("template.ended")) == 1


def test_what_nothing_fills_is_said_before_anything_leaves(sqlite_bot: FundBot) -> None:
    open_agencies(sqlite_bot)
    citizen = linked_citizen(sqlite_bot)
    file_complaint(citizen)
    agent = sqlite_bot.chat(AGENT)
    agent.press("Ouvrir le dossier")
    agent.press("Répondre")
    agent.send("Bonjour {prenom} !")
    assert "{prenom} ne peut pas être rempli" in agent.text
    assert "✅ Envoyer" not in agent.buttons


@pytest.mark.parametrize("body", ["{prenom}", "{name!r}", "{name:>9}", "{", "a } b", "{}", "{0}"])
def test_a_placeholder_that_nothing_fills_is_refused(body: str) -> None:
    with pytest.raises(PlaceholderUnknown):
        templates.check(body)


def test_filling_never_reads_beyond_the_known_names() -> None:
    with pytest.raises(PlaceholderUnknown):
        templates.fill("{name.__class__}", {"name": "x"})
    assert templates.fill("{name} {{sic}}", {"name": "Lila"}) == "Lila {sic}"
