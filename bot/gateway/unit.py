"""One update, one transaction: its id, what was said, what changed, and the messages to send.

An update is tried three times. The first try of a fresh update is counted when its batch
arrives; every further one is counted, and committed, before it is made, so that an update
which kills the process counts too and the innocent ones around it do not.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from handlers import reception
from handlers.turn import Kit
from services import people
from services.clock import Clock
from services.outbox import Call, Outbox
from services.records.base import table_of
from services.records.traffic import IncomingUpdate, SetAsideUpdate

log = logging.getLogger(__name__)

TRIES = 3
DATABASE_BACKOFF_S = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0)

_updates = table_of(IncomingUpdate)
_finish = (
    update(_updates)
    .where(_updates.c.update_id == bindparam("id"), _updates.c.state == "received")
    .values(state="done")
)
_count = (
    update(_updates)
    .where(_updates.c.update_id == bindparam("id"), _updates.c.state == "received")
    .values(attempts=_updates.c.attempts + 1)
    .returning(_updates.c.attempts)
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """An update as it came; `again` when an earlier try of it did not end."""

    update_id: int
    raw: Mapping[str, Any]
    again: bool

    @property
    def key(self) -> int:
        """What must not overlap: the chat, the person, or the update where there is neither."""
        chat = self.chat
        return self.update_id if chat is None else chat

    @property
    def chat(self) -> int | None:
        """The chat it came from, or the person where there is no chat."""
        for content in self.raw.values():
            if not isinstance(content, Mapping):
                continue
            message = content.get("message")
            holder = message if isinstance(message, Mapping) else content
            for found in (holder.get("chat"), content.get("from")):
                if isinstance(found, Mapping) and isinstance(found.get("id"), int):
                    return int(found["id"])
        return None


class Units:
    """Runs units of work. Its methods are synchronous and belong in a worker thread."""

    def __init__(
        self,
        *,
        sessions: sessionmaker[Session],
        kit: Kit,
        clock: Clock,
        after_commit: Callable[[Sequence[Call]], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sessions = sessions
        self._kit = kit
        self._clock = clock
        self._after_commit = after_commit
        self._sleep = sleep

    def arrive(self, raws: Sequence[Mapping[str, Any]]) -> list[Arrived]:
        """Write down that these updates came; leave out those already done."""
        by_id = {raw["update_id"]: raw for raw in raws}

        def write(session: Session) -> list[Arrived]:
            known = {
                row.update_id: row.state
                for row in session.execute(
                    select(_updates.c.update_id, _updates.c.state).where(
                        _updates.c.update_id.in_(list(by_id))
                    )
                )
            }
            fresh = [number for number in by_id if number not in known]
            if fresh:
                now = self._clock.now()
                session.execute(
                    insert(_updates),
                    [
                        {"update_id": n, "received_at": now, "attempts": 1, "state": "received"}
                        for n in fresh
                    ],
                )
            return [
                Arrived(number, raw, again=number in known)
                for number, raw in by_id.items()
                if known.get(number, "received") == "received"
            ]

        arrived: list[Arrived] = self._persistently(write)
        return arrived

    def run_group(self, group: Sequence[Arrived]) -> None:
        """Handle updates that wait together and commit them together, which spares a commit
        each. If any fails all of it is undone, and each gets a transaction of its own."""
        if len(group) > 1 and not any(arrived.again for arrived in group):
            try:
                self._persistently(
                    lambda session: [
                        call for arrived in group for call in self._handle(session, arrived)
                    ]
                )
                return
            except Exception as failure:
                log.warning("A group of updates is undone: %s", type(failure).__name__)
        for arrived in group:
            self.run(arrived)

    def run(self, arrived: Arrived) -> None:
        """Handle one update, or set it aside after its third failure. Raises nothing that
        the update itself caused; waits while the database cannot be reached."""
        again = arrived.again
        error: Exception | None = None
        while True:
            if again:
                tries = self._persistently(lambda session: self._count_try(session, arrived))
                if tries is None:
                    return
                if tries > TRIES:
                    self._set_aside(arrived, error)
                    return
            try:
                self._persistently(lambda session: self._handle(session, arrived))
                return
            except Exception as failure:
                # Only what kind of failure and where: an error's text may hold someone's words.
                log.error(
                    "Update %s failed: %s at %s",
                    arrived.update_id,
                    type(failure).__name__,
                    _place(failure),
                )
                error = failure
                again = True

    # --- inside -------------------------------------------------------------------------

    def _handle(self, session: Session, arrived: Arrived) -> list[Call]:
        if session.get_bind().dialect.name == "postgresql":
            # Another process may hold an update of this chat: the database keeps them apart.
            session.execute(select(func.pg_advisory_xact_lock(arrived.key)))
        if not session.connection().execute(_finish, {"id": arrived.update_id}).rowcount:
            return []
        box = Outbox(session, self._clock.now())
        reception.receive(self._kit, session, arrived.raw, now=box.now, outbox=box)
        return box.added

    def _count_try(self, session: Session, arrived: Arrived) -> int | None:
        return session.execute(_count, {"id": arrived.update_id}).scalar_one_or_none()

    def _set_aside(self, arrived: Arrived, error: Exception | None) -> None:
        """Keep a poisonous update for a person, tell its sender, and let the rest go on."""
        reference = secrets.token_hex(4)
        vault = self._kit.vault
        trace = "".join(traceback.format_exception(error)) if error is not None else ""

        def work(session: Session) -> list[Call]:
            box = Outbox(session, self._clock.now())
            session.execute(
                update(_updates)
                .where(_updates.c.update_id == arrived.update_id)
                .values(state="set_aside")
            )
            session.execute(
                insert(SetAsideUpdate),
                {
                    "update_id": arrived.update_id,
                    "at": box.now,
                    "reference": reference,
                    "error": f"{type(error).__name__} at {_place(error)}"[:200]
                    if error is not None
                    else "it ended the process",
                    "traceback_sealed": vault.seal(trace) if trace else None,
                    "update_sealed": vault.seal(json.dumps(dict(arrived.raw))),
                },
            )
            self._apologise(session, arrived, box, reference)
            return box.added

        self._persistently(work)
        log.error("Update %s is set aside (reference %s)", arrived.update_id, reference)

    def _apologise(self, session: Session, arrived: Arrived, box: Outbox, reference: str) -> None:
        query = arrived.raw.get("callback_query")
        if isinstance(query, Mapping) and isinstance(query.get("id"), str):
            box.add("answerCallbackQuery", {"callback_query_id": query["id"]})
        chat_id = arrived.chat
        if chat_id is None or chat_id <= 0:  # a group hears nothing of it
            return
        caller = people.find(session, chat_id)
        words = self._kit.words[caller.language if caller is not None else "ar"]
        box.add(
            "sendMessage",
            {
                "chat_id": chat_id,
                "text": words.text("trouble.set_aside", reference=reference),
                "parse_mode": "HTML",
            },
            chat_id=chat_id,
        )

    def _persistently(self, work: Callable[[Session], Any]) -> Any:
        """Run `work` in a transaction; while the database is away or locked, wait and repeat.

        A list of calls that it returns is handed to the sender after the commit.
        """
        failures = 0
        while True:
            try:
                with self._sessions.begin() as session:
                    result = work(session)
            except (OperationalError, InterfaceError) as error:
                if not _is_passing(error):
                    raise
                wait = DATABASE_BACKOFF_S[min(failures, len(DATABASE_BACKOFF_S) - 1)]
                failures += 1
                log.warning(
                    "The database cannot be used (%s); trying again in %.2f s",
                    type(error.orig).__name__,
                    wait,
                )
                self._sleep(wait)
                continue
            if isinstance(result, list) and result and isinstance(result[0], Call):
                self._after_commit(result)
            return result


def _is_passing(error: DBAPIError) -> bool:
    """Whether waiting can help: a lock or a lost connection, not a wrong statement."""
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return True
    name = type(error.orig).__name__
    text = str(error.orig).lower()
    if "no such table" in text or "no such column" in text or "syntax error" in text:
        return False
    return name in (
        "OperationalError",
        "DeadlockDetected",
        "SerializationFailure",
        "AdminShutdown",
        "CannotConnectNow",
        "ConnectionTimeout",
        "LockNotAvailable",
        "ConnectionFailure",
    )


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "?"
    last = frames[-1]
    return f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
