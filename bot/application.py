"""One process of the program: what is opened, what runs in it, and in which order it ends.

A test starts the same application with a temporary database and a clock of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from dataclasses import dataclass
from random import Random
from typing import Any

from aiohttp import web

from bot import clock as clocks
from bot import web as pages
from bot.announcements import announce
from bot.evidence import EvidenceKeeper
from bot.fund_api import FundApi
from bot.fund_refresh import FundRefresh
from bot.gateway.api import READ_TIMEOUT_S
from bot.gateway.intake import Intake
from bot.gateway.introduction import ask_username, set_webhook
from bot.gateway.poller import Poller
from bot.gateway.sender import Sender
from bot.gateway.transactions import Transactions
from bot.gateway.unit import Units
from bot.gateway.webhook import BODY_MAX_BYTES, add_route
from bot.jobs import Jobs
from bot.lease import LeaseKeeper
from bot.means import Means, open_means
from bot.memory import settle_memory
from bot.pages import server as managers
from bot.presence import Presence
from bot.scheduler import Scheduler
from bot.settings import Settings
from services import installation
from services.clock import Clock

log = logging.getLogger(__name__)

PARTS = ("web", "sender", "scheduler")
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
        """Everything running inside the block; Telegram need not be there.

        At the end, in this order: nothing waits for a database that is away any more; the web
        server takes no request; the jobs end, and the calls in flight are written down; the
        workers finish what they were given; the connections close.
        """
        async with contextlib.AsyncExitStack() as stack:
            means = await open_means(
                self.settings, stack, clock=self._given_clock, timeout_s=self._timeout_s
            )
            stack.push_async_callback(means.sender.settle, STOP_PATIENCE_S)
            jobs = Jobs()
            stack.push_async_callback(jobs.stop)
            scheduler = self._start_background(means, jobs)
            if isinstance(means.clock, clocks.DemoClock) and not means.alone:
                jobs.start("clock", clocks.follow(means.clock, means.reader, scheduler.wake))
            base_url = ""
            if "web" in self.only:
                base_url = await self._serve(means, jobs, scheduler, stack)
            elif self.settings.METRICS_PORT is not None:
                app = self._watched(means, jobs)
                base_url = await self._listen(app, self.settings.METRICS_PORT, stack)
            stack.callback(means.records.stop)
            await means.in_transaction(lambda s: announce(s, means.kit, means.clock))
            jobs.start("introduction", _learn_username(means))
            settle_memory()
            yield Running(base_url=base_url, clock=means.clock, sender=means.sender)

    def _start_background(self, means: Means, jobs: Jobs) -> Scheduler:
        """Start what only one process at a time may do: sending, waking the jobs, fetching
        evidence, asking the fund. The scheduler is given back also where it does not run here."""
        scheduler = Scheduler(
            kit=means.kit,
            clock=means.clock,
            sessions=means.sessions,
            workers=means.workers,
            after_commit=means.hand_over.from_thread,
        )
        jobs.states |= {
            "sender": lambda: "off",
            "scheduler": lambda: "off",
            "writing": lambda: means.records.state,
        }
        evidence = self._evidence_keeper(means)
        chosen: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {}
        if "sender" in self.only:
            chosen["sender"] = means.sender.run
            chosen["evidence"] = evidence.run
        if "scheduler" in self.only:
            chosen["scheduler"] = scheduler.run
        if "sender" in self.only and self.settings.FUND_API_URL:
            chosen["fund"] = self._fund_refresh(means).run
        for name, job in chosen.items():
            keeper = None if means.alone else LeaseKeeper(name, sessions=means.sessions)
            doing = evidence.doing if name == "evidence" else None
            jobs.start_part(name, job, keeper, doing=doing)
        return scheduler

    def _evidence_keeper(self, means: Means) -> EvidenceKeeper:
        return EvidenceKeeper(
            api=means.api,
            store=means.evidence,
            kit=means.kit,
            clock=means.clock,
            transactions=Transactions(means.sessions, means.workers),
            after_commit=means.hand_over.from_thread,
        )

    def _fund_refresh(self, means: Means) -> FundRefresh:
        token = self.settings.FUND_API_TOKEN.get_secret_value()
        return FundRefresh(
            api=FundApi(self.settings.FUND_API_URL, token, random=Random()),
            kit=means.kit,
            clock=means.clock,
            sessions=means.sessions,
            workers=means.workers,
            after_commit=means.hand_over.from_thread,
        )

    async def _serve(
        self, means: Means, jobs: Jobs, scheduler: Scheduler, stack: contextlib.AsyncExitStack
    ) -> str:
        """Take updates and serve the pages; the address of the web server."""
        settings, kit = self.settings, means.kit
        app = self._watched(means, jobs)
        self._take_updates(app, means, jobs)
        managers.add_to(
            app, kit=kit, clock=means.clock, sessions=means.sessions, workers=means.workers
        )
        _add_demo_clock(app, means, scheduler)
        presence = Presence(
            kit=kit,
            machine=clocks.SystemClock(),
            sessions=means.sessions,
            workers=means.workers,
            after_commit=means.hand_over.from_thread,
        )
        jobs.start("presence", presence.run())
        base_url = await self._listen(app, settings.HTTP_PORT, stack)
        if settings.DEMO_CLOCK and not kit.public_url:
            kit.public_url = base_url  # on one's own desk the pages are here
        return base_url

    def _watched(self, means: Means, jobs: Jobs) -> web.Application:
        """A web application that tells how this process is."""
        app = web.Application(client_max_size=BODY_MAX_BYTES)
        health = pages.Health(
            reader=means.reader, api=means.api, clock=means.clock, parts=jobs.states
        )
        pages.add_health(app, health)
        return app

    async def _listen(
        self, app: web.Application, port: int, stack: contextlib.AsyncExitStack
    ) -> str:
        """Serve it until the stack ends; its address."""
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=REQUEST_PATIENCE_S)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        return await pages.listen(runner, self.settings.HTTP_HOST, port)

    def _take_updates(self, app: web.Application, means: Means, jobs: Jobs) -> None:
        """By the webhook where one is set, else by asking for them."""
        settings = self.settings
        units = Units(
            records=means.records,
            kit=means.kit,
            clock=means.clock,
            after_commit=means.hand_over.from_thread,
        )
        intake = Intake(units=units, workers=means.workers)
        if settings.WEBHOOK_URL:
            secret = settings.WEBHOOK_SECRET.get_secret_value()
            add_route(app, url=settings.WEBHOOK_URL, secret=secret, intake=intake)
            jobs.start("webhook", set_webhook(means.api, settings.WEBHOOK_URL, secret))
        else:
            poller = Poller(api=means.api, intake=intake)
            jobs.start("poller", poller.run())
            jobs.states["polling"] = lambda: poller.state


def _add_demo_clock(app: web.Application, means: Means, scheduler: Scheduler) -> None:
    """In the demo the clock can be moved; what falls due meanwhile is done at once."""
    clock = means.clock
    if not isinstance(clock, clocks.DemoClock):
        return

    async def keep() -> None:
        await means.in_transaction(lambda session: clocks.keep_offset(session, clock.offset))
        await scheduler.wake()

    pages.add_demo_clock(app, clock, keep)


async def _learn_username(means: Means) -> None:
    """Ask Telegram for the bot's own name; links are made from it."""
    if name := await ask_username(means.api):
        means.kit.bot_username = name
        await means.in_transaction(lambda s: installation.keep_bot_username(s, name))
