"""Small facts of this installation that outlive a start."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from services.records.traffic import Setting

_BOT_USERNAME = "bot.username"
_ANNOUNCED = "bot.announced"
_PRESENT = "bot.present"


def bot_username(session: Session) -> str:
    """The bot's name at Telegram without the @, as it was last told; empty before that."""
    return _read(session, _BOT_USERNAME)


def keep_bot_username(session: Session, username: str) -> None:
    """Write the name down, for links made by commands that run beside the bot."""
    if bot_username(session) != username:
        _write(session, _BOT_USERNAME, username)


def announced(session: Session) -> str:
    """A mark of what the bot last told Telegram about itself; empty before that."""
    return _read(session, _ANNOUNCED)


def keep_announced(session: Session, mark: str) -> None:
    _write(session, _ANNOUNCED, mark)


def forget_announcements(session: Session) -> None:
    """Tell it all again at the next start."""
    _write(session, _ANNOUNCED, "")


def last_present(session: Session) -> datetime | None:
    """When updates were last being taken, in real time; None before the first start."""
    found = _read(session, _PRESENT)
    return datetime.fromisoformat(found) if found else None


def keep_present(session: Session, now: datetime) -> None:
    _write(session, _PRESENT, now.isoformat(timespec="seconds"))


def _read(session: Session, name: str) -> str:
    found = session.execute(select(Setting.value).where(Setting.name == name)).scalar_one_or_none()
    return found or ""


def _write(session: Session, name: str, value: str) -> None:
    session.execute(delete(Setting).where(Setting.name == name))
    session.execute(insert(Setting).values(name=name, value=value))
