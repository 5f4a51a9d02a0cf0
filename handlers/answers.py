"""Frequent questions: a list, a search in one's own words, an answer with the day's figures."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.buttons import Button
from handlers.conversation import Action, Conversation, Step
from handlers.turn import Turn
from services.answers import data, figures
from services.answers import search as searching
from services.answers.data import Answer

QUESTION_MAX = 300
NEXT = {
    "status": Button("menu.status", "status.open"),
    "pay": Button("menu.pay", "pay.open"),
    "plan": Button("menu.plan", "plan.open"),
    "complaint": Button("menu.complaint", "complaint.open"),
    "cases": Button("menu.cases", "cases.open"),
    "person": Button("menu.person", "person.open"),
    "join": Button("menu.join", "join.open"),
    "simulate": Button("answers.simulate", "simulate.open"),
    "mydata": Button("settings.mydata", "mydata.open"),
}


def open_(turn: Turn) -> None:
    """The questions of the day; any other can be typed."""
    turn.close(keep_draft=True)
    turn.go("answers.search")


def ask_search(turn: Turn) -> None:
    rows = _question_rows(data.in_force(turn.today))
    turn.ask("answers.title", rows)


def answer_search(turn: Turn) -> None:
    """The three best answers to what was typed."""
    if not turn.text.strip():
        turn.say("answers.words_please")
        return
    search(turn, turn.text)


def search(turn: Turn, question: str) -> None:
    found = searching.best(question[:QUESTION_MAX], turn.today)
    if len(found) == 1:
        _say(turn, found[0])
        return
    if not found:
        turn.say("answers.none", [[NEXT["person"]], [Button("answers.all", "answers.open")]])
        return
    turn.say("answers.best", [*_question_rows(found), [NEXT["person"]]])


def show(turn: Turn) -> None:
    """The answer whose question was pressed."""
    assert turn.press is not None
    say(turn, turn.press.argument)


def say(turn: Turn, code: str) -> None:
    """One answer, in the place of the button or as a new message."""
    try:
        found = data.answer(code, turn.today)
    except data.UnknownAnswer:
        turn.toast("button.not_valid", alert=True)
        return
    _say(turn, found)


def text_of(turn: Turn, found: Answer) -> str:
    """The words of an answer, with whether they are to be confirmed."""
    parts = [
        turn.words.text(
            f"answer.{found.words}.text", **figures.figures(turn.kit.policy, turn.today)
        )
    ]
    if found.to_be_confirmed:
        parts.append(turn.words.text("answers.confirm"))
    return "\n\n".join(parts)


def _say(turn: Turn, found: Answer) -> None:
    buttons = [_next(name) for name in found.buttons]
    rows = [[one] for one in buttons if one.action in turn.kit.book.actions]
    turn.press = None  # the list stays, to choose from again
    turn.say_html(text_of(turn, found), [*rows, [Button("answers.all", "answers.open")]])


def _next(name: str) -> Button:
    kind, _, what = name.partition(":")
    if kind == "answer":
        return Button(f"answer.{what}.question", "answers.show", what)
    if kind == "complaint" and what:
        return Button("answers.complain", "complaint.of", what)
    return NEXT[kind]


def _question_rows(found: Sequence[Answer]) -> list[list[Button]]:
    return [[Button(f"answer.{one.words}.question", "answers.show", one.code)] for one in found]


CONVERSATION = Conversation(
    name="answers",
    personal=False,
    steps=(Step("answers.search", ask=ask_search, answer=answer_search),),
    actions={"answers.open": Action(open_), "answers.show": Action(show)},
)
