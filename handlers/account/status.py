"""/status: what someone owes, year by year, until when, and what to do next.

The figures come from `services.situation`; how they are worded is `handlers.account.text`.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from handlers import whose
from handlers.account import text as account_text
from handlers.buttons import Button
from handlers.conversation import Action, Conversation
from handlers.kit import Kit
from handlers.turn import Turn
from services import events, linking, people, situation
from services.contributions import Status
from services.fund_system import waiting
from services.fund_system.waiting import Question
from services.linking import Linked
from services.outbox import Outbox
from services.situation import Situation

EDIT_WITHIN = timedelta(minutes=5)
"""A message shown longer ago is left as it stands; a change then comes as a new one."""


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
    """Show an account as it is known now; a fresher figure of the fund may follow."""
    if linked.kind == "mandate":
        _note_viewing(turn, linked)
    found = _situation(turn, linked)
    if found is None:
        turn.show("status.no_account", _buttons(turn, _NO_ACCOUNT, whose.argument_of(linked)))
        return
    asks = turn.kit.has_fund_system and _is_old(found, turn)
    note = None
    if asks:
        silent = waiting.silent_since(turn.session) is not None
        note = "status.fund_silent" if silent else "status.fund_asked"
    html, rows = _message(turn, linked, found, note=note, every_year=every_year)
    call = turn.show_html(html, rows)
    if asks:
        waiting.ask(
            turn.session,
            contributor_id=linked.contributor_id,
            telegram_id=turn.caller.telegram_id,
            chat_id=turn.chat_id,
            call_id=call.id,
            message_id=call.params.get("message_id"),
            shown_total=found.position.total,
            now=turn.now,
        )


def answered(kit: Kit, session: Session, question: Question, outbox: Outbox) -> None:
    """The fund answered: bring what was shown up to date.

    In place while the person still looks at it; as a new message when they went on and the
    total is another.
    """
    later = _later_turn(kit, session, question, outbox)
    if later is None:
        return
    turn, linked = later
    found = _situation(turn, linked)
    if found is None:
        return
    if _still_there(turn, question):
        html, rows = _message(turn, linked, found, note="status.fund_answered")
        _edit(turn, question, html, rows)
    elif found.position.total != question.shown_total:
        html, rows = _message(turn, linked, found, note="status.fund_changed")
        turn.say_html(html, rows)


def unanswered(kit: Kit, session: Session, question: Question, outbox: Outbox) -> None:
    """The fund does not answer: say in place that the older figure stands."""
    later = _later_turn(kit, session, question, outbox)
    if later is None:
        return
    turn, linked = later
    found = _situation(turn, linked)
    if found is not None and _still_there(turn, question):
        html, rows = _message(turn, linked, found, note="status.fund_silent")
        _edit(turn, question, html, rows)


def _later_turn(
    kit: Kit, session: Session, question: Question, outbox: Outbox
) -> tuple[Turn, Linked] | None:
    """A turn to answer in, if the person may still see the account."""
    caller = people.find(session, question.telegram_id, chat_id=question.chat_id)
    if caller is None:
        return None
    turn = Turn(
        kit=kit,
        session=session,
        now=outbox.now,
        caller=caller,
        outbox=outbox,
        chat_type="private",
    )
    for linked in linking.accounts_of(session, question.telegram_id, turn.today):
        if linked.contributor_id == question.contributor_id:
            return turn, linked
    return None


def _still_there(turn: Turn, question: Question) -> bool:
    looked_lately = turn.now - question.asked_at < EDIT_WITHIN
    return looked_lately and not waiting.message_was_left(turn.session, question)


def _edit(turn: Turn, question: Question, html: str, rows: list[list[Button]]) -> None:
    turn.edit_later(question.call_id, question.message_id, html, rows)


def _situation(turn: Turn, linked: Linked) -> Situation | None:
    return situation.situation_on(
        turn.session,
        policy=turn.kit.policy,
        vault=turn.kit.vault,
        contributor_id=linked.contributor_id,
        on=turn.today,
    )


def _is_old(found: Situation, turn: Turn) -> bool:
    return found.asked_fund_at is None or turn.now - found.asked_fund_at >= waiting.FRESH_FOR


def _message(
    turn: Turn,
    linked: Linked,
    found: Situation,
    *,
    note: str | None = None,
    every_year: bool = False,
) -> tuple[str, list[list[Button]]]:
    html, shortened = account_text.status(turn.words, found, every_year=every_year)
    if note is not None:
        html = f"{html}\n\n{turn.words.text(note)}"
    return html, _rows(turn, linked, found, shortened=shortened, every_year=every_year)


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
