"""Evidence on the whole program over HTTP: kept, shown, shown after Telegram forgot it, erased;
and killed in the middle of a download."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from bot.standin.person import Standin
from services import people, staff
from services.complaints import filing
from services.complaints.evidence import Evidence
from services.complaints.office import Office
from services.database import open_engine, parse_url, sessions
from services.evidence_store import EvidenceStore
from services.people import Role
from services.policy import policy
from services.records.people import Person as PersonRow
from services.vault import Vault
from tests.services.file_content import samples
from tests.support import fund
from tests.support.live import TOKEN, Live, live_bot

ROOT = Path(__file__).resolve().parents[2]
CITIZEN, AGENT = 501, 901
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


def _fund(database_url: str, vault: Vault, files: list[Evidence]) -> None:
    """An agency, its agent, and a citizen with a case and these files."""
    engine = open_engine(database_url)
    with sessions(engine).begin() as session:
        fund.create_agency(session, "16")
        staff.add(
            session,
            telegram_id=AGENT,
            name="Amel",
            role=Role.AGENT,
            agency="16",
            now=NOW,
            actor="command",
            language="fr",
        )
        people.meet(session, CITIZEN, chat_id=CITIZEN, language_code="fr", now=NOW)
        row = session.get(PersonRow, CITIZEN)
        assert row is not None
        row.consented_at = NOW
        office = Office(session, policy.load(), vault, datetime.now(UTC))
        filing.file(
            office,
            filing.Filing(
                telegram_id=CITIZEN,
                language="fr",
                category="other",
                agency="16",
                text="Rien ne marche.",
                files=files,
            ),
        )
    engine.dispose()


def _states(database_url: str) -> list[str]:
    engine = create_engine(parse_url(database_url))
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT copy_state FROM complaint_files ORDER BY id"))
        found = [row[0] for row in rows]
    engine.dispose()
    return found


async def _until(holds: Callable[[], Any], timeout_s: float = 30) -> None:
    async with asyncio.timeout(timeout_s):
        while not holds():  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.1)


async def test_staff_see_a_file_and_see_it_still_when_telegram_has_forgotten_it(
    database_url: str, tmp_path: Path
) -> None:
    vault = Vault.open(tmp_path / "key")
    photo, paper = samples.picture(), samples.pdf()
    async with live_bot(database_url, tmp_path) as live:
        world = live.standin.world
        assert world is not None
        stored = [
            world.files.add(kind="photo", name="p.jpg", mime="image/jpeg", data=photo),
            world.files.add(kind="document", name="reçu.pdf", mime="x/y", data=paper),
        ]
        _fund(
            database_url,
            vault,
            [
                Evidence("photo", stored[0].file_id, "u0", 1),
                Evidence("document", stored[1].file_id, "u1", 2, name="reçu.pdf"),
            ],
        )
        await _until(lambda: _states(database_url) == ["kept", "kept"])

        agent = live.standin.person(user_id=AGENT, first_name="Amel", language_code="fr")
        await agent.ask("/queue")
        await agent.press("R-16-26")
        await live.standin.quiet()
        await _shown(live, agent, [stored[0].file_id, stored[1].file_id])

        # The bot's token changed, the names died: it sends its own copies.
        world.files.by_id.clear()
        world.files.by_path.clear()
        await _shown(live, agent, None)
        again = [world.files.by_id[one.file_id()] for one in agent.from_bot[-2:]]
        assert [one.data for one in again] == [photo, paper]
        assert [one.kind for one in again] == ["photo", "document"]
        assert again[1].name == "reçu.pdf"

        # What Telegram calls them now was learned: nothing is sent twice.
        await _shown(live, agent, [one.file_id for one in again])

        # Erased, they are gone from the disk too.
        citizen = live.standin.person(user_id=CITIZEN, first_name="Samir", language_code="fr")
        await citizen.ask("/mydata")
        for label in ("Effacer", "continuer", "effacer"):
            await citizen.press(label)
            await live.standin.quiet()
        folder = tmp_path / "evidence"
        await _until(lambda: list(EvidenceStore(folder, vault).names()) == [])
        status, health = await live.health()
        assert (status, health["evidence"]) == (200, "ok")


async def _shown(live: Live, agent: Any, file_ids: list[str] | None) -> None:
    """Press the button for the files; two come."""
    before = len(agent.from_bot)
    await agent.press("Fichiers")
    await agent.wait_for(lambda: len(agent.from_bot) >= before + 2, timeout=20)
    await live.standin.quiet()
    if file_ids is not None:
        assert [one.file_id() for one in agent.from_bot[-2:]] == file_ids


@pytest.mark.kill
async def test_killed_in_the_middle_of_downloads_each_file_is_kept_once(
    sqlite_url: str, tmp_path: Path
) -> None:
    url = sqlite_url
    vault = Vault.open(tmp_path / "key")
    paper = samples.picture() + b"a film behind it, as telephones do" * 100_000
    async with await Standin.start(token=TOKEN) as standin:
        assert standin.world is not None
        stored = [
            standin.world.files.add(kind="document", name=f"{n}.jpg", mime="x/y", data=paper)
            for n in range(4)
        ]
        files = [
            Evidence("document", one.file_id, one.unique_id, n) for n, one in enumerate(stored)
        ]
        _fund(url, vault, files)
        env = os.environ | {
            "BOT_TOKEN": TOKEN,
            "BOT_API_URL": standin.base_url,
            "DATABASE_URL": url,
            "DATA_DIR": str(tmp_path),
            "HTTP_PORT": "0",
        }
        # Every content stops in the middle for a while, so that the kill comes while it flows.
        await standin.fault("slow", method="download", times=None, delay_s=1.0)
        for kill_after_s in (0.3, 1.1):
            process = await _start(env)
            began = await _downloads(standin)
            await _until_async(standin, began + 1)
            await asyncio.sleep(kill_after_s)
            process.send_signal(signal.SIGKILL)
            await process.wait()
            _make_due(url)
        await standin.clear_faults()
        process = await _start(env)
        await _until(lambda: _states(url) == ["kept"] * 4)
        process.terminate()
        await process.wait()
    store = EvidenceStore(tmp_path / "evidence", vault)
    names = list(store.names())
    assert len(names) == 4
    for name in names:
        with store.open(name) as content:
            assert content.read() == paper
    store.sweep_parts(older_than=time.time() + 1)  # as the next hour's sweep does
    assert list((tmp_path / "evidence" / "part").iterdir()) == []


async def _start(env: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--only", "sender", env=env, cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def _downloads(standin: Standin) -> int:
    return len(await standin.calls("download"))


async def _until_async(standin: Standin, count: int) -> None:
    async with asyncio.timeout(40):
        while await _downloads(standin) < count:  # noqa: ASYNC110 - the record is elsewhere
            await asyncio.sleep(0.05)


def _make_due(database_url: str) -> None:
    """The pause after a try is over."""
    engine = create_engine(parse_url(database_url))
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE complaint_files SET copy_at = added_at WHERE copy_state = 'waiting'")
        )
    engine.dispose()
