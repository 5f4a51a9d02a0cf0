"""The whole program is killed at random, over and over: nothing is lost, nothing done twice."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from bot import schema
from bot.gateway.sender import IN_FLIGHT_MAX
from handlers import book
from handlers.buttons import Seal
from services.database import parse_url
from services.vault import Vault
from tests.bench.processes import ask, free_port, program, stub, wait_for

CHATS = 100
UPDATES = 1_000
FIRST_CHAT = 40_000


def press(number: int, seal: Seal) -> dict[str, Any]:
    """A person changes their language: one event, one toast, one list of commands, one edit."""
    chat = FIRST_CHAT + number % CHATS
    user = {"id": chat, "is_bot": False, "first_name": "Samir", "language_code": "fr"}
    language = ("ar", "fr")[number // CHATS % 2]
    return {
        "update_id": 1_000 + number,
        "callback_query": {
            "id": f"query-{number}",
            "from": user,
            "chat_instance": "1",
            "data": seal.write(chat, "language.set", language, 0),
            "message": {
                "message_id": 7,
                "date": 1_780_000_000,
                "chat": {"id": chat, "type": "private", "first_name": "Samir"},
                "text": "…",
            },
        },
    }


@pytest.mark.kill
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("database", "kills"), [("sqlite", 20), ("postgresql", 3)])
def test_every_update_is_answered_and_done_once_through_random_kills(
    database: str, kills: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = str(request.getfixturevalue(f"{database}_url"))
    schema.upgrade(url)
    key_file = tmp_path / "key"
    seal = Seal(Vault.open(key_file).mac, book.open_book().actions)
    dice = random.Random(20261125)
    with stub() as api:
        env = {
            "BOT_API_URL": api,
            "DATABASE_URL": url,
            "DATA_DIR": str(tmp_path),
            "KEY_FILE": str(key_file),
            "SEND_PER_SECOND": "3000",
        }
        fed = 0
        for life in range(kills + 1):
            port = free_port()
            log = tmp_path / "bot.log"
            # Each life has a token of its own, so that the stub knows which process called.
            mine = {"HTTP_PORT": str(port), "BOT_TOKEN": f"{life}:kill"}
            with program("-m", "bot", "run", env=env | mine, log=log) as bot:
                health = f"http://127.0.0.1:{port}/health"
                wait_for(lambda health=health: ask(health), what="the bot")
                last = life == kills
                share = UPDATES - fed if last else UPDATES // (kills + 1)
                batch = [press(number, seal) for number in range(fed, fed + share)]
                ask(f"{api}/feed", {"updates": batch})
                fed += share
                if not last:
                    time.sleep(dice.uniform(0, 0.5))
                    bot.send_signal(signal.SIGKILL)
                    bot.wait()
                    continue
                wait_for(
                    lambda: len(_answered(ask(f"{api}/seen")["sent"])) == UPDATES,
                    what="all answers",
                    timeout_s=120,
                )
                wait_for(
                    lambda health=health: ask(health)["oldest_unsent_s"] is None,
                    what="an empty outbox",
                    timeout_s=60,
                )
        sent = ask(f"{api}/seen")["sent"]

    engine = create_engine(parse_url(url))
    with engine.connect() as connection:
        events = connection.execute(
            text("SELECT subject_id, count(*) FROM events GROUP BY subject_id")
        ).all()
        unfinished = connection.execute(
            text("SELECT count(*) FROM updates WHERE state <> 'done'")
        ).scalar()
    engine.dispose()
    # Every state change exactly once: ten a person.
    assert {count for _, count in events} == {UPDATES // CHATS}
    assert len(events) == CHATS
    assert unfinished == 0
    # Every update answered; what was sent again was in flight when the process was killed:
    # never twice by the same process, and no more than it may have in flight.
    answers = _answered(sent)
    assert set(answers) == {f"query-{number}" for number in range(UPDATES)}
    again: Counter[str] = Counter()
    for lives in answers.values():
        assert len(set(lives)) == len(lives), "one process sent the same answer twice"
        again.update(lives[:-1])
    assert all(count <= IN_FLIGHT_MAX for count in again.values()), again


def _answered(sent: list[Any]) -> dict[str, list[str]]:
    """By button press: the tokens of the processes that answered it, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for _, method, _, query, token in sent:
        if method == "answerCallbackQuery":
            found[query].append(token)
    return found
