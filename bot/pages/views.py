"""What each page shows. A view gets who looks, in which language and period, and gives HTML."""

from __future__ import annotations

from bot.pages import charts, lists
from bot.pages.html import Html, el
from bot.pages.layout import Look, document, findings, page, periods, table_of_rows
from handlers import figures, report_tables
from handlers.report_tables import Table
from handlers.words import Words
from services.complaints import categories as categories_of_complaints
from services.evaluation import agencies, counting, digest, funnel
from services.evaluation.agencies import MonthPoint
from services.evaluation.report import Report
from services.evaluation.scope import NotForYou, Scope

# --- pages ------------------------------------------------------------------------------------


def overview(look: Look) -> Html:
    """What to do today, then the half-year in words, then the agencies and what is compared."""
    words, found = look.words, look.report()
    body: list[Html] = [*_today(look), el("h2", words.label("pages.half_year")), periods(look, "")]
    if not found.together.filed:
        body.append(el("p", words.label("report.nothing")))
    for key, listed in (
        ("pages.attention", found.attention),
        ("pages.good", found.good),
        ("pages.unsaid", found.unsaid),
    ):
        body += [el("h3", words.label(key)), findings(look, listed)]
    body.append(_agency_table(look, found))
    body += _collection(look, report_tables.collected(words, found), "collection")
    body.append(el("h2", words.label("pages.compared")))
    ways = [
        el("a", words.label(f"compared.{what}"), href=look.address(f"compare/{what}"))
        for what in agencies.COMPARED
    ]
    body.append(el("ul", [el("li", way) for way in ways]))
    return page(look, "overview", words.label("pages.overview"), body)


def _today(look: Look) -> list[Html]:
    """The lines of the digest, each the way to its list."""
    words = look.words
    found = digest.lines(look.view)
    title = el("h2", words.label("pages.today"))
    if not found:
        return [title, el("p", words.label("pages.quiet"))]
    rows = []
    for line in found:
        # The words of a digest are HTML already: their figures stand out.
        said = Html(words.text(f"digest.line_{line.kind}", n=line.count))
        rows.append(el("li", el("a", said, href=lists.address_of(look, line.kind))))
    return [title, el("ul", rows, class_="todo")]


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
    words, found = look.words, report_of(look, code)
    name = figures.place_name(words, look.scope, code)
    points = months_of(look, found.scope)
    title = words.label("pages.months", place=name)
    body = [
        periods(look, f"agency/{code}"),
        findings(look, [*found.good, *found.attention, *found.unsaid]),
        el("h2", title),
        el("p", words.label("pages.months_help"), class_="soft"),
        charts.months(points, title=title, words=words),
        table_of_rows(look, report_tables.months(words, points), f"agency-months/{code}"),
        table_of_rows(look, report_tables.changes(words, found), f"agency/{code}"),
        table_of_rows(look, report_tables.by_category(words, found), f"agency-categories/{code}"),
        *_collection(look, report_tables.collected_years(words, found), f"agency-years/{code}"),
        el(
            "ul",
            [
                el("li", el("a", words.label(f"pages.{path}"), href=look.address(path, chosen=of)))
                for path, of in (("cases", {"place": code}), ("plans", {"place": code}))
            ],
        ),
    ]
    return page(look, "overview", name, body, path=f"agency/{code}")


def categories(look: Look) -> Html:
    words, found = look.words, look.report()
    table = report_tables.by_category(words, found)
    codes = [code for code, sums in found.categories.items() if sums.filed]
    links = {row: look.address(f"category/{code}") for row, code in enumerate(codes)}
    body = [periods(look, "categories"), table_of_rows(look, table, "categories", links=links)]
    if not table.rows:
        body.append(el("p", words.label("report.nothing")))
    return page(look, "categories", words.label("table.categories"), body)


def category(look: Look, code: str) -> Html:
    """One category: its agencies, its months.

    Raises:
        LookupError: there is no such category for this reader.
    """
    words = look.words
    name = category_name(look, code)
    counted = counting.of_category(look.session, look.scope, look.period, code, on=look.today)
    table = report_tables.of_category(words, look.scope, counted)
    title = words.label("pages.months", place=name)
    points = months_of(look, look.scope, code)
    body = [periods(look, f"category/{code}")]
    if not table.rows:
        body.append(el("p", words.label("report.nothing")))
    body += [
        table_of_rows(look, table, f"category/{code}"),
        el("h2", title),
        el("p", words.label("pages.months_help"), class_="soft"),
        charts.months(points, title=title, words=words),
        table_of_rows(look, report_tables.months(words, points), f"category-months/{code}"),
    ]
    return page(look, "categories", name, body, path=f"category/{code}")


def definitions(look: Look) -> Html:
    table = report_tables.definitions(look.words)
    body = [table_of_rows(look, table, "definitions", class_="words")]
    return page(look, "definitions", look.words.label("table.definitions"), body)


# --- outside a session ------------------------------------------------------------------------


def door(words: Words) -> Html:
    """The page behind a link: it is used by a button, so that no preview can use it up."""
    form = el("form", el("button", words.label("pages.enter"), type="submit"), method="post")
    return document(words, words.label("pages.title"), [el("p", words.label("pages.door")), form])


def message(words: Words, key: str) -> Html:
    """A page with one sentence: no way in, no such page."""
    return document(words, words.label("pages.title"), [el("p", words.label(key))])


# --- inside -----------------------------------------------------------------------------------


def _collection(look: Look, table: Table, csv: str) -> list[Html]:
    """What was due and paid, or that it is not counted yet."""
    if not table.rows:
        title = el("h2", look.words.label(table.name))
        return [title, el("p", look.words.label("pages.not_counted_yet"))]
    note = el("p", look.words.label("table.collection.help"), class_="soft")
    return [table_of_rows(look, table, csv), note]


def _agency_table(look: Look, found: Report) -> Html:
    """The agencies, each a link to its own page."""
    table = report_tables.by_place(look.words, found)
    links = {}
    for row, code in enumerate(report_tables.places_in_order(found)):
        if code in look.scope.cards:
            links[row] = look.address(f"agency/{code}")
    return table_of_rows(look, table, "agencies", links=links)


def months_of(look: Look, within: Scope, code: str | None = None) -> list[MonthPoint]:
    """The twelve months up to the period's end, or to today."""
    last = min(look.period.last, look.today)
    return agencies.by_month(look.session, within, last, today=look.today, category=code)


def category_name(look: Look, code: str) -> str:
    """Raises `LookupError` for a category that does not exist for this reader."""
    for leaf in categories_of_complaints.tree().leaves():
        if leaf.code == code and (look.scope.whole_fund or not leaf.restricted):
            return look.words.label(f"category.{code}")
    raise LookupError(code)


def report_of(look: Look, code: str) -> Report:
    """The report of one agency alone, within the reader's scope."""
    if not look.scope.covers(code):
        raise NotForYou
    if code not in look.scope.cards:
        raise LookupError(code)
    within = Scope(look.scope.member, frozenset({code}), {code: look.scope.cards[code]})
    return look.report(within)
