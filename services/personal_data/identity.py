"""The person as the bot knows them: language, consent, conversations, links, the trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services import events, staff
from services.dates import day_in_algiers
from services.policy import Policy
from services.records.base import table_of
from services.records.people import Conversation, CounterCode, Link, Person
from services.records.traffic import Event, OutgoingCall
from services.vault import Vault

_people = table_of(Person)
_conversations = table_of(Conversation)
_links = table_of(Link)
_codes = table_of(CounterCode)
_calls = table_of(OutgoingCall)
_events = table_of(Event)
# Kept while a conversation runs, and of no use to anyone outside it.
_INNER = ("phone", "wish")


def export_person(session: Session, vault: Vault, telegram_id: int, now: datetime) -> Any:
    row = session.execute(
        select(
            _people.c.telegram_id,
            _people.c.language,
            _people.c.consented_at,
            _people.c.created_at,
            _people.c.reachable,
            _people.c.wrong_proofs,
            _people.c.locked_until,
        ).where(_people.c.telegram_id == telegram_id)
    ).one_or_none()
    return {} if row is None else {name: _plain(value) for name, value in row._mapping.items()}


def export_conversations(session: Session, vault: Vault, telegram_id: int, now: datetime) -> Any:
    """Where they stand in each chat, and what they wrote in conversations left open."""
    rows = session.execute(
        select(_conversations.c.chat_id, _conversations.c.step, _conversations.c.drafts).where(
            _conversations.c.telegram_id == telegram_id
        )
    )
    return [
        {
            "chat": row.chat_id,
            "step": row.step,
            "drafts": {
                name: {
                    key: value
                    for key, value in draft.items()
                    if key not in _INNER and not key.startswith("_")
                }
                for name, draft in row.drafts.items()
            },
        }
        for row in rows
    ]


def export_trail(session: Session, vault: Vault, telegram_id: int, now: datetime) -> Any:
    """What the person themself did, as it was written down."""
    rows = session.execute(
        select(_events.c.at, _events.c.name, _events.c.data)
        .where(_events.c.actor == events.person(telegram_id))
        .order_by(_events.c.id)
    )
    return [{"at": row.at.isoformat(), "name": row.name, "data": row.data} for row in rows]


def erase(session: Session, telegram_id: int, now: datetime) -> None:
    """Remove the person, their conversations, links and the traces of messages to them.

    A row without consent outlives them in two cases: wrong proofs were counted (else erasing
    oneself would be a way around the lock), or a record that must be kept points at it.
    """
    session.execute(delete(_conversations).where(_conversations.c.telegram_id == telegram_id))
    session.execute(delete(_links).where(_links.c.telegram_id == telegram_id))
    session.execute(update(_codes).where(_codes.c.used_by == telegram_id).values(used_by=None))
    session.execute(
        delete(_calls).where(_calls.c.chat_id == telegram_id, _calls.c.done_at.is_not(None))
    )
    wrong, locked_until = session.execute(
        select(_people.c.wrong_proofs, _people.c.locked_until).where(
            _people.c.telegram_id == telegram_id
        )
    ).one()
    if wrong == 0 and (locked_until is None or locked_until <= now):
        try:
            with session.begin_nested():
                session.execute(delete(_people).where(_people.c.telegram_id == telegram_id))
            return
        except IntegrityError:  # a record that must be kept still points here
            pass
    session.execute(
        update(_people)
        .where(_people.c.telegram_id == telegram_id)
        .values(consented_at=None, language_chosen=False, created_at=now)
    )


def forget_old(session: Session, policy: Policy, now: datetime) -> dict[str, int]:
    """Remove what is past its stated time; returns how many rows of each.

    Links and codes are counted from their end, a conversation left open from its last move.
    """
    today = day_in_algiers(now)
    link_end = now - policy.retention("link", today).keep
    draft_end = now - policy.retention("draft", today).keep
    links = session.execute(
        delete(_links).where(
            or_(_links.c.ended_at < link_end, _links.c.until < day_in_algiers(link_end))
        )
    )
    codes = session.execute(delete(_codes).where(_codes.c.expires_at < link_end))
    drafts = session.execute(
        update(_conversations)
        .where(
            _conversations.c.updated_at < draft_end,
            # The step and what was said in it; their place in the chat stays.
            or_(_conversations.c.step.is_not(None), cast(_conversations.c.drafts, String) != "{}"),
        )
        .values(step=None, drafts={}, version=_conversations.c.version + 1)
    )
    return {
        "links": _count(links),
        "codes": _count(codes),
        "drafts": _count(drafts),
        "invites": staff.forget_old_invites(session, link_end),
    }


def _count(result: Any) -> int:
    return int(result.rowcount)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
