"""The report as a PDF in Arabic or French: words first, then tables and the funnel.

Imported only when one is written: fpdf2 and the shaping of Arabic take memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, TextEmphasis, XPos, YPos
from fpdf.fonts import FontFace

from handlers import figures, report_tables
from handlers.report_tables import Table
from handlers.words import LOCALES, Words
from services.evaluation import agencies, funnel
from services.evaluation.comparing import Band
from services.evaluation.funnel import Funnel
from services.evaluation.report import Finding, Report

FONT, FONTS = "Documents", LOCALES / "fonts"
MARGIN_MM, LINE_MM, CHART_MM, ROOM_MM = 15.0, 6.0, 75.0, 35.0
INK, QUIET, ACCENT, SHADE = (33, 37, 41), (95, 99, 104), (0, 98, 65), (241, 245, 242)
ALARM = (176, 42, 55)


def write(words: Words, found: Report, *, at: datetime) -> bytes:
    """The whole report; `at` is the instant it is made."""
    page = _Page(words, at)
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
    return bytes(page.output())


class _Page(FPDF):
    def __init__(self, words: Words, at: datetime) -> None:
        super().__init__(format="A4")
        self.words = words
        self.at = at
        self.rtl = words.right_to_left
        self.start = Align.R if self.rtl else Align.L
        for style, file in (("", "Regular"), ("B", "Bold")):
            self.add_font(FONT, style, FONTS / f"Documents-{file}.ttf")
        self.set_font(FONT, size=10)
        self.set_text_shaping(
            True,
            direction="rtl" if self.rtl else "ltr",
            script="arab" if self.rtl else "latn",
            language="ara" if self.rtl else "fra",
        )
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(True, margin=MARGIN_MM + 6)
        self.set_creation_date(at)
        self.set_title(words.label("report.pdf_title"))
        self.set_lang("ar-DZ" if self.rtl else "fr-DZ")
        self.add_page()

    def footer(self) -> None:
        self.set_y(-MARGIN_MM)
        self._ink(QUIET, size=8)
        self.cell(0, 5, self.words.label("statement.page", page=self.page_no()), align=Align.C)

    def opening(self, found: Report) -> None:
        words = self.words
        self._ink(ACCENT, size=11, bold=True)
        self._line(words.label("statement.fund"))
        self._ink(INK, size=18, bold=True)
        self._line(words.label("report.pdf_title"), height=11)
        self._ink(QUIET, size=10)
        self._line(figures.period_name(words, found.period))
        self._line(words.label("report.pdf_made", at=self.at))
        self.ln(3)

    def findings(self, found: Report) -> None:
        """What is good, what needs attention, what cannot be said."""
        for key, listed in (
            ("report.good", found.good),
            ("report.attention", found.attention),
            ("report.unsaid", found.unsaid),
        ):
            self._ink(ACCENT, size=12, bold=True)
            self._line(self._plain(key), height=8)
            self._ink(INK, size=10)
            for text in self._sentences(found, listed):
                self._paragraph(text)
            self.ln(1)

    def tabulate(self, table: Table, widths: Sequence[float] = ()) -> None:
        """A table; in Arabic its first column stands on the right."""
        if not table.rows:
            return
        shares = list(widths) or _widths(len(table.head))
        if self.get_y() + ROOM_MM > self.page_break_trigger:
            self.add_page()  # a title never stands alone at the foot of a page
        self.ln(2)
        self._ink(ACCENT, size=12, bold=True)
        self._line(self.words.label(table.name), height=9)
        self._ink(INK, size=8.5 if len(table.head) < 6 else 7.2)
        self.set_fill_color(255, 255, 255)
        rows = [table.head, *table.rows]
        others = Align.L if self.rtl else Align.R
        aligns = [self.start, *[others] * (len(shares) - 1)]
        if len(shares) == 2:
            aligns[1] = self.start
        if self.rtl:
            shares, aligns = shares[::-1], aligns[::-1]
        with self.table(
            col_widths=[round(1_000 * share) for share in shares],
            text_align=tuple(aligns),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(
                emphasis=TextEmphasis.B, color=(255, 255, 255), fill_color=ACCENT
            ),
            cell_fill_color=SHADE,
            cell_fill_mode="ROWS",
            line_height=5,
        ) as made:
            for cells in rows:
                row = made.row()
                for cell in reversed(cells) if self.rtl else cells:
                    row.cell(cell)

    def chart(self, what: str, drawn: Funnel | None) -> None:
        """The funnel; in Arabic it begins on the right."""
        words = self.words
        if self.get_y() + CHART_MM + 25 > self.page_break_trigger:
            self.add_page()
        self.ln(3)
        self._ink(ACCENT, size=12, bold=True)
        self._line(words.label("funnel.title", measure=words.label(f"compared.{what}")), height=9)
        self._ink(QUIET, size=9)
        if drawn is None:
            self._paragraph(words.label("funnel.nothing"))
            return
        self._paragraph(words.label("funnel.help"))
        left, top, width = self.l_margin, self.get_y(), self.epw

        def at(across: float, up: float) -> tuple[float, float]:
            along = 1 - across if self.rtl else across
            return left + along * width, top + (1 - up) * CHART_MM

        self.set_draw_color(*QUIET)
        self.set_line_width(0.2)
        self.rect(left, top, width, CHART_MM)
        for name, points in drawn.lines.items():
            self.set_draw_color(*(ALARM if name.endswith("998") else QUIET))
            self.polyline([at(*point) for point in points])
        self.set_draw_color(*ACCENT)
        self.line(*at(0, drawn.up(1)), *at(1, drawn.up(1)))
        for dot in drawn.dots:
            self.set_fill_color(*(ALARM if dot.one.band.is_alarm else ACCENT))
            across, up = at(dot.across, dot.up)
            self.circle(across, up, 1.1, style="F")
            if dot.one.band not in (Band.USUAL, Band.TOO_FEW):
                self._ink(INK, size=7)
                self.text(across + 1.5, up, dot.one.place)
        self.set_y(top + CHART_MM + 1)
        self._ink(QUIET, size=8)
        self._line(words.label("funnel.axes", widest=round(drawn.widest)))

    # --- inside -------------------------------------------------------------------------

    def _sentences(self, found: Report, listed: Sequence[Finding]) -> list[str]:
        if not listed:
            return [self.words.label("report.none")]
        return [figures.sentence(self.words, found.scope, one) for one in listed]

    def _plain(self, key: str) -> str:
        """A chat heading without its markup."""
        return self.words.label(key).replace("<b>", "").replace("</b>", "")

    def _line(self, text: str, *, height: float = LINE_MM) -> None:
        self.cell(0, height, text, align=self.start, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _paragraph(self, text: str) -> None:
        self.multi_cell(0, LINE_MM, text, align=self.start, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _ink(self, colour: tuple[int, int, int], *, size: float, bold: bool = False) -> None:
        self.set_text_color(*colour)
        self.set_font(FONT, "B" if bold else "", size)


def _widths(columns: int) -> list[float]:
    first = 0.24
    return [first, *[(1 - first) / (columns - 1)] * (columns - 1)]
