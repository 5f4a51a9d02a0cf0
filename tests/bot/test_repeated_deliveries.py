"""One update delivered several times at once, to several processes: it is handled once, and is
set aside only after tries that really failed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.gateway.persistence import Persistence
from bot.gateway.unit import Units
from bot.means import make_kit
from bot.settings import Settings
from handlers import reception
from services.database import open_engine, sessions
from services.records.traffic import IncomingUpdate, OutgoingCall, SetAsideUpdate
from services.vault import Vault
from tests.support.clock import SetClock

PROCESSES = 4
UPDATE = {
    "update_id": 77,
    "message": {
        "message_id": 1,
        "date": 1_780_000_000,
        "chat": {"id": 801, "type": "private", "first_name": "Samir"},
        "from": {"id": 801, "is_bot": False, "first_name": "Samir", "language_code": "fr"},
        "text": "/start",
        "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
    },
}


class Processes:
    """Several gateways with engines of their own on one PostgreSQL, as processes would have."""

    def __init__(self, url: str, vault: Vault, clock: SetClock) -> None:
        settings = Settings(DATABASE_URL=url, _env_file=None)
        self.kit = make_kit(settings, vault, bot_username="fund_bot")
        self.engines = [open_engine(url, workers=4) for _ in range(PROCESSES)]
        self.units = [
            Units(
                records=Persistence(sessions(engine)),
                kit=self.kit,
                clock=clock,
                after_commit=lambda calls: None,
            )
            for engine in self.engines
        ]

    def deliver_everywhere(self) -> None:
        """Every process has written down that the update came before any begins with it."""
        together = threading.Barrier(PROCESSES)
        troubles: list[BaseException] = []

        def one(units: Units) -> None:
            try:
                together.wait()
                arrived = units.arrive([UPDATE])
                together.wait()
                units.run_group(arrived)
            except BaseException as trouble:
                troubles.append(trouble)

        threads = [threading.Thread(target=one, args=(units,)) for units in self.units]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert troubles == []

    def read(self, query: Any) -> Any:
        with self.engines[0].connect() as connection:
            return connection.execute(query).all()


@pytest.fixture
def processes(postgresql_url: str, vault: Vault, clock: SetClock) -> Iterator[Processes]:
    made = Processes(postgresql_url, vault, clock)
    yield made
    for engine in made.engines:
        engine.dispose()


def slowed(handle: Callable[..., None]) -> Callable[..., None]:
    def slow(*arguments: Any, **named: Any) -> None:
        time.sleep(0.15)
        handle(*arguments, **named)

    return slow


def test_four_deliveries_at_once_are_handled_once(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "receive", slowed(reception.receive))
    processes.deliver_everywhere()
    [(state, attempts)] = processes.read(select(IncomingUpdate.state, IncomingUpdate.attempts))
    assert state == "done"
    assert attempts <= 2  # the first, and one repeat that found it under way
    assert processes.read(select(SetAsideUpdate.update_id)) == []
    said = processes.read(select(OutgoingCall.method).where(OutgoingCall.method == "sendMessage"))
    assert len(said) == 1


def test_one_that_always_fails_is_set_aside_once_and_apologised_for_once(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fail(*arguments: Any, **named: Any) -> None:
        tries.append(1)
        raise RuntimeError("poison")

    monkeypatch.setattr(reception, "receive", fail)
    processes.deliver_everywhere()
    assert processes.read(select(IncomingUpdate.state)) == [("set_aside",)]
    assert processes.read(select(func.count()).select_from(SetAsideUpdate)) == [(1,)]
    assert len(processes.read(select(OutgoingCall.id))) == 1
    assert len(tries) == 3
