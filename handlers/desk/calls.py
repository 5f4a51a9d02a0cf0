"""The calls an agency owes: people who want to join and left a number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from handlers import agency_hours
from handlers.buttons import Button
from handlers.complaints.office import office
from handlers.conversation import Action, Conversation
from handlers.desk.guard import pressed
from handlers.kit import Kit
from handlers.notices import tell
from handlers.turn import Turn
from services.complaints.office import Office
from services.joining import callbacks, ways
from services.joining.callbacks import CLOSED_BY_STAFF, NoSuchCallback, NotStaff, Outcome, Task
from services.outbox import Lane, Outbox

Handler = Callable[[Turn], None]


def for_callers(handler: Handler) -> Handler:
    """Run for those who call people back; anyone else, or a call out of reach, learns nothing."""

    def guarded(turn: Turn) -> None:
        try:
            handler(turn)
        except (NotStaff, NoSuchCallback):
            turn.toast("button.not_valid", alert=True)

    return guarded


def queue_row(turn: Turn) -> list[Button]:
    """The row of the queue that leads here; empty while no call is owed."""
    try:
        _, count = callbacks.waiting(office(turn), turn.caller.telegram_id)
    except NotStaff:
        return []
    return [Button("calls.button", "calls.open", values={"count": count})] if count else []


def list_(turn: Turn) -> None:
    """The open calls, the earliest promise first."""
    argument = turn.press.argument if turn.press is not None else ""
    page = int(argument) if argument.isdecimal() else 0
    found, count = callbacks.waiting(office(turn), turn.caller.telegram_id, page=page)
    if not found:
        turn.show("calls.none", [[Button("desk.to_queue", "desk.queue")]])
        return
    rows = [[_button(turn, one)] for one in found]
    if (page + 1) * callbacks.PAGE < count:
        rows.append([Button("whose.page_after", "calls.open", str(page + 1))])
    turn.show("calls.list", [*rows, [Button("desk.to_queue", "desk.queue")]], n=count)


def show(turn: Turn) -> None:
    """One call, its number masked by not being there."""
    _show(turn, callbacks.for_staff(office(turn), turn.caller.telegram_id, pressed(turn)), None)


def see_number(turn: Turn) -> None:
    """The number to dial; that it was seen is written down."""
    the_office = office(turn)
    number = callbacks.phone_of(the_office, turn.caller.telegram_id, pressed(turn))
    _show(turn, callbacks.for_staff(the_office, turn.caller.telegram_id, pressed(turn)), number)


def close(turn: Turn) -> None:
    """How it ended; then what is left to call."""
    assert turn.press is not None
    outcome = turn.press.argument.partition(":")[2]
    if outcome not in {one.value for one in CLOSED_BY_STAFF}:
        raise NoSuchCallback
    callbacks.close(office(turn), turn.caller.telegram_id, pressed(turn), Outcome(outcome))
    turn.toast("calls.closed")
    turn.press = type(turn.press)("calls.open", "", turn.press.version)
    list_(turn)


def _show(turn: Turn, task: Task, phone: str | None) -> None:
    number = str(task.id)
    way = next((one.words for one in ways.every() if one.code == task.way), None)
    parts = [
        turn.words.text(
            "calls.card",
            way=turn.words.label(f"join.button_{way}") if way else task.way,
            agency=agency_hours.name(turn, task.agency),
            language=turn.words.label(f"desk.speaks_{task.language}"),
            asked=task.asked_at,
            by=task.call_by,
        )
    ]
    rows = []
    if phone is None:
        rows.append([Button("calls.see_number", "calls.number", number)])
    else:
        parts.append(turn.words.text("calls.number", phone=phone))
    rows += [
        [Button(f"calls.outcome_{one.value}", "calls.close", f"{number}:{one.value}")]
        for one in CLOSED_BY_STAFF
    ]
    turn.show_html("\n\n".join(parts), [*rows, [Button("calls.to_list", "calls.open")]])


def _button(turn: Turn, task: Task) -> Button:
    late = turn.now > task.call_by
    return Button(
        "calls.late_one" if late else "calls.one",
        "calls.show",
        str(task.id),
        values={"by": task.call_by, "agency": agency_hours.name(turn, task.agency)},
    )


def run(kit: Kit, session: Session, now: datetime, outbox: Outbox) -> None:
    """The job `calls`: a call that was not made in time is brought to a director, once."""
    the_office = Office(session, kit.policy, kit.vault, now)
    for task, members in callbacks.take_late(the_office):
        for member in members:
            tell(
                kit,
                session,
                outbox,
                member.telegram_id,
                "calls.late",
                [[Button("calls.open_one", "calls.show", str(task.id))]],
                lane=Lane.STAFF,
                repeatable=False,
                by=task.call_by,
            )


CONVERSATION = Conversation(
    name="calls",
    personal=False,  # whoever works here is asked for their role, not for consent
    actions={
        "calls.open": Action(for_callers(list_)),
        "calls.show": Action(for_callers(show)),
        "calls.number": Action(for_callers(see_number)),
        "calls.close": Action(for_callers(close)),
    },
)
