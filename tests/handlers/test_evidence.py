"""Files in conversations: those of citizens that could not be kept, and those of staff."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from services.outbox import Call
from services.records.people import Person
from tests.support.chat import Chat, FundBot
from tests.support.complaints import (
    AGENT,
    ARAB,
    CITIZEN,
    DIRECTOR,
    complaints,
    file_complaint,
    linked_citizen,
    open_agencies,
)
from tests.support.evidence_scene import conclude, files
from tests.support.forum import Forum

Scene = tuple[FundBot, Chat, Chat]


def document(name: str, *, caption: str = "", album: str = "") -> dict[str, Any]:
    content: dict[str, Any] = {
        "document": {
            "file_id": f"doc-{name}",
            "file_unique_id": f"u-{name}",
            "file_name": name,
            "mime_type": "application/pdf",
            "file_size": 9_000,
        }
    }
    return (
        content
        | ({"caption": caption} if caption else {})
        | ({"media_group_id": album} if album else {})
    )


def shown_to(bot: FundBot, chat_id: int) -> list[Call]:
    """The calls that showed files in a chat."""
    return [
        call
        for call in bot.calls
        if call.chat_id == chat_id
        and any(isinstance(value, dict) and "$kept" in value for value in call.params.values())
    ]


def _speaks_arabic(session: Session) -> None:
    session.execute(update(Person).where(Person.telegram_id == AGENT).values(language="ar"))


@pytest.fixture
def scene(fund_bot: FundBot) -> Scene:
    """A case of a citizen, open before an agent."""
    open_agencies(fund_bot)
    citizen = linked_citizen(fund_bot, name_fr="Karim Benali")
    file_complaint(citizen)
    agent = fund_bot.chat(AGENT, first_name="Staff")
    agent.send(f"/case {complaints(fund_bot)[0].reference}")
    return fund_bot, citizen, agent


# --- what could not be kept -----------------------------------------------------------------


def test_a_file_that_could_not_be_kept_is_said_with_what_to_do_and_sent_anew(
    fund_bot: FundBot,
) -> None:
    open_agencies(fund_bot)
    citizen = linked_citizen(fund_bot)
    citizen.send("/complaint")
    citizen.press("Autre sujet")
    citizen.send("Voici mes preuves.")
    citizen.send_message(**document("reçu.pdf"))
    citizen.send_photo(name="carte")
    citizen.send_message(voice={"file_id": "v", "file_unique_id": "v", "duration": 3})
    citizen.press("Continuer")
    citizen.press("Envoyer")
    fund_bot.restart()
    conclude(fund_bot, "locked", None, "unavailable")
    reference = complaints(fund_bot)[0].reference
    first, second = citizen.messages[-2].text, citizen.text
    assert (
        f"Réclamation {reference} : nous n’avons pas pu garder votre fichier « reçu.pdf »" in first
    )
    assert "sans mot de passe" in first
    assert "votre message vocal" in second
    assert "Renvoyez ce fichier" in second

    agent = fund_bot.chat(AGENT)
    agent.send(f"/case {reference}")
    assert "Pièce 1 : non conservée, protégée par un mot de passe" in agent.text
    assert "Pièce 3 : non conservée, jamais remise par Telegram" in agent.text
    agent.press("Fichiers")
    assert [call.method for call in shown_to(fund_bot, AGENT)] == ["sendPhoto"]
    assert agent.seen("Pièce 1 : non conservée")

    # It is sent anew by the button under the word.
    citizen.press("Ajouter")
    citizen.send_message(**document("reçu-2.pdf", caption="Sans mot de passe."))
    citizen.press("Envoyer")
    assert [one.copy_state for one in files(fund_bot)] == ["refused", "kept", "gone", "waiting"]
    citizen.press("Voir")
    assert "un de vos fichiers n’a pas pu être gardé" in citizen.text


def test_the_same_in_arabic(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    citizen = linked_citizen(fund_bot, ARAB, language="ar")
    citizen.send("/complaint")
    citizen.press("موضوع آخر")
    citizen.send("هذه هي الوثائق.")
    citizen.send_message(**document("وصل.pdf"))
    citizen.press("متابعة")
    citizen.press("إرسال")
    conclude(fund_bot, "dangerous")
    assert "تعذّر علينا حفظ ملفكم «وصل.pdf»" in citizen.text
    assert "أرسلوا صورة أو ملف PDF" in citizen.text


def test_once_the_case_is_over_nobody_is_asked_to_send_anything(scene: Scene) -> None:
    bot, citizen, _ = scene
    citizen.press("Suivre")
    citizen.press("Ajouter")
    citizen.send_photo(name="tard")
    citizen.press("Envoyer")
    citizen.send("/cases")
    citizen.press("R-16-26")
    citizen.press("Retirer")
    citizen.press("Oui")
    before = len(citizen.messages)
    conclude(bot, "truncated")
    assert len(citizen.messages) == before
    assert files(bot)[0].copy_reason == "truncated"


# --- staff in private chat ------------------------------------------------------------------


def test_an_answer_with_a_document_is_shown_before_it_leaves_and_reaches_the_citizen(
    scene: Scene,
) -> None:
    bot, citizen, agent = scene
    agent.press("Répondre")
    assert "joindre une photo, un document" in agent.text
    agent.send_message(**document("attestation.pdf"))
    assert "Écrivez maintenant la phrase" in agent.text
    bot.restart()
    agent.send("Voici votre attestation.")
    assert "Voici votre attestation." in agent.text
    assert "1 fichier joint" in agent.text
    assert shown_to(bot, CITIZEN) == []
    bot.restart()
    agent.press("Envoyer")
    assert any("Voici votre attestation." in one.text for one in citizen.messages)
    [call] = shown_to(bot, CITIZEN)
    assert call.method == "sendDocument"
    assert "protect_content" not in call.params
    [file] = files(bot)
    assert (file.file_id, file.copy_state) == ("doc-attestation.pdf", "waiting")
    assert file.message_id is not None
    citizen.press("Voir")
    assert "1 fichier joint" in citizen.text
    agent.press("Ouvrir le dossier")
    assert "1 fichier joint" in agent.text


def test_an_arabic_speaking_agent_answers_with_a_document(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    citizen = linked_citizen(fund_bot, ARAB, language="ar")
    citizen.send("/complaint")
    citizen.press("موضوع آخر")
    citizen.send("أين شهادتي؟")
    citizen.press("متابعة")
    citizen.press("إرسال")
    fund_bot.do(_speaks_arabic)
    agent = fund_bot.chat(AGENT)
    agent.send(f"/case {complaints(fund_bot)[0].reference}")
    agent.press("جواب")
    agent.send_message(**document("شهادة.pdf"))
    assert "اكتبوا الآن الجملة التي ترافقه" in agent.text
    agent.send("إليكم شهادتكم.")
    assert "ملف مرفق واحد" in agent.text
    agent.press("إرسال")
    assert citizen.seen("إليكم شهادتكم.")
    [call] = shown_to(fund_bot, ARAB)
    assert "الشكوى" in call.params["caption"]


def test_an_album_with_words_under_it_goes_with_the_solution(scene: Scene) -> None:
    bot, _, agent = scene
    agent.press("Résoudre")
    agent.press("Acceptée")
    for number in range(3):
        caption = "Votre carte est débloquée." if number == 0 else ""
        agent.send_photo(name=f"a{number}", album="album", caption=caption)
    assert len([one for one in agent.messages if "Continuer" in " ".join(one.buttons)]) == 1
    agent.press("Continuer")
    assert "3 fichiers joints" in agent.text
    assert "Votre carte est débloquée." in agent.text
    agent.press("Envoyer")
    assert [call.method for call in shown_to(bot, CITIZEN)] == ["sendPhoto"] * 3
    assert len({one.item for one in files(bot)}) == 1


def test_a_note_with_a_file_stays_among_colleagues(scene: Scene) -> None:
    bot, citizen, agent = scene
    agent.press("Noter")
    agent.send_photo(name="interne", caption="Vu au guichet.")
    assert "Vu au guichet." in agent.text
    assert "1 fichier joint" in agent.text
    assert shown_to(bot, CITIZEN) == []
    agent.press("Fichiers")
    [call] = shown_to(bot, AGENT)
    assert "jointe par un collègue" in call.params["caption"]
    assert call.params["protect_content"] is True
    # Neither in the citizen's timeline, nor in their copy.
    conclude(bot, "broken")
    assert "que vous avez joint" in agent.text
    assert not citizen.seen("joint")
    citizen.send("/cases")
    citizen.press("R-16-26")
    assert "fichier" not in citizen.text


def test_a_reason_takes_no_file_and_a_dangerous_one_is_refused_at_once(scene: Scene) -> None:
    bot, _, agent = scene
    agent.press("Faire remonter")
    agent.send_photo(name="motif")
    assert "Écrivez ici le motif" in agent.text
    agent.send("/cancel")
    agent.send(f"/case {complaints(bot)[0].reference}")
    agent.press("Répondre")
    agent.send_message(**document("programme.exe"))
    assert "refusé par sécurité" in agent.text
    assert files(bot) == []


def test_an_answer_that_is_taken_back_shows_its_file_no_more(scene: Scene) -> None:
    bot, citizen, agent = scene
    agent.press("Répondre")
    agent.send_message(**document("faux.pdf", caption="Voici."))
    agent.press("Envoyer")
    agent.press("Ouvrir le dossier")
    agent.press("Retirer mon dernier message")
    shown = len(shown_to(bot, AGENT))
    agent.press("Fichiers")
    assert len(shown_to(bot, AGENT)) == shown
    citizen.send("/cases")
    citizen.press("R-16-26")
    assert "fichier joint" not in citizen.text


# --- staff in a topic -----------------------------------------------------------------------


@pytest.fixture
def topic(fund_bot: FundBot) -> tuple[FundBot, Forum, Chat]:
    open_agencies(fund_bot)
    forum = Forum(fund_bot)
    forum.write(DIRECTOR, "/agency 16")
    citizen = linked_citizen(fund_bot)
    file_complaint(citizen)
    return fund_bot, forum, citizen


def test_files_in_a_topic_are_notes_and_an_album_is_one(
    topic: tuple[FundBot, Forum, Chat],
) -> None:
    bot, forum, _ = topic
    thread = forum.thread()
    forum.send_file(AGENT, thread, document("a.pdf", caption="Trouvé dans nos archives."))
    for number in range(3):
        forum.send_file(AGENT, thread, document(f"b{number}.pdf", album="alb"))
    found = files(bot)
    assert [one.item for one in found] == [1, 2, 2, 2]
    assert len({one.message_id for one in found}) == 2
    assert len(bot.events("complaint.noted")) == 2
    assert shown_to(bot, CITIZEN) == []
    agent = bot.chat(AGENT)
    agent.send(f"/case {complaints(bot)[0].reference}")
    assert "Trouvé dans nos archives." in agent.text
    assert "3 fichiers joints" in agent.text


def test_a_document_with_the_mark_is_an_answer_shown_before_it_leaves(
    topic: tuple[FundBot, Forum, Chat],
) -> None:
    bot, forum, citizen = topic
    thread = forum.thread()
    forum.send_file(AGENT, thread, document("a.pdf", caption="!! Voici l’attestation."))
    assert "Voici l’attestation." in forum.chat.text
    assert "1 fichier joint" in forum.chat.text
    assert shown_to(bot, CITIZEN) == []
    forum.press(AGENT, "Envoyer")
    assert citizen.seen("Voici l’attestation.")
    assert [call.method for call in shown_to(bot, CITIZEN)] == ["sendDocument"]
    assert bot.events("complaint.noted") == []


def test_an_album_with_the_mark_is_one_answer(topic: tuple[FundBot, Forum, Chat]) -> None:
    bot, forum, citizen = topic
    thread = forum.thread()
    for number in range(3):
        caption = "!! Vos trois reçus." if number == 0 else ""
        forum.send_file(AGENT, thread, document(f"r{number}.pdf", caption=caption, album="alb"))
    forum.press(AGENT, "Continuer")
    forum.press(AGENT, "Envoyer")
    assert citizen.seen("Vos trois reçus.")
    assert len(shown_to(bot, CITIZEN)) == 3
    assert bot.events("complaint.noted") == []


def test_edited_under_a_file_or_the_file_itself_what_arrived_first_stays(
    topic: tuple[FundBot, Forum, Chat],
) -> None:
    bot, forum, _ = topic
    thread = forum.thread()
    number = forum.write(AGENT, "", thread=thread, content=document("a.pdf"))
    for content in (
        document("a.pdf"),  # a reaction, a preview: nothing changed
        document("a.pdf", caption="Vu au guichet."),
        document("b.pdf", caption="Vu au guichet."),
        document("b.pdf"),
    ):
        forum.write(AGENT, "", thread=thread, content=content, edit=number)
    assert [one.file_id for one in files(bot)] == ["doc-a.pdf", "doc-b.pdf"]
    agent = bot.chat(AGENT)
    agent.send(f"/case {complaints(bot)[0].reference}")
    assert "Vu au guichet." in agent.text


def test_a_case_takes_a_hundred_files_in_all(sqlite_bot: FundBot) -> None:
    bot = sqlite_bot
    open_agencies(bot)
    citizen = linked_citizen(bot)
    file_complaint(citizen)
    for part in range(2):
        citizen.send("/cases")
        citizen.press("R-16-26")
        citizen.press("Ajouter")
        for number in range(51):
            citizen.send_photo(name=f"{part}-{number}", album=f"album {part}")
        citizen.press("Envoyer")
    assert len(files(bot)) == 100
    assert citizen.seen("nombre maximal de fichiers")


def test_a_stranger_in_the_group_leaves_no_file(topic: tuple[FundBot, Forum, Chat]) -> None:
    bot, forum, _ = topic
    forum.send_file(5_555, forum.thread(), document("x.pdf", caption="!! Pour vous."))
    assert files(bot) == []


# --- the person's own copy ------------------------------------------------------------------


def test_everyone_is_given_their_files_and_those_sent_to_them(scene: Scene) -> None:
    bot, citizen, agent = scene
    agent.press("Noter")
    agent.send_photo(name="interne")
    agent.press("Répondre")
    agent.send_message(**document("attestation.pdf", caption="Voici."))
    agent.press("Envoyer")
    conclude(bot, None, None)
    before = len(shown_to(bot, CITIZEN))
    citizen.send("/mydata")
    citizen.press("Recevoir une copie")
    copy = citizen.last_message.file
    assert copy is not None
    assert b'"name": "attestation.pdf"' in copy
    assert b'"sha256": "7878' in copy
    assert b"interne" not in copy
    citizen.press("Recevoir aussi mes fichiers")
    assert [call.method for call in shown_to(bot, CITIZEN)[before:]] == ["sendDocument"]
