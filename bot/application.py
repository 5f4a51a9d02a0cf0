"""Where everything meets: engine, clock, gateway, sender, scheduler and web server, built once.

A test builds the same application with a temporary database and a clock of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from aiohttp import web
from sqlalchemy.orm import Session

from bot import clock as clocks
from bot import schema
from bot import web as pages
from bot.announcements import announce
from bot.fund_api import FundApi
from bot.fund_refresh import FundRefresh
from bot.gateway.api import (
    READ_TIMEOUT_S,
    AiohttpRequest,
    BotApi,
    NotSent,
    Refused,
    Unknown,
    proxy_for,
)
from bot.gateway.cleaning import clean_text
from bot.gateway.intake import ALLOWED_UPDATES, Intake
from bot.gateway.limits import SendingLimits
from bot.gateway.persistence import Persistence
from bot.gateway.poller import BACKOFF_S, Poller
from bot.gateway.sender import Sender
from bot.gateway.unit import Units
from bot.gateway.webhook import BODY_MAX_BYTES, add_route
from bot.gateway.workers import Workers
from bot.lease import LeaseKeeper
from bot.memory import settle_memory
from bot.pages import server as managers
from bot.presence import Presence
from bot.scheduler import Scheduler
from bot.settings import Settings
from handlers import book, words
from handlers.buttons import Seal
from handlers.turn import Kit
from services import installation, policy
from services.clock import Clock
from services.database import open_async_engine, open_engine, sessions
from services.outbox import Call
from services.vault import Vault, ensure_key_fits

log = logging.getLogger(__name__)

PARTS = ("web", "sender", "scheduler")
POSTGRESQL_WORKERS = 4
# A stop takes about ten seconds at most, what hangs included.
STOP_PATIENCE_S = 5.0
REQUEST_PATIENCE_S = 3.0


@dataclass(slots=True)
class Running:
    """What a running application offers to the demo and to tests."""

    base_url: str
    clock: Clock
    sender: Sender | None


class Application:
    """One process of the program. `only` chooses parts; polling or the webhook is `web`."""

    def __init__(
        self,
        settings: Settings,
        *,
        only: Collection[str] = PARTS,
        clock: Clock | None = None,
        timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        self.settings = settings
        self._timeout_s = timeout_s  # for one call of the Bot API
        self.only = frozenset(only)
        self._given_clock = clock

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT, then let what is under way end."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        async with self.start() as running:
            log.info("Ready: %s", running.base_url or "no web server in this process")
            await stop.wait()
            log.info("Stopping")

    @contextlib.asynccontextmanager
    async def start(self) -> AsyncIterator[Running]:
        """Everything running inside the block; Telegram need not be there."""
        settings = self.settings
        token = settings.need_token()
        await asyncio.to_thread(schema.upgrade_apart, settings.database_url)
        vault = Vault.open(settings.key_file)
        if vault.created:
            log.warning(
                "A new key was made in %s. Keep a copy in a safe place: without it the sealed "
                "numbers in the database are lost",
                settings.key_file,
            )
        single = settings.database_url.startswith("sqlite")
        workers = Workers(1 if single else POSTGRESQL_WORKERS)
        engine = open_engine(settings.database_url, workers=POSTGRESQL_WORKERS)
        reader = open_async_engine(settings.database_url)
        make_session = sessions(engine)
        records = Persistence(make_session)

        def look(session: Session) -> tuple[timedelta, str]:
            ensure_key_fits(session, vault)
            return clocks.load_offset(session), installation.bot_username(session)

        offset, username = await asyncio.to_thread(records.do, look)
        clock = self._given_clock or (
            clocks.DemoClock(offset) if settings.DEMO_CLOCK else clocks.SystemClock()
        )
        request = AiohttpRequest(proxy=proxy_for(settings.BOT_API_URL))
        api = BotApi(settings.BOT_API_URL, token, request, timeout_s=self._timeout_s)
        kit = make_kit(settings, vault, bot_username=username)
        sender = Sender(
            api=api,
            sessions=make_session,
            workers=workers,
            clock=clock,
            limits=SendingLimits.of_rate(settings.SEND_PER_SECOND),
        )
        hand_over = _HandOver(sender)
        units = Units(records=records, kit=kit, clock=clock, after_commit=hand_over.from_thread)
        intake = Intake(units=units, workers=workers)
        poller = Poller(api=api, intake=intake)
        scheduler = Scheduler(
            kit=kit,
            clock=clock,
            sessions=make_session,
            workers=workers,
            after_commit=hand_over.from_thread,
        )
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(engine.dispose)
            stack.push_async_callback(reader.dispose)
            await request.initialize()
            stack.push_async_callback(request.shutdown)
            workers.start()
            stack.push_async_callback(workers.stop)
            hand_over.loop = asyncio.get_running_loop()

            parts: dict[str, Callable[[], str]] = {
                "sender": lambda: "off",
                "scheduler": lambda: "off",
                "writing": lambda: records.state,
            }
            jobs: list[asyncio.Task[None]] = []

            async def stop_jobs() -> None:
                for job in jobs:
                    job.cancel()
                await asyncio.gather(*jobs, return_exceptions=True)
                await sender.settle(STOP_PATIENCE_S)

            stack.push_async_callback(stop_jobs)
            alone = [("sender", sender.run), ("scheduler", scheduler.run)]
            alone = [(name, job) for name, job in alone if name in self.only]
            if settings.FUND_API_URL and "sender" in self.only:
                refresh = FundRefresh(
                    api=FundApi(
                        settings.FUND_API_URL,
                        settings.FUND_API_TOKEN.get_secret_value(),
                        random=Random(),
                    ),
                    kit=kit,
                    clock=clock,
                    sessions=make_session,
                    workers=workers,
                    after_commit=hand_over.from_thread,
                )
                alone.append(("fund", refresh.run))
            for name, job in alone:
                if single:
                    jobs.append(asyncio.create_task(job(), name=name))
                    parts[name] = _state_of(jobs[-1])
                else:
                    keeper = LeaseKeeper(name, sessions=make_session)
                    jobs.append(asyncio.create_task(keeper.run(job), name=name))
                    parts[name] = _state_of(jobs[-1], keeper)
            base_url = ""
            if "web" in self.only:
                app = web.Application(client_max_size=BODY_MAX_BYTES)
                if settings.WEBHOOK_URL:
                    secret = settings.WEBHOOK_SECRET.get_secret_value()
                    add_route(app, url=settings.WEBHOOK_URL, secret=secret, intake=intake)
                    jobs.append(
                        asyncio.create_task(_set_webhook(api, settings.WEBHOOK_URL, secret))
                    )
                else:
                    jobs.append(asyncio.create_task(poller.run(), name="poller"))
                    parts["polling"] = lambda: poller.state
                pages.add_health(
                    app, pages.Health(reader=reader, api=api, clock=clock, parts=parts)
                )
                presence = Presence(
                    kit=kit,
                    machine=clocks.SystemClock(),
                    sessions=make_session,
                    workers=workers,
                    after_commit=hand_over.from_thread,
                )
                jobs.append(asyncio.create_task(presence.run(), name="presence"))
                managers.add_to(app, kit=kit, clock=clock, sessions=make_session, workers=workers)
                if isinstance(clock, clocks.DemoClock):

                    async def keep_clock() -> None:
                        await _in_transaction(
                            workers, records, lambda s: clocks.keep_offset(s, clock.offset)
                        )
                        await scheduler.wake()

                    pages.add_demo_clock(app, clock, keep_clock)
                runner = web.AppRunner(app, access_log=None, shutdown_timeout=REQUEST_PATIENCE_S)
                await runner.setup()
                stack.push_async_callback(runner.cleanup)
                base_url = await pages.listen(runner, settings.HTTP_HOST, settings.HTTP_PORT)
                if settings.DEMO_CLOCK and not kit.public_url:
                    kit.public_url = base_url  # on one's own desk the pages are here
            stack.callback(records.stop)  # first of all: nothing waits for a database at a stop
            await _in_transaction(workers, records, lambda s: announce(s, kit, clock))
            jobs.append(asyncio.create_task(_learn_username(api, kit, records, workers)))
            settle_memory()
            yield Running(base_url=base_url, clock=clock, sender=sender)


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


class _HandOver:
    """Carries calls from the threads that committed them to the sender, in batches."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._calls: deque[Sequence[Call]] = deque()
        self._pending = False
        self.loop: asyncio.AbstractEventLoop | None = None

    def from_thread(self, calls: Sequence[Call]) -> None:
        self._calls.append(calls)
        if not self._pending and self.loop is not None:
            self._pending = True
            self.loop.call_soon_threadsafe(self._offer)

    def _offer(self) -> None:
        self._pending = False
        while self._calls:
            self._sender.offer(self._calls.popleft())


