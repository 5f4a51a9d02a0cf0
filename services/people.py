"""Who writes, and where they stand in the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from services import events
from services.records.base import table_of
from services.records.people import Conversation, Person, StaffMember


class Role(StrEnum):
    """What someone of the fund may do; citizens have none."""

    AGENT = "agent"
    DIRECTOR = "director"
    CENTRAL = "central"
    MANAGER = "manager"
    ADMIN = "admin"


@dataclass(slots=True)
class Caller:
    """Someone who writes in one chat, as known when their update is handled."""

    telegram_id: int
    chat_id: int
    language: str
    language_chosen: bool = False
    consented_at: datetime | None = None
    reachable: bool = True
    wrong_proofs: int = 0
    locked_until: datetime | None = None
    step: str | None = None
    version: int = 0
    drafts: dict[str, Any] = field(default_factory=dict)
    album: str | None = None
    role: Role | None = None
    agency: str | None = None
    has_conversation: bool = False
    is_new: bool = False


_people = table_of(Person)
_conversations = table_of(Conversation)
_staff = table_of(StaffMember)
_find = (
    select(
        _people.c.language,
        _people.c.language_chosen,
        _people.c.consented_at,
        _people.c.reachable,
        _people.c.wrong_proofs,
        _people.c.locked_until,
        _conversations.c.chat_id,
        _conversations.c.step,
        _conversations.c.version,
        _conversations.c.drafts,
        _conversations.c.album,
        _staff.c.role,
        _staff.c.agency,
    )
    .select_from(
        _people.outerjoin(
            _conversations,
            and_(
                _conversations.c.telegram_id == _people.c.telegram_id,
                _conversations.c.chat_id == bindparam("chat"),
            ),
        ).outerjoin(
            _staff,
            and_(_staff.c.telegram_id == _people.c.telegram_id, _staff.c.active.is_(True)),
        )
    )
    .where(_people.c.telegram_id == bindparam("person"))
)


def language_for(language_code: str | None) -> str:
    """French for a French telephone, Arabic for any other: it is the country's own."""
    return "fr" if (language_code or "").lower().startswith("fr") else "ar"


def find(session: Session, telegram_id: int, *, chat_id: int | None = None) -> Caller | None:
    """A person who has written before, as they stand in a chat (their own by default)."""
    chat = telegram_id if chat_id is None else chat_id
    row = session.execute(_find, {"person": telegram_id, "chat": chat}).one_or_none()
    if row is None:
        return None
    return Caller(
        telegram_id=telegram_id,
        chat_id=chat,
        language=row[0],
        language_chosen=row[1],
        consented_at=row[2],
        reachable=row[3],
        wrong_proofs=row[4],
        locked_until=row[5],
        has_conversation=row[6] is not None,
        step=row[7],
        version=row[8] or 0,
        drafts=row[9] or {},
        album=row[10],
        role=None if row[11] is None else Role(row[11]),
        agency=row[12],
    )


def hold_chat(session: Session, chat_id: int) -> None:
    """Keep a chat to this transaction: another one that wants to hold it waits. On SQLite a unit
    of work has the whole database to itself already."""
    if _has_many_writers(session):
        session.execute(select(func.pg_advisory_xact_lock(chat_id)))


def find_to_change(session: Session, telegram_id: int) -> Caller | None:
    """Someone else's own conversation, to be changed in this unit of work: from now on theirs
    wait for its end, so neither writes over the other. None when they never wrote, or while an
    update of theirs is being handled: nobody waits for another's chat while holding one, so no
    two units ever wait for each other."""
    if _has_many_writers(session):
        free = session.execute(select(func.pg_try_advisory_xact_lock(telegram_id))).scalar_one()
        if not free:
            return None
    return find(session, telegram_id)


def _has_many_writers(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def meet(
    session: Session, telegram_id: int, *, chat_id: int, language_code: str | None, now: datetime
) -> Caller:
    """The person who writes; a newcomer is written down with their telephone's language."""
    caller = find(session, telegram_id, chat_id=chat_id)
    if caller is not None:
        return caller
    language = language_for(language_code)
    session.execute(
        insert(_people),
        {
            "telegram_id": telegram_id,
            "language": language,
            "language_chosen": False,
            "reachable": True,
            "wrong_proofs": 0,
            "created_at": now,
        },
    )
    newcomer = find(session, telegram_id, chat_id=chat_id)  # a role may have been given before
    assert newcomer is not None
    newcomer.is_new = True
    return newcomer


def keep_conversation(session: Session, caller: Caller, now: datetime) -> None:
    """Write down where the caller stands in this chat."""
    values = {
        "step": caller.step,
        "version": caller.version,
        "drafts": caller.drafts,
        "album": caller.album,
        "updated_at": now,
    }
    if caller.has_conversation:
        session.execute(
            update(_conversations)
            .where(
                _conversations.c.chat_id == caller.chat_id,
                _conversations.c.telegram_id == caller.telegram_id,
            )
            .values(**values)
        )
    else:
        session.execute(
            insert(_conversations).values(
                chat_id=caller.chat_id, telegram_id=caller.telegram_id, **values
            )
        )
        caller.has_conversation = True


def choose_language(session: Session, caller: Caller, language: str, now: datetime) -> None:
    caller.language = language
    caller.language_chosen = True
    session.execute(
        update(_people)
        .where(_people.c.telegram_id == caller.telegram_id)
        .values(language=language, language_chosen=True)
    )
    _note(session, caller, "person.language_chosen", now, {"language": language})


def give_consent(session: Session, caller: Caller, now: datetime) -> None:
    """The person agreed to the stated purpose (law 18-07)."""
    caller.consented_at = now
    session.execute(
        update(_people).where(_people.c.telegram_id == caller.telegram_id).values(consented_at=now)
    )
    _note(session, caller, "person.consented", now)


def withdraw_consent(session: Session, caller: Caller, now: datetime) -> None:
    """The person takes their consent back: from now on nothing personal is done for them."""
    caller.consented_at = None
    session.execute(
        update(_people).where(_people.c.telegram_id == caller.telegram_id).values(consented_at=None)
    )
    _note(session, caller, "person.consent_withdrawn", now)


def in_conversation(session: Session, *, since: datetime) -> list[int]:
    """Who has a conversation open in their private chat that moved after `since`."""
    return list(
        session.scalars(
            select(_conversations.c.telegram_id)
            .where(
                _conversations.c.step.is_not(None),
                _conversations.c.chat_id == _conversations.c.telegram_id,
                _conversations.c.updated_at >= since,
            )
            .order_by(_conversations.c.telegram_id)
        )
    )


def set_reachable(session: Session, telegram_id: int, reachable: bool) -> None:
    session.execute(
        update(_people).where(_people.c.telegram_id == telegram_id).values(reachable=reachable)
    )


def _note(
    session: Session,
    caller: Caller,
    name: str,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """What a person did about themself is written down."""
    events.record(
        session,
        name,
        at=now,
        actor=events.person(caller.telegram_id),
        subject=("person", caller.telegram_id),
        data=data,
    )
