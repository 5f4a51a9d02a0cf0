"""A small fund's system that keeps the contract (`docs/fund-api.yaml`), and breaks it on demand.

`mode` decides how it behaves from the next request on. It runs inside a test, or alone for
trying things out: `python -m tests.support.fund_reference_server PORT`.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from aiohttp import web

TOKEN = "reference-token"
MODES = (
    "well",
    "slow",
    "down",
    "error",
    "busy",
    "broken_json",
    "html",
    "wrong_schema",
    "wrong_sum",
    "from_the_future",
    "endless",
)


def account(
    *,
    as_of: str = "2026-11-25T10:00:00+01:00",
    category: str = "trader",
    affiliated_on: str | None = "2026-01-01",
    ceased_on: str | None = None,
    declarations: list[dict[str, Any]] | None = None,
    payments: list[dict[str, Any]] | None = None,
    years: list[dict[str, Any]] | None = None,
    credit: str | None = None,
    total: str | None = None,
) -> dict[str, Any]:
    """An account as the contract describes it; `years` are what the fund states itself."""
    content: dict[str, Any] = {
        "as_of": as_of,
        "contributor": {
            "category": category,
            "affiliated_on": affiliated_on,
            "ceased_on": ceased_on,
        },
        "declarations": declarations or [],
        "payments": payments or [],
        "surcharges": [],
    }
    if years is not None:
        owed = sum(_centimes(one["remaining"]) + _centimes(one["surcharge"]) for one in years)
        content["position"] = {
            "years": years,
            "credit": credit,
            "total": total or f"{owed // 100}.{owed % 100:02d}",
        }
    return content


def year(number: int, due: str, paid: str, remaining: str, surcharge: str) -> dict[str, Any]:
    return {
        "year": number,
        "due": due,
        "paid": paid,
        "remaining": remaining,
        "surcharge": surcharge,
    }


def _centimes(amount: str) -> int:
    whole, _, rest = amount.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0") if rest else 0)


class ReferenceServer:
    """Serves `accounts` by number; `asked` counts the requests that came in."""

    def __init__(self, accounts: dict[str, dict[str, Any]], *, slow_s: float = 10.0) -> None:
        self.accounts = accounts
        self.mode = "well"
        self.slow_s = slow_s
        self.asked = 0
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> ReferenceServer:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        app = web.Application()
        app.router.add_post("/v1/account", self._account)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = "http://{}:{}".format(*self._runner.addresses[0][:2])

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _account(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": "unauthorised"}, status=401)
        ssn = (await request.json())["ssn"]
        content = self.accounts.get(ssn)
        if content is None:
            return web.json_response({"error": "unknown"}, status=404)
        return await self._misbehave(request, content) or web.json_response(content)

    async def _misbehave(
        self, request: web.Request, content: dict[str, Any]
    ) -> web.StreamResponse | None:
        mode = self.mode
        if mode == "slow":
            await asyncio.sleep(self.slow_s)
        elif mode == "down":
            assert request.transport is not None
            request.transport.abort()
        elif mode == "error":
            return web.Response(status=500, text="Internal Server Error")
        elif mode == "busy":
            return web.Response(status=503, headers={"Retry-After": "1"})
        elif mode == "broken_json":
            return web.Response(text='{"as_of": "2026-', content_type="application/json")
        elif mode == "html":
            return web.Response(text="<html>maintenance</html>", content_type="text/html")
        elif mode == "wrong_schema":
            return web.json_response(content | {"payments": "none"})
        elif mode == "wrong_sum":
            return web.json_response(
                content | {"position": {"years": [], "credit": None, "total": "1.00"}}
            )
        elif mode == "from_the_future":
            return web.json_response(content | {"as_of": "2031-01-01T00:00:00Z"})
        elif mode == "endless":
            return await self._endless(request)
        return None

    @staticmethod
    async def _endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b" " * 65_536)
        return response


async def _alone(port: int) -> None:
    async with ReferenceServer({"990000000001": account()}) as server:
        await server.stop()
        await server.start(port)
        print(f"{server.url}, token {TOKEN}, known number 990000000001")
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_alone(int(sys.argv[1]) if len(sys.argv) > 1 else 8090))
