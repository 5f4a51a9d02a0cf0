"""How a conversation is written down: its steps in order, its commands, its buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from handlers.papers.order import Maker
from handlers.turn import Turn

Handler = Callable[[Turn], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `name` is `conversation.step`; `ask` shows the question (it may run again
    at any time, and changes nothing); `answer` takes what the person sent; `back` names the
    step before. Its help is the message `NAME.help`."""

    name: str
    ask: Handler
    answer: Handler | None = None
    back: str | None = None
    takes_albums: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """What a button does. With `step`, it counts only while that very question is open."""

    run: Handler
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One subject: its `name`, steps, commands (without the slash) and button actions.

    `personal` commands, actions and deep links touch personal data and wait for consent.
    `deep_links` answers `?start=KIND_VALUE` by its kind; the value is the turn's argument.
    `papers` makes the files it hands out, by their kind.
    """

    name: str
    steps: tuple[Step, ...] = ()
    commands: Mapping[str, Handler] = field(default_factory=dict)
    actions: Mapping[str, Action] = field(default_factory=dict)
    deep_links: Mapping[str, Handler] = field(default_factory=dict)
    papers: Mapping[str, Maker] = field(default_factory=dict)
    personal: bool = True


class Book:
    """All conversations, looked up by what a person did."""

    def __init__(self, conversations: Iterable[Conversation]) -> None:
        self.steps: dict[str, Step] = {}
        self.commands: dict[str, tuple[Conversation, Handler]] = {}
        self.actions: dict[str, tuple[Conversation, Action]] = {}
        self.deep_links: dict[str, tuple[Conversation, Handler]] = {}
        self.papers: dict[str, Maker] = {}
        for conversation in conversations:
            for step in conversation.steps:
                _add(self.steps, step.name, step)
            for name, handler in conversation.commands.items():
                _add(self.commands, name, (conversation, handler))
            for name, action in conversation.actions.items():
                _add(self.actions, name, (conversation, action))
            for name, handler in conversation.deep_links.items():
                _add(self.deep_links, name, (conversation, handler))
            for name, maker in conversation.papers.items():
                _add(self.papers, name, maker)
        for step in self.steps.values():
            if step.back is not None and step.back not in self.steps:
                raise ValueError(f"{step.name} leads back to {step.back}, which does not exist")
        for name, (_, action) in self.actions.items():
            if action.step is not None and action.step not in self.steps:
                raise ValueError(
                    f"the button {name} belongs to {action.step}, which does not exist"
                )


def _add(table: dict[str, T], name: str, value: T) -> None:
    if name in table:
        raise ValueError(f"{name} is written down twice")
    table[name] = value
