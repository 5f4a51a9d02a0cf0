"""The stand-in's web server: the Bot API, the files, and what the page and tests use."""

from __future__ import annotations

import asyncio
import json
import mimetypes
import re
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from bot.standin import polling
from bot.standin.desk import Desk, desk_routes
from bot.standin.faults import Fault
from bot.standin.files import MAX_UPLOAD
from bot.standin.methods import BY_LOWER_NAME
from bot.standin.model import Bot
from bot.standin.params import Params, Upload
from bot.standin.refusal import NOT_FOUND, UNAUTHORIZED, Refusal
from bot.standin.webhook import Deliveries
from bot.standin.world import World

WORLD = web.AppKey("world", World)
DELIVERIES = web.AppKey("deliveries", Deliveries)

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_JSON_HEADERS = {"Content-Type": "application/json"}
_HTML_502 = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)
_RECORDED = 2_000  # characters of a long parameter kept in the record of calls
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def build_app(
    world: World, *, clock_url: str = "", personas: list[Any] | None = None
) -> web.Application:
    """Build the web application around a world.

    `clock_url` is the bot's own web server, where its demo clock is moved; empty: no clock.
    """
    app = web.Application(client_max_size=MAX_UPLOAD + (10 << 20))
    app[WORLD] = world
    app[DELIVERIES] = Deliveries(world)
    api = BotApi(world, app[DELIVERIES])
    app.router.add_route("*", "/bot{token:[^/]*}/{method}", api.handle)
    app.router.add_get("/file/bot{token:[^/]*}/{path:.+}", api.download)
    desk_routes(app, Desk(world, clock_url=clock_url, personas=personas or []))
    app.on_cleanup.append(_close)
    return app


async def _close(app: web.Application) -> None:
    await app[DELIVERIES].close()


class BotApi:
    """Takes a call apart, lets faults happen, and answers the way Telegram does."""

    def __init__(self, world: World, deliveries: Deliveries) -> None:
        self._world = world
        self._deliveries = deliveries

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one Bot API call."""
        world = self._world
        bot = world.bots.get(request.match_info["token"])
        if bot is None:
            known_form = _TOKEN.fullmatch(request.match_info["token"])
            return _refused(UNAUTHORIZED if known_form else NOT_FOUND)
        lower = request.match_info["method"].lower()
        if lower == "getupdates":
            name = "getUpdates"
        elif lower in BY_LOWER_NAME:
            name = BY_LOWER_NAME[lower][0]
        else:
            return _refused(NOT_FOUND)
        call = world.calls.begin(bot.id, name)
        try:
            params = await read_params(request)
            call.params = _record(params)
            fault = None
            if world.faults.active:
                fault = world.faults.pick(name, str(params.values.get("chat_id", "")))
            if fault is not None:
                call.fault = fault.kind
                if not fault.takes_effect:
                    return await self._spoil(request, fault, None)
            try:
                if name == "getUpdates":
                    body = polling.body(await polling.get_updates(world, bot, params))
                else:
                    call.result = self._run(bot, name, params)
                    body = '{"ok":true,"result":' + _encode(call.result) + "}"
                call.took_effect = True
                answer = web.Response(body=body.encode(), headers=_JSON_HEADERS)
            except Refusal as refusal:
                call.description = refusal.description
                answer = _refused(refusal)
            if fault is not None:
                return await self._spoil(request, fault, answer)
            call.status = answer.status
            return answer
        finally:
            world.calls.end(call)

    def _run(self, bot: Bot, name: str, params: Params) -> Any:
        result = BY_LOWER_NAME[name.lower()][1](self._world, bot, params)
        if name in ("setWebhook", "deleteWebhook"):
            if bot.webhook is not None:
                bot.queue.interrupt(polling.WEBHOOK_SET)
            self._deliveries.follow(bot)
        return result

    async def _spoil(
        self, request: web.Request, fault: Fault, answer: web.Response | None
    ) -> web.StreamResponse:
        """Answer as the fault wants; `answer` is what would have been said, if carried out."""
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        kind = fault.kind
        if kind == "too_many":
            wait = fault.retry_after
            return _refused(
                Refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
            )
        if kind == "forbidden":
            return _refused(
                Refusal(403, fault.description or "Forbidden: bot was blocked by the user")
            )
        if kind == "bad_request":
            return _refused(Refusal(400, fault.description or "Bad Request: chat not found"))
        if kind == "unauthorized":
            return _refused(UNAUTHORIZED)
        if kind == "error_500":
            return _refused(Refusal(500, "Internal Server Error"))
        if kind == "bad_gateway":
            return web.Response(status=502, text=_HTML_502, content_type="text/html")
        if kind in ("drop_before", "drop_after"):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        body = answer.body if answer is not None and isinstance(answer.body, bytes) else b'{"ok":'
        if kind == "broken_json":
            return web.Response(body=body[: len(body) // 2] + b"}]", headers=_JSON_HEADERS)
        if kind == "wrong_type":
            return web.Response(text="<html><body>OK</body></html>", content_type="text/html")
        if kind == "truncated":
            return await self._truncated(request, body)
        if answer is None:  # slow, without effect
            return _refused(Refusal(500, "Internal Server Error"))
        return answer

    @staticmethod
    async def _truncated(request: web.Request, body: bytes) -> web.StreamResponse:
        response = web.StreamResponse(headers={**_JSON_HEADERS, "Content-Length": str(len(body))})
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        if request.transport is not None:
            request.transport.close()
        return response

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Give a file's content to a bot."""
        bot = self._world.bots.get(request.match_info["token"])
        if bot is None:
            return _refused(UNAUTHORIZED)
        stored = self._world.files.by_path.get(request.match_info["path"])
        if stored is None:
            return _refused(NOT_FOUND)
        call = self._world.calls.begin(bot.id, "download")
        try:
            fault = None
            if self._world.faults.active:
                fault = self._world.faults.pick("download", "")
            answer = web.Response(body=stored.data, content_type="application/octet-stream")
            if fault is not None:
                call.fault = fault.kind
                return await self._spoil(request, fault, answer)
            call.took_effect = True
            call.status = 200
            return answer
        finally:
            self._world.calls.end(call)


