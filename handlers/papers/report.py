"""The report as a PDF in Arabic or French: words first, then tables and the funnel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fpdf.enums import TableBordersLayout, TextEmphasis
from fpdf.fonts import FontFace

from handlers import figures, report_tables
from handlers.papers.page import ACCENT, ALARM, INK, QUIET, SHADE, WHITE, Page
from handlers.report_tables import Table
from handlers.words import Words, plain
from services.evaluation import agencies, funnel
from services.evaluation.comparing import Band
from services.evaluation.funnel import Funnel
from services.evaluation.report import Finding, Report

CHART_MM, CHART_WORDS_MM = 75.0, 25.0
ROOM_MM = 35.0  # for a table's title and its first rows


def write(words: Words, found: Report, *, at: datetime) -> bytes:
    """The whole report; `at` is the instant it is made."""
    page = _Report(words, title="report.pdf_title", at=at)
    page.opening(found)
    page.findings(found)
    page.tabulate(report_tables.changes(words, found), (0.5, 0.25, 0.25))
    page.tabulate(report_tables.by_place(words, found))
    for what in agencies.COMPARED:
        page.chart(what, funnel.draw(found.compared[what]))
        page.tabulate(report_tables.compared(words, found, what))
    page.tabulate(report_tables.by_category(words, found))
    page.tabulate(report_tables.collected(words, found))
    page.tabulate(report_tables.collected_years(words, found))
    page.tabulate(report_tables.definitions(words), (0.3, 0.7))
    return page.content()


class _Report(Page):
    margin_mm = 15.0

    def opening(self, found: Report) -> None:
        self.head(figures.period_name(self.words, found.period))
        self.ink(QUIET, size=10)
        self.line_of(self.say("report.pdf_made", at=self.at))
        filed = found.together.filed
        self.line_of(self.say("report.filed", n=filed) if filed else self.say("report.nothing"))
        self.ln(3)

    def findings(self, found: Report) -> None:
        """What is good, what needs attention, what cannot be said."""
        for key, listed in (
            ("report.good", found.good),
            ("report.attention", found.attention),
            ("report.unsaid", found.unsaid),
        ):
            self.heading(plain(self.words.text(key)))
            self.ink(INK, size=10)
            for text in self._sentences(found, listed):
                self.paragraph(text)
            self.ln(1)

    def tabulate(self, table: Table, widths: Sequence[float] = ()) -> None:
        """A table; in Arabic its first column stands on the right."""
        if not table.rows:
            return
        shares = list(widths) or _widths(len(table.head))
        self.keep_together(ROOM_MM)  # a title never stands alone at the foot of a page
        self.ln(2)
        self.heading(self.say(table.name), height=9)
        self.ink(INK, size=8.5 if len(table.head) < 6 else 7.2)
        self.set_fill_color(*WHITE)
        self.pen(QUIET)
        rows = [table.head, *table.rows]
        aligns = [self.start, *[self.end] * (len(shares) - 1)]
        if len(shares) == 2:
            aligns[1] = self.start
        with self.table(
            col_widths=[round(1_000 * share) for share in self.in_reading_order(shares)],
            text_align=tuple(self.in_reading_order(aligns)),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis=TextEmphasis.B, color=WHITE, fill_color=ACCENT),
            cell_fill_color=SHADE,
            cell_fill_mode="ROWS",
            line_height=5,
        ) as made:
            for cells in rows:
                row = made.row()
                for cell in self.in_reading_order(cells):
                    row.cell(cell)

    def chart(self, what: str, drawn: Funnel | None) -> None:
        """The funnel; in Arabic it begins on the right."""
        self.keep_together(CHART_MM + CHART_WORDS_MM)
        self.ln(3)
        title = self.say("funnel.title", measure=self.say(f"compared.{what}"))
        self.heading(title, height=9)
        self.ink(QUIET, size=9)
        if drawn is None:
            self.paragraph(self.say("funnel.nothing"))
            return
        self.paragraph(self.say("funnel.help"))
        left, top, width = self.l_margin, self.get_y(), self.epw

        def at(across: float, up: float) -> tuple[float, float]:
            along = 1 - across if self.rtl else across
            return left + along * width, top + (1 - up) * CHART_MM

        self.pen(QUIET)
        self.rect(left, top, width, CHART_MM)
        for name, points in drawn.lines.items():
            self.pen(ALARM if name.endswith("998") else QUIET)
            self.polyline([at(*point) for point in points])
        self.pen(ACCENT)
        self.line(*at(0, drawn.up(1)), *at(1, drawn.up(1)))
        for dot in drawn.dots:
            self.set_fill_color(*(ALARM if dot.one.band.is_alarm else ACCENT))
            across, up = at(dot.across, dot.up)
            self.circle(across, up, 1.1, style="F")
            if dot.one.band not in (Band.USUAL, Band.TOO_FEW):
                self.ink(INK, size=7)
                self.text(across + 1.5, up, dot.one.place)
        self.set_y(top + CHART_MM + 1)
        self.ink(QUIET, size=8)
        self.line_of(self.say("funnel.axes", widest=round(drawn.widest)))

    # --- inside -------------------------------------------------------------------------

    def _sentences(self, found: Report, listed: Sequence[Finding]) -> list[str]:
        if not listed:
            return [self.say("report.none")]
        return [figures.sentence(self.words, found.scope, one) for one in listed]


def _widths(columns: int) -> list[float]:
    first = 0.24
    return [first, *[(1 - first) / (columns - 1)] * (columns - 1)]
