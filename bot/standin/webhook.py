"""Delivers updates to a bot's webhook, as Telegram does.

Several at a time up to max_connections, but in order within a chat; each is tried again
until the bot answers 2xx. The secret goes along in its header.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Hashable

import aiohttp

from bot.standin.methods import METHODS
from bot.standin.model import Bot, Webhook
from bot.standin.params import Params
from bot.standin.refusal import Refusal
from bot.standin.updates import Pending
from bot.standin.world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
FIRST_RETRY_S = 0.2
LAST_RETRY_S = 5.0
ANSWER_WITHIN_S = 60.0


class Deliveries:
    """The running delivery of every bot that has set a webhook."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None

    def follow(self, bot: Bot) -> None:
        """Start or stop delivering after the bot set or deleted its webhook."""
        running = self._tasks.pop(bot.id, None)
        if running is not None:
            running.cancel()
        if bot.webhook is not None:
            self._tasks[bot.id] = asyncio.create_task(self._deliver(bot, bot.webhook))

    async def close(self) -> None:
        """Stop all deliveries."""
        for task in self._tasks.values():
            task.cancel()
        for task in self._tasks.values():
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()
        if self._session is not None:
            await self._session.close()

    async def _deliver(self, bot: Bot, hook: Webhook) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S),
                connector=aiohttp.TCPConnector(limit=0),
            )
        busy: dict[Hashable, int] = {}  # chat -> update under way
        under_way: dict[int, asyncio.Task[None]] = {}
        try:
            while bot.webhook is hook:
                waiter = bot.queue.wait()
                bot.queue.expire(self._world.monotonic())
                for update in list(bot.queue.pending):
                    if len(under_way) >= hook.max_connections:
                        break
                    chat = update.update_id if update.chat is None else update.chat
                    if update.update_id in under_way or chat in busy:
                        continue
                    busy[chat] = update.update_id
                    task = asyncio.create_task(self._post(bot, hook, update))
                    under_way[update.update_id] = task

                    def finished(
                        _: object, chat: Hashable = chat, update: Pending = update
                    ) -> None:
                        busy.pop(chat, None)
                        under_way.pop(update.update_id, None)
                        bot.queue.wake()

                    task.add_done_callback(finished)
                await waiter
        finally:
            for task in list(under_way.values()):
                task.cancel()

    async def _post(self, bot: Bot, hook: Webhook, update: Pending) -> None:
        """Send one update until the bot takes it, or it dies of age."""
        assert self._session is not None
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers[SECRET_HEADER] = hook.secret
        pause = FIRST_RETRY_S
        while bot.webhook is hook and self._world.monotonic() < update.dies_at:
            try:
                async with self._session.post(
                    hook.url, data=update.body.encode(), headers=headers, allow_redirects=False
                ) as answer:
                    content = await answer.read()
                    if 200 <= answer.status < 300:
                        bot.queue.drop(update)
                        self._answered(bot, content)
                        return
                    problem = f"Wrong response from the webhook: {answer.status} {answer.reason}"
            except (TimeoutError, aiohttp.ClientError, OSError) as error:
                problem = f"Connection failed: {type(error).__name__}"
            hook.last_error_date = self._world.date()
            hook.last_error_message = problem
            await asyncio.sleep(pause)
            pause = min(pause * 2, LAST_RETRY_S)

    def _answered(self, bot: Bot, content: bytes) -> None:
        """Carry out a method the bot put into its answer; its result is not told."""
        if not content.startswith(b"{"):
            return
        try:
            values = json.loads(content)
            name = values.pop("method", "")
        except (ValueError, AttributeError):
            return
        if name in METHODS:
            with contextlib.suppress(Refusal):
                METHODS[name](self._world, bot, Params(values))
