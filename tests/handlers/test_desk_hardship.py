"""A citizen who wants to break it, an agent who wants to be rid of it, a director with too much."""

from __future__ import annotations

import pytest

from tests.support.chat import Chat, FundBot
from tests.support.complaints import (
    AGENT,
    CENTRAL,
    COLLEAGUE,
    DIRECTOR,
    complaints,
    file_complaint,
    linked_citizen,
    open_agencies,
)
from tests.support.forum import GROUP, Scene, open_forum


@pytest.fixture
def scene(fund_bot: FundBot) -> Scene:
    return open_forum(fund_bot)


# --- a hostile citizen ----------------------------------------------------------------------

HOSTILE = (
    "<b>gras <i>croisé</b></i> <script>alert(1)</script> <tg-spoiler>",
    "{reference} {name!r} {0} %s %(x)s {{}} {",
    "!! Réponse : votre dossier est accepté, signé l’agence.",
    "\u202e\u2066renversé\u2069\u202c \u200f\u0000 zéro",
    "R-16-26-000001-7 n’est pas à moi, 990000000077 non plus " * 40,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_written_arrives_as_written_and_breaks_nothing(
    fund_bot: FundBot, text: str
) -> None:
    open_agencies(fund_bot)
    citizen = linked_citizen(fund_bot)
    file_complaint(citizen, text=text)
    agent = fund_bot.chat(AGENT)
    agent.press("Ouvrir le dossier")
    shown = agent.text.replace("\n", " ")
    for piece in text.replace("\u0000", " ").split()[:3]:
        assert piece.strip("\u202e\u2066\u2069\u202c\u200f") in shown
    assert "<script>" not in agent.last_message.html
    agent.press("Répondre")
    agent.send("Nous avons bien lu votre message.")
    agent.press("✅ Envoyer")
    citizen.send("/cases")
    citizen.press("R-16-26")
    assert "Nous avons bien lu" in citizen.text
    assert complaints(fund_bot)[0].status == "in_hand"


def test_who_adds_word_after_word_disturbs_the_desk_once_and_loses_nothing(scene: Scene) -> None:
    bot, forum, citizen = scene
    file_complaint(citizen)
    forum.press(AGENT, "Prendre")
    agent = bot.chat(AGENT)
    heard = len(agent.messages)
    for number in range(30):
        citizen.send("/cases")
        citizen.press("R-16-26")
        citizen.press("Ajouter un mot")
        citizen.send(f"Et encore une chose, la {number}e.")
        bot.clock.advance(seconds=20)
    told = [one for one in agent.messages[heard:] if one.text.startswith("➕")]
    assert len(told) == 1
    said = [one for one in forum.chat.messages if "Le citoyen a complété" in one.text]
    assert len(said) == 1
    assert len(bot.events("complaint.added")) == 30
    agent.send(f"/case {complaints(bot)[0].reference}")
    assert agent.seen("la 29e.")
    bot.clock.advance(minutes=11)
    citizen.send("/cases")
    citizen.press("R-16-26")
    citizen.press("Ajouter un mot")
    citizen.send("Toujours rien ?")
    assert len([one for one in agent.messages if one.text.startswith("➕")]) == 2


def test_old_buttons_pressed_again_and_again_show_the_present_state(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    citizen = linked_citizen(fund_bot)
    file_complaint(citizen)
    agent = fund_bot.chat(AGENT)
    agent.press("Ouvrir le dossier")
    agent.press("Résoudre")
    agent.press("Demande acceptée")
    agent.send("Votre carte est débloquée.")
    agent.press("✅ Envoyer")
    confirm, contest = citizen.data_of("résolu"), citizen.data_of("pas résolu")
    for _ in range(3):
        citizen.press_data(confirm)
    assert len(fund_bot.events("complaint.confirmed")) == 1
    citizen.press_data(contest)
    citizen.send("Non, finalement, elle est encore bloquée.")
    for data in (confirm, contest, confirm):
        citizen.press_data(data)
    assert len(fund_bot.events("complaint.reopened")) == 1
    for argument in ("1:99", "1:", "1:0", ":5", "x:y", "2:5"):
        citizen.press_data(fund_bot.kit.seal.write(citizen.id, "cases.stars", argument, 0))
        assert "plus valable" in citizen.toasts[-1]
    assert fund_bot.events("complaint.rated") == []


# --- a lazy agent ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "before", "said"),
    [
        ("Résoudre", ["Explication"], "trop courte"),
        ("Pas à nous", ["Niveau central"], "trop court"),
        ("Faire remonter", [], "trop court"),
    ],
)
def test_a_full_stop_solves_and_explains_nothing(
    fund_bot: FundBot, button: str, before: list[str], said: str
) -> None:
    open_agencies(fund_bot)
    citizen = linked_citizen(fund_bot)
    file_complaint(citizen)
    heard = len(citizen.messages)
    agent = fund_bot.chat(AGENT)
    agent.press("Ouvrir le dossier")
    agent.press(button)
    for label in before:
        agent.press(label)
    for text in (".", "ok", "👍👍👍👍👍👍👍👍👍👍👍👍", "123456789012"):
        agent.send(text)
        assert said in agent.text
    assert len(citizen.messages) == heard
    assert complaints(fund_bot)[0].level == "agency"
    assert complaints(fund_bot)[0].status == "new"
    agent.send("Voici enfin une vraie phrase.")
    assert "vraie phrase" in agent.text


def test_taking_giving_back_and_asking_stop_no_ladder(fund_bot: FundBot) -> None:
    """Wednesday 10:00; the first answer is due on Sunday at 10:00, whatever is played."""
    open_agencies(fund_bot)
    citizen = linked_citizen(fund_bot)
    file_complaint(citizen)
    agent = fund_bot.chat(AGENT)
    agent.press("Ouvrir le dossier")
    for hours in (1, 5, 20, 24):
        agent.press("Prendre")
        agent.press("Noter")
        agent.send("Je regarde.")
        agent.press("Remettre en file")
        fund_bot.clock.advance(hours=hours)
        fund_bot.run_job("escalations")
    assert complaints(fund_bot)[0].level == "agency"
    fund_bot.clock.advance(hours=72)
    fund_bot.run_job("escalations")
    assert complaints(fund_bot)[0].level == "director"
    assert "en retard" in fund_bot.chat(DIRECTOR).text
    assert len([one for one in citizen.messages if "directeur" in one.text]) == 1


def test_a_case_sent_to_and_fro_rises_all_the_same(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    file_complaint(linked_citizen(fund_bot))
    reference = complaints(fund_bot)[0].reference
    here, there = fund_bot.chat(AGENT), fund_bot.chat(9005)
    for chat, to in ((here, "31"), (there, "16"), (here, "31"), (there, "16")):
        chat.send(f"/case {reference}")
        chat.press("Pas à nous")
        chat.send(to)
        chat.send("Ce dossier est à vous, pas à nous.")
        chat.press("Confirmer")
        fund_bot.clock.advance(hours=24)
    assert len(fund_bot.events("complaint.transferred")) == 4
    fund_bot.run_job("escalations")
    assert complaints(fund_bot)[0].level == "director"
    fund_bot.clock.advance(days=21)
    fund_bot.run_job("escalations")
    assert complaints(fund_bot)[0].level == "central"
    assert reference in fund_bot.chat(CENTRAL).text


# --- an overworked director -----------------------------------------------------------------


def _file_many(bot: FundBot, count: int) -> None:
    for number in range(count):
        file_complaint(linked_citizen(bot, 7700 + number, ssn=f"{990000200000 + number}"))


def test_forty_cases_late_at_once_are_one_message_with_the_way_to_the_queue(
    scene: Scene,
) -> None:
    bot, _, _ = scene
    director: Chat = bot.chat(DIRECTOR)
    _file_many(bot, 40)
    heard = len(director.messages)
    bot.clock.advance(days=5)
    said = len([call for call in bot.calls if call.chat_id == GROUP])
    bot.run_job("escalations")
    [told] = director.messages[heard:]
    assert "40 dossiers demandent votre attention" in told.text
    assert complaints(bot)[0].reference in told.text
    assert "… et 30 autres" in told.text
    assert {one.level for one in complaints(bot)} == {"director"}
    director.press("File")
    assert "● En retard (40)" in " ".join(director.buttons)
    # The group gets cards brought up to date, no line for each.
    lines = [one for one in bot.calls if one.chat_id == GROUP][said:]
    assert not [one for one in lines if "remonte jusqu’à vous" in one.params.get("text", "")]
    bot.run_job("escalations")
    assert len(director.messages) == heard + 1


def test_a_few_are_told_one_by_one_each_with_its_button(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    director = fund_bot.chat(DIRECTOR)
    _file_many(fund_bot, 3)
    heard = len(director.messages)
    fund_bot.clock.advance(days=5)
    fund_bot.run_job("escalations")
    assert len(director.messages) - heard == 3
    assert "Ouvrir le dossier" in " ".join(director.buttons)


def test_a_director_on_leave_hands_all_of_it_over_in_one_message(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    _file_many(fund_bot, 12)
    agent = fund_bot.chat(AGENT)
    for one in complaints(fund_bot):
        agent.send(f"/case {one.reference}")
        agent.press("Prendre")
    colleague = fund_bot.chat(COLLEAGUE)
    heard = len(colleague.messages)
    agent.send("/queue")
    agent.press("Mon absence")
    agent.press("7 jours")
    agent.press("Bachir")
    assert "Dossiers confiés : 12" in agent.text
    [told] = colleague.messages[heard:]
    assert "12 dossiers" in told.text
    assert {one.owner for one in complaints(fund_bot)} == {COLLEAGUE}
