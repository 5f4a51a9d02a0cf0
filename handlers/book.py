"""Every conversation of the bot, in one place."""

from __future__ import annotations

from handlers import explain, general, start, status
from handlers.conversation import Book


def open_book() -> Book:
    return Book(
        [general.CONVERSATION, start.CONVERSATION, status.CONVERSATION, explain.CONVERSATION]
    )
