"""The signed summary of a plan as a PDF: number, schedule, rights, and the code that proves it.

One page after another in the citizen's language; letters are shaped by `uharfbuzz` with the
fonts of the statement. The square holds the same code as the letters under it.
"""

from __future__ import annotations

import re
from typing import Any

import segno
from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

from handlers import account_text, whose
from handlers.plans import text
from handlers.statement_pdf import FONT, FONTS, plain
from handlers.words import Words
from services import accounts
from services.identity import mask_ssn
from services.money import Centimes
from services.plans import store
from services.plans.debt import PlanKind
from services.plans.office import Office
from services.plans.schedule import Installment
from services.plans.summary import code
from services.records.plans import Plan

MARGIN_MM, LINE_MM, SQUARE_MM = 18.0, 6.0, 36.0
INK, QUIET, ACCENT = (33, 37, 41), (95, 99, 104), (0, 98, 65)
CODE_LINE = 36  # letters of the code a line, without breaking a group of five


def summary(words: Words, office: Office, plan: Plan) -> bytes:
    """The PDF of a signed plan with its present schedule.

    Raises:
        ValueError: the plan is not signed.
    """
    proof = code(office, plan)
    page = _Page(words, plan)
    page.set_creation_date(office.now)
    page.head(plan)
    page.person(office, plan)
    page.terms(plan)
    page.schedule(
        [
            Installment(row.number, row.due, Centimes(row.amount))
            for row in store.installments_of(office.session, plan.id)
        ]
    )
    page.rights(plan)
    page.proof(proof)
    return bytes(page.output())


