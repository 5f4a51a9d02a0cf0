"""Joining the scheme: which card, which papers, which agency; and a number to be called.

Nothing here needs an account, and nothing about the person is kept before they leave a number.
"""

from __future__ import annotations

from handlers import agency_hours, complaint_agency
from handlers.buttons import Button
from handlers.complaint_draft import office
from handlers.conversation import Action, Conversation, Step
from handlers.turn import Turn
from services import reaching
from services.answers.figures import figures
from services.joining import ways


def open_(turn: Turn) -> None:
    """Ask what they do for a living."""
    rows = [
        [Button(f"join.button_{one.words}", "join.way", one.code)]
        for one in ways.in_force(turn.today)
    ]
    turn.show("join.title", [*rows, [Button("button.menu", "menu.open")]])


def show_way(turn: Turn) -> None:
    """The card, the papers and what it costs, for one kind of work."""
    assert turn.press is not None
    try:
        way = ways.way(turn.press.argument, turn.today)
    except ways.UnknownWay:
        turn.toast("button.not_valid", alert=True)
        return
    values = figures(turn.kit.policy, turn.today)
    flat = way.code == "auto_entrepreneur" and values["flat"] is not None
    parts = [
        turn.words.text(f"join.way_{way.words}", **values),
        turn.words.text("join.cost_flat" if flat else "join.cost", **values),
        turn.words.text("join.in_time"),
    ]
    if way.confidence != "certain":
        parts.append(turn.words.text("answers.confirm"))
    turn.show_html(
        "\n\n".join(parts),
        [
            [Button("join.find_agency", "join.where", way.code)],
            [Button("join.call_me", "callback.open", way.code)],
            [Button("join.other_way", "join.open")],
        ],
    )


def where(turn: Turn) -> None:
    """Which agency: the one of the place of work."""
    assert turn.press is not None
    code = turn.press.argument
    turn.press = None  # the papers stay above
    turn.close(keep_draft=True)
    turn.caller.drafts["join"] = {"way": code}
    turn.go("join.agency")


def ask_agency(turn: Turn) -> None:
    asked = turn.press.argument if turn.press is not None else ""
    cards = complaint_agency.listed(office(turn))
    turn.ask(
        "join.ask_agency",
        complaint_agency.rows(
            turn, cards, choose="join.agency_is", turn_page="join.agencies", asked=asked
        ),
    )


def answer_agency(turn: Turn) -> None:
    """Show the agency that was typed, or those it may be."""
    complaint_agency.typed(turn, keep=_show_agency, choose="join.agency_is", again="join.agency")


def choose_agency(turn: Turn) -> None:
    """Show the agency that was pressed."""
    assert turn.press is not None
    if turn.press.argument in office(turn).agencies:
        _show_agency(turn, turn.press.argument)
    else:
        turn.go("join.agency")


def _show_agency(turn: Turn, code: str) -> None:
    way = turn.draft.get("way", "")
    turn.close()
    opening = reaching.opening(office(turn), code)
    turn.show_html(
        turn.words.text("join.agency_is", agency=agency_hours.name(turn, code), code=code)
        + "\n"
        + agency_hours.line(turn, opening),
        [
            [Button("join.call_me", "callback.open", f"{way}:{code}")],
            [Button("join.other_way", "join.open"), Button("button.menu", "menu.open")],
        ],
    )


CONVERSATION = Conversation(
    name="join",
    personal=False,
    steps=(Step("join.agency", ask=ask_agency, answer=answer_agency),),
    actions={
        "join.open": Action(open_),
        "join.way": Action(show_way),
        "join.where": Action(where),
        "join.agency_is": Action(choose_agency, step="join.agency"),
        "join.agencies": Action(ask_agency, step="join.agency"),
    },
)
