"""The page that every PDF is drawn on: fonts, direction, head, foot, numbers of pages, squares.

Letters are shaped and ordered by `uharfbuzz` through fpdf2; the fonts lie in `locales/fonts`,
one for both scripts so that no line changes its font. An Arabic page runs from right to left.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

from handlers.papers import square
from handlers.words import LOCALES, Words

Colour = tuple[int, int, int]

FONT, FONTS = "Documents", LOCALES / "fonts"
INK, QUIET, ACCENT, SHADE = (33, 37, 41), (95, 99, 104), (0, 98, 65), (241, 245, 242)
WHITE, ALARM = (255, 255, 255), (176, 42, 55)
_WITHOUT_VOWEL_MARKS = dict.fromkeys((*range(0x064B, 0x0653), 0x0670))
MARGIN_MM, FOOT_MM, LINE_MM = 18.0, 6.0, 6.0


class Page(FPDF):
    """A4 in one language. `start` and `end` are the sides that reading begins and ends on.

    `title` is a message key; `at` is the instant it is made, which the file tells too.
    """

    margin_mm = MARGIN_MM
    line_mm = LINE_MM

    def __init__(self, words: Words, *, title: str, at: datetime) -> None:
        super().__init__(format="A4")
        self.words = words
        self.at = at
        self.rtl = words.right_to_left
        self.start, self.end = (Align.R, Align.L) if self.rtl else (Align.L, Align.R)
        for style, file in (("", "Regular"), ("B", "Bold")):
            self.add_font(FONT, style, FONTS / f"Documents-{file}.ttf")
        self.set_font(FONT, size=11)
        self._shape(arabic=self.rtl)
        self.set_margins(self.margin_mm, self.margin_mm)
        self.set_auto_page_break(True, margin=self.margin_mm + FOOT_MM)
        self.set_creation_date(at)
        self.headline = words.label(title)
        self.set_title(self.headline)
        self.set_lang("ar-DZ" if self.rtl else "fr-DZ")
        self.add_page()

    def footer(self) -> None:
        self.set_y(-self.margin_mm)
        self.ink(QUIET, size=8)
        self.in_box(0, 5, self.foot(), align=Align.C)

    def foot(self) -> str:
        """What stands at the foot of every page."""
        return self.say("statement.page", page=self.page_no())

    def head(self, *lines: str) -> None:
        """The fund's name, the title, further lines, and a rule under them."""
        self.ink(ACCENT, size=12, bold=True)
        self.line_of(self.say("statement.fund"))
        self.ink(INK, size=18, bold=True)
        self.line_of(self.headline, height=11)
        self.ink(INK, size=13, bold=True)
        for line in lines:
            self.line_of(line, height=8)
        below = self.get_y() + 1
        self.pen(ACCENT, width_mm=0.8)
        self.line(self.l_margin, below, self.w - self.r_margin, below)
        self.ln(5)

    def heading(self, text: str, *, height: float = 8.0) -> None:
        self.ink(ACCENT, size=12, bold=True)
        self.line_of(text, height=height)

    def line_of(self, text: str, *, height: float | None = None) -> None:
        """One line, from the side where reading begins."""
        self.paragraph(text, height=height)

    def paragraph(self, text: str, *, height: float | None = None) -> None:
        self.multi_cell(
            0, height or self.line_mm, text, align=self.start, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )

    def in_box(self, width: float, height: float, text: str, **how: Any) -> None:
        """One line in a box of its own, without vowel marks: in a box they are set apart from
        their letters, which breaks the word in two."""
        self.cell(width, height, text.translate(_WITHOUT_VOWEL_MARKS), **how)

    def in_reading_order(self, cells: Sequence[Any]) -> list[Any]:
        """Cells as they are drawn, from left to right: in Arabic the first stands on the right."""
        return list(reversed(cells)) if self.rtl else list(cells)

    def keep_together(self, height_mm: float) -> None:
        """Go on with another page where less room than this is left."""
        if self.get_y() + height_mm > self.page_break_trigger:
            self.add_page()

    def square(self, text: str, side_mm: float, left: float, top: float) -> None:
        """A QR code of the text."""
        rows = square.modules(text)
        side = side_mm / len(rows)
        self.set_fill_color(*INK)
        for y, row in enumerate(rows):
            for x, dark in enumerate(row):
                if dark:
                    self.rect(left + x * side, top + y * side, side, side, style="F")

    @contextlib.contextmanager
    def latin(self) -> Iterator[None]:
        """Inside, text runs from left to right whatever the page's language."""
        self._shape(arabic=False)
        yield
        self._shape(arabic=self.rtl)

    def ink(self, colour: Colour, *, size: float, bold: bool = False) -> None:
        self.set_text_color(*colour)
        self.set_font(FONT, "B" if bold else "", size)

    def pen(self, colour: Colour, *, width_mm: float = 0.2) -> None:
        self.set_draw_color(*colour)
        self.set_line_width(width_mm)

    def say(self, key: str, **values: Any) -> str:
        return self.words.label(key, **values)

    def content(self) -> bytes:
        return bytes(self.output())

    def _shape(self, *, arabic: bool) -> None:
        self.set_text_shaping(
            True,
            direction="rtl" if arabic else "ltr",
            script="arab" if arabic else "latn",
            language="ara" if arabic else "fra",
        )
