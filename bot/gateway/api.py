"""The Bot API over aiohttp: python-telegram-bot's transport, and the raw calls of the gateway.

What may have happened at Telegram decides whether a call is made again, so failures are told
apart by that: `NotSent` (nothing left this machine), `Refused` (Telegram said no), `Unknown`
(it may or may not have taken effect).
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from aiohttp import payload as payloads
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.gateway.cleaning import clean_text, is_storable
from services.sealed_files import SealedFile

log = logging.getLogger(__name__)

READ_TIMEOUT_S = 20.0
CONNECT_TIMEOUT_S = 5.0
CONNECTIONS = 64
DOWNLOAD_TIMEOUT_S = 300.0  # for one whole file, however slowly it trickles
PIECE = 64 * 1024  # bytes of a download handed on at a time
ANSWER_MAX = 64 * 1024  # bytes of a refusal that are read
RETRY_AFTER_MAX_S = 86_400.0
DESCRIPTION_MAX = 200


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for this address (HTTPS_PROXY, NO_PROXY)."""
    parts = urlsplit(url)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    return urllib.request.getproxies().get(parts.scheme)


class _SealedFilePayload(payloads.BufferedReaderPayload):
    """A kept file as it is sent: opened piece by piece, its length known beforehand."""

    _value: SealedFile

    @property
    def size(self) -> int:
        return self._value.size


payloads.PAYLOAD_REGISTRY.register(_SealedFilePayload, SealedFile, order=payloads.Order.try_first)


class NotSent(NetworkError):
    """The request never left: no connection could be made. Safe to make again."""


class Unknown(TimedOut):
    """The request may have taken effect: time-out, lost connection, 5xx or a broken answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(Exception):
    """Telegram answered no: its code and description, with what to do about it."""

    def __init__(
        self,
        code: int,
        description: str,
        *,
        retry_after_s: float | None = None,
        migrated_to: int | None = None,
    ) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.retry_after_s = retry_after_s
        self.migrated_to = migrated_to


class AiohttpRequest(BaseRequest):
    """python-telegram-bot's transport on one aiohttp session.

    Raises `NotSent` and `Unknown`, both of which the library knows as its own network errors.
    """

    def __init__(self, *, proxy: str | None = None, read_timeout_s: float = READ_TIMEOUT_S) -> None:
        self._proxy = proxy
        self._read_timeout_s = read_timeout_s
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read_timeout_s

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=60),
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=CONNECT_TIMEOUT_S, sock_read=self._read_timeout_s
                ),
                # Not trust_env: it reads ~/.netrc in a thread at every single request.
                proxy=self._proxy,
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As the library's, but a broken answer is neither logged nor repeated in the error."""
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError):
            raise Unknown("the answer is not JSON") from None
        if not isinstance(answer, dict):
            raise Unknown("the answer is not a JSON object")
        return answer

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        timeout_s = (
            self._read_timeout_s if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        )
        if request_data is None:
            return await self.exchange(method, url, timeout_s=timeout_s)
        if not request_data.contains_files:
            return await self.exchange(
                method, url, body=request_data.json_payload, timeout_s=timeout_s
            )
        form = aiohttp.FormData()
        for name, value in request_data.json_parameters.items():
            form.add_field(name, value)
        for name, (filename, content, mime) in (request_data.multipart_data or {}).items():
            form.add_field(name, content, filename=filename, content_type=mime)
        return await self.exchange(method, url, form=form, timeout_s=timeout_s)

    async def exchange(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        form: aiohttp.FormData | None = None,
        timeout_s: float | None = None,
    ) -> tuple[int, bytes]:
        """Send one request and read the whole answer: (HTTP status, payload)."""
        if self._session is None:
            raise NotSent("the transport is not open")
        headers = {"Content-Type": "application/json"} if body is not None else None
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_TIMEOUT_S, sock_read=timeout_s
        )
        with _told_apart():
            async with self._session.request(
                method, url, data=body if form is None else form, headers=headers, timeout=timeout
            ) as response:
                return response.status, await response.read()

    async def pieces(self, url: str, *, timeout_s: float) -> AsyncIterator[bytes]:
        """The body of a GET, piece by piece; no more than a piece is ever held.

        Raises `NotSent`, `Unknown`, or what an answer other than 200 means.
        """
        if self._session is None:
            raise NotSent("the transport is not open")
        timeout = aiohttp.ClientTimeout(
            total=DOWNLOAD_TIMEOUT_S, sock_connect=CONNECT_TIMEOUT_S, sock_read=timeout_s
        )
        with _told_apart():
            async with self._session.get(url, timeout=timeout) as response:
                if response.status != 200:
                    _result_of(response.status, await response.content.read(ANSWER_MAX))
                    raise Unknown(f"HTTP {response.status}")
                async for piece in response.content.iter_chunked(PIECE):
                    yield piece


@contextlib.contextmanager
def _told_apart() -> Iterator[None]:
    """What went wrong on the line, as `NotSent` or `Unknown`."""
    try:
        yield
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise NotSent("no connection") from None
    except TimeoutError:
        raise Unknown("no answer in time") from None
    except aiohttp.ClientError as error:
        # The error's own text may hold the URL, and with it the token.
        raise Unknown(f"connection lost ({type(error).__name__})") from None


