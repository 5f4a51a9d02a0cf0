"""getUpdates: long polling, with Telegram's conflicts."""

from __future__ import annotations

import asyncio

from bot.standin.methods.webhooks import allow_updates
from bot.standin.model import Bot
from bot.standin.params import Params
from bot.standin.refusal import Refusal
from bot.standin.updates import Pending
from bot.standin.world import World

MAX_TIMEOUT_S = 50
WEBHOOK_ACTIVE = Refusal(
    409,
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first",
)
OTHER_POLLER = Refusal(
    409,
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running",
)
WEBHOOK_SET = Refusal(409, "Conflict: terminated by setWebhook request")


async def get_updates(world: World, bot: Bot, params: Params) -> list[Pending]:
    """Give a batch of updates, waiting up to `timeout` seconds for the first.

    A second waiting poller ends the first with 409, as does setWebhook.
    """
    if bot.webhook is not None:
        raise WEBHOOK_ACTIVE
    offset = params.integer("offset")
    limit = min(max(params.integer("limit", 100), 1), 100)
    timeout = min(max(params.integer("timeout"), 0), MAX_TIMEOUT_S)
    allow_updates(bot, params)
    loop = asyncio.get_running_loop()
    ends = loop.time() + timeout
    queue = bot.queue
    while True:
        bot.last_poll_at = world.monotonic()
        batch = queue.poll(offset, limit, bot.last_poll_at)
        left = ends - loop.time()
        if batch or left <= 0:
            return batch
        queue.interrupt(OTHER_POLLER)
        waiter = queue.wait()
        timer = loop.call_later(left, _wake, waiter)
        try:
            await waiter
        finally:
            timer.cancel()
        if bot.webhook is not None:
            raise WEBHOOK_SET


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def body(batch: list[Pending]) -> str:
    """Join ready-made updates into the answer's JSON text."""
    return '{"ok":true,"result":[' + ",".join(update.body for update in batch) + "]}"