class _Page(FPDF):
    def __init__(self, words: Words, plan: Plan) -> None:
        super().__init__(format="A4")
        self.words = words
        self.reference = plan.reference
        self.rtl = words.right_to_left
        self.start = Align.R if self.rtl else Align.L
        for style, file in (("", "Regular"), ("B", "Bold")):
            self.add_font(FONT, style, FONTS / f"Documents-{file}.ttf")
        self.set_font(FONT, size=11)
        self._shape(arabic=self.rtl)
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(True, margin=MARGIN_MM + 2)
        self.set_title(words.label("plan.paper_title"))
        self.set_lang("ar-DZ" if self.rtl else "fr-DZ")
        self.add_page()

    def footer(self) -> None:
        self.set_y(-MARGIN_MM)
        self._ink(QUIET, size=8)
        line = self.words.label("plan.paper_page", reference=self.reference, page=self.page_no())
        self.cell(0, 5, line, align=Align.C)

    def head(self, plan: Plan) -> None:
        self._ink(ACCENT, size=12, bold=True)
        self._line(self._text("statement.fund"))
        self._ink(INK, size=18, bold=True)
        self._line(self._text("plan.paper_title"), height=11)
        self._ink(INK, size=13, bold=True)
        self._line(self._text("plan.paper_number", reference=plan.reference), height=8)
        self.set_draw_color(*ACCENT)
        self.set_line_width(0.8)
        self.line(MARGIN_MM, self.get_y() + 1, self.w - MARGIN_MM, self.get_y() + 1)
        self.ln(4)

    def person(self, office: Office, plan: Plan) -> None:
        ssn = accounts.ssn_of(office.session, office.vault, plan.contributor_id)
        card = office.agencies.get(plan.agency)
        agency = plan.agency
        if card is not None:
            agency = card.name_ar if self.rtl else card.name_fr
        name = whose.name_in(self.words, office.session, plan.contributor_id)
        self._ink(INK, size=10.5)
        for key, value in (
            ("plan.paper_name", name),
            ("plan.paper_ssn", self.words.code(mask_ssn(ssn))),
            ("plan.paper_agency", agency),
            ("plan.paper_signed", self.words.date(plan.signed_on or office.today)),
        ):
            self._line(self._text(key, value=value))
        self.ln(2)

    def terms(self, plan: Plan) -> None:
        words = self.words
        self._ink(INK, size=10.5)
        estimate = plain(words.text("status.estimate")) if plan.estimate else ""
        self._line(self._text("plan.paper_debt", amount=plan.debt) + estimate)
        for key, value in (
            ("plan.paper_years", account_text.ranges(year for year, _, _ in plan.years)),
            ("plan.paper_down", plan.down_payment),
            ("plan.paper_frozen", plan.frozen),
        ):
            if value:
                self._line(self._text(key, value=value))
        self.ln(2)

    def schedule(self, parts: list[Installment]) -> None:
        self._title(self._text("plan.paper_schedule"))
        self._ink(INK, size=10)
        for part in parts:
            self._line(
                self._text(
                    "plan.paper_line" if part.number else "plan.paper_line_down",
                    number=str(part.number),
                    due=part.due,
                    amount=part.amount,
                ),
                height=5.0,
            )
        self._ink(INK, size=10.5, bold=True)
        total = Centimes(sum(part.amount for part in parts))
        self._line(self._text("plan.paper_total", total=total), height=7)
        self.ln(1)

    def rights(self, plan: Plan) -> None:
        said = plain(text.rights(self.words, PlanKind(plan.kind), Centimes(plan.frozen)))
        title, *lines = said.splitlines()
        self._title(title)
        self._ink(INK, size=9.5)
        for line in lines:
            self.multi_cell(0, 4.9, line, align=self.start, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2)

    def proof(self, written: str) -> None:
        """The square and the letters, kept together on a page."""
        if self.get_y() + SQUARE_MM + 13.5 > self.page_break_trigger:
            self.add_page()
        self._title(self._text("plan.paper_proof"))
        self._ink(QUIET, size=9)
        self.multi_cell(
            0,
            5,
            self._text("plan.paper_proof_how"),
            align=self.start,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
        self.ln(1)
        top = self.get_y()
        left = self.w - MARGIN_MM - SQUARE_MM if self.rtl else MARGIN_MM
        self._square(written.replace("-", ""), left, top)
        self._shape(arabic=False)
        self._ink(INK, size=10)
        beside = MARGIN_MM if self.rtl else MARGIN_MM + SQUARE_MM + 6
        self.set_y(top + 2)
        for line in _lines(written):
            self.set_x(beside)
            self.cell(self.epw - SQUARE_MM - 6, 5.5, line, align=Align.L)
            self.ln(5.5)
        self._shape(arabic=self.rtl)

    # --- inside -------------------------------------------------------------------------

    def _shape(self, *, arabic: bool) -> None:
        self.set_text_shaping(
            True,
            direction="rtl" if arabic else "ltr",
            script="arab" if arabic else "latn",
            language="ara" if arabic else "fra",
        )

    def _square(self, content: str, left: float, top: float) -> None:
        rows = list(segno.make(content, error="m").matrix_iter(border=0))
        side = SQUARE_MM / len(rows)
        self.set_fill_color(*INK)
        for y, row in enumerate(rows):
            for x, dark in enumerate(row):
                if dark:
                    self.rect(left + x * side, top + y * side, side, side, style="F")

    def _title(self, said: str) -> None:
        self._ink(ACCENT, size=11.5, bold=True)
        self._line(said, height=7.5)

    def _line(self, said: str, *, height: float = LINE_MM) -> None:
        self.cell(0, height, said, align=self.start, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _ink(self, colour: tuple[int, int, int], *, size: float, bold: bool = False) -> None:
        self.set_text_color(*colour)
        self.set_font(FONT, "B" if bold else "", size)

    def _text(self, key: str, **values: Any) -> str:
        return self.words.label(key, **values)


def _lines(written: str) -> list[str]:
    """The code in lines that break between groups."""
    return re.findall(rf"[^-]+(?:-[^-]+){{0,{CODE_LINE // 6 - 1}}}-?", written)
