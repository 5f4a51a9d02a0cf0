"""Being away: until when, and who stands in."""

from __future__ import annotations

from datetime import timedelta

from handlers.buttons import Button
from handlers.complaints.office import office
from handlers.desk import forum as topics
from handlers.desk import queue
from handlers.desk.notices import holders, tell_members
from handlers.turn import Turn
from services.complaints import absences, access
from services.complaints.absences import NoDeputy

DAYS = (1, 3, 7, 14, 30)
NOBODY = "0"


def open_(turn: Turn) -> None:
    """Say when one is away, or come back."""
    absence = absences.of(office(turn), turn.caller.telegram_id)
    if absence is None:
        turn.press = None
        turn.close(keep_draft=True)
        turn.caller.drafts["desk"] = {}
        turn.go("desk.absence")
        return
    turn.show(
        "desk.away_until",
        [[Button("desk.come_back", "desk.come_back")], [Button("desk.to_queue", "desk.queue")]],
        until=absence.until,
    )


def ask_days(turn: Turn) -> None:
    rows = [[Button("desk.days", "desk.away_for", str(days), values={"n": days})] for days in DAYS]
    turn.ask("desk.ask_absence", rows)


def choose_days(turn: Turn) -> None:
    """Keep the last day away."""
    assert turn.press is not None
    days = int(turn.press.argument) if turn.press.argument.isdecimal() else 0
    if days not in DAYS:
        turn.go("desk.absence")
        return
    turn.draft["until"] = (turn.today + timedelta(days=days - 1)).isoformat()
    turn.go("desk.deputy")


def ask_deputy(turn: Turn) -> None:
    the_office = office(turn)
    member = access.member_of(the_office, turn.caller.telegram_id)
    rows = [
        [Button("desk.deputy", "desk.deputy", str(one.telegram_id), values={"name": one.name})]
        for one in absences.possible_deputies(the_office, member)[:20]
    ]
    turn.ask("desk.ask_deputy", [*rows, [Button("desk.no_deputy", "desk.deputy", NOBODY)]])


def choose_deputy(turn: Turn) -> None:
    """Note the absence; whoever gets a case hears of it."""
    assert turn.press is not None
    argument = turn.press.argument
    deputy = int(argument) if argument.isdecimal() and argument != NOBODY else None
    the_office = office(turn)
    until = turn.today.fromisoformat(turn.draft["until"])
    try:
        handed = absences.go_away(the_office, turn.caller.telegram_id, until, deputy)
    except NoDeputy:
        turn.go("desk.deputy")
        return
    turn.close()
    news = []
    for case in handed:
        topics.refresh(turn.kit, turn.outbox, the_office, case)
        news += [(one, case, "desk.news_handed_over") for one in holders(the_office, case)]
    tell_members(turn.kit, turn.outbox, the_office, news)
    turn.show("desk.away", [[Button("desk.to_queue", "desk.queue")]], until=until, n=len(handed))


def come_back(turn: Turn) -> None:
    absences.come_back(office(turn), turn.caller.telegram_id)
    turn.toast("desk.welcome_back")
    queue.show(turn)
