"""Every step and button of the desk asks the records who is there, at every press."""

from __future__ import annotations

from collections.abc import Callable

from handlers import general
from handlers.complaints.office import office
from handlers.turn import Turn
from services.complaints import access
from services.complaints.access import NoSuchCase, NotStaff

Handler = Callable[[Turn], None]


def for_staff(handler: Handler) -> Handler:
    """Run for those who work on cases. Anyone else, or a case out of reach, learns nothing."""

    def guarded(turn: Turn) -> None:
        try:
            access.member_of(office(turn), turn.caller.telegram_id)
        except NotStaff:
            _leave(turn)
            if turn.query_id is not None:
                turn.toast("button.not_valid", alert=True)
            else:
                general.unknown_command(turn)
            return
        try:
            handler(turn)
        except NoSuchCase:
            _leave(turn)
            if turn.query_id is not None:
                turn.toast("button.not_valid", alert=True)
            else:
                turn.say("cases.not_found")

    return guarded


def _leave(turn: Turn) -> None:
    if (turn.caller.step or "").startswith("desk."):
        turn.close()


def pressed(turn: Turn) -> int:
    """The number a button names; 0, which no case has, where it names none."""
    assert turn.press is not None
    number = turn.press.argument.partition(":")[0]
    return int(number) if number.isdecimal() else 0
