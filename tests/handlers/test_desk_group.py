"""Desks in groups with topics: cards without names, notes that cannot leak, lost topics."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from services import staff
from services.complaints import letters, store
from services.complaints.office import Office
from services.outbox import Call, Concluded, conclude
from services.people import Role
from services.records.complaints import DeskGroup, DeskTopic
from tests.support.chat import Chat, FundBot, Shown
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

GROUP, ADMIN = -1001600, 9009
_ids = count(1)


class Forum:
    """The group of agency 16, as its members use it."""

    def __init__(self, bot: FundBot, chat_id: int = GROUP) -> None:
        self.bot = bot
        self.chat_id = chat_id
        self.chat = bot.group(chat_id)

    def write(
        self,
        person: int,
        text: str,
        *,
        thread: int | None = None,
        reply: bool = False,
        edit: int = 0,
    ) -> int:
        number = edit or 70_000 + next(_ids)
        message: dict[str, Any] = {
            "message_id": number,
            "date": int(self.bot.clock.now().timestamp()),
            "chat": self._chat(),
            "from": self._user(person),
            "text": text,
        }
        if thread is not None:
            # As Telegram has it: a plain message in a topic replies to the topic's opening.
            message |= {
                "message_thread_id": thread,
                "is_topic_message": True,
                "reply_to_message": {
                    "message_id": thread,
                    "date": 1,
                    "chat": self._chat(),
                    "from": {"id": 1, "is_bot": True, "first_name": "Bot"},
                    "forum_topic_created": {"name": "R", "icon_color": 1},
                },
            }
        if reply:
            message["reply_to_message"] = {
                "message_id": 1,
                "date": 1,
                "chat": self._chat(),
                "from": {"id": 1, "is_bot": True, "first_name": "Bot"},
            }
        if edit:
            self.bot.update(edited_message=message | {"edit_date": message["date"]})
        else:
            self.bot.update(message=message)
        return number

    def press(self, person: int, label: str) -> str:
        """Press a button on the newest message that has it; returns what flashed up."""
        shown, data = self._find(label)
        self.press_data(person, data, shown)
        return self.chat.toasts[-1] if self.chat.toasts else ""

    def press_data(self, person: int, data: str, shown: Shown) -> None:
        self.bot.update(
            callback_query={
                "id": f"g{next(_ids)}",
                "from": self._user(person),
                "chat_instance": "1",
                "data": data,
                "message": {
                    "message_id": shown.message_id,
                    "date": 1,
                    "chat": self._chat(),
                    "from": {"id": 1, "is_bot": True, "first_name": "Bot"},
                    "text": "card",
                    "message_thread_id": self.thread(),
                    "is_topic_message": True,
                },
            }
        )

    def thread(self, complaint_id: int = 1) -> int:
        sent = [c for c in self.bot.calls if c.method == "createForumTopic"]
        assert sent
        topics = self.bot.do(
            lambda session: {
                row.complaint_id: row.topic_call for row in session.scalars(select(DeskTopic))
            }
        )
        from services.outbox import result_of

        number = self.bot.do(lambda session: result_of(session, topics[complaint_id]))[2]
        assert number is not None
        return int(number)

    def fail_last(self, method: str, error: str) -> Call:
        """As if Telegram had refused the newest call of this method."""
        call = next(
            c for c in reversed(self.bot.calls) if c.method == method and c.chat_id == self.chat_id
        )
        self.bot.do(
            lambda session: conclude(
                session, [Concluded(call, "failed", error)], self.bot.clock.now()
            )
        )
        return call

    def _find(self, label: str) -> tuple[Shown, str]:
        for shown in reversed(self.chat.messages):
            for row in shown.rows:
                for button in row:
                    if label in button["text"] and "callback_data" in button:
                        return shown, button["callback_data"]
        raise AssertionError(f"no button {label!r}")

    def _chat(self) -> dict[str, Any]:
        return {"id": self.chat_id, "type": "supergroup", "title": "Agence 16", "is_forum": True}

    def _user(self, person: int) -> dict[str, Any]:
        return {"id": person, "is_bot": False, "first_name": "X", "language_code": "fr"}


Scene = tuple[FundBot, Forum, Chat]


@pytest.fixture
def scene(fund_bot: FundBot) -> Scene:
    open_agencies(fund_bot)
    fund_bot.do(
        lambda session: staff.add(
            session,
            telegram_id=ADMIN,
            name="Adel",
            role=Role.ADMIN,
            agency=None,
            now=fund_bot.clock.now(),
            actor="command",
            language="fr",
        )
    )
    fund_bot.chat(ADMIN)
    forum = Forum(fund_bot)
    forum.write(DIRECTOR, "/agency 16")
    assert "bureau 16" in forum.chat.text
    citizen = linked_citizen(fund_bot, name_fr="Karim Benali", ssn="990000000077")
    return fund_bot, forum, citizen


def words_of(bot: FundBot, kind: str) -> list[str]:
    def read(session):  # type: ignore[no-untyped-def]
        office = Office(session, bot.kit.policy, bot.vault, bot.clock.now())
        case = store.load(session, 1)
        assert case is not None
        return [one.text for one in letters.of(office, case).values() if one.kind == kind]

    return bot.do(read)


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
