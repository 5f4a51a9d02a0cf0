"""The statement as a PDF: what is owed on a day, year by year, in Arabic or French.

Letters are shaped and ordered by `uharfbuzz` through fpdf2; the fonts lie in
`locales/fonts`, one for both scripts so that no line changes its font. The Arabic page runs from
right to left, its table too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import unescape
from typing import Any

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

from handlers import account_text
from handlers.words import LOCALES, Words
from services.contributions import YearLine
from services.money import Centimes, total
from services.situation import Situation

FONT, FONTS = "Documents", LOCALES / "fonts"
MARGIN_MM = 18.0
LINE_MM = 6.5
ROW_MM = 8.0
INK, QUIET, ACCENT, SHADE = (33, 37, 41), (95, 99, 104), (0, 98, 65), (241, 245, 242)
COLUMNS = ("year", "due", "paid", "remaining", "surcharge", "total")
WIDTHS = (0.12, 0.17, 0.17, 0.17, 0.19, 0.18)
ESTIMATE_MARK = " *"


def statement(words: Words, found: Situation, *, at: datetime) -> bytes:
    """The PDF of an account as it stands; `at` is the instant it is made."""
    page = _Page(words, at)
    page.head()
    page.person(found)
    page.headline(found)
    page.years(found)
    page.remarks(found)
    return bytes(page.output())


class _Page(FPDF):
    """One statement in the making; `start` and `end` are the sides that reading begins and
    ends on."""

    def __init__(self, words: Words, at: datetime) -> None:
        super().__init__(format="A4")
        self.words = words
        self.at = at
        self.rtl = words.right_to_left
        self.start, self.end = (Align.R, Align.L) if self.rtl else (Align.L, Align.R)
        for style, file in (("", "Regular"), ("B", "Bold")):
            self.add_font(FONT, style, FONTS / f"Documents-{file}.ttf")
        self.set_font(FONT, size=11)
        self.set_text_shaping(
            True,
            direction="rtl" if self.rtl else "ltr",
            script="arab" if self.rtl else "latn",
            language="ara" if self.rtl else "fra",
        )
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(True, margin=MARGIN_MM + 8)
        self.set_creation_date(at)
        self.set_title(words.label("statement.title"))
        self.set_lang("ar-DZ" if self.rtl else "fr-DZ")
        self.add_page()

    def footer(self) -> None:
        self.set_y(-MARGIN_MM)
        self._ink(QUIET, size=8)
        self.cell(0, 5, self._text("statement.page", page=self.page_no()), align=Align.C)

    def head(self) -> None:
        self._ink(ACCENT, size=12, bold=True)
        self._line(self._text("statement.fund"))
        self._ink(INK, size=19, bold=True)
        self._line(self._text("statement.title"), height=12)
        self.set_draw_color(*ACCENT)
        self.set_line_width(0.8)
        self.line(MARGIN_MM, self.get_y() + 1, self.w - MARGIN_MM, self.get_y() + 1)
        self.ln(5)

    def person(self, found: Situation) -> None:
        card = found.card
        for key, value in (
            ("statement.name", card.name_ar if self.rtl else card.name_fr),
            ("statement.number", self.words.code(card.number)),
            ("statement.category", self.words.label(f"category.{card.category}")),
            ("statement.agency", card.agency_ar if self.rtl else card.agency_fr),
            ("statement.made_at", self.words.datetime(self.at)),
            ("statement.known_to", self._known_to(found)),
        ):
            self._pair(self._text(key), value)
        self.ln(4)

    def headline(self, found: Situation) -> None:
        where = found.position
        key = "statement.total" if where.total else "statement.nothing_owed"
        mark = ESTIMATE_MARK if where.total and where.estimate else ""
        self._ink(INK, size=14, bold=True)
        self._line(self._text(key, total=where.total, on=where.on) + mark, height=9)
        self.ln(2)

    def years(self, found: Situation) -> None:
        lines = found.position.lines
        if not lines:
            return
        self._ink((255, 255, 255), size=10, bold=True)
        self._row([self._text(f"statement.column_{name}") for name in COLUMNS], fill=ACCENT)
        for number, line in enumerate(lines):
            self._ink(INK, size=10)
            self._row(self._figures([line], str(line.year)), fill=SHADE if number % 2 else None)
        self._ink(INK, size=10, bold=True)
        self._row(self._figures(lines, self._text("statement.sum")), fill=SHADE)
        self.ln(4)

    def remarks(self, found: Situation) -> None:
        """What the figures mean, how far they reach, and that this is no certificate."""
        words, where = self.words, found.position
        said: list[str] = []
        if where.estimate:
            said.append(self._text("statement.estimate"))
        said += [plain(note) for note in account_text.notes(words, where) if note]
        for line in where.lines:
            if line.surcharge and line.surcharge_as_of is not None:
                said.append(
                    self._text(
                        "statement.surcharge_given", year=line.year, as_of=line.surcharge_as_of
                    )
                )
        self._ink(INK, size=10)
        for text in said:
            self._paragraph(text)
        self.ln(2)
        self._ink(ACCENT, size=11, bold=True)
        self._paragraph(self._text("statement.no_certificate"))

    # --- inside -------------------------------------------------------------------------

    def _known_to(self, found: Situation) -> str:
        if found.answer is not None:
            return self.words.datetime(found.answer.as_of)
        return self.words.date(found.known_to)

    def _figures(self, lines: Sequence[YearLine], first: str) -> list[str]:
        principal = any(line.principal_is_estimate for line in lines)
        surcharge = any(line.surcharge_is_estimate for line in lines)
        return [
            first,
            self._amount((line.due for line in lines), principal),
            self._amount((line.paid for line in lines), False),
            self._amount((line.remaining for line in lines), principal),
            self._amount((line.surcharge for line in lines), surcharge),
            self._amount((line.total for line in lines), principal or surcharge),
        ]

    def _amount(self, parts: Iterable[Centimes], is_estimate: bool) -> str:
        amount = total(parts)
        whole, rest = divmod(amount, 100)
        figure = f"{whole:,}".replace(",", "\u00a0") + f",{rest:02d}"
        return figure + (ESTIMATE_MARK if is_estimate and amount else "")

    def _row(self, cells: Sequence[str], *, fill: tuple[int, int, int] | None) -> None:
        """One row of the table; in Arabic its first cell stands on the right."""
        if self.get_y() + ROW_MM > self.page_break_trigger:
            self.add_page()
        if fill is not None:
            self.set_fill_color(*fill)
        placed = [
            (text, width * self.epw, self.start if number == 0 else Align.R)
            for number, (text, width) in enumerate(zip(cells, WIDTHS, strict=True))
        ]
        for text, width, align in reversed(placed) if self.rtl else placed:
            self.cell(width, ROW_MM, text, align=align, fill=fill is not None)
        self.ln(ROW_MM)

    def _pair(self, label: str, value: str) -> None:
        """A label and its value on one line, the label where reading starts."""
        width = self.epw * 0.34
        parts = [(label, width, QUIET, False), (value, self.epw - width, INK, True)]
        for text, wide, ink, bold in reversed(parts) if self.rtl else parts:
            self._ink(ink, size=10.5, bold=bold)
            self.cell(wide, LINE_MM, text, align=self.start)
        self.ln(LINE_MM)

    def _line(self, text: str, *, height: float = LINE_MM) -> None:
        self.cell(0, height, text, align=self.start, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _paragraph(self, text: str) -> None:
        self.multi_cell(0, LINE_MM, text, align=self.start, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1)

    def _ink(self, colour: tuple[int, int, int], *, size: float, bold: bool = False) -> None:
        self.set_text_color(*colour)
        self.set_font(FONT, "B" if bold else "", size)

    def _text(self, key: str, **values: Any) -> str:
        return self.words.label(key, **values)


def plain(html: str) -> str:
    """A chat message's text without markup and without the signs that begin a note there."""
    return unescape(re.sub(r"<[^>]+>", "", html)).lstrip("\u2139\ufe0f\U0001f4b0 ")
