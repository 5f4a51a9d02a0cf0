"""The way into the managers' pages: a one-time link from the bot, then a short session.

Only keyed fingerprints of links and sessions are kept. What may be seen is asked of the
records at every page, so whoever loses their role sees nothing from that moment on.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from services import events
from services.records.base import table_of
from services.records.evaluation import PageLink, PageSession
from services.vault import Vault

LINK_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(minutes=30)
_LINK, _SESSION = "page_link", "page_session"
_links, _sessions = table_of(PageLink), table_of(PageSession)


class NoWayIn(PermissionError):
    """The link or session is unknown, used or past its time; which of them is not told."""


def make_link(session: Session, vault: Vault, telegram_id: int, now: datetime) -> str:
    """The secret part of a fresh link for someone whose scope was checked."""
    token = secrets.token_urlsafe(24)
    session.execute(
        insert(_links),
        {
            "fingerprint": vault.fingerprint(token, _LINK),
            "telegram_id": telegram_id,
            "expires_at": now + LINK_LASTS,
            "used_at": None,
        },
    )
    return token


def open_link(session: Session, vault: Vault, token: str, now: datetime) -> str:
    """Use a link once; returns the secret of the session it opens.

    Raises:
        NoWayIn
    """
    used = session.execute(
        update(_links)
        .where(
            _links.c.fingerprint == vault.fingerprint(token, _LINK),
            _links.c.used_at.is_(None),
            _links.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(_links.c.telegram_id)
    ).one_or_none()
    if used is None:
        raise NoWayIn
    secret = secrets.token_urlsafe(32)
    session.execute(
        insert(_sessions),
        {
            "fingerprint": vault.fingerprint(secret, _SESSION),
            "telegram_id": used.telegram_id,
            "expires_at": now + SESSION_LASTS,
        },
    )
    events.record(
        session,
        "pages.opened",
        at=now,
        actor=events.staff(used.telegram_id),
        subject=("staff", used.telegram_id),
    )
    return secret


def visitor(session: Session, vault: Vault, secret: str, now: datetime) -> int:
    """Whose session this is.

    Raises:
        NoWayIn
    """
    found = session.execute(
        select(_sessions.c.telegram_id).where(
            _sessions.c.fingerprint == vault.fingerprint(secret, _SESSION),
            _sessions.c.expires_at > now,
        )
    ).one_or_none()
    if found is None:
        raise NoWayIn
    return int(found.telegram_id)


def leave(session: Session, vault: Vault, secret: str) -> None:
    """End a session."""
    session.execute(
        delete(_sessions).where(_sessions.c.fingerprint == vault.fingerprint(secret, _SESSION))
    )


def forget_old(session: Session, now: datetime) -> None:
    """Remove links and sessions that ran out."""
    session.execute(delete(_links).where(_links.c.expires_at < now))
    session.execute(delete(_sessions).where(_sessions.c.expires_at < now))
