"""How long a plan runs: every offered length as a button, or typed as people say it."""

from __future__ import annotations

from handlers.buttons import Button
from handlers.plans import draft, text
from handlers.plans.guard import office
from handlers.turn import Turn
from services.money import Centimes
from services.numbers.digits import latin_digits
from services.numbers.durations import read_months
from services.plans import proposals, quoting
from services.plans.terms import down_payment_of

MOST_MONTHS_TYPED = 60


def ask_length(turn: Turn) -> None:
    """Every offered length that makes a difference, with its amount."""
    case = draft.case(turn)
    wish = draft.possible(turn, case, draft.wish(turn))
    down = down_payment_of(wish, case.debt.amount, case.terms)
    rows = []
    for months in proposals.lengths(Centimes(case.debt.amount - down), case.terms):
        found = quoting.quote(office(turn), case, wish.over(months)).schedule
        rows.append(
            [
                Button(
                    "plan.button_proposal",
                    "plan.length_is",
                    str(months),
                    values={
                        "months": text.months(turn.words, found.months),
                        "regular": found.regular,
                    },
                )
            ]
        )
    turn.ask(
        "plan.ask_length",
        rows,
        smallest=case.terms.smallest_installment,
        limit=text.months(turn.words, case.standard.months_up_to),
    )


def answer_length(turn: Turn) -> None:
    months = bare_number(turn.text) or months_in(turn.text)
    if months is not None:
        keep(turn, months)
    else:
        turn.say("plan.length_not_read")
        turn.go("plan.length")


def over(turn: Turn) -> None:
    """Keep the length that was pressed, then show the exact text."""
    assert turn.press is not None
    if turn.press.argument.isdecimal():
        keep(turn, int(turn.press.argument))


def bare_number(typed: str) -> int | None:
    """A number that stands alone and may be one of months."""
    return _possible(int(number)) if _is_short(number := latin_digits(typed).strip()) else None


def months_in(typed: str) -> int | None:
    """A length said with its unit: "sur 12 mois", "un an", "6 fois"."""
    months = read_months(typed)
    return None if months is None else _possible(months)


def keep(turn: Turn, months: int) -> None:
    """Keep a length. One that is not offered becomes the next longer one, and is said so."""
    case = draft.case(turn)
    offered = next((one for one in case.terms.months if one >= months), case.terms.months[-1])
    if offered != months and turn.press is None:
        turn.say(
            "plan.length_not_offered",
            asked=text.months(turn.words, months),
            offered=text.months(turn.words, offered),
        )
    draft.keep(turn, draft.wish(turn).over(offered))
    turn.go("plan.review")


def _is_short(number: str) -> bool:
    return number.isascii() and number.isdigit() and len(number) <= 2


def _possible(months: int) -> int | None:
    return months if 1 <= months <= MOST_MONTHS_TYPED else None
