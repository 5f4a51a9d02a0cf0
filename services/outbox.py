"""Calls that leave through the outbox: added inside a unit of work, sent after its commit.

A call is a Bot API method with its parameters; what it says was worded by a handler. It is
*queued*, then *sent*, *failed* or *unknown* (it may have arrived). A call that must never
arrive twice is *sending* while it is under way, so that a kill leaves it *unknown*.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from services.records.base import table_of
from services.records.people import Person
from services.records.traffic import OutgoingCall, OutgoingFile


class Lane(IntEnum):
    """Who goes first when not all can."""

    CONVERSATION = 0
    STAFF = 1
    INSTALLMENT = 2
    CAMPAIGN = 3


@dataclass(slots=True, eq=False)
class Call:
    """One call as it stands in the outbox."""

    id: int
    lane: Lane
    chat_id: int | None
    method: str
    params: dict[str, Any]
    repeatable: bool
    after_id: int | None = None
    subject: str | None = None
    not_before: datetime | None = None


@dataclass(slots=True, frozen=True)
class Paper:
    """A file of a call that is made just before the call leaves, outside of any unit of work.

    `kind` names its maker and `order` what that needs, in plain JSON values; so a stop or a kill
    loses nothing. `otherwise` is said instead (HTML) when it cannot be made.
    """

    kind: str
    name: str
    mime: str
    order: Mapping[str, Any]
    otherwise: str

    def as_param(self) -> dict[str, Any]:
        return {
            PAPER: {
                "kind": self.kind,
                "name": self.name,
                "mime": self.mime,
                "order": dict(self.order),
                "otherwise": self.otherwise,
            }
        }


@dataclass(slots=True, frozen=True)
class Concluded:
    """How a call ended: `state` is sent, failed, unknown or queued (again, from `not_before`)."""

    call: Call
    state: str
    error: str | None = None
    message_id: int | None = None
    thread_id: int | None = None
    not_before: datetime | None = None
    unreachable: bool = False
    moved_to: int | None = None


PAPER = "$paper"

_calls = table_of(OutgoingCall)
_insert_call = insert(_calls)
_COLUMNS = (
    _calls.c.id,
    _calls.c.lane,
    _calls.c.chat_id,
    _calls.c.method,
    _calls.c.params,
    _calls.c.repeatable,
    _calls.c.after_id,
    _calls.c.subject,
    _calls.c.not_before,
)


@dataclass(slots=True)
class Outbox:
    """The calls one unit of work adds; `added` is handed to the sender after the commit."""

    session: Session
    now: datetime
    added: list[Call] = field(default_factory=list)

    def add(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        chat_id: int | None = None,
        lane: Lane = Lane.CONVERSATION,
        repeatable: bool = True,
        after: Call | None = None,
        after_id: int | None = None,
        subject: str | None = None,
        not_before: datetime | None = None,
    ) -> Call:
        """Add one call. With `after` (or `after_id`, of a call of an earlier unit), it waits
        until that call is done, and a parameter `{"$from": "message_id"}` (or `thread_id`)
        takes that call's result."""
        call = Call(
            id=0,
            lane=lane,
            chat_id=chat_id,
            method=method,
            params=dict(params),
            repeatable=repeatable,
            after_id=after.id if after is not None else after_id,
            subject=subject,
            not_before=not_before,
        )
        result = self.session.execute(
            _insert_call,
            {
                "lane": int(lane),
                "chat_id": chat_id,
                "method": method,
                "params": json.dumps(params, ensure_ascii=False),
                "repeatable": repeatable,
                "after_id": call.after_id,
                "subject": subject,
                "state": "queued",
                "attempts": 0,
                "created_at": self.now,
                "not_before": not_before,
            },
        )
        call.id = result.inserted_primary_key[0]  # type: ignore[attr-defined]
        self.added.append(call)
        return call


def queued(session: Session, lane: Lane, *, limit: int) -> list[Call]:
    """The oldest queued calls of a lane."""
    rows = session.execute(
        select(*_COLUMNS)
        .where(_calls.c.state == "queued", _calls.c.lane == int(lane))
        .order_by(_calls.c.id)
        .limit(limit)
    )
    return [
        Call(
            id=row.id,
            lane=Lane(row.lane),
            chat_id=row.chat_id,
            method=row.method,
            params=json.loads(row.params),
            repeatable=row.repeatable,
            after_id=row.after_id,
            subject=row.subject,
            not_before=row.not_before,
        )
        for row in rows
    ]


