"""What each page shows. A view gets who looks, in which language and period, and gives HTML."""

from __future__ import annotations

from collections.abc import Sequence

from bot.pages import charts
from bot.pages.html import Html, el
from bot.pages.layout import Look, document, findings, page, periods, table_of_rows
from handlers import figures, report_tables
from handlers.report_tables import Table
from handlers.words import Words
from services.evaluation import agencies, digest, funnel, report
from services.evaluation.report import Report
from services.evaluation.scope import NotForYou, Scope

LISTS = ("today", "late", "untaken", "still", "decide")


# --- pages ------------------------------------------------------------------------------------


def overview(look: Look) -> Html:
    """In words first, then the agencies, then what is compared."""
    words, found = look.words, look.report()
    body: list[Html] = [periods(look, "")]
    if not found.together.filed:
        body.append(el("p", words.label("report.nothing")))
    for key, listed in (
        ("pages.good", found.good),
        ("pages.attention", found.attention),
        ("pages.unsaid", found.unsaid),
    ):
        body += [el("h2", words.label(key)), findings(look, listed)]
    body.append(_agency_table(look, found))
    body.append(table_of_rows(look, report_tables.collected(words, found), "collection"))
    body.append(el("p", words.label("table.collection.help"), class_="soft"))
    body.append(el("h2", words.label("pages.compared")))
    body.append(
        el(
            "ul",
            [
                el(
                    "li",
                    el("a", words.label(f"compared.{what}"), href=look.address(f"compare/{what}")),
                )
                for what in agencies.COMPARED
            ],
        )
    )
    return page(look, "overview", words.label("pages.overview"), body)


def compare(look: Look, what: str) -> Html:
    """The funnel and its table.

    Raises:
        LookupError: nothing of this name is compared.
    """
    if what not in agencies.COMPARED:
        raise LookupError(what)
    words, found = look.words, look.report()
    title = words.label("funnel.title", measure=words.label(f"compared.{what}"))
    drawn = funnel.draw(found.compared[what])
    body: list[Html] = [periods(look, f"compare/{what}"), el("p", words.label("funnel.help"))]
    if drawn is None:
        body.append(el("p", words.label("funnel.nothing")))
    else:
        body.append(
            charts.funnel(
                drawn,
                title=title,
                right_to_left=words.right_to_left,
                name=lambda place: figures.place_name(words, look.scope, place),
            )
        )
        axes = words.label("funnel.axes", widest=round(drawn.widest))
        body.append(el("p", axes, class_="soft"))
    table = report_tables.compared(words, found, what)
    body.append(table_of_rows(look, table, f"compare/{what}"))
    return page(look, "overview", title, body, path=f"compare/{what}")


def agency(look: Look, code: str) -> Html:
    """One agency: its measures beside the period before, its months, its categories.

    Raises:
        NotForYou: out of the reader's scope.
        LookupError: there is no such agency.
    """
    words, found = look.words, _report_of(look, code)
    name = figures.place_name(words, look.scope, code)
    last = min(look.period.last, look.today)
    points = agencies.by_month(look.session, code, last, today=look.today)
    title = words.label("pages.months", place=name)
    body = [
        periods(look, f"agency/{code}"),
        findings(look, [*found.good, *found.attention, *found.unsaid]),
        el("h2", title),
        el("p", words.label("pages.months_help"), class_="soft"),
        charts.months(points, title=title, right_to_left=words.right_to_left),
        table_of_rows(look, report_tables.changes(words, found), f"agency/{code}"),
        table_of_rows(look, report_tables.by_category(words, found), None),
        table_of_rows(look, report_tables.collected_years(words, found), None),
    ]
    return page(look, "overview", name, body, path=f"agency/{code}")


def categories(look: Look) -> Html:
    words, found = look.words, look.report()
    table = report_tables.by_category(words, found)
    body = [periods(look, "categories"), table_of_rows(look, table, "categories")]
    if not table.rows:
        body.append(el("p", words.label("report.nothing")))
    return page(look, "categories", words.label("table.categories"), body)


def lists(look: Look) -> Html:
    """Cases and plans that wait, by reference; no names."""
    words = look.words
    body: list[Html] = []
    for kind in LISTS:
        items = digest.list_of(look.view, kind)
        body.append(el("h2", words.label(f"digest.open_{kind}")))
        if not items:
            body.append(el("p", words.label("report.none")))
            continue
        body.append(table_of_rows(look, list_table(words, kind, items), f"lists-{kind}"))
    return page(look, "lists", words.label("pages.lists"), body)


def list_table(words: Words, kind: str, items: Sequence[digest.Item]) -> Table:
    rows = [
        [
            words.code(item.reference),
            words.label(f"category.{item.category}")
            if item.category
            else words.label("figure.none"),
            words.datetime(item.since) if item.since else "",
        ]
        for item in items
    ]
    head = [words.label(f"pages.{name}") for name in ("reference", "category", "since")]
    return Table(f"digest.open_{kind}", head, rows)


def definitions(look: Look) -> Html:
    table = report_tables.definitions(look.words)
    body = [table_of_rows(look, table, None, class_="words")]
    return page(look, "definitions", look.words.label("table.definitions"), body)


def table_of(look: Look, name: str) -> Table:
    """The table behind a CSV link.

    Raises:
        LookupError: there is no such table.
        NotForYou: out of the reader's scope.
    """
    words = look.words
    kind, _, rest = name.partition("/")
    if kind.startswith("lists-"):
        which = kind.removeprefix("lists-")
        if which not in LISTS:
            raise LookupError(name)
        return list_table(words, which, digest.list_of(look.view, which))
    match kind:
        case "agencies":
            return report_tables.by_place(words, look.report())
        case "collection":
            return report_tables.collected(words, look.report())
        case "categories":
            return report_tables.by_category(words, look.report())
        case "compare" if rest in agencies.COMPARED:
            return report_tables.compared(words, look.report(), rest)
        case "agency":
            return report_tables.changes(words, _report_of(look, rest))
        case _:
            raise LookupError(name)


# --- outside a session ------------------------------------------------------------------------


def door(words: Words) -> Html:
    """The page behind a link: it is used by a button, so that no preview can use it up."""
    form = el("form", el("button", words.label("pages.enter"), type="submit"), method="post")
    return document(words, words.label("pages.title"), [el("p", words.label("pages.door")), form])


def message(words: Words, key: str) -> Html:
    """A page with one sentence: no way in, no such page."""
    return document(words, words.label("pages.title"), [el("p", words.label(key))])


# --- inside -----------------------------------------------------------------------------------


def _agency_table(look: Look, found: Report) -> Html:
    """The agencies, each a link to its own page."""
    table = report_tables.by_place(look.words, found)
    links = {}
    for row, code in enumerate(report_tables.places_in_order(found)):
        if code in look.scope.cards:
            links[row] = look.address(f"agency/{code}")
    return table_of_rows(look, table, "agencies", links=links)


def _report_of(look: Look, code: str) -> Report:
    """The report of one agency alone, within the reader's scope."""
    if not look.scope.covers(code):
        raise NotForYou
    if code not in look.scope.cards:
        raise LookupError(code)
    within = Scope(look.scope.member, frozenset({code}), {code: look.scope.cards[code]})
    return report.make(look.session, within, look.period, on=look.today)
