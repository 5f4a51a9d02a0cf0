"""The frame of every page: who looks, the menu, the period, and a table that phones can move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from bot.pages.html import Html, el
from handlers import figures
from handlers.report_tables import Table
from handlers.words import LANGUAGES, Words
from services.evaluation import measures, report
from services.evaluation.digest import View
from services.evaluation.kept import KeptReports
from services.evaluation.measures import Period
from services.evaluation.report import Finding, Report
from services.evaluation.scope import Scope

ROOT = "/managers"
PAGES = ("overview", "cases", "plans", "campaigns", "categories", "definitions")


@dataclass(frozen=True, slots=True)
class Look:
    """One request: the reader's scope, language, period, today, and what was chosen."""

    session: Session
    scope: Scope
    words: Words
    period: Period
    today: date
    view: View
    query: Mapping[str, str]
    kept: KeptReports

    def report(self, within: Scope | None = None) -> Report:
        """The figures of the period for all of the reader's places, or for some of them."""
        scope = within or self.scope
        return self.kept.report(self.session, scope, self.period, on=self.today)

    def address(
        self,
        path: str,
        *,
        language: str | None = None,
        period: Period | None = None,
        chosen: Mapping[str, str] | None = None,
    ) -> str:
        """The address of a page; `chosen` are the filters of a list."""
        chosen = {
            "lang": language or self.words.language,
            "from": (period or self.period).months[0].isoformat(),
            **(chosen or {}),
        }
        return f"{ROOT}/{path}?{urlencode(chosen)}"


def page(
    look: Look,
    current: str,
    title: str,
    body: Sequence[Html],
    *,
    path: str | None = None,
    chosen: Mapping[str, str] | None = None,
) -> Html:
    """A page within a session; `path` is its own address below the root, `chosen` its filters."""
    own = path if path is not None else "" if current == "overview" else current
    words = look.words
    links = [
        el(
            "li",
            el(
                "a",
                words.label(f"pages.{name}"),
                href=look.address("" if name == "overview" else name),
                aria_current="page" if name == current else None,
            ),
        )
        for name in PAGES
    ]
    other = next(code for code in LANGUAGES if code != words.language)
    switch = el(
        "li",
        el(
            "a",
            words.label(f"language.name_{other}"),
            href=look.address(own, language=other, chosen=chosen),
            lang=other,
            hreflang=other,
        ),
    )
    nav = el("nav", el("ul", [*links, switch]), aria_label=words.label("pages.menu"))
    leave = el(
        "form",
        el("button", words.label("pages.leave"), type="submit"),
        method="post",
        action=f"{ROOT}/leave",
    )
    return document(words, title, body, nav=nav, foot=leave)


def document(
    words: Words,
    title: str,
    body: Sequence[Html],
    *,
    nav: Html | None = None,
    foot: Html | None = None,
) -> Html:
    """A whole document in a language and its direction."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="robots", content="noindex"),
        el("title", title),
        el("link", rel="stylesheet", href=f"{ROOT}/style.css"),
    )
    skip = el("a", words.label("pages.skip"), href="#content", class_="skip")
    inside = el(
        "body",
        skip,
        el("header", el("h1", title), nav),
        el("main", body, id="content", tabindex="-1"),
        el("footer", foot) if foot is not None else None,
    )
    direction = "rtl" if words.right_to_left else "ltr"
    return Html("<!doctype html>" + el("html", head, inside, lang=words.language, dir=direction))


def periods(look: Look, path: str, chosen: Mapping[str, str] | None = None) -> Html:
    """The period shown, and the way to those beside it."""
    words = look.words
    ways = [("report.before", report.previous(look.period))]
    present = measures.half_year(look.today)
    if look.period != present:
        ways.append(("pages.present", present))
    links = [
        el("a", words.label(key), href=look.address(path, period=period, chosen=chosen))
        for key, period in ways
    ]
    name = figures.period_name(words, look.period)
    return el("div", el("p", el("strong", name)), el("div", links, class_="tools"))


def findings(look: Look, listed: Sequence[Finding]) -> Html:
    """What was found, a sentence each."""
    words = look.words
    if not listed:
        return el("p", words.label("report.none"))
    return el("ul", [el("li", figures.sentence(words, look.scope, one)) for one in listed])


def table_of_rows(
    look: Look,
    table: Table,
    csv: str | None,
    *,
    links: dict[int, str] | None = None,
    class_: str | None = None,
    chosen: Mapping[str, str] | None = None,
) -> Html:
    """A table, with the way to its CSV; `links` make the first cell of a row a link."""
    words = look.words
    title = words.label(table.name)
    rows = []
    for number, (first, *rest) in enumerate(table.rows):
        target = (links or {}).get(number)
        name: str = el("a", first, href=target) if target is not None else first
        rows.append(el("tr", el("th", name, scope="row"), [el("td", cell) for cell in rest]))
    made = el(
        "table",
        el("caption", title),
        el("thead", el("tr", [el("th", cell, scope="col") for cell in table.head])),
        el("tbody", rows),
        class_=class_,
    )
    # A table wider than the screen is moved by keyboard too.
    scroll = el("div", made, class_="scroll", tabindex="0", role="region", aria_label=title)
    tools = None
    if csv is not None:
        link = el(
            "a", words.label("pages.csv"), href=look.address(f"table/{csv}.csv", chosen=chosen)
        )
        tools = el("div", link, class_="tools")
    return el("section", scroll, tools)
