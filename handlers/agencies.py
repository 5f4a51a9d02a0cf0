"""/agency in a private chat, for administrators: an agency, who works there, and how it gets a
group. In a group the same command makes it the desk's place (`handlers/desk/in_group.py`)."""

from __future__ import annotations

from handlers import agency_choice
from handlers.complaints.office import office
from handlers.conversation import Conversation
from handlers.staff_admin import for_admins
from handlers.turn import Turn
from services import staff
from services.accounts import AgencyCard
from services.complaints import desk_groups

SHOWN_AT_MOST = 10


def show(turn: Turn) -> None:
    """The agencies that fit the words behind the command; without words, how it is used."""
    if not turn.argument:
        turn.say("agency.how")
        return
    cards = agency_choice.found(office(turn), turn.argument)
    if not cards:
        turn.say("agency.none")
    elif len(cards) == 1:
        _show_one(turn, cards[0])
    else:
        lines = [_title(turn, card) for card in cards[:SHOWN_AT_MOST]]
        turn.say_html("\n".join([turn.words.text("agency.several"), *lines]))


def _show_one(turn: Turn, card: AgencyCard) -> None:
    words = turn.words
    members = [one for one in staff.all_members(turn.session) if one.agency == card.code]
    lines = [
        words.text("agency.member", name=one.name, role=words.label(f"staff.role_{one.role}"))
        for one in members
    ]
    has_group = desk_groups.group_of(office(turn), card.code) is not None
    turn.say_html(
        "\n".join(
            [
                f"<b>{_title(turn, card)}</b>",
                *(lines or [words.text("agency.nobody")]),
                "",
                words.text("agency.has_group" if has_group else "agency.has_no_group"),
            ]
        )
    )


def _title(turn: Turn, card: AgencyCard) -> str:
    name = card.name_ar if turn.words.right_to_left else card.name_fr
    return turn.words.text("agency.title", name=name, code=card.code)


CONVERSATION = Conversation(name="agency", personal=False, commands={"agency": for_admins(show)})
