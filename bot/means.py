"""What every part of the program uses, opened once at the start and closed in reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session, sessionmaker

from bot import clock as clocks
from bot import schema
from bot.gateway.api import AiohttpRequest, BotApi, proxy_for
from bot.gateway.kept_files import KeptFiles
from bot.gateway.limits import SendingLimits
from bot.gateway.persistence import Persistence
from bot.gateway.sender import Sender
from bot.gateway.transactions import Transactions
from bot.gateway.workers import Workers
from bot.settings import Settings
from handlers import book, words
from handlers.buttons import Seal
from handlers.kit import Kit
from handlers.papers import order
from services import installation, policy
from services.clock import Clock
from services.database import open_async_engine, open_engine, parse_url, sessions
from services.evidence_store import EvidenceStore
from services.outbox import Call
from services.vault import Vault, ensure_key_fits

log = logging.getLogger(__name__)

POSTGRESQL_WORKERS = 4


@dataclass(frozen=True, slots=True)
class Means:
    """The open means of one process."""

    kit: Kit
    clock: Clock
    sessions: sessionmaker[Session]
    reader: AsyncEngine
    workers: Workers
    records: Persistence
    api: BotApi
    sender: Sender
    evidence: EvidenceStore
    hand_over: HandOver
    alone: bool  # no other process uses this database: it is SQLite, under the instance lock

    async def in_transaction(self, work: Callable[[Session], None]) -> None:
        """Write something down in the worker that writes, however long the database is away."""
        await self.workers.submit(0, lambda: self.records.do(work))


async def open_means(
    settings: Settings,
    stack: contextlib.AsyncExitStack,
    *,
    clock: Clock | None,
    timeout_s: float,
) -> Means:
    """Open everything; the stack closes it. Telegram need not be there.

    `clock` stands in for the one the settings name; `timeout_s` is for one call of the Bot API.
    Raises `SettingsUnusable`, and what a database that cannot be used raises.
    """
    token = settings.need_token()
    await asyncio.to_thread(schema.upgrade_apart, settings.database_url)
    vault = _open_vault(settings)
    alone = parse_url(settings.database_url).get_backend_name() == "sqlite"
    engine = open_engine(settings.database_url, workers=POSTGRESQL_WORKERS)
    stack.callback(engine.dispose)
    reader = open_async_engine(settings.database_url)
    stack.push_async_callback(reader.dispose)
    make_session = sessions(engine)
    records = Persistence(make_session)

    def look(session: Session) -> tuple[timedelta, str]:
        ensure_key_fits(session, vault)
        return clocks.load_offset(session), installation.bot_username(session)

    offset, username = await asyncio.to_thread(records.do, look)
    if clock is None:
        clock = clocks.DemoClock(offset) if settings.DEMO_CLOCK else clocks.SystemClock()
    request = AiohttpRequest(proxy=proxy_for(settings.BOT_API_URL))
    await request.initialize()
    stack.push_async_callback(request.shutdown)
    workers = Workers(1 if alone else POSTGRESQL_WORKERS)
    workers.start()
    stack.push_async_callback(workers.stop)
    api = BotApi(settings.BOT_API_URL, token, request, timeout_s=timeout_s)
    evidence = EvidenceStore(settings.evidence_dir, vault)
    kit = make_kit(settings, vault, bot_username=username)
    sender = Sender(
        api=api,
        sessions=make_session,
        workers=workers,
        clock=clock,
        limits=SendingLimits.of_rate(settings.SEND_PER_SECOND),
        kept_files=KeptFiles(evidence, vault, Transactions(make_session, workers)),
        make_paper=partial(order.make, kit, make_session),
    )
    return Means(
        kit=kit,
        clock=clock,
        sessions=make_session,
        reader=reader,
        workers=workers,
        records=records,
        api=api,
        sender=sender,
        evidence=evidence,
        hand_over=HandOver(sender),
        alone=alone,
    )


def make_kit(settings: Settings, vault: Vault, *, bot_username: str = "") -> Kit:
    """What every turn uses, from the files of this installation."""
    the_book = book.open_book()
    return Kit(
        words=words.load_all(),
        seal=Seal(vault.mac, the_book.actions),
        book=the_book,
        policy=policy.load(settings.POLICY_DIR),
        vault=vault,
        bot_username=bot_username,
        public_url=settings.PUBLIC_URL,
        has_fund_system=bool(settings.FUND_API_URL),
    )


def _open_vault(settings: Settings) -> Vault:
    vault = Vault.open(settings.key_file)
    if vault.created:
        log.warning(
            "A new key was made in %s. Keep a copy in a safe place: without it the sealed "
            "numbers in the database are lost",
            settings.key_file,
        )
    return vault


class HandOver:
    """Carries calls from the threads that committed them to the sender, in batches. Made on the
    event loop."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._calls: deque[Sequence[Call]] = deque()
        self._pending = False
        self._loop = asyncio.get_running_loop()

    def from_thread(self, calls: Sequence[Call]) -> None:
        self._calls.append(calls)
        if not self._pending:
            self._pending = True
            self._loop.call_soon_threadsafe(self._offer)

    def _offer(self) -> None:
        self._pending = False
        while self._calls:
            self._sender.offer(self._calls.popleft())
