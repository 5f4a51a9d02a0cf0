"""/settings: the language, the linked accounts, reminders, one's own data."""

from __future__ import annotations

from handlers.buttons import Button
from handlers.conversation import Action, Conversation
from handlers.turn import Turn

ROWS = (
    (Button("settings.language", "language.open"),),
    (Button("settings.accounts", "link.accounts"),),
    (Button("settings.reminders", "reminders.open"),),
    (Button("settings.mydata", "mydata.open"),),
    (Button("button.menu", "menu.open"),),
)


def show_settings(turn: Turn) -> None:
    """What this edition lets people set."""
    known = turn.kit.book.actions
    rows = [[button for button in row if button.action in known] for row in ROWS]
    turn.show("settings.title", rows)


CONVERSATION = Conversation(
    name="settings",
    personal=False,
    commands={"settings": show_settings},
    actions={"settings.open": Action(show_settings)},
)
