"""The tables of a report: rows of text and numbers, for the spreadsheet, the PDF and the pages."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handlers import figures
from handlers.words import Words
from services.evaluation import agencies, measures
from services.evaluation.agencies import MonthPoint
from services.evaluation.collection import Collected
from services.evaluation.measures import Sums
from services.evaluation.report import Report
from services.evaluation.scope import Scope
from services.references import CENTRAL

# What a table of places shows; the spreadsheet has every measure.
MAIN = (
    "filed",
    "per_affiliates",
    "open",
    "oldest",
    "answered_in_target",
    "resolved_in_target",
    "reopened",
    "satisfaction",
)
COMPARISON = ("place", "observed", "expected", "ratio", "interval", "shrunk", "band")


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is its message key; `head` the column titles; the first cell of a row names it."""

    name: str
    head: list[str]
    rows: list[list[str]]


def places_in_order(found: Report) -> list[str]:
    """By code, never by rank; the central level last."""
    return sorted(found.places, key=lambda code: (code == CENTRAL, code))


def by_place(words: Words, found: Report, names: Sequence[str] = MAIN) -> Table:
    """Every place with the chosen measures, and all together."""
    chosen = [measures.BY_NAME[name] for name in names]
    rows = []
    for code in places_in_order(found):
        sums = found.places[code]
        name = figures.place_name(words, found.scope, code)
        rows.append([name, *(figures.value(words, one, one.value(sums)) for one in chosen)])
    if len(rows) != 1:
        together = [figures.value(words, one, one.value(found.together)) for one in chosen]
        rows.append([words.label("table.together"), *together])
    head = [words.label("table.place"), *(words.label(f"measure.{name}") for name in names)]
    return Table("table.places", head, rows)


def by_category(words: Words, found: Report, names: Sequence[str] = MAIN) -> Table:
    """Every category with cases."""
    per_case = [name for name in names if name != "per_affiliates"]
    chosen = [measures.BY_NAME[name] for name in per_case]
    rows = [
        [
            words.label(f"category.{code}"),
            *(figures.value(words, one, one.value(sums)) for one in chosen),
        ]
        for code, sums in found.categories.items()
        if sums.filed
    ]
    head = [words.label("table.category"), *(words.label(f"measure.{name}") for name in per_case)]
    return Table("table.categories", head, rows)


def of_category(words: Words, scope: Scope, counted: dict[str, Sums]) -> Table:
    """One category, place by place, by code; the central level last."""
    names = [name for name in MAIN if name != "per_affiliates"]
    chosen = [measures.BY_NAME[name] for name in names]
    rows = [
        [
            figures.place_name(words, scope, code),
            *(figures.value(words, one, one.value(counted[code])) for one in chosen),
        ]
        for code in sorted(counted, key=lambda code: (code == CENTRAL, code))
    ]
    head = [words.label("table.place"), *(words.label(f"measure.{name}") for name in names)]
    return Table("table.places", head, rows)


def compared(words: Words, found: Report, what: str) -> Table:
    """Each agency beside what is expected of it."""
    rows = [
        [
            figures.place_name(words, found.scope, one.place),
            words.number(one.observed),
            figures.decimal(words, one.expected),
            figures.ratio(words, one.ratio),
            figures.interval(words, one),
            figures.ratio(words, one.shrunk),
            words.label(f"band.{one.band.value}"),
        ]
        for one in found.compared[what]
    ]
    head = [words.label(f"table.{name}") for name in COMPARISON]
    return Table(f"compared.{what}", head, rows)


def changes(words: Words, found: Report) -> Table:
    """Every measure of all together, beside the period before."""
    rows = [
        [
            words.label(f"measure.{one.name}"),
            figures.value(words, one, one.value(found.before)),
            figures.value(words, one, one.value(found.together)),
        ]
        for one in measures.MEASURES
    ]
    head = [words.label(f"table.{name}") for name in ("measure", "before", "now")]
    return Table("table.changes", head, rows)


def months(words: Words, points: Sequence[MonthPoint]) -> Table:
    """Month by month: what was counted, the usual run, and between what chance explains."""
    none = words.label("figure.none")
    rows = []
    for one in points:
        between = none
        if one.alarm_high is not None:
            low, high = words.number(round(one.alarm_low or 0)), words.number(round(one.alarm_high))
            between = words.label("figure.interval", low=low, high=high)
        usual = none if one.expected is None else figures.decimal(words, one.expected)
        rows.append([words.month(one.month), words.number(one.observed), usual, between])
    head = [words.label(f"table.{name}") for name in ("month", "observed", "usual", "between")]
    return Table("table.months", head, rows)


