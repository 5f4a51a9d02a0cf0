"""The last answer of the fund's system about a contributor, and who waits for a new one.

A figure is shown at once from what is known; the question to the fund is a row of its own,
so that it survives a restart and no transaction waits for a network.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from services import accounts, events
from services.dates import day_in_algiers
from services.fund_system.answer import Answer
from services.fund_system.figures import difference
from services.policy import Policy
from services.records.base import table_of
from services.records.fund_system import FundAnswer, FundQuestion
from services.records.traffic import OutgoingCall, Setting
from services.vault import Vault

FRESH_FOR = timedelta(minutes=10)
"""An answer younger than this is not asked for again."""
RETRY_AFTER = (timedelta(seconds=20), timedelta(minutes=1), timedelta(minutes=5))
GIVE_UP_AFTER = timedelta(minutes=30)
_SILENT_SINCE = "fund_system.silent_since"

_answers = table_of(FundAnswer)
_questions = table_of(FundQuestion)
_calls = table_of(OutgoingCall)


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody waits to hear. `message_id` is known where a shown message was edited."""

    id: int
    contributor_id: int
    telegram_id: int
    chat_id: int
    call_id: int
    message_id: int | None
    shown_total: int
    asked_at: datetime
    tries: int


def ask(
    session: Session,
    *,
    contributor_id: int,
    telegram_id: int,
    chat_id: int,
    call_id: int,
    message_id: int | None,
    shown_total: int,
    now: datetime,
) -> None:
    """Ask for a fresh figure; an earlier question of the same chat about it is taken over."""
    session.execute(
        delete(_questions).where(
            _questions.c.chat_id == chat_id, _questions.c.contributor_id == contributor_id
        )
    )
    session.execute(
        insert(_questions),
        {
            "contributor_id": contributor_id,
            "telegram_id": telegram_id,
            "chat_id": chat_id,
            "call_id": call_id,
            "message_id": message_id,
            "shown_total": shown_total,
            "asked_at": now,
            "next_try_at": now,
            "tries": 0,
        },
    )


def due(session: Session, now: datetime, *, limit: int) -> list[Question]:
    """Questions to put to the fund now, oldest first."""
    rows = session.execute(
        select(
            _questions.c.id,
            _questions.c.contributor_id,
            _questions.c.telegram_id,
            _questions.c.chat_id,
            _questions.c.call_id,
            _questions.c.message_id,
            _questions.c.shown_total,
            _questions.c.asked_at,
            _questions.c.tries,
        )
        .where(_questions.c.next_try_at <= now)
        .order_by(_questions.c.id)
        .limit(limit)
    )
    return [Question(*row) for row in rows]


def ssn_for(session: Session, vault: Vault, question: Question) -> str:
    """The number to ask the fund about."""
    return accounts.ssn_of(session, vault, question.contributor_id)


def still_waits(session: Session, question: Question) -> bool:
    """False when the person asked again meanwhile: the later question answers them."""
    found = session.execute(
        select(_questions.c.id).where(_questions.c.id == question.id)
    ).one_or_none()
    return found is not None


def close(session: Session, question: Question) -> None:
    session.execute(delete(_questions).where(_questions.c.id == question.id))


def postpone(session: Session, question: Question, now: datetime) -> bool:
    """Try again later; False when the fund was silent for so long that nobody waits any more."""
    if now - question.asked_at >= GIVE_UP_AFTER:
        close(session, question)
        return False
    wait = RETRY_AFTER[min(question.tries, len(RETRY_AFTER) - 1)]
    session.execute(
        update(_questions)
        .where(_questions.c.id == question.id)
        .values(next_try_at=now + wait, tries=question.tries + 1)
    )
    return True


def message_was_left(session: Session, question: Question) -> bool:
    """Whether a message of that chat was edited since: the person went on from the figure."""
    latest = session.execute(
        select(func.max(_calls.c.id)).where(
            _calls.c.chat_id == question.chat_id, _calls.c.method == "editMessageText"
        )
    ).scalar_one()
    return latest is not None and latest > question.call_id


def remember(
    session: Session,
    contributor_id: int,
    answer: Answer,
    content: object,
    *,
    policy: Policy,
    now: datetime,
) -> None:
    """Keep an answer as the last known; a new discrepancy with our own figure is an event."""
    before = session.execute(
        select(_answers.c.as_of, _answers.c.difference).where(
            _answers.c.contributor_id == contributor_id
        )
    ).one_or_none()
    if before is not None and before.as_of > answer.as_of:
        return  # an answer that overtook another on the way
    apart = difference(answer, policy)
    values = {
        "as_of": answer.as_of,
        "received_at": now,
        "content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        "difference": apart,
    }
    if before is None:
        session.execute(insert(_answers), {"contributor_id": contributor_id, **values})
    else:
        session.execute(
            update(_answers).where(_answers.c.contributor_id == contributor_id).values(**values)
        )
    if apart and (before is None or before.difference != apart):
        events.record(
            session,
            "figure.differs",
            at=now,
            actor="fund",
            subject=("contributor", contributor_id),
            data={"fund_less_ours": apart, "as_of": day_in_algiers(answer.as_of).isoformat()},
        )


def note_silence(session: Session, now: datetime) -> None:
    """The fund's system does not answer: those who ask are told so at once."""
    if silent_since(session) is None:
        session.add(Setting(name=_SILENT_SINCE, value=now.isoformat()))
        session.flush()


def note_answering(session: Session) -> None:
    session.execute(delete(Setting).where(Setting.name == _SILENT_SINCE))


def silent_since(session: Session) -> datetime | None:
    """Since when the fund's system has not answered; None while it does."""
    found = session.execute(
        select(Setting.value).where(Setting.name == _SILENT_SINCE)
    ).scalar_one_or_none()
    return None if found is None else datetime.fromisoformat(found)