def _refused(refusal: Refusal) -> web.Response:
    headers = dict(_JSON_HEADERS)
    if "retry_after" in refusal.parameters:
        headers["Retry-After"] = str(refusal.parameters["retry_after"])
    return web.Response(
        body=_encode(refusal.answer()).encode(), status=refusal.code, headers=headers
    )


def _record(params: Params) -> dict[str, Any]:
    values = {
        name: value[:_RECORDED] if isinstance(value, str) and len(value) > _RECORDED else value
        for name, value in params.values.items()
    }
    for name, upload in params.uploads.items():
        values[name] = f"<file {upload.name}, {len(upload.data)} bytes>"
    return values


async def read_params(request: web.Request) -> Params:
    """Read a call's parameters from its query string and from any kind of body."""
    values: dict[str, Any] = dict(request.query) if request.query_string else {}
    if request.method == "GET" or not request.can_read_body:
        return Params(values)
    kind = request.content_type
    if kind == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            raise Refusal(400, "Bad Request: can't parse request body as JSON") from None
        if not isinstance(body, dict):
            raise Refusal(400, "Bad Request: object expected as request body")
        values.update(body)
        return Params(values)
    if kind == "multipart/form-data":
        return await _read_multipart(request, values)
    if kind == "application/x-www-form-urlencoded":
        text = (await request.read()).decode("utf-8", "replace")
        values.update(parse_qsl(text, keep_blank_values=True))
    return Params(values)


async def _read_multipart(request: web.Request, values: dict[str, Any]) -> Params:
    uploads: dict[str, Upload] = {}
    total = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        name = part.name
        content = bytes(await part.read(decode=True))
        total += len(content)
        if total > MAX_UPLOAD + (1 << 20):
            raise Refusal(413, "Request Entity Too Large")
        if part.filename is None:
            values[name] = content.decode("utf-8", "replace")
        else:
            guessed = mimetypes.guess_type(part.filename)[0]
            uploads[name] = Upload(
                part.filename,
                part.headers.get("Content-Type") or guessed or "application/octet-stream",
                content,
            )
    return Params(values, uploads)
