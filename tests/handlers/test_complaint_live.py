"""Complaints on the whole program, over HTTP, against the local Telegram and its refusals."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bot.standin.person import Person, Seen
from services import people, staff
from services.database import open_engine, sessions
from services.people import Role
from services.records.people import Person as PersonRow
from services.vault import Vault
from tests.services.file_content import samples
from tests.support import fund
from tests.support.live import Live, live_bot

CITIZEN, AGENT, DIRECTOR, ADMIN = 501, 901, 903, 909
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


def _fund(database_url: str) -> None:
    engine = open_engine(database_url)
    with sessions(engine).begin() as session:
        fund.create_agency(session, "16")
        for number, name, role, agency in (
            (AGENT, "Amel", Role.AGENT, "16"),
            (DIRECTOR, "Djamila", Role.DIRECTOR, "16"),
            (ADMIN, "Adel", Role.ADMIN, None),
        ):
            staff.add(
                session,
                telegram_id=number,
                name=name,
                role=role,
                agency=agency,
                now=NOW,
                actor="command",
                language="fr",
            )
        people.meet(session, CITIZEN, chat_id=CITIZEN, language_code="fr", now=NOW)
        row = session.get(PersonRow, CITIZEN)
        assert row is not None
        row.consented_at = NOW
    engine.dispose()


async def _clock(live: Live, now: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{live.running.base_url}/demo/clock", json={"now": now}) as answer,
    ):
        assert answer.status == 200
    await live.standin.quiet()


async def _until(person: Person, words: str) -> None:
    """Wait until the bot's newest message says it."""
    await person.wait_for(
        lambda: bool(person.from_bot) and any(words in one.plain for one in person.from_bot[-2:]),
        timeout=40,
    )


async def _file(citizen: Person) -> str:
    """From a poster to the receipt, with an album, a document and words between."""
    await citizen.ask("/start agency_16")
    await citizen.press("❔ Autre sujet")
    await _until(citizen, "Dites-nous")
    await citizen.ask("Rien ne marche depuis un mois.")
    await citizen.send_album(
        [("photo", f"p{n}.png", samples.picture("PNG", 40 + n)) for n in range(10)]
    )
    await citizen.send_document(b"", name="vide.pdf")
    await _until(citizen, "est vide")
    await _until(citizen, "Bien reçu")
    await citizen.press("➡️ Continuer")
    await _until(citizen, "Avant l’envoi")
    assert any("Pièces jointes : 1" in one.plain for one in citizen.from_bot)
    await citizen.press("✅ Envoyer")
    await _until(citizen, "Votre reçu")
    receipt = next(one.plain for one in citizen.from_bot if "est enregistrée" in one.plain)
    found = [word for word in receipt.replace(".", " ").split() if word.startswith("R-16-")]
    return found[0]


@pytest.fixture
def settings() -> dict[str, str]:
    return {"DEMO_CLOCK": "1"}


async def test_a_whole_life_in_a_group_whose_topic_is_lost(
    sqlite_url: str, tmp_path: Path, settings: dict[str, str]
) -> None:
    Vault.open(tmp_path / "key")
    _fund(sqlite_url)
    async with live_bot(sqlite_url, tmp_path, **settings) as live:
        await _clock(live, NOW.isoformat())
        standin = live.standin
        citizen = standin.person(user_id=CITIZEN, first_name="Samir", language_code="fr")
        director = standin.person(user_id=DIRECTOR, first_name="Djamila", language_code="fr")
        agent = standin.person(user_id=AGENT, first_name="Amel", language_code="fr")
        admin = standin.person(user_id=ADMIN, first_name="Adel", language_code="fr")
        await admin.ask("/help")
        group = await director.create_group(title="Agence 16", is_forum=True)
        await director.act("promote", chat_id=group, member_id=standin.bot_id)
        await agent.ask("/help")
        await director.act("add_member", chat_id=group, member_id=AGENT)
        await director.at(group).send("/agency 16")
        in_group = director.at(group)
        await _until(in_group, "bureau 16")

        reference = await _file(citizen)
        await _until(in_group, reference)
        thread = in_group.last_message.thread_id
        assert thread > 1

        # The topic is deleted; what is said next finds out, and the case goes on in another.
        await director.act("delete_topic", chat_id=group, thread_id=thread)
        await citizen.press("📂 Suivre ma réclamation")
        await _until(citizen, "vous avez déposé la réclamation")
        await citizen.press("➕ Ajouter un mot ou un fichier")
        await _until(citizen, "Que voulez-vous ajouter")
        await citizen.ask("J’ajoute ceci.")
        found: list[Seen] = []
        for second in range(80):  # a group's own pace, 16 a minute, decides when it is known
            await _clock(live, f"2026-11-25T10:{second // 60:02}:{second % 60:02}+01:00")
            found = [one for one in in_group.from_bot if one.thread_id not in (0, 1, thread)]
            if found:
                break
            await asyncio.sleep(0.5)
        assert reference in found[0].plain

        topic = agent.at(group, found[0].thread_id)
        await topic.send("Une note entre nous.")
        await topic.send("!! Votre dossier est suivi, réponse demain.")
        await _until(topic, "À : le citoyen")
        await topic.press("✅ Envoyer")
        await _until(citizen, "réponse demain")
        assert not any("Une note entre nous" in one.plain for one in citizen.from_bot)

        # The bot is removed: an administrator hears of it, the queue has the case.
        await director.act("remove_member", chat_id=group, member_id=standin.bot_id)
        await _until(admin, "n’est plus dans le groupe")
        await agent.ask("/queue")
        assert any(reference in button for button in agent.last_message.buttons)
