"""Which agency: chosen from a list, or found by what is typed (a number, a name, a wilaya)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from handlers import whose
from handlers.buttons import Button
from handlers.complaints.office import office
from handlers.turn import Turn
from services.accounts import AgencyCard
from services.complaints.office import Office
from services.numbers.digits import latin_digits


def name(turn: Turn, card: AgencyCard) -> str:
    return card.name_ar if turn.words.right_to_left else card.name_fr


def rows(
    turn: Turn, cards: list[AgencyCard], *, choose: str, turn_page: str, asked: str = ""
) -> list[list[Button]]:
    """A page of agencies as buttons."""
    page = whose.page_of(asked, len(cards))
    shown = cards[page * whose.PAGE_ROWS : (page + 1) * whose.PAGE_ROWS]
    return [
        *[[button(turn, card, choose)] for card in shown],
        whose.page_turners(turn_page, page, len(cards)),
    ]


def button(turn: Turn, card: AgencyCard, action: str) -> Button:
    return Button(
        "complaint.agency_button",
        action,
        card.code,
        values={"name": name(turn, card), "code": card.code},
    )


def listed(office: Office) -> list[AgencyCard]:
    """The agencies people choose from; counters under them are found by typing."""
    return [card for card in office.agencies.values() if card.parent is None]


def found(office: Office, typed: str) -> list[AgencyCard]:
    """The agencies that fit what was typed; an exact code or name alone where there is one."""
    wanted = _plain(typed)
    if not wanted:
        return []
    cards = list(office.agencies.values())
    if wanted.isdigit():
        exact = [card for card in cards if card.code == wanted.zfill(2)]
        return exact or [card for card in cards if card.wilaya == wanted.zfill(2)]
    exact = [card for card in cards if wanted in (_plain(card.name_fr), _plain(card.name_ar))]
    return exact or [
        card for card in cards if wanted in _plain(card.name_fr) or wanted in _plain(card.name_ar)
    ]


def _plain(text: str) -> str:
    """Without accents, marks, case and doubled spaces: how people type a name."""
    split = unicodedata.normalize("NFKD", latin_digits(text).casefold().replace("-", " "))
    return " ".join("".join(c for c in split if not unicodedata.combining(c)).split())


def of_draft(turn: Turn) -> str:
    """The name of the agency kept in the open draft."""
    code = str(turn.draft.get("agency") or "")
    card = office(turn).agencies.get(code)
    return name(turn, card) if card is not None else code


def typed(turn: Turn, *, keep: Callable[[Turn, str], None], choose: str, again: str) -> None:
    """Take the agency that was typed: `keep` its code, or show those it may be as `choose`
    buttons; where there is none, say so and ask the step `again`."""
    cards = found(office(turn), turn.text)
    if len(cards) == 1:
        keep(turn, cards[0].code)
    elif not cards:
        turn.say("complaint.agency_unknown")
        turn.go(again)
    else:
        turn.ask("complaint.agency_which", [[button(turn, card, choose)] for card in cards[:12]])
