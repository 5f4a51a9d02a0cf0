"""The managers' pages on a server of their own, with a generated year behind them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.workers import Workers
from bot.means import make_kit
from bot.pages import server
from bot.settings import Settings
from handlers.turn import Kit
from services import staff
from services.database import open_engine, sessions
from services.evaluation import building, doors
from services.people import Role
from services.vault import Vault
from tests.services.evaluation.year import create_year
from tests.support import fund
from tests.support.clock import SetClock

MANAGER, DIRECTOR = 9101, 9003


@dataclass
class PagesScene:
    base_url: str
    make: sessionmaker[Session]
    kit: Kit
    clock: SetClock

    def do(self, work: Callable[[Session], Any]) -> Any:
        with self.make.begin() as session:
            return work(session)

    def link(self, telegram_id: int = MANAGER) -> str:
        """A fresh one-time link, as the bot would send it."""
        token = self.do(
            lambda session: doors.make_link(session, self.kit.vault, telegram_id, self.clock.now())
        )
        return f"{self.base_url}/managers/open/{token}"


@contextlib.asynccontextmanager
async def serve_pages(
    database_url: str, vault: Vault, *, cases: int, language: str = "fr"
) -> AsyncIterator[PagesScene]:
    clock = SetClock(datetime(2026, 12, 30, 9, tzinfo=UTC))
    engine = open_engine(database_url)
    make = sessions(engine)
    kit = make_kit(Settings(DATABASE_URL=database_url, _env_file=None), vault)
    with make.begin() as session:
        if cases:
            create_year(session, cases=cases)
            names = {
                "05": ("Batna", "باتنة"),
                "31": ("Oran", "وهران"),
                "47": ("Ghardaïa", "غرداية"),
            }
            for code, (french, arabic) in names.items():
                card = session.get(fund.Agency, (code, fund.GENERATION))
                assert card is not None
                card.name_fr, card.name_ar = french, arabic
        else:
            fund.create_agency(session, "16")
        for number, role, agency in (
            (MANAGER, Role.MANAGER, None),
            (DIRECTOR, Role.DIRECTOR, "16"),
        ):
            staff.add(
                session,
                telegram_id=number,
                name="Nadia",
                role=role,
                agency=agency,
                now=clock.now(),
                actor="command",
                language=language,
            )
        while building.refresh(session, policy=kit.policy, vault=vault, now=clock.now()).more:
            pass
    workers = Workers(1)
    workers.start()
    app = web.Application()
    server.add_to(app, kit=kit, clock=clock, sessions=make, workers=workers)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield PagesScene(f"http://{host}:{port}", make, kit, clock)
    finally:
        await runner.cleanup()
        await workers.stop()
        engine.dispose()