class BotApi:
    """Raw calls of the Bot API, with what each failure means."""

    def __init__(
        self,
        base_url: str,
        token: str,
        request: AiohttpRequest,
        *,
        timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        self._timeout_s = timeout_s
        self._prefix = f"{base_url.rstrip('/')}/bot{token}/"
        self._file_prefix = f"{base_url.rstrip('/')}/file/bot{token}/"
        self._request = request
        # For /health: when Telegram last answered, and what failed since.
        self.answered_at: float | None = None
        # Whether it ever said yes: from then on a 404 means the method, not the token.
        self.accepted = False
        self.trouble: str | None = None

    def __repr__(self) -> str:
        return "BotApi(token=***)"

    async def call(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, tuple[str, str, bytes | SealedFile]] | None = None,
        timeout_s: float | None = None,
    ) -> Any:
        """Call `method` and return its result; wait `timeout_s` for it, or the usual time.

        `files` maps an attachment's name to (file name, MIME type, content).
        Raises `Refused`, `NotSent` or `Unknown`.
        """
        try:
            result = await self._call(method, params or {}, files, timeout_s or self._timeout_s)
        except Refused as refusal:
            wrong_token = refusal.code == 401 or (refusal.code == 404 and not self.accepted)
            self._note(f"refused ({refusal.code})" if wrong_token else None)
            raise
        except (NotSent, Unknown) as failure:
            self._note(failure.message)
            raise
        self._note(None)
        self.accepted = True
        return result

    async def _call(
        self,
        method: str,
        params: Mapping[str, Any],
        files: Mapping[str, tuple[str, str, bytes | SealedFile]] | None,
        timeout_s: float | None,
    ) -> Any:
        url = self._prefix + method
        if files:
            # Names of files as they are, in Arabic too: quoted, people would read %D8%B5.
            form = aiohttp.FormData(quote_fields=False)
            for name, value in params.items():
                form.add_field(name, value if isinstance(value, str) else json.dumps(value))
            for name, (filename, mime, content) in files.items():
                form.add_field(name, content, filename=filename, content_type=mime)
            status, payload = await self._request.exchange(
                "POST", url, form=form, timeout_s=timeout_s
            )
        else:
            body = json.dumps(params, ensure_ascii=False).encode()
            status, payload = await self._request.exchange(
                "POST", url, body=body, timeout_s=timeout_s
            )
        return _result_of(status, payload)

    async def file_path(self, file_id: str) -> str:
        """Where Telegram keeps a file for the next hour. Raises as `call` does."""
        found = await self.call("getFile", {"file_id": file_id})
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str) or not path:
            raise Unknown("the answer names no file")
        return path

    def download(self, file_path: str) -> AsyncIterator[bytes]:
        """The content behind a path that `file_path` returned, piece by piece, to whatever
        length: what was declared counts for nothing. Raises as `call` does."""
        return self._request.pieces(self._file_prefix + quote(file_path), timeout_s=self._timeout_s)

    def _note(self, trouble: str | None) -> None:
        self.trouble = trouble
        if trouble is None:
            self.answered_at = time.monotonic()


def _result_of(status: int, payload: bytes) -> Any:
    """What Telegram's answer says; a 5xx or anything unreadable is `Unknown`."""
    if status >= 500:
        raise Unknown(f"HTTP {status}")
    answer = AiohttpRequest.parse_json_payload(payload)
    if status == 200 and answer.get("ok") is True:
        return answer.get("result")  # yes without a result is yes all the same
    if status == 200 and answer.get("ok") is not False:
        raise Unknown("the answer says neither yes nor no")
    parameters = answer.get("parameters")
    if not isinstance(parameters, dict):
        parameters = {}
    code = answer.get("error_code", status)
    if isinstance(code, int) and code >= 500:
        raise Unknown(f"error {code}")
    retry_after = parameters.get("retry_after")
    migrated_to = parameters.get("migrate_to_chat_id")
    return _refuse(code, str(answer.get("description", "")), retry_after, migrated_to)


def _refuse(code: Any, description: str, retry_after: Any, migrated_to: Any) -> Any:
    code = code if isinstance(code, int) else 400
    raise Refused(
        code,
        clean_text(description[:DESCRIPTION_MAX]),
        retry_after_s=_seconds(retry_after, needed=code == 429),
        migrated_to=migrated_to if is_storable(migrated_to) else None,
    )


def _seconds(retry_after: Any, *, needed: bool) -> float | None:
    """How long Telegram asks to wait, whatever form it took; at most a day."""
    if retry_after is None and not needed:
        return None
    try:
        seconds = float(retry_after)
    except (TypeError, ValueError, OverflowError):
        return 1.0
    if not seconds > 0:  # also what is no number
        return 1.0
    return min(seconds, RETRY_AFTER_MAX_S) if math.isfinite(seconds) else RETRY_AFTER_MAX_S