def _state_of(job: asyncio.Task[None], keeper: LeaseKeeper | None = None) -> Callable[[], str]:
    def state() -> str:
        if job.done():
            return "ended"
        return "ok" if keeper is None or keeper.held else "waiting for the lease"

    return state


async def _learn_username(api: BotApi, kit: Kit, records: Persistence, workers: Workers) -> None:
    """Ask Telegram for the bot's own name, until it answers; links are made from it."""
    me = await _insist(api, "getMe", {})
    if isinstance(me, dict) and isinstance(me.get("username"), str):
        name = kit.bot_username = clean_text(me["username"])
        await _in_transaction(workers, records, lambda s: installation.keep_bot_username(s, name))


async def _in_transaction(
    workers: Workers, records: Persistence, work: Callable[[Session], None]
) -> None:
    """Write something down in the worker that writes, however long the database is away."""
    await workers.submit(0, lambda: records.do(work))


async def _insist(api: BotApi, method: str, params: dict[str, object]) -> object:
    """Call until Telegram says yes."""
    failures = 0
    while True:
        try:
            return await api.call(method, params)
        except (Refused, NotSent, Unknown) as failure:
            wait = BACKOFF_S[min(failures, len(BACKOFF_S) - 1)]
            failures += 1
            log.warning("%s failed (%s); again in %.1f s", method, failure, wait)
            await asyncio.sleep(wait)


async def _set_webhook(api: BotApi, url: str, secret: str) -> None:
    """Tell Telegram the address."""
    await _insist(
        api,
        "setWebhook",
        {
            "url": url,
            "secret_token": secret,
            "allowed_updates": list(ALLOWED_UPDATES),
            "max_connections": 40,
        },
    )
