"""The managers' pages on a server of their own, with a generated year behind them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.workers import Workers
from bot.means import make_kit
from bot.pages import server
from bot.settings import Settings
from handlers.kit import Kit
from services import staff
from services.database import open_engine, sessions
from services.evaluation import building, doors
from services.people import Role
from services.plans.states import State
from services.records.fund import Payment
from services.records.plans import Plan
from services.records.reminders import Campaign, CampaignMember
from services.vault import Vault
from tests.services.evaluation.year import create_year
from tests.support import fund
from tests.support.clock import SetClock

MANAGER, DIRECTOR, CENTRAL = 9101, 9003, 9102


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
            (CENTRAL, Role.CENTRAL, None),
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
        if cases:
            _derive(session)
            _add_plans(session, clock.now())
            _add_campaigns(session, clock.now())
    try:
        async with serve(make, kit, clock) as scene:
            yield scene
    finally:
        engine.dispose()


@contextlib.asynccontextmanager
async def serve(
    make: sessionmaker[Session], kit: Kit, clock: SetClock
) -> AsyncIterator[PagesScene]:
    """The pages over whatever the database holds."""
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


def _derive(session: Session) -> None:
    """What the program writes beside the events: status, owner and lateness of each case."""
    session.execute(
        text("""
        UPDATE complaints SET
            status = (SELECT status FROM case_facts WHERE complaint_id = complaints.id),
            desk = (SELECT place FROM case_facts WHERE complaint_id = complaints.id),
            late = EXISTS (SELECT 1 FROM events WHERE subject_kind = 'complaint'
                            AND subject_id = complaints.id AND name = 'complaint.late')
        """)
    )
    session.execute(text("UPDATE complaints SET owner = 9001 WHERE status <> 'new'"))


def _add_plans(session: Session, now: datetime) -> None:
    """Sixty plans in every state, at two agencies."""
    for number in range(60):
        state = list(State)[number % len(State)]
        asked = now - timedelta(days=3 * number)
        session.add(
            Plan(
                reference=f"E-{('16', '31')[number % 2]}-26-{number:06}-0",
                agency=("16", "31")[number % 2],
                contributor_id=100_000 + number,
                state=state.value,
                kind="ordinary",
                wish={},
                figured_on=asked.date(),
                debt=3_600_000 + 100_000 * number,
                frozen=0,
                down_payment=0,
                regular=0,
                months=12,
                day=0,
                years=[],
                estimate=False,
                level="agency",
                asked_at=asked,
                answer_by=asked.date() + timedelta(days=5),
            )
        )


def _add_campaigns(session: Session, now: datetime) -> None:
    """One that is over, for the whole fund, and one that is being prepared, for Oran."""
    last = now.date() - timedelta(days=20)
    for number, (state, agency) in enumerate((("done", None), ("preparing", "31")), start=1):
        session.add(
            Campaign(
                id=number,
                state=state,
                agency=agency,
                category=None,
                year=2025,
                starts_on=last - timedelta(days=2),
                last=last,
                started_by=CENTRAL,
                created_at=now - timedelta(days=30),
                counts={},
            )
        )
    session.flush()
    outcomes = (
        ("sent", None),
        ("sent", None),
        ("unknown", None),
        ("failed", "unreachable"),
        ("held", "no_capacity"),
        ("held", "not_linked"),
    )
    sent_at = now - timedelta(days=21)
    for number in range(1, 121):
        state, reason = outcomes[number % len(outcomes)]
        session.add(
            CampaignMember(
                campaign_id=1,
                contributor_id=number,
                agency=("16", "31", "05")[number % 3],
                telegram_id=None,
                state=state,
                reason=reason,
                amount=3_600_000,
                decided_at=sent_at,
            )
        )
        if number % 4 == 0:
            session.add(
                Payment(
                    contributor_id=number,
                    receipt=f"Q{number}",
                    generation=fund.GENERATION,
                    year=2025,
                    paid_on=sent_at.date() + timedelta(days=number % 10),
                    amount=3_600_000,
                    channel="counter",
                )
            )
