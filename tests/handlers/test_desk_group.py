"""Desks in groups with topics: cards without names, notes that cannot leak, lost topics."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from services import outbox
from services.outbox import Call, Concluded, Lane, conclude
from services.records.complaints import DeskGroup
from tests.support.chat import FundBot, Shown
from tests.support.complaints import (
    AGENT,
    CENTRAL,
    COLLEAGUE,
    DIRECTOR,
    ELSEWHERE,
    STRANGER,
    complaints,
    file_complaint,
    linked_citizen,
    open_agencies,
)
from tests.support.forum import ADMIN, GROUP, Forum, Scene, open_forum, words_of


@pytest.fixture
def scene(fund_bot: FundBot) -> Scene:
    return open_forum(fund_bot)


def test_a_case_gets_its_topic_and_a_card_that_names_no_person(scene: Scene) -> None:
    bot, forum, citizen = scene
    file_complaint(citizen)
    card = forum.chat.text
    assert complaints(bot)[0].reference in card
    for hidden in ("Benali", "0077", "bloquée depuis un mois"):
        assert hidden not in card
    [topic] = [call for call in bot.calls if call.method == "createForumTopic"]
    assert complaints(bot)[0].reference in topic.params["name"]
    # The group has it, so the agents are not written to one by one.
    assert bot.chat(AGENT).messages == []


@pytest.mark.parametrize("person", [AGENT, ELSEWHERE, STRANGER])
def test_a_group_is_given_to_a_desk_only_by_its_director_central_or_an_administrator(
    fund_bot: FundBot, person: int
) -> None:
    open_agencies(fund_bot)
    Forum(fund_bot).write(person, "/agency 16")
    assert fund_bot.do(lambda session: session.scalars(select(DeskGroup)).all()) == []


def test_what_concerns_persons_is_posted_to_central_only(scene: Scene) -> None:
    bot, forum, citizen = scene
    central = Forum(bot, -1000000)
    central.write(CENTRAL, "/agency 00")
    seen = len(forum.chat.messages)
    citizen.send("/complaint")
    citizen.press("Accueil et personnes")
    citizen.press("Comportement")
    citizen.send("Au guichet 4, hier.")
    citizen.press("Continuer")
    citizen.press("Envoyer")
    bot.run_job("escalations")
    assert len(forum.chat.messages) == seen
    assert complaints(bot)[0].reference in central.chat.text


def test_a_message_in_a_topic_is_a_note_and_never_leaves(scene: Scene) -> None:
    bot, forum, citizen = scene
    file_complaint(citizen)
    heard = len(citizen.messages)
    forum.write(AGENT, "À voir avec le centre payeur.", thread=forum.thread())
    number = forum.write(COLLEAGUE, "Je l’ai appelé.", thread=forum.thread(), reply=True)
    forum.write(COLLEAGUE, "Je l’ai appelé deux fois.", thread=forum.thread(), edit=number)
    assert words_of(bot, "note") == [
        "À voir avec le centre payeur.",
        "Je l’ai appelé.",
        "Je l’ai appelé deux fois.",
    ]
    assert len(citizen.messages) == heard


@pytest.mark.parametrize("person", [STRANGER, ELSEWHERE])
def test_whoever_is_added_to_the_group_without_the_role_can_do_nothing(
    scene: Scene, person: int
) -> None:
    bot, forum, citizen = scene
    file_complaint(citizen)
    forum.write(person, "Je passe par là.", thread=forum.thread())
    forum.write(person, "!! Bonjour cher monsieur", thread=forum.thread())
    assert "plus valable" in forum.press(person, "Prendre")
    assert "plus valable" in forum.press(person, "Répondre")
    assert [e.name for e in bot.events() if e.actor.endswith(f":{person}")] == []
    assert words_of(bot, "note") == []


def test_the_card_shows_who_took_it_and_the_second_is_told(scene: Scene) -> None:
    bot, forum, citizen = scene
    file_complaint(citizen)
    card, data = forum._find("Prendre")
    forum.press_data(AGENT, data, card)
    assert "Chargé : Amel" in forum.chat.text
    forum.press_data(COLLEAGUE, data, card)
    assert "chez Amel" in forum.chat.toasts[-1]
    assert complaints(bot)[0].owner == AGENT


def test_an_answer_by_the_mark_or_by_reply_is_shown_before_it_leaves(scene: Scene) -> None:
    bot, forum, citizen = scene
    file_complaint(citizen)
    heard = len(citizen.messages)
    forum.write(AGENT, "!! Votre carte sera débloquée lundi.", thread=forum.thread())
    assert "À : le citoyen · langue : français" in forum.chat.text
    assert "Benali" not in forum.chat.text
    assert len(citizen.messages) == heard
    # A colleague's press on this preview does nothing.
    assert "celui d’un collègue" in forum.press(COLLEAGUE, "✅ Envoyer")
    assert len(citizen.messages) == heard
    bot.restart()
    forum.press(AGENT, "✅ Envoyer")
    assert "débloquée lundi" in citizen.text

    forum.press(AGENT, "Demander")
    assert "Répondez directement à ce message" in forum.chat.text
    forum.write(AGENT, "Un mot entre nous.", thread=forum.thread())
    assert words_of(bot, "note") == ["Un mot entre nous."]
    forum.write(AGENT, "Quelle pharmacie ?", thread=forum.thread(), reply=True)
    forum.press(AGENT, "✅ Envoyer")
    assert "Quelle pharmacie ?" in citizen.text
    citizen.press("Répondre")
    citizen.send("Celle du centre.")
    assert forum.chat.seen("a répondu à la question")
    assert not forum.chat.seen("Celle du centre")


def test_a_draft_in_the_group_is_given_up(scene: Scene) -> None:
    bot, forum, citizen = scene
    file_complaint(citizen)
    forum.write(AGENT, "!! Trop vite.", thread=forum.thread())
    forum.press(AGENT, "Annuler")
    assert "C’est annulé" in forum.chat.text
    assert bot.events("complaint.answered") == []


def test_a_lost_topic_is_opened_anew_and_the_case_goes_on(scene: Scene) -> None:
    bot, forum, citizen = scene
    file_complaint(citizen)
    first = forum.thread()
    bot.clock.advance(hours=1)
    citizen.press("Suivre ma réclamation")
    citizen.press("Ajouter un mot")
    citizen.send("Toujours rien.")
    forum.fail_last("sendMessage", "400: Bad Request: message thread not found")
    bot.run_job("escalations")
    assert forum.thread() != first
    assert complaints(bot)[0].reference in forum.chat.text
    made = len([call for call in bot.calls if call.method == "createForumTopic"])
    bot.run_job("escalations")
    assert len([c for c in bot.calls if c.method == "createForumTopic"]) == made == 2


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("400: Bad Request: not enough rights to create a topic", "gérer les sujets"),
        ("400: Bad Request: the chat is not a forum", "ouvrir des sujets"),
        ("403", "n’est plus dans le groupe"),
    ],
)
def test_a_lost_group_is_told_to_an_administrator_and_cases_go_on_in_private(
    scene: Scene, error: str, said: str
) -> None:
    bot, forum, citizen = scene
    file_complaint(citizen)
    forum.fail_last("createForumTopic", error)
    bot.run_job("escalations")
    assert said in bot.chat(ADMIN).text
    assert "continue ici" in bot.chat(AGENT).text
    told = len(bot.chat(ADMIN).messages)
    bot.run_job("escalations")
    assert len(bot.chat(ADMIN).messages) == told
    agent = bot.chat(AGENT)
    agent.send("/queue")
    assert complaints(bot)[0].reference in " ".join(agent.buttons)


def _member(status: str, **rights: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "user": {"id": 1, "is_bot": True, "first_name": "Bot"},
        "status": status,
    }
    if status == "administrator":
        base |= dict.fromkeys(
            (
                "can_be_edited",
                "is_anonymous",
                "can_manage_chat",
                "can_delete_messages",
                "can_manage_video_chats",
                "can_restrict_members",
                "can_promote_members",
                "can_change_info",
                "can_invite_users",
                "can_post_stories",
                "can_edit_stories",
                "can_delete_stories",
            ),
            False,
        )
    return base | rights


def _standing(bot: FundBot, forum: Forum, new: dict[str, Any], old: dict[str, Any]) -> None:
    bot.update(
        my_chat_member={
            "chat": forum._chat(),
            "from": forum._user(DIRECTOR),
            "date": 1,
            "old_chat_member": old,
            "new_chat_member": new,
        }
    )


def test_demoted_or_removed_is_noticed_at_once_and_mended_by_itself(scene: Scene) -> None:
    bot, forum, citizen = scene
    able = _member("administrator", can_manage_topics=True)
    _standing(bot, forum, _member("member"), able)
    assert "gérer les sujets" in bot.chat(ADMIN).text
    file_complaint(citizen)
    assert complaints(bot)[0].reference in bot.chat(AGENT).text
    _standing(bot, forum, able, _member("member"))
    bot.run_job("escalations")
    assert complaints(bot)[0].reference in forum.chat.text
    _standing(bot, forum, _member("left"), able)
    assert "n’est plus dans le groupe" in bot.chat(ADMIN).text


def test_a_group_that_becomes_a_supergroup_keeps_its_desk(scene: Scene) -> None:
    bot, forum, citizen = scene
    file_complaint(citizen)
    bot.update(
        message={
            "message_id": 5,
            "date": 1,
            "chat": forum._chat(),
            "from": forum._user(DIRECTOR),
            "migrate_to_chat_id": -1009999,
        }
    )
    moved = Forum(bot, -1009999)
    bot.run_job("escalations")
    assert complaints(bot)[0].reference in moved.chat.text


def test_a_stranger_who_joins_is_pointed_out_to_an_administrator(scene: Scene) -> None:
    bot, forum, _ = scene
    for person, told in ((AGENT, 0), (STRANGER, 1)):
        user = {"user": forum._user(person)}
        bot.update(
            chat_member={
                "chat": forum._chat(),
                "from": forum._user(DIRECTOR),
                "date": 1,
                "old_chat_member": {"status": "left"} | user,
                "new_chat_member": {"status": "member"} | user,
            }
        )
        heard = [one for one in bot.chat(ADMIN).messages if "extérieure" in one.text]
        assert len(heard) == told


def test_changes_that_telegram_tells_in_part_are_understood_or_passed_over(scene: Scene) -> None:
    """Another edition of the server names fewer fields than the library insists on."""
    bot, forum, _ = scene
    chat = {name: forum._chat()[name] for name in ("id", "type")}
    stranger = {"id": STRANGER}
    bot.update(my_chat_member={"chat": chat, "new_chat_member": {"status": "administrator"}})
    assert "gérer les sujets" in bot.chat(ADMIN).text
    bot.update(my_chat_member={"chat": chat, "new_chat_member": {"status": "kicked"}})
    assert "n’est plus dans le groupe" in bot.chat(ADMIN).text
    heard = len(bot.chat(ADMIN).messages)
    for silent in (
        {"chat": chat},
        {"chat": chat, "new_chat_member": {"status": "member"}},
        {"chat": chat, "new_chat_member": {"user": stranger}},
        {"new_chat_member": {"status": "member", "user": stranger}},
        {"chat": chat, "new_chat_member": {"status": "member", "user": {"id": 2**70}}},
        {"chat": chat, "new_chat_member": {"status": "left", "user": stranger}},
        {
            "chat": chat,
            "old_chat_member": {"status": "restricted"},
            "new_chat_member": {"status": "member", "user": stranger},
        },
    ):
        bot.update(chat_member=silent)
        assert len(bot.chat(ADMIN).messages) == heard
    bot.update(
        chat_member={"chat": chat, "new_chat_member": {"status": "member", "user": stranger}}
    )
    assert "extérieure" in bot.chat(ADMIN).text


def test_cases_from_before_the_group_get_their_topics_a_few_at_a_time(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    for number in range(8):
        file_complaint(linked_citizen(fund_bot, 7500 + number))
    forum = Forum(fund_bot)
    forum.write(CENTRAL, "/agency 16")
    made = []
    for _ in range(3):
        fund_bot.run_job("escalations")
        made.append(len([c for c in fund_bot.calls if c.method == "createForumTopic"]))
    assert made == [6, 8, 8]


def test_transferred_its_topic_is_closed_here_and_opened_there(scene: Scene) -> None:
    bot, forum, citizen = scene
    file_complaint(citizen)
    other = Forum(bot, -1003100)
    other.write(CENTRAL, "/agency 31")
    thread = forum.thread()
    agent = bot.chat(AGENT)
    agent.send(f"/case {complaints(bot)[0].reference}")
    agent.press("Pas à nous")
    agent.send("31")
    agent.send("Il habite Oran.")
    agent.press("Confirmer")
    [closed] = [call for call in bot.calls if call.method == "closeForumTopic"]
    assert closed.params == {"chat_id": GROUP, "message_thread_id": thread}
    assert complaints(bot)[0].reference in other.chat.text
    forum.write(AGENT, "Encore une note ?", thread=thread)
    assert words_of(bot, "note") == []


def test_each_topic_is_looked_at_once_a_day(scene: Scene) -> None:
    bot, _, citizen = scene
    file_complaint(citizen)
    checks = []
    for hours in (23, 1, 0):
        bot.clock.advance(hours=hours)
        bot.run_job("escalations")
        edits = [c for c in bot.calls if c.method == "editMessageText" and c.chat_id == GROUP]
        checks.append(len(edits))
    assert checks == [0, 1, 1]


# --- many at once ----------------------------------------------------------------------------


def _hold_back(bot: FundBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The group has used up its minute: what is meant for it stays in the outbox."""
    deliver = FundBot._deliver

    def only_private(self: FundBot, call: Call) -> None:
        if call.chat_id != GROUP:
            deliver(self, call)

    monkeypatch.setattr(FundBot, "_deliver", only_private)


