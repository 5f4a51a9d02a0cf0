"""Nobody reads another's case: not by the group, not by a group of their own, not as someone
anonymous, not as someone who worked there before, not by what was copied from elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from services import staff
from services.people import Role
from services.records.complaints import DeskGroup
from services.records.people import Person
from tests.support.chat import FundBot
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
from tests.support.forum import GROUP, Forum, Scene, open_forum, words_of

ANONYMOUS = 1_087_968_824  # Telegram's own account for administrators who hide themselves
SECRETS = ("Benali", "0077", "bloquée depuis un mois")


@pytest.fixture
def scene(fund_bot: FundBot) -> Scene:
    bot, forum, citizen = open_forum(fund_bot)
    file_complaint(citizen)
    return bot, forum, citizen


def _groups(bot: FundBot) -> dict[str, int]:
    return bot.do(
        lambda session: {one.desk: one.chat_id for one in session.scalars(select(DeskGroup))}
    )


def _write_anonymously(forum: Forum, text: str, thread: int | None = None) -> None:
    message: dict[str, Any] = {
        "message_id": 81_000,
        "date": 1,
        "chat": forum._chat(),
        "from": {"id": ANONYMOUS, "is_bot": True, "first_name": "Group"},
        "sender_chat": forum._chat(),
        "text": text,
    }
    if thread is not None:
        message |= {"message_thread_id": thread, "is_topic_message": True}
    forum.bot.update(message=message)


def test_who_hides_behind_the_group_is_nobody(scene: Scene) -> None:
    bot, forum, citizen = scene
    heard, shown = len(citizen.messages), len(forum.chat.messages)
    thread = forum.thread()
    for text in ("Une note.", "!! Bonjour", "/agency 31", "/queue", "/agency 16"):
        _write_anonymously(forum, text, thread)
    assert words_of(bot, "note") == []
    assert len(citizen.messages) == heard
    assert len(forum.chat.messages) == shown
    assert _groups(bot) == {"16": GROUP}
    assert bot.do(lambda session: session.get(Person, ANONYMOUS)) is None


def test_a_group_of_a_strangers_own_shows_nothing_whoever_is_in_it(scene: Scene) -> None:
    bot, forum, _ = scene
    reference = complaints(bot)[0].reference
    own = Forum(bot, -1_007_777)
    _, take = forum._find("Prendre")
    for person in (STRANGER, AGENT, ELSEWHERE):
        for text in (
            "/agency 16",
            "/agency 00",
            "/agency",
            "/queue",
            f"/case {reference}",
            f"/start case_{reference}",
            reference,
        ):
            own.write(person, text, thread=5)
        card = forum._find("Prendre")[0]
        own.chat.toasts.clear()
        bot.update(  # the button of a card, copied or forwarded
            callback_query={
                "id": f"copied-{person}",
                "from": own._user(person),
                "chat_instance": "2",
                "data": take,
                "message": {"message_id": card.message_id, "date": 1, "chat": own._chat()},
            }
        )
        assert "plus valable" in own.chat.toasts[-1]
    said = " ".join(one.text for one in own.chat.messages)
    assert not [secret for secret in (*SECRETS, reference) if secret in said]
    assert _groups(bot) == {"16": GROUP}
    assert bot.events("complaint.taken") == []


def test_a_card_forwarded_to_someone_opens_nothing(scene: Scene) -> None:
    bot, forum, _ = scene
    stranger = bot.chat(STRANGER)
    stranger.send("/start")
    for label in ("Prendre", "Répondre", "Noter", "Résoudre"):
        _, data = forum._find(label)
        stranger.press_data(data)
        assert "plus valable" in stranger.toasts[-1]
    # The link on the card leads to the private chat, where the one who follows it is known.
    reference = complaints(bot)[0].reference
    for person in (STRANGER, ELSEWHERE):
        chat = bot.chat(person)
        chat.send(f"/start case_{reference}")
        assert not [secret for secret in SECRETS if chat.seen(secret)]


@pytest.mark.parametrize("becomes", [None, "31"])
def test_who_left_or_went_to_another_agency_is_shut_out_at_once(
    scene: Scene, becomes: str | None
) -> None:
    bot, forum, citizen = scene
    reference = complaints(bot)[0].reference
    agent = bot.chat(AGENT)
    agent.send(f"/case {reference}")
    assert agent.seen("bloquée depuis un mois")
    forum.write(AGENT, "!! Je réponds encore.", thread=forum.thread())
    agent.press("Répondre")
    agent.send("Moi aussi.")

    def leave(session):  # type: ignore[no-untyped-def]
        now = bot.clock.now()
        if becomes is None:
            staff.deactivate(session, AGENT, now=now, actor="command")
            return
        staff.add(
            session,
            telegram_id=AGENT,
            name="Amel",
            role=Role.AGENT,
            agency=becomes,
            now=now,
            actor="command",
        )

    bot.do(leave)
    heard = len(citizen.messages)
    before = len(bot.events())
    forum.press(AGENT, "✅ Envoyer")
    agent.press("✅ Envoyer")
    forum.write(AGENT, "!! Et encore.", thread=forum.thread())
    forum.write(AGENT, "Une note.", thread=forum.thread())
    forum.press(AGENT, "Prendre")
    agent.messages.clear()
    agent.send(f"/case {reference}")
    agent.send(f"/start case_{reference}")
    agent.send("/queue")
    for action in ("desk.show", "desk.take", "desk.number", "desk.files"):
        agent.press_data(bot.kit.seal.write(AGENT, action, "1", 0))
    assert len(citizen.messages) == heard
    assert not [secret for secret in (*SECRETS, reference) if agent.seen(secret)]
    assert [one.name for one in bot.events()[before:]] == []


def test_what_is_pressed_in_a_group_that_was_given_up_does_nothing(scene: Scene) -> None:
    bot, forum, _ = scene
    card, take = forum._find("Prendre")
    Forum(bot, -1_001_601).write(DIRECTOR, "/agency 16")
    assert _groups(bot) == {"16": -1_001_601}
    forum.press_data(AGENT, take, card)
    assert "plus valable" in forum.chat.toasts[-1]
    forum.write(AGENT, "Une note ?", thread=99)
    assert words_of(bot, "note") == []
    assert bot.events("complaint.taken") == []


def test_ones_own_case_is_kept_from_ones_own_desk_and_from_its_group(fund_bot: FundBot) -> None:
    bot, forum, _ = open_forum(fund_bot)
    shown = len(forum.chat.messages)
    own = linked_citizen(bot, AGENT, ssn="990000000311", name_fr="Amel Saadi")
    file_complaint(own, text="Mon propre dossier traîne.")
    bot.run_job("escalations")
    assert len(forum.chat.messages) == shown  # a colleague's notes would be read by its person
    reference = complaints(bot)[0].reference
    own.send("/queue")
    assert reference not in " ".join(own.buttons)
    for action in ("desk.take", "desk.number"):
        own.press_data(bot.kit.seal.write(AGENT, action, "1", 0))
        assert "plus valable" in own.toasts[-1]
    own.press_data(bot.kit.seal.write(AGENT, "desk.write", "1:ask", 0))
    assert complaints(bot)[0].status == "new"
    colleague = bot.chat(COLLEAGUE)
    assert reference in colleague.text  # who is told in private instead
    colleague.press("Ouvrir le dossier")
    assert "traîne" in colleague.text


def test_a_case_about_persons_cannot_be_told_to_exist_at_the_agency(fund_bot: FundBot) -> None:
    bot, forum, citizen = open_forum(fund_bot)
    file_complaint(citizen)
    citizen.send("/complaint")
    citizen.press("Accueil et personnes")
    citizen.press("Comportement")
    citizen.send("Amel, au guichet 4, m’a insulté.")
    citizen.press("Continuer")
    citizen.press("Envoyer")
    hidden = complaints(bot)[1].reference
    file_complaint(linked_citizen(bot, 7333, ssn="990000000333"))
    for person in (AGENT, DIRECTOR, ELSEWHERE):
        chat = bot.chat(person)
        chat.send("/queue")
        first = chat.text
        chat.send(f"/case {hidden}")
        missing = chat.text
        chat.send("/case R-00-26-000977-3")
        assert hidden not in first
        assert chat.text == missing or "chiffre" in chat.text or "erreur" in chat.text
        chat.press_data(bot.kit.seal.write(person, "desk.show", "2", 0))
        assert "plus valable" in chat.toasts[-1]
        assert not chat.seen("guichet 4")
    # Nor by a gap in the agency's own numbers.
    numbers = [one.reference for one in complaints(bot) if one.desk == "16"]
    assert [one.split("-")[3] for one in numbers] == ["000001", "000002"]
    assert not forum.chat.seen(hidden)
    central = bot.chat(CENTRAL)
    central.send(f"/case {hidden}")
    assert central.seen("guichet 4")


def test_the_bot_added_to_any_group_says_nothing_unasked(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    forum = Forum(fund_bot, -1_009_001)
    user = {"id": 1, "is_bot": True, "first_name": "Bot"}
    fund_bot.update(
        my_chat_member={
            "chat": forum._chat(),
            "from": forum._user(STRANGER),
            "date": 1,
            "old_chat_member": {"status": "left", "user": user},
            "new_chat_member": {"status": "member", "user": user},
        }
    )
    forum.write(STRANGER, "Bonjour, qui a une réclamation ?")
    assert forum.chat.messages == []
    assert fund_bot.do(lambda session: session.get(Person, STRANGER)) is None
