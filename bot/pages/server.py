"""The routes of the managers' pages, their session, and the headers that guard them.

Reading runs in threads beside the event loop and in transactions that write nothing; using a
link and leaving go through the workers like every other write.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

from aiohttp import web
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.workers import Workers
from bot.pages import campaigns, lists, tables, views
from bot.pages.html import Html
from bot.pages.layout import ROOT, Look
from handlers.kit import Kit
from handlers.report_tables import Table, bare
from handlers.words import Words
from services import people
from services.clock import Clock
from services.complaints.office import Office
from services.dates import day_in_algiers
from services.evaluation import digest, doors, measures, scope
from services.evaluation.kept import KeptReports

COOKIE = "managers"
STYLE = Path(__file__).with_name("style.css")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
T = TypeVar("T")
View = Callable[[Look, str], Html]

_PAGES: dict[str, View] = {
    "": lambda look, _: views.overview(look),
    "cases": lambda look, _: lists.cases(look),
    "plans": lambda look, _: lists.plans(look),
    "waiting/{name}": lists.waiting,
    "campaigns": lambda look, _: campaigns.every(look),
    "campaign/{name}": campaigns.one,
    "categories": lambda look, _: views.categories(look),
    "category/{name}": views.category,
    "definitions": lambda look, _: views.definitions(look),
    "compare/{name}": views.compare,
    "agency/{name}": views.agency,
}


def add_to(
    app: web.Application,
    *,
    kit: Kit,
    clock: Clock,
    sessions: sessionmaker[Session],
    workers: Workers,
) -> None:
    """Add every page to the web server."""
    pages = _Pages(kit, clock, sessions, workers)
    style = STYLE.read_text(encoding="utf-8")

    async def send_style(_: web.Request) -> web.Response:
        return web.Response(text=style, content_type="text/css", headers=HEADERS)

    router = app.router
    router.add_get(f"{ROOT}/style.css", send_style)
    router.add_get(f"{ROOT}/open/{{token}}", pages.door)
    router.add_post(f"{ROOT}/open/{{token}}", pages.enter)
    router.add_post(f"{ROOT}/leave", pages.leave)
    router.add_get(f"{ROOT}/table/{{name:.+}}.csv", pages.table)
    for path, view in _PAGES.items():
        router.add_get(f"{ROOT}/{path}", pages.page(view))


class _Pages:
    def __init__(
        self, kit: Kit, clock: Clock, sessions: sessionmaker[Session], workers: Workers
    ) -> None:
        self._kit = kit
        self._clock = clock
        self._sessions = sessions
        self._workers = workers
        self._kept = KeptReports()

    async def door(self, request: web.Request) -> web.Response:
        return _html(views.door(self._stranger(request)))

    async def enter(self, request: web.Request) -> web.Response:
        """Use the link, once, and open the session."""
        token = request.match_info["token"]

        def use() -> str:
            with self._sessions.begin() as session:
                return doors.open_link(session, self._kit.vault, token, self._clock.now())

        try:
            secret = await self._workers.submit(0, use)
        except doors.NoWayIn:
            return _html(views.message(self._stranger(request), "pages.no_way_in"), status=403)
        response = web.Response(status=303, headers={**HEADERS, "Location": f"{ROOT}/"})
        response.set_cookie(
            COOKIE,
            secret,
            path=ROOT,
            httponly=True,
            samesite="Strict",
            secure=self._kit.public_url.startswith("https:"),
            max_age=int(doors.SESSION_LASTS.total_seconds()),
        )
        return response

    async def leave(self, request: web.Request) -> web.Response:
        secret = request.cookies.get(COOKIE, "")

        def end() -> None:
            with self._sessions.begin() as session:
                doors.leave(session, self._kit.vault, secret)

        await self._workers.submit(0, end)
        response = _html(views.message(self._stranger(request), "pages.left"))
        response.del_cookie(COOKIE, path=ROOT)
        return response

    def page(self, view: View) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.Response:
            name = request.match_info.get("name", "")
            return await self._answer(request, lambda look: _html(view(look, name)))

        return answer

    async def table(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return await self._answer(request, lambda look: _csv(tables.named(look, name), name))

    # --- inside -------------------------------------------------------------------------

    async def _answer(
        self, request: web.Request, make: Callable[[Look], web.Response]
    ) -> web.Response:
        """Run a view for whoever the session belongs to, if they may see it now."""

        def work() -> web.Response:
            with self._sessions() as session:
                session.connection(execution_options={"read_only": True})
                return make(self._look(session, request))

        try:
            return await asyncio.to_thread(work)
        except (doors.NoWayIn, scope.NotForYou):
            return _html(views.message(self._stranger(request), "pages.no_way_in"), status=403)
        except LookupError:
            return _html(views.message(self._stranger(request), "pages.not_found"), status=404)

    def _look(self, session: Session, request: web.Request) -> Look:
        now = self._clock.now()
        secret = request.cookies.get(COOKIE, "")
        telegram_id = doors.visitor(session, self._kit.vault, secret, now)
        within = scope.of(session, telegram_id)
        language = request.query.get("lang", "")
        if language not in self._kit.words:
            language = within.member.language or "ar"
        today = day_in_algiers(now)
        try:
            period = measures.half_year(date.fromisoformat(request.query.get("from", "")))
        except ValueError:
            period = measures.half_year(today)
        office = Office(session, self._kit.policy, self._kit.vault, now)
        return Look(
            session=session,
            scope=within,
            words=self._kit.words[language],
            period=period,
            today=today,
            view=digest.view_of(office, within.member),
            query=request.query,
            kept=self._kept,
        )

    def _stranger(self, request: web.Request) -> Words:
        """The words for someone who is not known: their browser's language."""
        wanted = request.headers.get("Accept-Language", "")
        return self._kit.words[people.language_for(wanted)]


def _html(content: Html, *, status: int = 200) -> web.Response:
    return web.Response(text=content, content_type="text/html", status=status, headers=HEADERS)


def _csv(table: Table, name: str) -> web.Response:
    """A table as CSV with a byte-order mark, which spreadsheets need to read Arabic."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    for row in (table.head, *table.rows):
        writer.writerow([harmless(bare(cell)) for cell in row])
    file_name = f"casnos-{name.replace('/', '-')}.csv"
    return web.Response(
        body=("\ufeff" + written.getvalue()).encode(),
        content_type="text/csv",
        charset="utf-8",
        headers={**HEADERS, "Content-Disposition": f'attachment; filename="{file_name}"'},
    )


def harmless(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula is kept as text."""
    is_formula = cell[:1] in ("=", "+", "@") or (cell[:1] == "-" and cell[1:2].isalpha())
    return f"'{cell}" if is_formula else cell
