"""setWebhook and its kin; the delivery itself is in `bot.standin.webhook`."""

from __future__ import annotations

import re

from bot.standin.model import Bot, Json, Webhook
from bot.standin.params import Params
from bot.standin.refusal import bad_request
from bot.standin.world import World

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_URL = re.compile(r"https?://[^\s/:?#]+(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)


def set_webhook(world: World, bot: Bot, params: Params) -> bool:
    """setWebhook. Plain http is taken too: here everything stays on one desk."""
    url = params.text("url").strip()
    if not url:
        return delete_webhook(world, bot, params)
    if not _URL.fullmatch(url):
        raise bad_request("bad webhook: invalid webhook URL specified")
    secret = params.text("secret_token")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    allow_updates(bot, params)
    if params.flag("drop_pending_updates"):
        bot.queue.clear()
    connections = min(max(params.integer("max_connections", 40), 1), 100)
    bot.webhook = Webhook(url, secret, connections)
    bot.queue.wake()
    return True


def delete_webhook(world: World, bot: Bot, params: Params) -> bool:
    """deleteWebhook."""
    if params.flag("drop_pending_updates"):
        bot.queue.clear()
    bot.webhook = None
    return True


def get_webhook_info(world: World, bot: Bot, params: Params) -> Json:
    """getWebhookInfo."""
    hook = bot.webhook
    bot.queue.expire(world.monotonic())
    body: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.queue.pending),
    }
    if hook is not None:
        body["max_connections"] = hook.max_connections
        if hook.last_error_date:
            body["last_error_date"] = hook.last_error_date
            body["last_error_message"] = hook.last_error_message
    body["allowed_updates"] = sorted(bot.queue.allowed)
    return body


def allow_updates(bot: Bot, params: Params) -> None:
    """Take over allowed_updates when the call names them, else keep what was set."""
    if "allowed_updates" in params.values:
        kinds = params.structure("allowed_updates", "allowed updates")
        if isinstance(kinds, list):
            bot.queue.allow(kinds)