def collected(words: Words, found: Report) -> Table:
    """What was due and paid, place by place, all years together. How many are late is told year
    by year alone: over the years the same people would be counted again."""
    rows = [
        [figures.place_name(words, found.scope, place), *_amounts(words, one)[:-1]]
        for place, one in sorted(found.collected.items())
    ]
    return Table("table.collection", _collection_head(words, "place")[:-1], rows)


def collected_years(words: Words, found: Report) -> Table:
    """The same year by year."""
    rows = [[str(year), *_amounts(words, one)] for year, one in found.collected_years.items()]
    return Table("table.collection_years", _collection_head(words, "year"), rows)


def collected_places_years(words: Words, found: Report) -> Table:
    """Every agency, year by year."""
    rows = [
        [figures.place_name(words, found.scope, place), str(year), *_amounts(words, one)]
        for (place, year), one in sorted(found.collected_places_years.items())
    ]
    first, *rest = _collection_head(words, "place")
    head = [first, words.label("table.year"), *rest]
    return Table("table.collection_places_years", head, rows)


def _collection_head(words: Words, first: str) -> list[str]:
    columns = (first, "due", "paid", "paid_share", "late", "surcharge", "in_arrears")
    return [words.label(f"table.{name}") for name in columns]


def _amounts(words: Words, one: Collected) -> list[str]:
    """Whole dinars: a report counts no centimes."""
    share = figures.percent(words, one.paid / one.due) if one.due else words.label("figure.none")
    due, paid, late, surcharge = (
        words.number(round(amount / 100)) for amount in (one.due, one.paid, one.late, one.surcharge)
    )
    return [due, paid, share, late, surcharge, words.number(one.in_arrears)]


def definitions(words: Words) -> Table:
    """Every measure with its definition, and the columns of a comparison."""
    keys = [f"measure.{one.name}" for one in measures.MEASURES]
    keys += [f"table.{name}" for name in COMPARISON[1:]]
    rows = [[words.label(key), words.label(f"{key}.help")] for key in keys]
    head = [words.label("table.measure"), words.label("table.definition")]
    return Table("table.definitions", head, rows)


def all_tables(words: Words, found: Report) -> list[Table]:
    everything = [measure.name for measure in measures.MEASURES]
    return [
        changes(words, found),
        by_place(words, found, everything),
        *(compared(words, found, what) for what in agencies.COMPARED),
        by_category(words, found),
        collected(words, found),
        collected_years(words, found),
        collected_places_years(words, found),
        definitions(words),
    ]


def write_xlsx(words: Words, found: Report) -> bytes:
    """The report as a spreadsheet, a sheet a table."""
    from openpyxl import Workbook  # heavy: only when a spreadsheet is wanted
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    first = book.active
    if first is not None:
        book.remove(first)
    for table in all_tables(words, found):
        sheet = book.create_sheet(sheet_title(words.label(table.name)))
        sheet.sheet_view.rightToLeft = words.right_to_left
        sheet.append([bare(cell) for cell in table.head])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        for row in table.rows:
            sheet.append([typed(cell) for cell in row])
        for number, width in enumerate(_widths(table), start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.freeze_panes = "B2"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def bare(text: str) -> str:
    """Without direction isolates, which a cell of its own does not need."""
    return text.translate(dict.fromkeys(range(8294, 8298)))


def typed(text: str) -> str | int | float:
    """A whole or decimal number as a number; anything else as text. What begins like a formula
    stays text: a cell must never run anything."""
    plain = bare(text)
    figure = plain.replace("\u202f", "").replace(",", ".")
    try:
        return float(figure) if "." in figure else int(figure)
    except ValueError:
        return f"'{plain}" if plain[:1] in ("=", "+", "@") else plain


def sheet_title(text: str) -> str:
    """A sheet's name: 31 characters, none of those a spreadsheet forbids."""
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in bare(text))[:31]


def _widths(table: Table) -> Iterable[int]:
    for number, title in enumerate(table.head):
        longest = max((len(bare(row[number])) for row in table.rows), default=0)
        yield min(60, max(12, longest + 2, len(bare(title)) // 2))
