"""What a command works with: this installation's settings, key, rules, records and clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from bot import schema, settings
from bot.clock import DemoClock, SystemClock, load_offset
from bot.settings import Settings
from services.clock import Clock
from services.database import open_engine, sessions
from services.policy import Policy
from services.policy import policy as policies
from services.vault import Vault, ensure_key_fits


@dataclass(frozen=True, slots=True)
class Installation:
    """Open as long as the command runs. `clock` is the demo's where that can be moved."""

    config: Settings
    vault: Vault
    engine: Engine
    sessions: sessionmaker[Session]
    clock: Clock

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that changes nothing: the bot writes on beside it, however long it is."""
        with self.sessions() as session:
            session.connection(execution_options={"read_only": True})
            yield session

    def policy(self) -> Policy:
        """The fund's rules, read anew from their files."""
        return policies.load(self.config.POLICY_DIR)


@contextmanager
def opened() -> Iterator[Installation]:
    """The installation with its schema up to date; the bot may run beside it.

    Raises:
        SettingsUnusable, KeyFileUnusable, KeyDoesNotFit
    """
    config = settings.load()
    schema.upgrade(config.database_url)
    vault = Vault.open(config.key_file)
    engine = open_engine(config.database_url)
    make = sessions(engine)
    clock: Clock = SystemClock()
    try:
        with make.begin() as session:
            ensure_key_fits(session, vault)
            if config.DEMO_CLOCK:
                clock = DemoClock(load_offset(session))
        yield Installation(config, vault, engine, make, clock)
    finally:
        engine.dispose()
