"""The webhook: 200 only after the commit; without the right secret nothing is handled."""

from __future__ import annotations

import hmac
import json
import logging
from urllib.parse import urlsplit

from aiohttp import web

from bot.gateway.intake import Intake, is_update

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
BODY_MAX_BYTES = 1024 * 1024


def add_route(app: web.Application, *, url: str, secret: str, intake: Intake) -> None:
    """Serve the path of `url`."""

    async def receive(request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER)
        if given is None:
            return web.Response(status=401, text="the secret token is missing")
        # A header may hold any bytes.
        if not hmac.compare_digest(given.encode(errors="surrogateescape"), secret.encode()):
            return web.Response(status=403, text="the secret token is wrong")
        try:
            raw = json.loads(await request.read())
        except (ValueError, RecursionError):
            return web.Response(status=400, text="the body is not JSON")
        if not is_update(raw):
            return web.Response(status=400, text="the body is no update")
        await intake.take([raw])
        return web.Response()

    app.router.add_post(urlsplit(url).path or "/", receive)
