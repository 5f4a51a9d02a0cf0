"""Every table of the pages by its name, to be taken away as CSV."""

from __future__ import annotations

from collections.abc import Callable

from bot.pages import campaigns, lists, views
from bot.pages.layout import Look
from handlers import report_tables
from handlers.report_tables import Table
from services.evaluation import agencies, counting


def named(look: Look, name: str) -> Table:
    """The table behind a CSV link.

    Raises:
        LookupError: there is no such table.
        NotForYou: out of the reader's scope.
    """
    kind, _, rest = name.partition("/")
    if kind not in _TABLES or bool(rest) != (kind in _OF_SOMETHING):
        raise LookupError(name)
    return _TABLES[kind](look, rest)


def _compare(look: Look, what: str) -> Table:
    if what not in agencies.COMPARED:
        raise LookupError(what)
    return report_tables.compared(look.words, look.report(), what)


def _category(look: Look, code: str) -> Table:
    views.category_name(look, code)
    counted = counting.of_category(look.session, look.scope, look.period, code, on=look.today)
    return report_tables.of_category(look.words, look.scope, counted)


def _category_months(look: Look, code: str) -> Table:
    views.category_name(look, code)
    return report_tables.months(look.words, views.months_of(look, look.scope, code))


_TABLES: dict[str, Callable[[Look, str], Table]] = {
    "agencies": lambda look, _: report_tables.by_place(look.words, look.report()),
    "collection": lambda look, _: report_tables.collected(look.words, look.report()),
    "categories": lambda look, _: report_tables.by_category(look.words, look.report()),
    "definitions": lambda look, _: report_tables.definitions(look.words),
    "compare": _compare,
    "agency": lambda look, code: report_tables.changes(look.words, views.report_of(look, code)),
    "agency-categories": lambda look, code: report_tables.by_category(
        look.words, views.report_of(look, code)
    ),
    "agency-years": lambda look, code: report_tables.collected_years(
        look.words, views.report_of(look, code)
    ),
    "agency-months": lambda look, code: report_tables.months(
        look.words, views.months_of(look, views.report_of(look, code).scope)
    ),
    "category": _category,
    "category-months": _category_months,
    "cases": lambda look, _: lists.all_cases(look),
    "plans": lambda look, _: lists.all_plans(look),
    "waiting": lists.waiting_table,
    "campaigns": lambda look, _: campaigns.every_table(look),
    "campaign": campaigns.one_table,
}
_OF_SOMETHING = frozenset(
    (
        "compare",
        "agency",
        "agency-categories",
        "agency-years",
        "agency-months",
        "category-months",
        "category",
        "waiting",
        "campaign",
    )
)
