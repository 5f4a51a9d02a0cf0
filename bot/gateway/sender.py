"""Drains the outbox: by lane, within Telegram's limits, one call a chat at a time.

A call is sent, its end is committed, and only then the chat's next one follows; so a kill
leaves at most the calls in flight in doubt. What doubt means is the call's own property:
`repeatable` ones (an answer to a person waiting) are made again, the others become *unknown*.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import logging
import re
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.api import BotApi, NotSent, Refused, Unknown
from bot.gateway.cleaning import is_storable
from bot.gateway.limits import Budget, SendingLimits
from bot.gateway.workers import Workers
from services import outbox
from services.clock import Clock
from services.outbox import Call, Concluded, Lane

log = logging.getLogger(__name__)

IN_FLIGHT_MAX = 40
SWEEP_EVERY_S = 1.0
WINDOW = 500  # calls of a lane kept in memory beyond which the database keeps the rest
BACKOFF_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
WRONG_TOKEN_PAUSE_S = 30.0
NOT_FOUND_PAUSE_S = 2.0  # before anything was ever accepted: the token, or just the method?
DATABASE_RETRY_S = 0.5
WAITS = "waits for another call"
GIVE_UP_AFTER = 60  # tries of one repeatable call, about an hour
FAULTS_MAX = 3  # of our own in one call, before it fails and its chat goes on
FAULT_PAUSE_S = 5.0

# Not messages: Telegram counts them apart, and a person pressing a button must not wait.
FREE_METHODS = frozenset(
    {
        "answerCallbackQuery",
        "setMyCommands",
        "deleteMyCommands",
        "setMyDescription",
        "setMyShortDescription",
        "setChatMenuButton",
    }
)
# Telegram's way of saying that there is nothing left to do.
ALREADY_DONE = (
    "query is too old",
    "message is not modified",
    "message to delete not found",
)
UNREACHABLE = ("chat not found", "user is deactivated", "peer_id_invalid")
NO_LONGER_EDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",  # its button stands under a picture or a file
)


@dataclass(slots=True, eq=False)
class _Queue:
    """The waiting calls of one chat in one lane."""

    chat: int
    lane: Lane
    calls: deque[Call] = field(default_factory=deque)
    listed: bool = False

    def put(self, call: Call) -> None:
        """In the order of the outbox, also what is found late or comes back."""
        place = len(self.calls)
        while place and self.calls[place - 1].id > call.id:
            place -= 1
        self.calls.insert(place, call)


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
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._sessions = sessions
        self._workers = workers
        self._clock = clock
        self._monotonic = monotonic
        self._budget = Budget(limits, monotonic())
        self._in_flight = 0
        self._forget_all()
        self._finished: list[tuple[Concluded, asyncio.Future[None]]] = []
        self._committing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._transport_failures = 0
        self._running = False

    def _forget_all(self) -> None:
        self._queues: dict[tuple[int, Lane], _Queue] = {}
        self._ready: dict[Lane, deque[_Queue]] = {lane: deque() for lane in Lane}
        self._free: deque[Call] = deque()
        self._known: set[int] = set()
        self._lane_size: dict[Lane, int] = dict.fromkeys(Lane, 0)
        # Lanes of which the database holds more than is known here, by the last call left
        # there: until it is read, newer calls must not overtake it.
        self._left_behind: dict[Lane, int] = {}
        self._room = asyncio.Event()
        self._busy_chats: set[int] = set()
        self._tries: dict[int, int] = {}
        self._faults: dict[int, int] = {}
        # Waits run on the machine's clock: ours may jump.
        self._retry_at: dict[int, float] = {}

    # --- life ---------------------------------------------------------------------------

    async def run(self) -> None:
        """Send until cancelled; what another process or a command adds is found by sweeps.

        It may run again later, when the lease comes back: it then begins from the records,
        since another process has sent meanwhile.
        """
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        self._forget_all()
        await self._begin()
        self._running = True
        try:
            while True:
                await self._sweep()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_EVERY_S):
                        await self._room.wait()
        finally:
            self._running = False
            if self._timer is not None:
                self._timer.cancel()

    async def _begin(self) -> None:
        while True:
            try:
                await self._in_worker(self._give_up_interrupted)
                return
            except DBAPIError as error:
                log.warning("The outbox cannot be read (%s); again", type(error).__name__)
                await asyncio.sleep(DATABASE_RETRY_S)

    async def settle(self, timeout_s: float) -> None:
        """At a stop: let the calls in flight end and be written down."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout_s)

    def offer(self, calls: Iterable[Call]) -> None:
        """Calls just committed by this process: no need to look them up."""
        if not self._running:
            return
        for call in calls:
            if call.lane in self._left_behind or self._lane_size[call.lane] >= WINDOW:
                self._left_behind[call.lane] = call.id
            else:
                self._admit(call)
        self._pump()

    @property
    def waiting(self) -> int:
        return sum(self._lane_size.values())

    # --- what waits ---------------------------------------------------------------------

    async def _sweep(self) -> None:
        self._room.clear()
        limits = {lane: size + WINDOW for lane, size in self._lane_size.items() if size < WINDOW}
        left_behind = dict(self._left_behind)
        try:
            found = await self._in_worker(
                lambda session: {
                    lane: outbox.queued(session, lane, limit=limit)
                    for lane, limit in limits.items()
                }
            )
        except Exception as error:
            log.warning("The outbox could not be read (%s); trying again", type(error).__name__)
            return
        for lane, calls in found.items():
            for call in calls:
                self._admit(call)
            if (last := self._left_behind.get(lane)) is None:
                continue
            read_to_the_end = len(calls) < limits[lane] and last == left_behind.get(lane)
            if last in self._known or read_to_the_end:
                del self._left_behind[lane]
        self._pump()

    def _admit(self, call: Call) -> None:
        if call.id in self._known:
            return
        self._known.add(call.id)
        self._lane_size[call.lane] += 1
        chat = call.chat_id if call.chat_id is not None else 0
        if call.method in FREE_METHODS:
            self._free.append(call)
            return
        queue = self._queues.get((chat, call.lane))
        if queue is None:
            queue = self._queues[(chat, call.lane)] = _Queue(chat, call.lane)
        queue.put(call)
        self._list(queue)

    def _list(self, queue: _Queue) -> None:
        if not queue.listed and queue.calls and queue.chat not in self._busy_chats:
            queue.listed = True
            self._ready[queue.lane].append(queue)

    # --- choosing the next one ----------------------------------------------------------

    def _pump(self) -> None:
        """Start whatever may leave now; set one timer for when the next may."""
        if not self._running:
            return
        now = self._monotonic()
        soonest = float("inf")
        if self._free and (pause := self._budget.pause_left_s(now)) > 0:
            self._pump_in(pause)
            return
        while self._free and self._in_flight < IN_FLIGHT_MAX:
            self._start(self._free.popleft(), None)
        for lane in Lane:
            ready = self._ready[lane]
            for _ in range(len(ready)):
                if self._in_flight >= IN_FLIGHT_MAX:
                    return
                if (wait := self._budget.wait_s(now)) > 0:
                    self._pump_in(wait)
                    return
                queue = ready.popleft()
                queue.listed = False
                if not queue.calls or queue.chat in self._busy_chats:
                    continue
                wait = max(
                    self._budget.chat_wait_s(queue.chat, now), self._wait_s(queue.calls[0], now)
                )
                if wait > 0:
                    soonest = min(soonest, wait)
                    queue.listed = True
                    ready.append(queue)
                    continue
                call = queue.calls.popleft()
                self._busy_chats.add(queue.chat)
                self._budget.take(call.chat_id, now)
                self._start(call, queue)
        if soonest < float("inf"):
            self._pump_in(soonest)

    def _wait_s(self, call: Call, now: float) -> float:
        """Seconds until this call may leave, the limits aside."""
        pause = self._retry_at.get(call.id, 0.0) - now
        if call.not_before is not None:
            # Never a long sleep: the demo's clock may jump.
            later = (call.not_before - self._clock.now()).total_seconds()
            pause = max(pause, min(1.0, later))
        return max(0.0, pause)

    def _pump_in(self, wait_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(wait_s, self._pump)

    def _start(self, call: Call, queue: _Queue | None) -> None:
        self._in_flight += 1
        task = asyncio.get_running_loop().create_task(self._deliver(call, queue))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- one call -----------------------------------------------------------------------

    async def _deliver(self, call: Call, queue: _Queue | None) -> None:
        try:
            concluded = await self._attempt(call)
            await self._write_down(concluded)
        except Exception as error:
            concluded = await self._after_fault(call, error)
        if concluded.error == WAITS and queue is not None:
            self._budget.give_back(call.chat_id)
        self._in_flight -= 1
        if concluded.unreachable and queue is not None:
            await self._drop_rest(queue)
        if queue is not None:
            self._busy_chats.discard(queue.chat)
        if concluded.state == "queued":
            if queue is None:
                self._retry_free(call)
            else:
                queue.put(call)
        else:
            self._forget(call)
        if queue is not None:
            for lane in Lane:
                if (other := self._queues.get((queue.chat, lane))) is not None:
                    if other.calls:
                        self._list(other)
                    else:
                        del self._queues[(queue.chat, lane)]
        self._pump()

    def _retry_free(self, call: Call) -> None:
        wait = max(0.1, self._wait_s(call, self._monotonic()))
        asyncio.get_running_loop().call_later(wait, self._admit_again, call)

    def _admit_again(self, call: Call) -> None:
        if call.id in self._known:  # else this sender began anew meanwhile
            self._free.append(call)
            self._pump()

    def _forget(self, call: Call) -> None:
        self._known.discard(call.id)
        self._tries.pop(call.id, None)
        self._faults.pop(call.id, None)
        self._retry_at.pop(call.id, None)
        self._lane_size[call.lane] -= 1
        if call.lane in self._left_behind and self._lane_size[call.lane] < WINDOW // 2:
            self._room.set()

    async def _attempt(self, call: Call) -> Concluded:
        """Make the call once and say how it ended."""
        if call.after_id is not None and (waits := await self._resolve(call)) is not None:
            return waits
        files: dict[str, tuple[str, str, bytes]] = {}
        params = call.params
        if any(isinstance(value, dict) and "$file" in value for value in params.values()):
            files = await self._in_worker(lambda session: outbox.files_of(session, call))
            params = {
                name: f"attach://file{value['$file']}"
                if isinstance(value, dict) and "$file" in value
                else value
                for name, value in params.items()
            }
        if not call.repeatable and not await self._in_worker(
            lambda session: outbox.mark_sending(session, call.id)
        ):
            return Concluded(call, "unknown", "claimed elsewhere")
        try:
            result = await self._api.call(call.method, params, files=files or None)
        except Refused as refusal:
            return self._after_refusal(call, refusal)
        except NotSent as failure:
            return self._after_no_connection(call, failure)
        except Unknown as doubt:
            return self._after_doubt(call, doubt)
        self._transport_failures = 0
        message_id, thread_id = _ids_in(result)
        return Concluded(call, "sent", message_id=message_id, thread_id=thread_id)

    async def _resolve(self, call: Call) -> Concluded | None:
        """Fill in what an earlier call returned; not None while that one is still open."""
        if call.after_id in self._known:
            return self._again(call, 0.2, WAITS)
        state, message_id, thread_id = await self._in_worker(
            lambda session: outbox.result_of(session, call.after_id or 0)
        )
        if state in ("queued", "sending"):
            return self._again(call, 0.2, WAITS)
        if state != "sent":
            return Concluded(call, "failed", f"the call it waits for is {state}")
        known = {"message_id": message_id, "thread_id": thread_id}
        for name, value in list(call.params.items()):
            if isinstance(value, dict) and "$from" in value:
                call.params[name] = known[value["$from"]]
        call.after_id = None
        return None

    # --- what an answer means -----------------------------------------------------------

    def _after_refusal(self, call: Call, refusal: Refused) -> Concluded:
        self._transport_failures = 0
        description = refusal.description.lower()
        if refusal.code == 429:
            seconds = refusal.retry_after_s or 1.0
            until = self._monotonic() + seconds
            if call.chat_id is not None and call.chat_id < 0:
                self._budget.pause_chat(call.chat_id, until)
            else:
                self._budget.pause(until)
            log.warning("Telegram asks to wait %.0f s", seconds)
            return self._again(call, seconds, "too many requests")
        if refusal.code == 401 or (refusal.code == 404 and not self._api.accepted):
            pause = WRONG_TOKEN_PAUSE_S if refusal.code == 401 else NOT_FOUND_PAUSE_S
            self._budget.pause(self._monotonic() + pause)
            log.error("Telegram does not accept BOT_TOKEN (%s); nothing is lost", refusal.code)
            return self._again(call, pause, "the token is not accepted")
        if refusal.migrated_to is not None and call.chat_id != refusal.migrated_to:
            call.chat_id = refusal.migrated_to
            call.params["chat_id"] = refusal.migrated_to
            return self._again(call, 0.0, "the group became a supergroup")
        if refusal.code == 403 or any(words in description for words in UNREACHABLE):
            return Concluded(call, "failed", f"{refusal.code}", unreachable=True)
        if any(words in description for words in ALREADY_DONE):
            return Concluded(call, "sent")
        if call.method == "editMessageText" and any(
            words in description for words in NO_LONGER_EDITABLE
        ):
            # The message it would change is gone; the person still gets the answer.
            call.method = "sendMessage"
            call.params.pop("message_id", None)
            return self._again(call, 0.0, "sent anew")
        if "can't parse entities" in description and "parse_mode" in call.params:
            log.error("Call %s: Telegram could not read its markup; sent as plain text", call.id)
            call.params.pop("parse_mode")
            for name in ("text", "caption"):
                if name in call.params:
                    call.params[name] = html.unescape(re.sub(r"<[^>]*>", "", call.params[name]))
            return self._again(call, 0.0, "sent as plain text")
        log.error("Call %s (%s) was refused: %s", call.id, call.method, refusal)
        return Concluded(call, "failed", str(refusal)[:200])

    def _after_no_connection(self, call: Call, failure: NotSent) -> Concluded:
        wait = BACKOFF_S[min(self._transport_failures, len(BACKOFF_S) - 1)]
        if self._budget.pause_left_s(self._monotonic()) <= 0:
            self._transport_failures += 1
            log.warning("Telegram cannot be reached; trying again in %.0f s", wait)
        self._budget.pause(self._monotonic() + wait)
        return self._again(call, wait, failure.message)

    def _after_doubt(self, call: Call, doubt: Unknown) -> Concluded:
        if not call.repeatable:
            return Concluded(call, "unknown", doubt.reason)
        tries = self._tries[call.id] = self._tries.get(call.id, 0) + 1
        if tries >= GIVE_UP_AFTER:
            return Concluded(call, "unknown", doubt.reason)
        return self._again(call, BACKOFF_S[min(tries - 1, len(BACKOFF_S) - 1)], doubt.reason)

    async def _after_fault(self, call: Call, error: Exception) -> Concluded:
        """Something here went wrong with it: again, a few times, unless the database is away."""
        log.error("Call %s (%s) failed here: %s", call.id, call.method, type(error).__name__)
        if not isinstance(error, DBAPIError):
            self._faults[call.id] = self._faults.get(call.id, 0) + 1
        if self._faults.get(call.id, 0) >= FAULTS_MAX:
            concluded = Concluded(call, "failed", type(error).__name__)
        else:
            concluded = self._again(call, FAULT_PAUSE_S, "failed here")
        await self._write_down(concluded)
        return concluded

    def _again(self, call: Call, wait_s: float, why: str) -> Concluded:
        if wait_s > 0:
            self._retry_at[call.id] = self._monotonic() + wait_s
        return Concluded(call, "queued", why, not_before=call.not_before)

    # --- records ------------------------------------------------------------------------

    async def _write_down(self, concluded: Concluded) -> None:
        """Commit how a call ended, together with whatever else ended meanwhile. Returns once
        it is committed: while the database is away, this waits for it."""
        if concluded.state == "queued" and concluded.call.repeatable:
            return  # as it was: nothing to write
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._finished.append((concluded, future))
        if not self._committing:
            self._committing = True
            task = asyncio.get_running_loop().create_task(self._commit_finished())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await future

    async def _commit_finished(self) -> None:
        while self._finished:
            batch, self._finished = self._finished, []
            try:
                await self._in_worker(partial(self._conclude, [end for end, _ in batch]))
            except Exception as error:
                log.warning("The outbox cannot be written (%s); again", type(error).__name__)
                self._finished = batch + self._finished
                await asyncio.sleep(DATABASE_RETRY_S)
                continue
            for _, future in batch:
                if not future.done():
                    future.set_result(None)
        self._committing = False

    def _conclude(self, ends: list[Concluded], session: Session) -> None:
        outbox.conclude(session, ends, self._clock.now())

    async def _drop_rest(self, queue: _Queue) -> None:
        """Whoever blocked the bot gets nothing of what still waits for them."""
        for lane in Lane:
            other = self._queues.get((queue.chat, lane))
            while other is not None and other.calls:
                call = other.calls.popleft()
                await self._write_down(Concluded(call, "failed", "unreachable"))
                self._forget(call)

    def _give_up_interrupted(self, session: Session) -> None:
        count = outbox.give_up_interrupted(session, self._clock.now())
        if count:
            log.warning(
                "%s calls were under way at the last stop: it is unknown if they arrived", count
            )

    async def _in_worker(self, work: Callable[[Session], Any]) -> Any:
        def job() -> Any:
            with self._sessions.begin() as session:
                return work(session)

        return await self._workers.submit(0, job)


def _ids_in(result: Any) -> tuple[int | None, int | None]:
    """(message id, thread id) in what Telegram returned: a message, an album or a topic."""
    if isinstance(result, list) and result:
        result = result[0]
    if not isinstance(result, dict):
        return None, None
    message_id, thread_id = result.get("message_id"), result.get("message_thread_id")
    return (
        message_id if is_storable(message_id) else None,
        thread_id if is_storable(thread_id) else None,
    )
