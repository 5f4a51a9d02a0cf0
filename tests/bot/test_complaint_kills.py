"""Five hundred people complain at once, and the program is killed in between, over and over."""

from __future__ import annotations

import random
import re
import signal
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import schema
from handlers.buttons import Press, Seal
from services import people, references
from services.database import open_engine, sessions
from services.records.complaints import Complaint
from services.records.people import Person
from services.records.traffic import Event, IncomingUpdate
from services.vault import Vault
from tests.bench.processes import ask, free_port, program, stub, wait_for
from tests.support import fund
from tests.support.chat import FundBot
from tests.support.clock import SetClock

FIRST = 50_000
IMPATIENT = 5  # every fifth presses the last button twice
_REFERENCE = re.compile(r"R-16-\d\d-\d{6}-\d")


def _the_way_through(database_url: str, vault: Vault) -> list[str | Press]:
    """What one person says and presses from the poster to the receipt: everyone's is the same."""
    bot = FundBot(database_url, vault, SetClock(datetime(2026, 11, 25, 9, tzinfo=UTC)))
    bot.do(lambda session: _prepare(session, [FIRST], bot.clock.now()))
    chat = bot.chat(FIRST)
    said: list[str | Press] = ["/start agency_16"]
    chat.send("/start agency_16")
    for act in ("Autre sujet", "Je n’ai pas de réponse à ma lettre.", "Continuer", "Envoyer"):
        if act.startswith("Je "):
            said.append(act)
            chat.send(act)
        else:
            said.append(bot.kit.seal.read(FIRST, chat.data_of(act)))
            chat.press(act)
    assert _REFERENCE.search("".join(one.text for one in chat.messages))
    bot.close()
    return said


def _prepare(session: Session, everyone: list[int], now: datetime) -> None:
    fund.create_agency(session, "16")
    for person in everyone:
        people.meet(session, person, chat_id=person, language_code="fr", now=now)
        known = session.get(Person, person)
        assert known is not None
        known.consented_at = now


def _update(number: int, person: int, act: str | Press, seal: Seal) -> dict[str, Any]:
    user = {"id": person, "is_bot": False, "first_name": "Samir", "language_code": "fr"}
    message: dict[str, Any] = {
        "message_id": number,
        "date": 1_780_000_000,
        "chat": {"id": person, "type": "private", "first_name": "Samir"},
    }
    if isinstance(act, str):
        return {"update_id": number, "message": message | {"from": user, "text": act}}
    return {
        "update_id": number,
        "callback_query": {
            "id": f"query-{number}",
            "from": user,
            "chat_instance": "1",
            "data": seal.write(person, act.action, act.argument, act.version),
            "message": message | {"text": "…"},
        },
    }


@pytest.mark.kill
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("database", "count", "kills"), [("sqlite", 500, 3), ("postgresql", 200, 2)]
)
def test_hundreds_of_complaints_at_once_through_kills_each_get_one_reference(
    database: str, count: int, kills: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    key_file = tmp_path / "key"
    vault = Vault.open(key_file)
    pilot = f"sqlite:///{tmp_path / 'pilot.db'}"
    schema.upgrade(pilot)
    way = _the_way_through(pilot, vault)

    url = str(request.getfixturevalue(f"{database}_url"))
    everyone = list(range(FIRST, FIRST + count))
    engine = open_engine(url)
    with sessions(engine).begin() as session:
        _prepare(session, everyone, datetime.now(UTC))
    seal = Seal(vault.mac, [act.action for act in way if isinstance(act, Press)])
    # All begin together, all go on together; then the impatient press once more.
    acts = [(person, act) for act in way for person in everyone]
    acts += [(person, way[-1]) for person in everyone[::IMPATIENT]]
    updates = [
        _update(number, person, act, seal) for number, (person, act) in enumerate(acts, start=1_000)
    ]

    dice = random.Random(500)
    with stub() as api:
        ask(f"{api}/feed", {"updates": updates})
        for life in range(kills + 1):
            port = free_port()
            env = {
                "BOT_API_URL": api,
                "BOT_TOKEN": f"{life}:kill",
                "DATABASE_URL": url,
                "DATA_DIR": str(tmp_path),
                "KEY_FILE": str(key_file),
                "SEND_PER_SECOND": "3000",
                "HTTP_PORT": str(port),
            }
            with program("-m", "bot", "run", env=env, log=tmp_path / "bot.log") as bot:
                health = f"http://127.0.0.1:{port}/health"
                wait_for(lambda health=health: ask(health), what="the bot")
                if life < kills:
                    # Every life gets somewhere, so that no update is the one under way at three
                    # kills: that one would be set aside as the reason for them.
                    left = ask(f"{api}/count")["waiting"] - dice.randint(100, 400)
                    wait_for(
                        lambda api=api, left=left: ask(f"{api}/count")["waiting"] <= left,
                        what="some progress",
                    )
                    time.sleep(dice.uniform(0, 0.05))
                    bot.send_signal(signal.SIGKILL)
                    bot.wait()
                    continue
                wait_for(
                    lambda api=api, health=health: (
                        ask(f"{api}/count")["waiting"] == 0
                        and ask(health)["oldest_unsent_s"] is None
                    ),
                    what="every answer",
                    timeout_s=200,
                )
        sent = ask(f"{api}/seen")["sent"]

    with sessions(engine).begin() as session:
        filed = session.execute(select(Complaint.telegram_id, Complaint.reference)).all()
        told = session.scalars(
            select(Event.subject_id).where(Event.name == "complaint.filed")
        ).all()
        unfinished = session.scalars(
            select(IncomingUpdate.update_id).where(IncomingUpdate.state != "done")
        ).all()
    engine.dispose()
    # Everybody has one case, and the numbers have neither a gap nor a double.
    assert sorted(person for person, _ in filed) == everyone
    serials = sorted(references.parse(reference).serial for _, reference in filed)
    assert serials == list(range(1, count + 1))
    assert len(told) == len(set(told)) == count
    assert unfinished == []
    # Everybody was told theirs and no other; what came twice was in flight at a kill.
    receipts = _receipts(sent)
    assert {person: set(found) for person, found in receipts.items()} == {
        person: {reference} for person, reference in filed
    }
    assert sum(Counter(found).most_common(1)[0][1] > 1 for found in receipts.values()) <= 40 * kills


def _receipts(sent: list[Any]) -> dict[int, list[str]]:
    """By person: the references they were told in a receipt, as often as they were."""
    found: dict[int, list[str]] = defaultdict(list)
    for _, _method, chat, text, _ in sent:
        if chat is not None and chat >= FIRST:
            found[chat] += set(_REFERENCE.findall(text))
    return found
