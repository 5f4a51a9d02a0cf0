"""/status: what someone owes, year by year, until when, and what to do next.

The figures come from `services.situation`; how they are worded is `handlers.account_text`.
"""

from __future__ import annotations

from handlers import account_text, whose
from handlers.buttons import Button
from handlers.conversation import Action, Conversation
from handlers.turn import Turn
from services import events, situation
from services.contributions import Status
from services.linking import Linked
from services.situation import Situation


def status(turn: Turn) -> None:
    """Show what is owed, compact: the newest open years one by one, earlier ones summed."""
    linked = whose.account(turn, "status.open")
    if linked is not None:
        show(turn, linked)


def all_years(turn: Turn) -> None:
    """Every year on lines of its own."""
    linked = whose.by_argument(turn, turn.press.argument if turn.press is not None else "")
    if linked is None:
        turn.toast("button.not_valid", alert=True)
        return
    show(turn, linked, every_year=True)


def show(turn: Turn, linked: Linked, *, every_year: bool = False) -> None:
    found = situation.situation_on(
        turn.session,
        policy=turn.kit.policy,
        vault=turn.kit.vault,
        contributor_id=linked.contributor_id,
        on=turn.today,
    )
    if linked.kind == "mandate":
        _note_viewing(turn, linked)
    if found is None:
        turn.show("status.no_account", _buttons(turn, _NO_ACCOUNT, whose.argument_of(linked)))
        return
    html, shortened = account_text.status(turn.words, found, every_year=every_year)
    turn.show_html(html, _rows(turn, linked, found, shortened=shortened, every_year=every_year))


def _note_viewing(turn: Turn, linked: Linked) -> None:
    """Who looked at another's account is written down (law 18-07)."""
    events.record(
        turn.session,
        "account.viewed",
        at=turn.now,
        actor=events.person(turn.caller.telegram_id),
        subject=("contributor", linked.contributor_id),
        data={"link": linked.link_id},
    )


_Rows = tuple[tuple[tuple[str, str], ...], ...]
_PLAN, _PAY = ("status.button_plan", "plan.open"), ("status.button_pay", "pay.open")
_EXPLAIN, _WRONG = (
    ("status.button_explain", "explain.open"),
    ("status.button_wrong", "explain.wrong"),
)
_SIMULATE, _STATEMENT = (
    ("status.button_simulate", "simulate.open"),
    ("status.button_statement", "statement.open"),
)
_NO_ACCOUNT: _Rows = ((("status.button_pay", "pay.open"), ("menu.complaint", "complaint.open")),)
_BY_STATUS: dict[Status, _Rows] = {
    Status.IN_ARREARS: ((_PAY, _PLAN), (_EXPLAIN, _WRONG), (_SIMULATE, _STATEMENT)),
    Status.UP_TO_DATE: ((_PAY, _EXPLAIN), (_WRONG, _SIMULATE), (_STATEMENT,)),
    Status.CEASED: ((_EXPLAIN, _WRONG), (_STATEMENT,)),
    Status.NOTHING_KNOWN: ((("menu.complaint", "complaint.open"), _SIMULATE),),
}


def _rows(
    turn: Turn, linked: Linked, found: Situation, *, shortened: bool, every_year: bool
) -> list[list[Button]]:
    argument = whose.argument_of(linked)
    rows = _buttons(turn, _BY_STATUS[found.position.status], argument)
    if shortened:
        rows.insert(0, [Button("status.button_all_years", "status.all", argument)])
    elif every_year:
        rows.insert(0, [Button("status.button_fewer_years", "status.open", argument)])
    return rows


def _buttons(turn: Turn, rows: _Rows, argument: str) -> list[list[Button]]:
    """The buttons of what this edition can do."""
    known = turn.kit.book.actions
    return [
        [Button(label, action, argument) for label, action in row if action in known]
        for row in rows
    ]


CONVERSATION = Conversation(
    name="status",
    commands={"status": status},
    actions={"status.open": Action(status), "status.all": Action(all_years)},
)
