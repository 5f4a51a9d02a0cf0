"""Choosing a plan: by length or by means, the day, the down payment. Nothing is sent yet.

Every step works the figures out anew, so what is shown is what would be signed now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.buttons import Button
from handlers.plans import amounts, draft, lengths, text
from handlers.plans.guard import office, pressed_among
from handlers.turn import Turn
from handlers.words import Words
from services.numbers.written_dates import NotADate, read_day_of_month
from services.plans import quoting
from services.plans.schedule import LAST_DAY_EVERY_MONTH_HAS, MONTH_END, Schedule
from services.plans.terms import MeansTooSmall, Wish, down_payment_of

DAYS = (MONTH_END, 1, 5, 10, 15, 20, 25)


def ask_choice(turn: Turn) -> None:
    """Three proposals side by side, and the ways to one's own."""
    case = draft.case(turn)
    wish = replace(draft.possible(turn, case, draft.wish(turn)), months=None)
    draft.keep(turn, wish)
    words = turn.words
    parts = [draft.changed(turn, case), text.debt(words, case)]
    try:
        found = quoting.three(office(turn), case, wish)
        if wish.means is not None:
            means = wish.means
            fits = next(one for one in found if one.regular <= means)
            parts.append(
                words.text("plan.means_fit", means=means, months=text.months(words, fits.months))
            )
    except MeansTooSmall as refusal:
        found = quoting.three(office(turn), case, wish.paying(refusal.least))
        parts.append(words.text("plan.means_are", means=refusal.means))
        parts.append(
            words.text(
                "plan.means_too_small",
                least=refusal.least,
                months=text.months(words, case.terms.months[-1]),
            )
        )
    down = down_payment_of(wish, case.debt.amount, case.terms)
    parts.append(
        "\n".join(
            [
                words.text("plan.proposals", down=down, day=text.day(words, wish.day))
                if down
                else words.text("plan.proposals_without_down", day=text.day(words, wish.day)),
                *(text.proposal(words, one, case) for one in found),
            ]
        )
    )
    parts.append(words.text("plan.choose_hint"))
    rows = [*_choices(words, wish, found), turn.navigation()]
    turn.show_html("\n\n".join(part for part in parts if part), rows)


def _choices(words: Words, wish: Wish, found: Sequence[Schedule]) -> list[list[Button]]:
    """The proposals, and the ways to one's own."""
    rows = [
        [
            Button(
                "plan.button_proposal",
                "plan.over",
                str(one.months),
                values={"months": text.months(words, one.months), "regular": one.regular},
            )
        ]
        for one in found
    ]
    if wish.means is not None and not any(one.regular <= wish.means for one in found):
        rows.append(
            [Button("plan.button_send_means", "plan.as_said", values={"means": wish.means})]
        )
    return [
        *rows,
        [Button("plan.button_means", "plan.by_means")],
        [Button("plan.button_length", "plan.by_length")],
        [Button("plan.button_day", "plan.by_day"), Button("plan.button_down", "plan.by_down")],
    ]


def answer_choice(turn: Turn) -> None:
    """A small number is months, anything else what can be paid a month."""
    months = lengths.bare_number(turn.text)
    if months is not None:
        lengths.keep(turn, months)
    else:
        amounts.read(turn, "means")


def as_said(turn: Turn) -> None:
    """Keep the means as they were said, though nothing offered fits them: a person will see."""
    turn.go("plan.review")


def by_means(turn: Turn) -> None:
    turn.go("plan.means")


def by_length(turn: Turn) -> None:
    turn.go("plan.length")


def by_day(turn: Turn) -> None:
    turn.go("plan.day")


def by_down(turn: Turn) -> None:
    turn.go("plan.down")


# --- day ------------------------------------------------------------------------------------


def ask_day(turn: Turn) -> None:
    buttons = [
        Button("plan.button_on_day", "plan.day_is", str(one), values={"day": one})
        if one
        else Button("plan.button_on_month_end", "plan.day_is", "0")
        for one in DAYS
    ]
    turn.ask("plan.ask_day", [buttons[:1], buttons[1:4], buttons[4:]])


def answer_day(turn: Turn) -> None:
    chosen = day_in(turn.text)
    if chosen is None:
        turn.say("plan.day_not_read")
        turn.go("plan.day")
    else:
        _keep_day(turn, chosen)


def day_in(text: str) -> int | None:
    """The day of the month that was typed; one that not every month has is the month's end."""
    try:
        found = read_day_of_month(text)
    except NotADate:
        return None
    return found if found <= LAST_DAY_EVERY_MONTH_HAS else MONTH_END


def day_is(turn: Turn) -> None:
    if (day := pressed_among(turn, DAYS)) is not None:
        _keep_day(turn, day)


def _keep_day(turn: Turn, chosen: int) -> None:
    draft.keep(turn, replace(draft.wish(turn), day=chosen))
    draft.back_to_choice(turn)
