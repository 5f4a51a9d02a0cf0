"""The client of the fund's live system; the contract is `docs/fund-api.yaml`.

Nobody waits for it: questions come from `bot.fund_refresh`. A failure is retried a few times
with jitter; when the system keeps failing, the circuit opens and it is left in peace for a
while, then one call tries whether it is back.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import aiohttp

from bot import metrics
from bot.gateway.api import proxy_for

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 15.0
TRIES = 3
BACKOFF_S = (0.5, 1.5)
ANSWER_MAX_BYTES = 1_000_000
OPENS_AFTER_FAILURES = 5
REST_S = 30.0
_NOT_AT_ONCE = ("unauthorised", "too_slow")  # trying again at once would only make it worse


class FundSilent(Exception):
    """No usable answer; `reason` is a short key, never what was sent or received."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FundKnowsNobody(Exception):
    """The fund's system does not know this number."""


class CircuitBreaker:
    """Opens after some failures in a row; after a rest lets one call through at a time."""

    def __init__(
        self,
        *,
        opens_after: int = OPENS_AFTER_FAILURES,
        rest_s: float = REST_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._opens_after = opens_after
        self._rest_s = rest_s
        self._monotonic = monotonic
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False

    @property
    def is_open(self) -> bool:
        return self._opened_at is not None

    def allows(self) -> bool:
        """Whether a call may be made now; the one after a rest is the probe."""
        if self._opened_at is None:
            return True
        if self._probing or self._monotonic() - self._opened_at < self._rest_s:
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        self._failures, self._opened_at, self._probing = 0, None, False

    def failed(self) -> None:
        self._failures += 1
        self._probing = False
        if self._failures >= self._opens_after:
            self._opened_at = self._monotonic()

    def abandoned(self) -> None:
        """The call was given up from our side: it says nothing about the system."""
        self._probing = False


class FundApi:
    """One session to the fund's system; use as an async context manager."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        random: Random,
        breaker: CircuitBreaker | None = None,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/v1/account"
        self._token = token
        self._random = random
        self._sleep = sleep
        self._timeout = aiohttp.ClientTimeout(
            total=answer_timeout_s, sock_connect=min(CONNECT_TIMEOUT_S, answer_timeout_s)
        )
        self._session: aiohttp.ClientSession | None = None
        self.breaker = breaker or CircuitBreaker()

    def __repr__(self) -> str:
        return "FundApi(token=***)"

    async def __aenter__(self) -> FundApi:
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {self._token}", "Accept": "application/json"},
            timeout=self._timeout,
            proxy=proxy_for(self._url),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def account(self, ssn: str) -> Any:
        """What the system says of a number, as a JSON value that nobody has checked yet.

        The caller says whether it was of use (`found_nonsense`).

        Raises:
            FundSilent: no usable answer, or the circuit is open (`resting`).
            FundKnowsNobody: the number is unknown to the fund.
        """
        for attempt in range(TRIES):
            if not self.breaker.allows():
                raise FundSilent("resting")
            try:
                content = await self._once(ssn)
            except FundKnowsNobody:
                metrics.fund_answered("unknown_number")
                self.breaker.succeeded()
                raise
            except FundSilent as silence:
                metrics.fund_answered(silence.reason)
                self.breaker.failed()
                hopeless = silence.reason in _NOT_AT_ONCE or self.breaker.is_open
                if hopeless or attempt == TRIES - 1:
                    raise
                await self._sleep(BACKOFF_S[attempt] * self._random.uniform(0.5, 1.5))
            except asyncio.CancelledError:
                self.breaker.abandoned()
                raise
            else:
                metrics.fund_answered("answered")
                self.breaker.succeeded()
                return content
        raise AssertionError("the last try returns or raises")

    def found_nonsense(self) -> None:
        """The answer broke the contract: for the circuit that is a failure too."""
        metrics.fund_answered("nonsense")
        self.breaker.failed()

    async def _once(self, ssn: str) -> Any:
        assert self._session is not None, "open it with `async with`"
        try:
            # The number goes into the body: addresses end up in logs.
            async with self._session.post(self._url, json={"ssn": ssn}) as response:
                if response.status == 404:
                    raise FundKnowsNobody
                if response.status in (401, 403):
                    log.error("The fund's system refuses FUND_API_TOKEN (%s)", response.status)
                    raise FundSilent("unauthorised")
                if response.status != 200:
                    raise FundSilent(f"http_{response.status}")
                payload = await _read(response)
        except TimeoutError:
            raise FundSilent("too_slow") from None
        except aiohttp.ClientError as error:
            raise FundSilent(f"unreachable ({type(error).__name__})") from None
        try:
            return json.loads(payload)
        except ValueError:
            raise FundSilent("not_json") from None


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body, as far as an account can be long."""
    payload = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        payload += chunk
        if len(payload) > ANSWER_MAX_BYTES:
            raise FundSilent("too_long")
    return bytes(payload)
