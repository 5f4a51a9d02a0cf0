"""Wrong proofs of identity are counted per Telegram account; too many lock linking for a while.

One count for both ways of proving, the registered phone and the counter's code, so that
neither is a way around the other. A success begins anew.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services import events
from services.policy.service_rows import IdentityRules
from services.records.base import table_of
from services.records.people import Person


class LinkingLocked(Exception):
    """Nothing is checked until then; carries the instant."""

    def __init__(self, until: datetime) -> None:
        super().__init__("linking is locked")
        self.until = until


class ProofRefused(Exception):
    """The proof failed. Why is kept nowhere: an unknown number, another phone, several
    numbers on one phone, a wrong, used or outdated code all look alike."""


_people = table_of(Person)


def check_not_locked(session: Session, telegram_id: int, now: datetime) -> None:
    """Raises `LinkingLocked`."""
    until = session.execute(
        select(_people.c.locked_until).where(_people.c.telegram_id == telegram_id)
    ).scalar_one_or_none()
    if until is not None and until > now:
        raise LinkingLocked(until)


def refuse(session: Session, telegram_id: int, *, rules: IdentityRules, now: datetime) -> None:
    """Count a wrong proof.

    Raises:
        LinkingLocked: it was the last one allowed; the count begins anew after the lock.
        ProofRefused: otherwise.
    """
    actor, subject = events.person(telegram_id), ("person", telegram_id)
    wrong = session.execute(
        update(_people)
        .where(_people.c.telegram_id == telegram_id)
        .values(wrong_proofs=_people.c.wrong_proofs + 1)
        .returning(_people.c.wrong_proofs)
    ).scalar_one()
    events.record(
        session, "proof.refused", at=now, actor=actor, subject=subject, data={"wrong": wrong}
    )
    if wrong < rules.tries:
        raise ProofRefused
    until = now + rules.lock
    session.execute(
        update(_people)
        .where(_people.c.telegram_id == telegram_id)
        .values(wrong_proofs=0, locked_until=until)
    )
    events.record(
        session,
        "proof.locked",
        at=now,
        actor=actor,
        subject=subject,
        data={"until": until.isoformat()},
    )
    raise LinkingLocked(until)


def forgive(session: Session, telegram_id: int) -> None:
    """After a success the count begins anew."""
    session.execute(
        update(_people)
        .where(_people.c.telegram_id == telegram_id)
        .values(wrong_proofs=0, locked_until=None)
    )
