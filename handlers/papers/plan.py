"""The signed summary of a plan as a PDF: number, schedule, rights, and the code that proves it.

The square holds the same code as the letters under it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from handlers.papers.page import ACCENT, INK, QUIET, Page
from handlers.plans.summary import Summary
from handlers.words import Words, plain
from services.money import total
from services.plans.schedule import Installment

SQUARE_MM = 36.0
BESIDE_MM = 6.0  # between the square and the letters
PROOF_MM = SQUARE_MM + 13.5  # its title, two lines that explain it, and the square
LETTERS_MM = 3.9  # a line of them
CODE_LINE = 36  # letters of the code a line, without breaking a group of five


def write(words: Words, plan: Summary, *, at: datetime) -> bytes:
    """The PDF of a signed plan with its present schedule; `at` is the instant it is made."""
    page = _Paper(words, plan, at)
    page.head(page.say("plan.paper_number", reference=plan.reference))
    page.person(plan)
    page.terms(plan)
    page.schedule(plan.parts)
    page.rights(plan.rights)
    page.proof(plan.code)
    return page.content()


class _Paper(Page):
    def __init__(self, words: Words, plan: Summary, at: datetime) -> None:
        self.reference = plan.reference
        super().__init__(words, title="plan.paper_title", at=at)

    def foot(self) -> str:
        return self.say("plan.paper_page", reference=self.reference, page=self.page_no())

    def person(self, plan: Summary) -> None:
        self.ink(INK, size=10.5)
        for key, value in (
            ("plan.paper_name", plan.name),
            ("plan.paper_ssn", self.words.code(plan.ssn)),
            ("plan.paper_agency", plan.agency),
            ("plan.paper_signed", self.words.date(plan.signed_on)),
        ):
            self.line_of(self.say(key, value=value))
        self.ln(2)

    def terms(self, plan: Summary) -> None:
        self.ink(INK, size=10.5)
        estimate = " " + plain(self.words.text("status.estimate")) if plan.is_estimate else ""
        self.line_of(self.say("plan.paper_debt", amount=plan.debt) + estimate)
        for key, value in (
            ("plan.paper_years", plan.years),
            ("plan.paper_down", plan.down_payment),
            ("plan.paper_frozen", plan.frozen),
        ):
            if value:
                self.line_of(self.say(key, value=value))
        self.ln(2)

    def schedule(self, parts: Sequence[Installment]) -> None:
        self._title(self.say("plan.paper_schedule"))
        self.ink(INK, size=10)
        for part in parts:
            self.line_of(
                self.say(
                    "plan.paper_line" if part.number else "plan.paper_line_down",
                    number=str(part.number),
                    due=part.due,
                    amount=part.amount,
                ),
                height=5.0,
            )
        self.ink(INK, size=10.5, bold=True)
        whole = total(part.amount for part in parts)
        self.line_of(self.say("plan.paper_total", total=whole), height=7)
        self.ln(1)

    def rights(self, said: str) -> None:
        """The first line is the title."""
        title, *lines = said.splitlines()
        self._title(title)
        self.ink(INK, size=9.5)
        for line in lines:
            self.paragraph(line, height=4.9)
        self.ln(2)

    def proof(self, code: str) -> None:
        """The square and the letters, kept together on a page."""
        self.keep_together(PROOF_MM)
        self._title(self.say("plan.paper_proof"))
        self.ink(QUIET, size=9)
        self.paragraph(self.say("plan.paper_proof_how"), height=5)
        self.ln(1)
        top = self.get_y()
        left, beside = self.l_margin, self.l_margin + SQUARE_MM + BESIDE_MM
        if self.rtl:
            left, beside = self.w - self.r_margin - SQUARE_MM, self.l_margin
        self.square(code.replace("-", ""), SQUARE_MM, left, top)
        # Small and quiet: only a counter that cannot read the square needs the letters.
        self.ink(QUIET, size=8)
        self.set_xy(beside, top + 1)
        width = self.epw - SQUARE_MM - BESIDE_MM
        self.multi_cell(width, 4.2, self.say("plan.paper_proof_letters"), align=self.start)
        self.set_y(self.get_y() + 1)
        with self.latin():
            for line in _lines(code):
                self.set_x(beside)
                self.in_box(width, LETTERS_MM, line, align=self.start)
                self.ln(LETTERS_MM)

    def _title(self, said: str) -> None:
        self.ink(ACCENT, size=11.5, bold=True)
        self.line_of(said, height=7.5)


def _lines(code: str) -> list[str]:
    """The code in lines that break between groups."""
    return re.findall(rf"[^-]+(?:-[^-]+){{0,{CODE_LINE // 6 - 1}}}-?", code)
