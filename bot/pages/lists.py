"""Lists of cases and of plans, filtered and in pages, and those behind the lines of a digest.

A list shows references, never a name; a case or a plan is opened in the bot, by those who work
on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.pages.html import Html, el
from bot.pages.layout import ROOT, Look, page, periods, table_of_rows
from handlers import figures
from handlers.report_tables import Table
from services.complaints import categories
from services.dates import day_in_algiers
from services.evaluation import digest, listing
from services.evaluation.listing import CASE_FILTERS, PLAN_FILTERS, CaseRow, Listed, PlanRow
from services.references import CENTRAL

# Lines of a digest that are a filter of a list; all others have a list of their own.
OF_CASES, OF_PLANS = ("late", "today", "untaken", "still"), ("decide", "decide_late")


def address_of(look: Look, kind: str) -> str:
    """Where the list behind a line of a digest is."""
    if kind in OF_CASES:
        return look.address("cases", chosen={"show": kind})
    if kind in OF_PLANS:
        return look.address("plans", chosen={"show": kind})
    return look.address(f"waiting/{kind}")


# --- cases ------------------------------------------------------------------------------------


def cases(look: Look) -> Html:
    """The cases the reader may see, by what was chosen."""
    chosen = _chosen_cases(look)
    found = _cases(look, chosen, most=listing.PAGE)
    options = [
        _select(look, "show", chosen, _shown(look, "case", CASE_FILTERS)),
        _select(look, "place", chosen, _place_names(look), every="pages.every_place"),
        _select(look, "category", chosen, _leaf_names(look), every="pages.every_category"),
    ]
    return _list_page(look, "cases", chosen, options, found, _case_table(look, found.rows))


def all_cases(look: Look) -> Table:
    chosen = _chosen_cases(look)
    return _case_table(look, _cases(look, chosen, most=listing.AS_TABLE_MAX).rows)


def _chosen_cases(look: Look) -> dict[str, str]:
    return _chosen(
        look, ("show", CASE_FILTERS), ("place", _places(look)), ("category", _leaves(look))
    )


def _cases(look: Look, chosen: Mapping[str, str], *, most: int) -> Listed[CaseRow]:
    return listing.cases(
        look.view,
        look.period,
        show=chosen["show"],
        place=chosen.get("place"),
        category=chosen.get("category"),
        number=_number(look),
        most=most,
    )


def _case_table(look: Look, rows: Iterable[CaseRow]) -> Table:
    words = look.words
    listed = [
        [
            words.code(one.reference),
            figures.place_name(words, look.scope, one.place),
            words.label(f"category.{one.category}"),
            words.date(day_in_algiers(one.filed_at)),
            words.label(f"desk.status_{one.status}"),
            words.label("pages.yes" if one.late else "figure.none"),
        ]
        for one in rows
    ]
    columns = ("reference", "place", "category", "filed", "state", "late")
    return Table("pages.cases", [words.label(f"pages.{name}") for name in columns], listed)


# --- plans ------------------------------------------------------------------------------------


def plans(look: Look) -> Html:
    """The plans the reader may see, by what was chosen."""
    chosen = _chosen(look, ("show", PLAN_FILTERS), ("place", _places(look)))
    found = _plans(look, chosen, most=listing.PAGE)
    options = [
        _select(look, "show", chosen, _shown(look, "plan", PLAN_FILTERS)),
        _select(look, "place", chosen, _place_names(look), every="pages.every_place"),
    ]
    return _list_page(look, "plans", chosen, options, found, _plan_table(look, found.rows))


def all_plans(look: Look) -> Table:
    chosen = _chosen(look, ("show", PLAN_FILTERS), ("place", _places(look)))
    return _plan_table(look, _plans(look, chosen, most=listing.AS_TABLE_MAX).rows)


def _plans(look: Look, chosen: Mapping[str, str], *, most: int) -> Listed[PlanRow]:
    return listing.plans(
        look.view,
        look.period,
        show=chosen["show"],
        place=chosen.get("place"),
        number=_number(look),
        most=most,
    )


def _plan_table(look: Look, rows: Iterable[PlanRow]) -> Table:
    words = look.words
    listed = [
        [
            words.code(one.reference),
            figures.place_name(words, look.scope, one.place),
            words.date(day_in_algiers(one.asked_at)),
            words.label(f"plan.state_{one.state}"),
            words.number(one.months),
            words.money(one.debt),
            words.date(one.answer_by) if one.answer_by else words.label("figure.none"),
        ]
        for one in rows
    ]
    columns = ("reference", "place", "asked", "state", "months_of", "debt", "answer_by")
    return Table("pages.plans", [words.label(f"pages.{name}") for name in columns], listed)


# --- what else waits --------------------------------------------------------------------------


def waiting(look: Look, kind: str) -> Html:
    """The list behind a line of the digest.

    Raises:
        LookupError: there is no such line.
    """
    table = waiting_table(look, kind)
    body = [table_of_rows(look, table, f"waiting/{kind}", class_="list")]
    if not table.rows:
        body = [el("p", look.words.label("digest.list_empty"))]
    title = look.words.label(f"digest.open_{kind}")
    return page(look, "overview", title, body, path=f"waiting/{kind}")


def waiting_table(look: Look, kind: str) -> Table:
    words = look.words
    none = words.label("figure.none")
    rows = []
    for item in digest.list_of(look.view, kind):
        named = item.kind in ("place", "agency", "cluster", "call")
        place = item.reference if named else item.place
        about = none
        if item.category:
            key = "compared" if item.kind == "agency" else "category"
            about = words.label(f"{key}.{item.category}")
        rows.append(
            [
                none if named else words.code(item.reference),
                figures.place_name(words, look.scope, place) if place else none,
                about,
                words.date(day_in_algiers(item.since)) if item.since else none,
            ]
        )
    columns = ("reference", "place", "category", "since")
    return Table(f"digest.open_{kind}", [words.label(f"pages.{name}") for name in columns], rows)


# --- inside -----------------------------------------------------------------------------------


def _list_page(
    look: Look,
    name: str,
    chosen: Mapping[str, str],
    options: Sequence[Html],
    found: Listed[CaseRow] | Listed[PlanRow],
    table: Table,
) -> Html:
    """The filters, how many there are, the rows, and the way to the pages beside."""
    words = look.words
    hidden = [
        el("input", type="hidden", name=key, value=value)
        for key, value in (
            ("lang", words.language),
            ("from", look.period.months[0].isoformat()),
        )
    ]
    form = el(
        "form",
        hidden,
        options,
        el("button", words.label("pages.apply"), type="submit"),
        method="get",
        action=f"{ROOT}/{name}",
        class_="filters",
    )
    body = [form]
    if chosen["show"] == "period":
        body.append(periods(look, name, chosen))
    if not found.rows:
        body.append(el("p", words.label("pages.none_found")))
    else:
        body.append(el("p", words.label("pages.found", n=found.count)))
        body.append(table_of_rows(look, table, name, chosen=chosen, class_="list"))
        body.append(_pager(look, name, chosen, found))
    return page(look, name, words.label(f"pages.{name}"), body, chosen=chosen)


def _pager(
    look: Look, name: str, chosen: Mapping[str, str], found: Listed[CaseRow] | Listed[PlanRow]
) -> Html:
    if found.pages == 1:
        return Html("")
    words = look.words
    links: list[Html] = []
    for key, number, there in (
        ("pages.page_before", found.number - 1, found.number > 1),
        ("pages.page_after", found.number + 1, found.number < found.pages),
    ):
        if there:
            target = look.address(name, chosen={**chosen, "page": str(number)})
            links.append(el("a", words.label(key), href=target))
    where = words.label("pages.page_of", number=found.number, pages=found.pages)
    return el("nav", el("p", where), el("div", links, class_="tools"), aria_label=where)


def _chosen(look: Look, *fields: tuple[str, Iterable[str]]) -> dict[str, str]:
    """What the address says, as far as it can be chosen; the first filter where it says none."""
    found: dict[str, str] = {}
    for name, possible in fields:
        known = list(possible)
        value = look.query.get(name, "")
        if value in known:
            found[name] = value
        elif name == "show":
            found[name] = known[0]
    return found


def _number(look: Look) -> int:
    typed = look.query.get("page", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 7 else 1


def _select(
    look: Look,
    name: str,
    chosen: Mapping[str, str],
    options: Mapping[str, str],
    *,
    every: str | None = None,
) -> Html:
    words = look.words
    made = [el("option", words.label(every), value="")] if every is not None else []
    made += [
        el("option", label, value=value, selected=chosen.get(name) == value)
        for value, label in options.items()
    ]
    label = words.label(f"pages.choose_{name}")
    return el("label", el("span", label), el("select", made, name=name))


def _shown(look: Look, of: str, filters: Iterable[str]) -> dict[str, str]:
    return {name: look.words.label(f"pages.show_{of}_{name}") for name in filters}


def _places(look: Look) -> list[str]:
    central = [CENTRAL] if look.scope.whole_fund else []
    return [*sorted(look.scope.cards), *central]


def _place_names(look: Look) -> dict[str, str]:
    return {code: figures.place_name(look.words, look.scope, code) for code in _places(look)}


def _leaves(look: Look) -> list[str]:
    return [
        leaf.code
        for leaf in categories.tree().leaves()
        if look.scope.whole_fund or not leaf.restricted
    ]


def _leaf_names(look: Look) -> dict[str, str]:
    return {code: look.words.label(f"category.{code}") for code in _leaves(look)}
