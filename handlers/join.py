"""Joining the scheme: which card, which papers, which agency; and a number to be called.

Nothing here needs an account, and nothing about the person is kept before they leave a number.
"""

from __future__ import annotations

from handlers import agency_choice, agency_hours, general
from handlers.buttons import Button
from handlers.complaints.office import office
from handlers.conversation import Action, Conversation, Step
from handlers.turn import Turn
from services import reaching
from services.answers.figures import figures
from services.joining import ways
from services.joining.ways import Way
from services.language.normalise import normalise

WORD_MIN = 3  # letters: a shorter word names no work


def open_(turn: Turn) -> None:
    turn.go("join.which")


def ask_which(turn: Turn) -> None:
    """Ask what they do for a living."""
    turn.ask(
        "join.title",
        [[Button(_label(one), "join.way", one.code)] for one in ways.in_force(turn.today)],
    )


def answer_which(turn: Turn) -> None:
    """The one kind of work whose words were typed, in either language."""
    typed = set(normalise(turn.text).split())
    named = [
        one
        for one in ways.in_force(turn.today)
        if any(
            len(word) >= WORD_MIN and word in typed
            for words in turn.kit.words.values()
            for word in normalise(words.label(_label(one))).split()
        )
    ]
    if len(named) == 1:
        _show(turn, named[0])
    else:
        general.use_the_buttons(turn)


def _label(way: Way) -> str:
    return f"join.button_{way.words}"


def show_way(turn: Turn) -> None:
    assert turn.press is not None
    try:
        way = ways.way(turn.press.argument, turn.today)
    except ways.UnknownWay:
        turn.toast("button.not_valid", alert=True)
    else:
        _show(turn, way)


def _show(turn: Turn, way: Way) -> None:
    """The card, the papers and what it costs, for one kind of work."""
    if turn.caller.step == "join.which":
        turn.close()
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
    cards = agency_choice.listed(office(turn))
    turn.ask(
        "join.ask_agency",
        agency_choice.rows(
            turn, cards, choose="join.agency_is", turn_page="join.agencies", asked=asked
        ),
    )


def answer_agency(turn: Turn) -> None:
    """Show the agency that was typed, or those it may be."""
    agency_choice.typed(turn, keep=_show_agency, choose="join.agency_is", again="join.agency")


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
    steps=(
        Step("join.which", ask=ask_which, answer=answer_which),
        Step("join.agency", ask=ask_agency, answer=answer_agency),
    ),
    actions={
        "join.open": Action(open_),
        "join.way": Action(show_way),
        "join.where": Action(where),
        "join.agency_is": Action(choose_agency, step="join.agency"),
        "join.agencies": Action(ask_agency, step="join.agency"),
    },
)
