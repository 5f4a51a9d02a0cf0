"""The statement as a PDF: what is owed on a day, year by year, in Arabic or French."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from fpdf.enums import Align

from handlers.account import text as account_text
from handlers.papers.page import ACCENT, INK, QUIET, SHADE, WHITE, Colour, Page
from handlers.words import Words, plain
from services.contributions import YearLine
from services.money import Centimes, total
from services.situation import Situation

ROW_MM = 8.0
COLUMNS = ("year", "due", "paid", "remaining", "surcharge", "total")
WIDTHS = (0.12, 0.17, 0.17, 0.17, 0.19, 0.18)
LABEL_WIDTH = 0.34
ESTIMATE_MARK = " *"


def write(words: Words, found: Situation, *, at: datetime) -> bytes:
    """The PDF of an account as it stands; `at` is the instant it is made."""
    page = _Statement(words, title="statement.title", at=at)
    page.head()
    page.person(found)
    page.owed(found)
    page.years(found)
    page.remarks(found)
    return page.content()


class _Statement(Page):
    line_mm = 6.5

    def person(self, found: Situation) -> None:
        card = found.card
        for key, value in (
            ("statement.name", card.name_ar if self.rtl else card.name_fr),
            ("statement.number", self.words.code(card.number)),
            ("statement.category", self.say(f"category.{card.category}")),
            ("statement.agency", card.agency_ar if self.rtl else card.agency_fr),
            ("statement.made_at", self.words.datetime(self.at)),
            ("statement.known_to", self._known_to(found)),
        ):
            self._pair(self.say(key), value)
        self.ln(4)

    def owed(self, found: Situation) -> None:
        where = found.position
        key = "statement.total" if where.total else "statement.nothing_owed"
        mark = ESTIMATE_MARK if where.total and where.estimate else ""
        self.ink(INK, size=14, bold=True)
        self.line_of(self.say(key, total=where.total, on=where.on) + mark, height=9)
        self.ln(2)

    def years(self, found: Situation) -> None:
        lines = found.position.lines
        if not lines:
            return
        self.ink(WHITE, size=10, bold=True)
        self._row([self.say(f"statement.column_{name}") for name in COLUMNS], fill=ACCENT)
        for number, line in enumerate(lines):
            self.ink(INK, size=10)
            self._row(self._figures([line], str(line.year)), fill=SHADE if number % 2 else None)
        self.ink(INK, size=10, bold=True)
        self._row(self._figures(lines, self.say("statement.sum")), fill=SHADE)
        self.ln(4)

    def remarks(self, found: Situation) -> None:
        """What the figures mean, how far they reach, and that this is no certificate."""
        where = found.position
        said: list[str] = []
        if where.estimate:
            said.append(self.say("statement.estimate"))
        said += [plain(note) for note in account_text.notes(self.words, where) if note]
        for line in where.lines:
            if line.surcharge and line.surcharge_as_of is not None:
                said.append(
                    self.say(
                        "statement.surcharge_given", year=line.year, as_of=line.surcharge_as_of
                    )
                )
        self.ink(INK, size=10)
        for text in said:
            self.paragraph(text)
            self.ln(1)
        self.ln(2)
        self.ink(ACCENT, size=11, bold=True)
        self.paragraph(self.say("statement.no_certificate"))

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
        """Centimes are shown in every row, so that the columns stand under each other."""
        amount = total(parts)
        whole, rest = divmod(amount, 100)
        figure = f"{whole:,}".replace(",", "\u00a0") + f",{rest:02d}"
        return figure + (ESTIMATE_MARK if is_estimate and amount else "")

    def _row(self, cells: Sequence[str], *, fill: Colour | None) -> None:
        """One row of the table."""
        self.keep_together(ROW_MM)
        if fill is not None:
            self.set_fill_color(*fill)
        placed = [
            (text, width * self.epw, self.start if number == 0 else Align.R)
            for number, (text, width) in enumerate(zip(cells, WIDTHS, strict=True))
        ]
        for text, width, align in self.in_reading_order(placed):
            self.in_box(width, ROW_MM, text, align=align, fill=fill is not None)
        self.ln(ROW_MM)

    def _pair(self, label: str, value: str) -> None:
        """A label and its value on one line, the label where reading starts."""
        width = self.epw * LABEL_WIDTH
        parts = [(label, width, QUIET, False), (value, self.epw - width, INK, True)]
        for text, wide, ink, bold in self.in_reading_order(parts):
            self.ink(ink, size=10.5, bold=bold)
            self.in_box(wide, self.line_mm, text, align=self.start)
        self.ln(self.line_mm)
