"""A Bot API stub in a process of its own: hands out given updates, counts what comes back.

`python -m tests.bench.botapi_stub PORT`: then `POST /feed` with {"updates": [...]} queues
updates; `GET /seen` tells how many messages arrived, for which texts, and when. It does no
more than a bench or a kill test needs, so that what is measured is the bot.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque
from typing import Any

from aiohttp import web


class Stub:
    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.arrived = asyncio.Event()
        # When, which method, which chat, the text or query id, and by which token.
        self.sent: list[tuple[float, str, int | None, str, str]] = []
        self.handed_at: dict[int, deque[float]] = {}  # by chat, one entry an update
        self.handed: set[int] = set()
        self.delays: list[float] = []
        self.message_id = 1000

    async def call(self, request: web.Request) -> web.Response:
        method, token = request.match_info["method"], request.match_info["token"]
        params: dict[str, Any] = {}
        if request.content_type != "application/json":  # a file comes with it, or nothing at all
            params = dict(await request.post())
        elif body := await request.read():
            params = json.loads(body)
        if method == "getUpdates":
            return self.answer(await self.get_updates(params))
        if method == "getMe":
            return self.answer({"id": 1, "is_bot": True, "first_name": "B", "username": "stub_bot"})
        if method.startswith(("send", "edit")):
            chat_id = int(params["chat_id"])
            text = str(params.get("text", ""))
            self.sent.append((time.monotonic(), method, chat_id, text, token))
            self.message_id += 1
            if handed := self.handed_at.get(chat_id):
                self.delays.append(time.monotonic() - handed.popleft())
            return self.answer(
                {
                    "message_id": self.message_id,
                    "date": int(time.time()),
                    "chat": {"id": chat_id, "type": "private"},
                    "text": params.get("text", ""),
                }
            )
        query = str(params.get("callback_query_id", ""))
        self.sent.append((time.monotonic(), method, None, query, token))
        return self.answer(True)

    async def get_updates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        offset = int(params.get("offset") or 0)
        if offset:
            self.updates = [u for u in self.updates if u["update_id"] >= offset]
        deadline = time.monotonic() + float(params.get("timeout") or 0)
        while not self.updates and (left := deadline - time.monotonic()) > 0:
            self.arrived.clear()
            try:
                await asyncio.wait_for(self.arrived.wait(), left)
            except TimeoutError:
                break
        batch = self.updates[: int(params.get("limit") or 100)]
        now = time.monotonic()
        for update in batch:
            chat_id = update.get("message", {}).get("chat", {}).get("id")
            if chat_id is not None and update["update_id"] not in self.handed:
                self.handed.add(update["update_id"])
                self.handed_at.setdefault(chat_id, deque()).append(now)
        return batch

    @staticmethod
    def answer(result: Any) -> web.Response:
        return web.json_response({"ok": True, "result": result})

    async def feed(self, request: web.Request) -> web.Response:
        self.updates += (await request.json())["updates"]
        self.arrived.set()
        return web.json_response({"waiting": len(self.updates)})

    async def seen(self, _: web.Request) -> web.Response:
        return web.json_response({"sent": self.sent, "waiting": len(self.updates)})

    async def count(self, _: web.Request) -> web.Response:
        messages = sum(method == "sendMessage" for _, method, _, _, _ in self.sent)
        return web.json_response({"messages": messages, "waiting": len(self.updates)})

    async def busiest(self, _: web.Request) -> web.Response:
        """The most messages that arrived within any second, however it lies: counted here,
        apart from the limits of the bot."""
        times = [at for at, method, _, _, _ in self.sent if method.startswith(("send", "edit"))]
        most, first = 0, 0
        for place, at in enumerate(times):
            while at - times[first] >= 1.0:
                first += 1
            most = max(most, place - first + 1)
        return web.json_response({"messages": most})

    async def told_delays(self, _: web.Request) -> web.Response:
        return web.json_response({"delays": self.delays})

    async def reset(self, _: web.Request) -> web.Response:
        self.sent.clear()
        self.handed_at.clear()
        self.delays.clear()
        return web.json_response({})


def main() -> None:
    stub = Stub()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/bot{token}/{method}", stub.call)
    app.router.add_post("/feed", stub.feed)
    app.router.add_get("/seen", stub.seen)
    app.router.add_get("/count", stub.count)
    app.router.add_get("/busiest", stub.busiest)
    app.router.add_get("/delays", stub.told_delays)
    app.router.add_post("/reset", stub.reset)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
