"""How was this computed? The steps behind a year's figure, in plain words, with their rules.

Shown in place of the account, from which it came, and leads back to it.
"""

from __future__ import annotations

from handlers import whose
from handlers.account import explain_text
from handlers.buttons import Button
from handlers.conversation import Action, Conversation
from handlers.turn import Turn
from services import situation
from services.contributions import explanation
from services.linking import Linked
from services.situation import Situation

YEARS_IN_A_ROW = 4
DISPUTE = ("complaint.dispute", "complaint.open")
"""What takes a disputed year, `L5:2024`; the second where an edition lacks the first."""


def choose_year(turn: Turn) -> None:
    """Show the years there are; with one, its explanation at once."""
    linked = whose.account(turn, "explain.open")
    if linked is None:
        return
    found = _situation(turn, linked)
    years = [] if found is None else [line.year for line in found.position.lines]
    if found is None or not years:
        turn.show("explain.nothing", [_back(linked)])
    elif len(years) == 1:
        _show(turn, linked, found, years[0])
    else:
        buttons = [_year_button(linked, year, "explain.year") for year in reversed(years)]
        turn.show("explain.choose_year", [*_in_rows(buttons), _back(linked)])


def one_year(turn: Turn) -> None:
    """Explain the year that was pressed."""
    chosen = _account_and_year(turn)
    found = None if chosen is None else _situation(turn, chosen[0])
    if chosen is None or found is None or found.position.line(chosen[1]) is None:
        turn.toast("button.not_valid", alert=True)
        return
    _show(turn, chosen[0], found, chosen[1])


def what_is_wrong(turn: Turn) -> None:
    """Ask which year is wrong: the complaint then starts with it."""
    linked = whose.account(turn, "explain.wrong")
    if linked is None:
        return
    dispute = _dispute_action(turn)
    found = _situation(turn, linked)
    if dispute is None or found is None:
        turn.show("explain.wrong_at_agency", [_back(linked)])
        return
    open_first = sorted(found.position.lines, key=lambda line: (not line.total, -line.year))
    buttons = [_year_button(linked, line.year, dispute) for line in open_first[:12]]
    other = [Button("explain.button_something_else", "complaint.open")]
    turn.show(
        "explain.which_year_is_wrong",
        [
            *_in_rows(buttons),
            *([other] if "complaint.open" in turn.kit.book.actions else []),
            _back(linked),
        ],
    )


def _show(turn: Turn, linked: Linked, found: Situation, year: int) -> None:
    years = [line.year for line in found.position.lines]
    place = years.index(year)
    beside = [
        _year_button(linked, years[near], "explain.year", label=label)
        for near, label in (
            (place - 1, "explain.button_year_before"),
            (place + 1, "explain.button_year_after"),
        )
        if 0 <= near < len(years)
    ]
    dispute = _dispute_action(turn)
    wrong = [_year_button(linked, year, dispute, label="explain.button_dispute")] if dispute else []
    # Our own steps, also where the fund's figure counts: then they stand for comparison.
    steps = (
        explanation.explain(found.computed, found.facts, turn.kit.policy, year)
        if found.computed.line(year) is not None
        else ()
    )
    html = explain_text.year(turn.words, found, year, steps)
    turn.show_html(html, [beside, wrong, _back(linked)])


def _situation(turn: Turn, linked: Linked) -> Situation | None:
    return situation.situation_on(
        turn.session,
        policy=turn.kit.policy,
        vault=turn.kit.vault,
        contributor_id=linked.contributor_id,
        on=turn.today,
    )


def _account_and_year(turn: Turn) -> tuple[Linked, int] | None:
    argument = turn.press.argument if turn.press is not None else ""
    account, _, year = argument.partition(":")
    linked = whose.by_argument(turn, account)
    return None if linked is None or not year.isdecimal() else (linked, int(year))


def _dispute_action(turn: Turn) -> str | None:
    return next((name for name in DISPUTE if name in turn.kit.book.actions), None)


def _year_button(
    linked: Linked, year: int, action: str, *, label: str = "explain.button_year"
) -> Button:
    return Button(label, action, f"{whose.argument_of(linked)}:{year}", values={"year": year})


def _in_rows(buttons: list[Button]) -> list[list[Button]]:
    return [
        buttons[start : start + YEARS_IN_A_ROW] for start in range(0, len(buttons), YEARS_IN_A_ROW)
    ]


def _back(linked: Linked) -> list[Button]:
    return [Button("explain.button_back", "status.open", whose.argument_of(linked))]


CONVERSATION = Conversation(
    name="explain",
    actions={
        "explain.open": Action(choose_year),
        "explain.year": Action(one_year),
        "explain.wrong": Action(what_is_wrong),
    },
)
