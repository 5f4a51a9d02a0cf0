"""Drains the outbox: by lane, within Telegram's limits, one call a chat at a time.

A call is sent, its end is committed, and only then the chat's next one follows; so a kill
leaves at most the calls in flight in doubt. What doubt means is the call's own property:
`repeatable` ones (an answer to a person waiting) are made again, the others become *unknown*.

What waits is kept in `waiting`; `delivery` makes one call, `verdicts` tells what Telegram's
answer means, `patience` who waits for how long because of it, and `endings` writes it down.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Iterable

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from bot import metrics
from bot.gateway.api import BotApi, NotSent, Refused, Unknown
from bot.gateway.claims import Claims
from bot.gateway.delivery import CLAIMED_ELSEWHERE, DID_NOT_LEAVE, Delivery
from bot.gateway.endings import DATABASE_RETRY_S, Endings
from bot.gateway.kept_files import KeptFiles
from bot.gateway.limits import Budget, SendingLimits
from bot.gateway.papers import Papers
from bot.gateway.patience import Patience
from bot.gateway.transactions import Transactions
from bot.gateway.verdicts import Verdict
from bot.gateway.waiting import Queue, WaitingCalls
from bot.gateway.workers import Workers
from handlers.papers.order import NotToBeMade
from services import outbox
from services.clock import Clock
from services.outbox import Call, Concluded, Lane, Paper

log = logging.getLogger(__name__)

IN_FLIGHT_MAX = 40
SWEEP_EVERY_S = 1.0
FREE_RETRY_S = 0.1  # at least, for calls that are not messages


class Sender:
    """One per bot; the caller makes sure of that with a lease."""

    def __init__(
        self,
        *,
        api: BotApi,
        sessions: sessionmaker[Session],
        workers: Workers,
        clock: Clock,
        limits: SendingLimits,
        make_paper: Callable[[Paper], bytes],
        kept_files: KeptFiles | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._transactions = Transactions(sessions, workers)
        self._papers = Papers(make_paper)
        self._delivery = Delivery(
            api, self._transactions, papers=self._papers, kept_files=kept_files
        )
        self._endings = Endings(self._transactions, clock)
        self._clock = clock
        self._monotonic = monotonic
        self._budget = Budget(limits, monotonic())
        self._patience = Patience(self._budget, clock, monotonic)
        self._waiting = WaitingCalls()
        self._claims = Claims()
        self._in_flight = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._running = False

    # --- life ---------------------------------------------------------------------------

    async def run(self) -> None:
        """Send until cancelled; what another process or a command adds is found by sweeps.

        It may run again later, when the lease comes back: it then begins from the records,
        since another process has sent meanwhile.
        """
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        self._waiting = WaitingCalls()
        self._patience.begin_anew()
        self._papers.clear()
        await self._give_up_interrupted()
        self._running = True
        try:
            while True:
                await self._sweep()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_EVERY_S):
                        await self._waiting.room.wait()
        finally:
            self._running = False
            if self._timer is not None:
                self._timer.cancel()
            await self._give_back_claims()

    async def settle(self, timeout_s: float) -> None:
        """At a stop: let the calls in flight end and be written down."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout_s)
        await self._give_back_claims()

    def offer(self, calls: Iterable[Call]) -> None:
        """Calls just committed by this process: no need to look them up."""
        if not self._running:
            return
        for call in calls:
            self._waiting.offer(call)
        self._pump()

    @property
    def waiting(self) -> int:
        """How many calls are known to wait, those in flight included."""
        return len(self._waiting)

    async def _give_up_interrupted(self) -> None:
        while True:
            try:
                count = await self._transactions.do(
                    lambda session: outbox.give_up_interrupted(session, self._clock.now())
                )
                break
            except DBAPIError as error:
                log.warning("The outbox cannot be read (%s); again", type(error).__name__)
                await asyncio.sleep(DATABASE_RETRY_S)
        if count:
            log.warning(
                "%s calls were under way at the last stop: it is unknown if they arrived", count
            )

    async def _sweep(self) -> None:
        reading = self._waiting.begin_reading()
        try:
            found = await self._transactions.read(
                lambda session: {
                    lane: outbox.queued(session, lane, limit=limit)
                    for lane, limit in reading.limits.items()
                }
            )
        except Exception as error:
            log.warning("The outbox could not be read (%s); trying again", type(error).__name__)
            return
        self._waiting.take_in(reading, found)
        self._pump()

    # --- choosing the next one ----------------------------------------------------------

    def _pump(self) -> None:
        """Start whatever may leave now; set one timer for when the next may."""
        if not self._running:
            return
        waiting, now = self._waiting, self._monotonic()
        self._claim_ahead(now)
        if waiting.free and (pause := self._budget.pause_left_s(now)) > 0:
            self._pump_in(pause)
            return
        while waiting.free and self._in_flight < IN_FLIGHT_MAX:
            self._start(waiting.free.popleft(), None)
        soonest = float("inf")
        for lane in Lane:
            for _ in range(waiting.ready(lane)):
                if self._in_flight >= IN_FLIGHT_MAX:
                    return
                if (wait := self._budget.wait_s(now)) > 0:
                    self._pump_in(wait)
                    return
                if (queue := waiting.next_queue(lane)) is None:
                    continue
                wait = max(
                    self._budget.chat_wait_s(queue.chat, now),
                    self._patience.wait_s(queue.calls[0], now),
                )
                if wait > 0:
                    soonest = min(soonest, wait)
                    self._claims.set_aside(queue.calls[0])
                    waiting.put_back(queue)
                    continue
                if self._claims.is_missing(queue.calls[0]):
                    waiting.put_first(queue)
                    break  # what is claimed stands before it
                if self._papers.is_missing(queue.calls[0]):
                    if self._papers.begin(queue.calls[0]):
                        self._run(self._prepare(waiting.hold(queue), queue))
                    else:
                        waiting.put_back(queue)
                    continue
                call = waiting.take_from(queue)
                self._budget.take(call.chat_id, now)
                self._start(call, queue)
        if soonest < float("inf"):
            self._pump_in(soonest)

    def _claim_ahead(self, now: float) -> None:
        """Claim the next ones that must not arrive twice. While Telegram asks to wait, nothing
        is claimed: what is not can still be taken back."""
        room = self._claims.room(self._in_flight, IN_FLIGHT_MAX)
        if not room or self._budget.pause_left_s(now) > 0:
            return
        held = self._waiting.hold_first(
            room,
            lambda call: self._claims.is_missing(call) and self._patience.wait_s(call, now) <= 0,
        )
        if held:
            self._claims.begin()
            self._run(self._claim(held))

    async def _claim(self, held: list[tuple[Call, Queue]]) -> None:
        calls = [call.id for call, _ in held]
        try:
            claimed = await self._transactions.do(
                lambda session: outbox.mark_sending(session, calls)
            )
        except Exception as error:
            log.warning("Calls could not be claimed (%s); again", type(error).__name__)
            await asyncio.sleep(DATABASE_RETRY_S)
            claimed, calls = set(), []
        # Those that a person took back meanwhile.
        gone = [one for one in held if one[0].id in calls and one[0].id not in claimed]
        for call, queue in gone:
            queue.calls.remove(call)
        self._claims.done(claimed)
        for _, queue in reversed(held):
            self._waiting.release_first(queue)
        if not self._running:
            await self._give_back_claims()
        self._pump()
        for call, _ in gone:
            await self._endings.write_down(Concluded(call, "unknown", CLAIMED_ELSEWHERE))
            self._forget(call)

    async def _give_back_claims(self) -> None:
        """What is claimed and will not leave from here may leave from elsewhere."""
        if left := self._claims.take_all():
            with contextlib.suppress(DBAPIError):
                await self._transactions.do(lambda session: outbox.give_back_unsent(session, left))

    def _pump_in(self, wait_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(wait_s, self._pump)

    def _start(self, call: Call, queue: Queue | None) -> None:
        self._in_flight += 1
        self._run(self._deliver(call, queue))

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- one call -----------------------------------------------------------------------

    async def _prepare(self, call: Call, queue: Queue) -> None:
        """Make the paper of a chat's next call; it leaves when its turn comes again."""
        try:
            await self._papers.prepare(call)
        except NotToBeMade:
            outbox.say_instead(call)
        except Exception as error:
            if self._patience.after_fault(call, error).state == "failed":
                outbox.say_instead(call)
        self._waiting.release(queue.chat)
        self._pump()

    async def _deliver(self, call: Call, queue: Queue | None) -> None:
        """Make a call and write down its end; the chat of its queue then has its next one."""
        try:
            concluded = await self._attempt(call)
            await self._endings.write_down(concluded)
        except Exception as error:
            concluded = self._patience.after_fault(call, error)
            await self._endings.write_down(concluded)
        if concluded.error not in DID_NOT_LEAVE:
            metrics.call_ended(call.lane, concluded.state)
        self._in_flight -= 1
        if queue is None:
            self._after_free(call, concluded)
        else:
            await self._after_queued(call, concluded, queue)
        self._pump()

    def _after_free(self, call: Call, concluded: Concluded) -> None:
        if concluded.state != "queued":
            self._forget(call)
            return
        waiting = self._waiting

        def admit_again() -> None:
            if waiting is self._waiting:  # else this sender began anew meanwhile
                waiting.free.append(call)
                self._pump()

        wait = max(FREE_RETRY_S, self._patience.wait_s(call, self._monotonic()))
        asyncio.get_running_loop().call_later(wait, admit_again)

    async def _after_queued(self, call: Call, concluded: Concluded, queue: Queue) -> None:
        if concluded.error in DID_NOT_LEAVE:
            self._budget.give_back(call.chat_id)
        if concluded.unreachable:
            # Whoever blocked the bot gets nothing of what still waits for them.
            dropped = self._waiting.drop_all_of(queue.chat)
            ends = [Concluded(one, "failed", "unreachable") for one in dropped]
            await asyncio.gather(*map(self._endings.write_down, ends))
            for one in dropped:
                self._forget(one)
        if concluded.state == "queued":
            queue.put(call)
        else:
            self._forget(call)
        self._waiting.release(queue.chat)

    def _forget(self, call: Call) -> None:
        self._patience.forget(call)
        self._claims.take(call)
        self._papers.forget(call)
        self._waiting.forget(call)

    async def _attempt(self, call: Call) -> Concluded:
        """Make the call once and say how it ended."""
        try:
            made = await self._delivery.make(
                call,
                claimed=self._claims.take(call),
                still_waits=self._waiting.knows,
                is_overtaken=self._waiting.is_overtaken,
            )
        except (Refused, NotSent, Unknown) as trouble:
            return self._patience.after(call, trouble, token_accepted=self._api.accepted)
        if isinstance(made, Verdict):
            return self._patience.apply(call, made)
        self._patience.telegram_answered()
        return made
