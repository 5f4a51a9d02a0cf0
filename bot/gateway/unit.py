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

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import metrics
from bot.gateway.cleaning import clean, clean_text, is_storable
from bot.gateway.persistence import Persistence, StillAway
from handlers import reception
from handlers.kit import Kit
from services import people
from services.clock import Clock
from services.outbox import Call, Outbox
from services.records.base import table_of
from services.records.traffic import IncomingUpdate, SetAsideUpdate

log = logging.getLogger(__name__)

TRIES = 3

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
                if isinstance(found, Mapping) and is_storable(found.get("id")):
                    return int(found["id"])
        return None


class Units:
    """Runs units of work. Its methods are synchronous and belong in a worker thread."""

    def __init__(
        self,
        *,
        records: Persistence,
        kit: Kit,
        clock: Clock,
        after_commit: Callable[[Sequence[Call]], None],
    ) -> None:
        self._records = records
        self._kit = kit
        self._clock = clock
        self._after_commit = after_commit

    def arrive(self, raws: Sequence[Mapping[str, Any]]) -> list[Arrived]:
        """Write down that these updates came; leave out those already done."""
        by_id = {raw["update_id"]: clean(raw) for raw in raws}

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

        try:
            arrived = self._records.do(write)
        except IntegrityError:  # another process was given one of them at the same moment
            arrived = self._records.do(write)
        if len(arrived) < len(by_id):
            still = {one.update_id for one in arrived}
            for number in by_id.keys() - still:
                metrics.update_ended(by_id[number], "repeated")
        return arrived

    def run_group(self, group: Sequence[Arrived]) -> None:
        """Handle updates that wait together and commit them together, which spares a commit
        each. If any fails all of it is undone, and each gets a transaction of its own."""
        if len(group) > 1 and not any(arrived.again for arrived in group):
            try:
                self._commit(
                    lambda session: [
                        call for arrived in group for call in self._handle(session, arrived)
                    ]
                )
                for arrived in group:
                    metrics.update_ended(arrived.raw, "done")
                return
            except StillAway:
                raise
            except Exception as failure:
                log.warning("A group of updates is undone: %s", type(failure).__name__)
        for arrived in group:
            self.run(arrived)

    def run(self, arrived: Arrived) -> None:
        """Handle one update, or set it aside after its third failure. Raises nothing that
        the update itself caused; waits while the database cannot be reached. Raises
        `StillAway` when the program stops before that.

        Telegram may deliver an update again, also to another process, while it is handled
        here. Repeats wait for one another, so that only a try that really failed is counted.
        """
        error: Exception | None = None
        if not arrived.again:
            error = self._try(arrived)
            if error is None:
                return
        with self._records.alone(arrived.update_id):
            while True:
                tries = self._records.do(lambda session: self._count_try(session, arrived))
                if tries is None:
                    metrics.update_ended(arrived.raw, "repeated")
                    return
                if tries > TRIES:
                    self._set_aside(arrived, error)
                    return
                error = self._try(arrived)
                if error is None:
                    return

    # --- inside -------------------------------------------------------------------------

    def _try(self, arrived: Arrived) -> Exception | None:
        """Handle one update in a transaction of its own; what went wrong, if anything did."""
        try:
            self._commit(lambda session: self._handle(session, arrived))
        except StillAway:
            raise
        except Exception as failure:
            # Only what kind of failure and where: an error's text may hold someone's words.
            log.error(
                "Update %s failed: %s at %s",
                arrived.update_id,
                type(failure).__name__,
                _place(failure),
            )
            metrics.update_ended(arrived.raw, "failed")
            return failure
        metrics.update_ended(arrived.raw, "done")
        return None

    def _handle(self, session: Session, arrived: Arrived) -> list[Call]:
        # Another process may hold an update of this chat: the database keeps them apart.
        people.hold_chat(session, arrived.key)
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
        trace = "".join(traceback.format_exception(error)) if error is not None else ""

        def work(session: Session) -> list[Call]:
            box = Outbox(session, self._clock.now())
            session.execute(
                update(_updates)
                .where(_updates.c.update_id == arrived.update_id)
                .values(state="set_aside")
            )
            # Telegram may have begun its numbers anew since an earlier one.
            session.execute(
                delete(SetAsideUpdate).where(SetAsideUpdate.update_id == arrived.update_id)
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
                    "traceback_sealed": self._sealed(lambda: trace),
                    "update_sealed": self._sealed(lambda: json.dumps(dict(arrived.raw))),
                },
            )
            self._apologise(session, arrived, box, reference)
            return box.added

        self._commit(work)
        metrics.update_ended(arrived.raw, "set_aside")
        log.error("Update %s is set aside (reference %s)", arrived.update_id, reference)

    def _sealed(self, told: Callable[[], str]) -> bytes | None:
        """For a person to look at; what cannot even be written must not stop the rest."""
        try:
            text = told()
            return self._kit.vault.seal(clean_text(text)) if text else None
        except (ValueError, RecursionError):
            return None

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

    def _commit(self, work: Callable[[Session], list[Call]]) -> None:
        """Run `work` in a transaction and hand its calls to the sender after the commit."""
        began = time.perf_counter()
        calls = self._records.do(work)
        metrics.unit_time(time.perf_counter() - began)
        if calls:
            self._after_commit(calls)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "?"
    last = frames[-1]
    return f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
