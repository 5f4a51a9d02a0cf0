"""Small facts of this installation that outlive a start."""

from __future__ import annotations

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from services.records.traffic import Setting

_BOT_USERNAME = "bot.username"


def bot_username(session: Session) -> str:
    """The bot's name at Telegram without the @, as it was last told; empty before that."""
    found = session.execute(
        select(Setting.value).where(Setting.name == _BOT_USERNAME)
    ).scalar_one_or_none()
    return found or ""


def keep_bot_username(session: Session, username: str) -> None:
    """Write the name down, for links made by commands that run beside the bot."""
    if bot_username(session) == username:
        return
    session.execute(delete(Setting).where(Setting.name == _BOT_USERNAME))
    session.execute(insert(Setting).values(name=_BOT_USERNAME, value=username))
