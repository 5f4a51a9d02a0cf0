"""What is settled with Telegram at the start, however long it is away."""

from __future__ import annotations

import asyncio
import logging

from bot.gateway.api import BotApi, NotSent, Refused, Unknown
from bot.gateway.cleaning import clean_text
from bot.gateway.intake import ALLOWED_UPDATES
from bot.gateway.poller import BACKOFF_S

log = logging.getLogger(__name__)

WEBHOOK_CONNECTIONS = 40


async def ask_username(api: BotApi) -> str | None:
    """The bot's own name; None when the answer holds none."""
    me = await _insist(api, "getMe", {})
    if isinstance(me, dict) and isinstance(me.get("username"), str):
        return clean_text(me["username"])
    return None


async def set_webhook(api: BotApi, url: str, secret: str) -> None:
    """Tell Telegram where to bring updates, and the secret that shows they are from there."""
    await _insist(
        api,
        "setWebhook",
        {
            "url": url,
            "secret_token": secret,
            "allowed_updates": list(ALLOWED_UPDATES),
            "max_connections": WEBHOOK_CONNECTIONS,
        },
    )


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
