"""The receipt: a number, two dates, and a signed code to show at any counter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from handlers.buttons import Button
from handlers.papers import square
from handlers.turn import Turn
from handlers.words import Words
from services.complaints import filing, receipts
from services.complaints.office import Office
from services.complaints.store import Case

QR_PIXELS = 6  # a module: readable on a cheap telephone's screen


def give_receipt(turn: Turn, office: Office, case: Case) -> None:
    """Say what was received and when an answer comes; the code follows as a picture. Its letters
    are long and of use to a counter only: they come when they are asked for."""
    answer_by, resolve_by = filing.promises(case)
    key = "complaint.receipt_central" if case.restricted else "complaint.receipt"
    turn.show(
        key,
        [[Button("complaint.follow", "cases.show", str(case.id))]],
        reference=case.reference,
        answer_by=answer_by,
        resolve_by=resolve_by,
    )
    code = receipts.code(office, case).replace("-", "")
    turn.say_paper(
        square.wanted(code, case.reference, pixels=QR_PIXELS),
        "complaint.receipt_code",
        [[Button("complaint.code_in_letters", "cases.code", str(case.id))]],
        reference=case.reference,
    )


def give_letters(turn: Turn, office: Office, case: Case) -> None:
    """The same code in letters, for a counter that cannot read the picture."""
    try:
        code = receipts.code(office, case)
    except receipts.WordsGone:
        turn.say("complaint.code_gone", reference=case.reference)
        return
    turn.say("complaint.code", reference=case.reference, code=code)


def figures_text(words: Words, figures: Mapping[str, Any]) -> str:
    """The disputed line as it was shown."""
    key = "complaint.figures_estimate" if figures["estimate"] else "complaint.figures"
    return words.text(
        key,
        year=str(figures["year"]),
        due=figures["due"],
        paid=figures["paid"],
        remaining=figures["remaining"],
        surcharge=figures["surcharge"],
        as_of=date.fromisoformat(figures["as_of"]),
    )
