"""A trail of invented events on a database of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from services import events, signing
from services.audit import seals, verification
from services.audit.verification import Report
from services.database import open_engine, sessions
from services.vault import Vault

T = TypeVar("T")
START = datetime(2026, 11, 25, 9, 30, 15, 123456, tzinfo=UTC)


class Trail:
    def __init__(self, database_url: str, vault: Vault) -> None:
        self.engine = open_engine(database_url, workers=4)
        self.sessions = sessions(self.engine)
        self.vault = vault
        self.now = START

    def do(self, work: Callable[[Session], T]) -> T:
        with self.sessions.begin() as session:
            return work(session)

    def record(self, count: int = 1, *, at: datetime | None = None, **facts: Any) -> None:
        def work(session: Session) -> None:
            for number in range(count):
                self.now += timedelta(seconds=1)
                write(session, number, at or self.now, facts)

        self.do(work)

    def seal(self, *, at_most: int = seals.BLOCK_ROWS, vault: Vault | None = None) -> None:
        more = True
        while more:
            more = self.do(
                lambda session: seals.run(session, vault or self.vault, self.now, at_most=at_most)
            )

    def tamper(self, statement: str, **values: Any) -> None:
        """What someone with access to the database does by hand."""
        self.do(lambda session: session.execute(text(statement), values))

    def verify(self, *vaults: Vault, **options: Any) -> Report:
        keys = [signing.public_key(vault) for vault in vaults or (self.vault,)]
        return self.do(lambda session: verification.verify(session, keys=keys, **options))

    def breaks(self, **options: Any) -> list[tuple[int, str, int | None]]:
        found = self.verify(**options).breaks
        return [(one.block, one.what.value, one.event) for one in found]

    def head(self) -> str:
        last = self.do(seals.last)
        assert last is not None
        return last.written


def write(session: Session, number: int, at: datetime, facts: dict[str, Any]) -> None:
    """One event about a thing that is no complaint and no plan."""
    events.record(
        session,
        facts.get("name", "account.looked_at"),
        at=at,
        actor="staff:7001",
        subject=facts.get("subject", ("contributor", 40 + number)),
        data=facts.get("data", {"role": "agent", "agency": "16", "what": "account"}),
    )