def mark_sending(session: Session, calls: Sequence[int]) -> set[int]:
    """Claim calls that must not arrive twice; returns those that were still queued."""
    result = session.execute(
        update(_calls)
        .where(_calls.c.id.in_(calls), _calls.c.state == "queued")
        .values(state="sending")
        .returning(_calls.c.id)
    )
    return set(result.scalars())


def give_back_unsent(session: Session, calls: Sequence[int]) -> None:
    """Claimed calls that certainly did not leave wait again."""
    session.execute(
        update(_calls)
        .where(_calls.c.id.in_(calls), _calls.c.state == "sending")
        .values(state="queued")
    )


def give_up_interrupted(session: Session, now: datetime) -> int:
    """After a kill: calls found *sending* may have arrived, so they become *unknown*."""
    result = session.execute(
        update(_calls)
        .where(_calls.c.state == "sending")
        .values(state="unknown", done_at=now, error="interrupted")
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


_finish_call = (
    update(_calls)
    .where(_calls.c.id == bindparam("call"))
    .values(
        state=bindparam("new_state"),
        error=bindparam("why"),
        message_id=bindparam("message"),
        thread_id=bindparam("thread"),
        done_at=bindparam("at"),
        params="",
    )
)


def conclude(session: Session, concluded: Sequence[Concluded], now: datetime) -> None:
    """Write back how calls ended, all in the caller's transaction."""
    done = [one for one in concluded if one.state != "queued"]
    if done:
        session.connection().execute(
            _finish_call,
            [
                {
                    "call": one.call.id,
                    "new_state": one.state,
                    "why": one.error,
                    "message": one.message_id,
                    "thread": one.thread_id,
                    "at": now,
                }
                for one in done
            ],
        )
    for one in concluded:
        if one.state == "queued":
            session.execute(
                update(_calls)
                .where(_calls.c.id == one.call.id)
                .values(
                    state="queued",
                    not_before=one.not_before,
                    error=one.error,
                    attempts=_calls.c.attempts + 1,
                    chat_id=one.call.chat_id,
                    method=one.call.method,
                    params=json.dumps(one.call.params, ensure_ascii=False),
                )
            )
        if one.unreachable and one.call.chat_id is not None:
            session.execute(
                update(Person).where(Person.telegram_id == one.call.chat_id).values(reachable=False)
            )
        files = list(_files_in(one.call.params)) if one.state != "queued" else []
        if files:
            session.execute(delete(OutgoingFile).where(OutgoingFile.id.in_(files)))


def result_of(session: Session, call_id: int) -> tuple[str, int | None, int | None]:
    """(state, message id, thread id) of an earlier call; a purged one counts as sent."""
    row = session.execute(
        select(_calls.c.state, _calls.c.message_id, _calls.c.thread_id).where(
            _calls.c.id == call_id
        )
    ).one_or_none()
    return ("sent", None, None) if row is None else (row[0], row[1], row[2])


def files_of(session: Session, call: Call) -> dict[str, tuple[str, str, bytes]]:
    """The files of a call that an earlier edition put beside it (`{"$file": id}`): attachment
    name to (file name, MIME type, content)."""
    found: dict[str, tuple[str, str, bytes]] = {}
    for number in _files_in(call.params):
        row = session.get(OutgoingFile, number)
        if row is not None:
            found[f"file{number}"] = (row.name, row.mime, row.content)
    return found


def _files_in(params: Mapping[str, Any]) -> Iterable[int]:
    for value in params.values():
        if isinstance(value, dict) and "$file" in value:
            yield value["$file"]


def paper_in(params: Mapping[str, Any]) -> tuple[str, Paper] | None:
    """The paper a call carries, and the parameter it stands in."""
    for field_name, value in params.items():
        if isinstance(value, dict) and PAPER in value:
            return field_name, Paper(**value[PAPER])
    return None


def say_instead(call: Call) -> None:
    """Change a call whose paper cannot be made into the words that stand by for it."""
    found = paper_in(call.params)
    if found is None:
        return
    field_name, paper = found
    call.method = "sendMessage"
    call.params = {
        name: value for name, value in call.params.items() if name not in (field_name, "caption")
    } | {"text": paper.otherwise}
