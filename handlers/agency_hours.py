"""When an agency is open today, in one line."""

from __future__ import annotations

from handlers import agency_choice
from handlers.buttons import Button
from handlers.complaints.office import office
from handlers.turn import Turn
from services import accounts, linking, reaching
from services.reaching import Opening


def line(turn: Turn, opening: Opening) -> str:
    """Open until, opens at, or closed today and opens on."""
    if opening.open_now:
        closes = next(end for start, end in opening.spans if start <= turn.now < end)
        return turn.words.text("person.open_until", at=closes)
    if opening.spans and turn.now < opening.spans[-1][1]:
        return turn.words.text("person.opens_today", at=opening.opens_next)
    return turn.words.text("person.opens_on", at=opening.opens_next)


def own_agency(turn: Turn) -> str | None:
    """The agency of the person's account, where they have exactly one."""
    linked = linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today)
    if len(linked) != 1:
        return None
    profile = accounts.profile_of(turn.session, linked[0].contributor_id)
    if profile is None or profile.agency not in office(turn).agencies:
        return None
    return profile.agency


def own_account(turn: Turn) -> int | None:
    linked = linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today)
    return linked[0].contributor_id if len(linked) == 1 else None


def tell(turn: Turn) -> None:
    """The hours of one's agency; for who has none yet, those that hold in general."""
    code = own_agency(turn) if turn.caller.consented_at is not None else None
    the_office = office(turn)
    opening = reaching.opening(the_office, code)
    hours = [
        turn.words.text("person.hours_span", start=start, end=end) for start, end in opening.spans
    ]
    parts = [
        turn.words.text("person.hours_of", agency=name(turn, code))
        if code is not None
        else turn.words.text("person.hours_general"),
        *hours,
        line(turn, opening),
    ]
    turn.say_html("\n".join(parts), [[Button("menu.person", "person.open")]])


def name(turn: Turn, code: str) -> str:
    card = office(turn).agencies.get(code)
    return agency_choice.name(turn, card) if card is not None else code
