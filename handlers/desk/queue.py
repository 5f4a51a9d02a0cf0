"""/queue: the open cases one may see, the most urgent first; /case REF opens one of them."""

from __future__ import annotations

from datetime import timedelta

from handlers.buttons import Button
from handlers.complaints import cases
from handlers.complaints.office import office
from handlers.desk import calls, phrasebook
from handlers.turn import Turn
from services.complaints import queue
from services.complaints.store import Case


def show(turn: Turn) -> None:
    """A page of the queue: filters with their counts, then the cases with their age."""
    argument = turn.press.argument if turn.press is not None else ""
    chosen, _, page = argument.partition(":")
    if chosen not in queue.FILTERS:
        chosen = "all"
    found = queue.page(
        office(turn),
        turn.caller.telegram_id,
        chosen=chosen,
        number=int(page) if page.isdecimal() else 0,
    )
    filters = [
        Button(
            f"desk.filter_{name}" + ("_chosen" if name == chosen else ""),
            "desk.queue",
            name,
            values={"count": found.counts[name]},
        )
        for name in queue.FILTERS
    ]
    pages = []
    if found.page > 0:
        pages.append(Button("whose.page_before", "desk.queue", f"{chosen}:{found.page - 1}"))
    if found.page + 1 < found.pages:
        pages.append(Button("whose.page_after", "desk.queue", f"{chosen}:{found.page + 1}"))
    rows = [
        filters[:2],
        filters[2:],
        *[[_button(turn, case)] for case in found.cases],
        pages,
        calls.queue_row(turn),
        [Button("desk.my_absence", "desk.my_absence")],
        phrasebook.queue_row(turn),
    ]
    if not found.cases:
        turn.show(f"desk.queue_empty_{chosen}", rows)
    else:
        turn.show("desk.queue", rows, n=found.counts[chosen])


def _button(turn: Turn, case: Case) -> Button:
    days = (turn.now - case.filed_at) // timedelta(days=1)
    mark = "late" if case.progress.late else case.progress.status.value
    return Button(
        f"desk.queue_{mark}",
        "desk.show",
        str(case.id),
        values={
            "reference": case.reference,
            "days": days,
            "category": turn.words.label(f"category.{case.category}"),
        },
    )


def open_case(turn: Turn) -> None:
    """/case REF."""
    if not turn.argument:
        turn.say("desk.case_how")
        return
    cases.open_reference(turn)