def test_sixty_new_cases_make_a_few_topics_and_one_list_while_the_queue_has_them_all(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, forum, _ = scene
    with monkeypatch.context() as held:
        _hold_back(bot, held)
        for number in range(60):
            file_complaint(linked_citizen(bot, 7500 + number, ssn=f"{990000100000 + number}"))
        bot.run_job("escalations")
        waiting = bot.do(lambda session: outbox.queued(session, Lane.STAFF, limit=500))
        made = [call for call in waiting if call.chat_id == GROUP]
        assert len([call for call in made if call.method == "createForumTopic"]) == 6
        assert len(made) == 2 * 6 + 1  # topics, their cards, and the list
        agent = bot.chat(AGENT)
        agent.send("/queue")
        assert "60 dossiers ouverts" in agent.text
    bot.deliver()
    [listed] = [one for one in forum.chat.messages if "attendent leur sujet" in one.text]
    assert "54 dossiers" in listed.text
    assert complaints(bot)[6].reference in listed.text
    assert "Benali" not in listed.text
    for _ in range(9):
        bot.run_job("escalations")
    assert len([c for c in bot.calls if c.method == "createForumTopic"]) == 60
    # The same message, brought up to date each minute and at the end.
    assert [one for one in forum.chat.messages if "attendent leur sujet" in one.text] == []
    assert listed.text == "✅ Tous les dossiers ont maintenant leur sujet."
    calls = len(bot.calls)
    bot.run_job("escalations")
    assert len(bot.calls) == calls


def test_a_card_that_is_gone_is_sent_anew_into_its_topic_and_known_by_its_new_place(
    scene: Scene,
) -> None:
    bot, forum, citizen = scene
    file_complaint(citizen)
    forum.press(AGENT, "Prendre")
    edit = next(c for c in reversed(bot.calls) if c.method == "editMessageText")
    assert edit.params["message_thread_id"] == forum.thread()
    # As the sender does when the message is gone: sent as a new one, with a new id.
    bot.do(
        lambda session: conclude(
            session, [Concluded(edit, "sent", message_id=4_242)], bot.clock.now()
        )
    )
    forum.chat.messages.append(Shown(4_242, "the card, anew"))
    citizen.press("Suivre ma réclamation")
    citizen.press("Ajouter un mot")
    citizen.send("Toujours rien.")
    edit = next(c for c in reversed(bot.calls) if c.method == "editMessageText")
    assert edit.params["message_id"] == 4_242


# --- the whole desk from the group -----------------------------------------------------------


def test_a_case_is_resolved_in_the_group_with_an_outcome_and_a_sentence(scene: Scene) -> None:
    bot, forum, citizen = scene
    file_complaint(citizen)
    forum.press(AGENT, "Résoudre")
    assert "Quelle est l’issue" in forum.chat.text
    bot.restart()
    assert "celui d’un collègue" in forum.press(COLLEAGUE, "Acceptée en partie")
    forum.press(AGENT, "Acceptée en partie")
    forum.write(AGENT, "Débloquée ; la carte neuve suit.", thread=forum.thread(), reply=True)
    forum.press(AGENT, "✅ Envoyer")
    assert "Débloquée ; la carte neuve suit." in citizen.text
    assert complaints(bot)[0].status == "resolved"
    card = next(one for one in forum.chat.messages if "Historique" in one.text)
    assert "Amel : solution" in card.text
    assert "carte neuve" not in card.text


def test_noted_handed_up_and_transferred_from_the_group(scene: Scene) -> None:
    bot, forum, citizen = scene
    other = Forum(bot, -1003100)
    other.write(CENTRAL, "/agency 31")
    file_complaint(citizen)
    thread = forum.thread()
    forum.press(AGENT, "Noter")
    forum.write(AGENT, "Vu avec la caisse.", thread=thread, reply=True)
    assert words_of(bot, "note") == ["Vu avec la caisse."]
    forum.press(AGENT, "Faire remonter")
    forum.write(AGENT, "Cela me dépasse.", thread=thread, reply=True)
    forum.press(AGENT, "Confirmer")
    assert complaints(bot)[0].level == "director"
    forum.press(DIRECTOR, "Pas à nous")
    forum.write(DIRECTOR, "Oran", thread=thread, reply=True)
    forum.write(DIRECTOR, "Il habite Oran.", thread=thread, reply=True)
    forum.press(DIRECTOR, "Confirmer")
    assert complaints(bot)[0].desk == "31"
    assert complaints(bot)[0].reference in other.chat.text
    assert words_of(bot, "reason") == ["Cela me dépasse.", "Il habite Oran."]


def test_an_answer_reworded_before_it_leaves_is_shown_again_afterwards_it_is_too_late(
    scene: Scene,
) -> None:
    bot, forum, citizen = scene
    file_complaint(citizen)
    thread = forum.thread()
    number = forum.write(AGENT, "!! Lundi.", thread=thread)
    early = forum._find("✅ Envoyer")
    forum.write(AGENT, "!! Mardi.", thread=thread, edit=number)
    assert "Mardi." in forum.chat.text
    heard = len(citizen.messages)
    forum.press_data(AGENT, early[1], early[0])  # the button of the older wording
    assert len(citizen.messages) == heard
    forum.press(AGENT, "✅ Envoyer")
    assert "Mardi." in citizen.text
    assert "Lundi" not in citizen.text
    forum.write(AGENT, "!! Mercredi.", thread=thread, edit=number)
    assert "n’envoie rien au citoyen" in forum.chat.text
    assert words_of(bot, "answer") == ["Mardi."]
    assert words_of(bot, "note") == []
