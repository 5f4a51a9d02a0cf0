"""Puts waiting questions to the fund's system and brings the answers to those who asked.

The questions are rows (`services.fund_system.waiting`), so they survive a restart. Each answer
is kept, and shown, in one transaction of its own; no transaction waits for the network.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session, sessionmaker

from bot.fund_api import FundApi, FundKnowsNobody, FundSilent
from bot.gateway.transactions import Transactions
from bot.gateway.workers import Workers
from handlers.account import status
from handlers.kit import Kit
from services.clock import Clock
from services.fund_system import waiting
from services.fund_system.answer import NotAnAnswer, read_answer
from services.fund_system.waiting import Question
from services.outbox import Call, Outbox

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
AT_A_TIME = 8


class FundRefresh:
    """`run` until cancelled, in one process (it stands under a lease of its own)."""

    def __init__(
        self,
        *,
        api: FundApi,
        kit: Kit,
        clock: Clock,
        sessions: sessionmaker[Session],
        workers: Workers,
        after_commit: Callable[[Sequence[Call]], None],
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._api = api
        self._kit = kit
        self._clock = clock
        self._transactions = Transactions(sessions, workers)
        self._after_commit = after_commit
        self._look_every_s = look_every_s
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self.state = "ok"

    async def run(self) -> None:
        try:
            async with self._api:
                while True:
                    try:
                        await self.look()
                    except Exception as error:
                        log.error("Questions to the fund: %s", type(error).__name__)
                    await asyncio.sleep(self._look_every_s)
        finally:
            for task in self._under_way.values():
                task.cancel()

    async def look(self) -> None:
        """Start on the questions that are due and not under way yet."""
        free = AT_A_TIME - len(self._under_way)
        if free <= 0:
            return
        found = await self._transactions.do(
            lambda session: [
                (question, waiting.ssn_for(session, self._kit.vault, question))
                for question in waiting.due(session, self._clock.now(), limit=AT_A_TIME)
                if question.id not in self._under_way
            ]
        )
        for question, ssn in found[:free]:
            task = asyncio.create_task(self._settle(question, ssn))
            self._under_way[question.id] = task
            task.add_done_callback(partial(self._done, question.id))

    def _done(self, number: int, _: asyncio.Task[None]) -> None:
        self._under_way.pop(number, None)

    async def settled(self) -> None:
        """Until no question is under way: for tests and a tidy stop."""
        while self._under_way:
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _settle(self, question: Question, ssn: str) -> None:
        try:
            await self._ask(question, ssn)
        except Exception as error:
            # Kept for later like any silence; what happened holds no personal data.
            log.error("An answer of the fund was not kept: %s", type(error).__name__)
            await self._in_unit(lambda session, _: waiting.postpone(session, question, self._now()))

    async def _ask(self, question: Question, ssn: str) -> None:
        try:
            content = await self._api.account(ssn)
            answer = read_answer(content, now=self._now())
        except FundKnowsNobody:
            log.warning("The fund's system does not know a number that its files have")
            await self._in_unit(lambda session, box: self._unanswered(session, box, question, True))
            return
        except NotAnAnswer as nonsense:
            self._api.found_nonsense()
            await self._silence(question, f"nonsense at {nonsense.place}")
            return
        except FundSilent as silence:
            await self._silence(question, silence.reason)
            return

        def keep(session: Session, box: Outbox) -> None:
            waiting.remember(
                session,
                question.contributor_id,
                answer,
                content,
                policy=self._kit.policy,
                now=box.now,
            )
            waiting.note_answering(session)
            if waiting.still_waits(session, question):
                waiting.close(session, question)
                status.answered(self._kit, session, question, box)

        await self._in_unit(keep)
        self.state = "ok"

    async def _silence(self, question: Question, reason: str) -> None:
        if reason != "resting":
            log.warning("The fund's system gave no answer: %s", reason)
        self.state = f"no answer ({reason})"
        await self._in_unit(lambda session, box: self._unanswered(session, box, question, False))

    def _unanswered(self, session: Session, box: Outbox, question: Question, unknown: bool) -> None:
        """Tell the person once that the older figure stands, and try again later."""
        if self._api.breaker.is_open:
            waiting.note_silence(session, box.now)
        if not waiting.still_waits(session, question):
            return
        if unknown:
            waiting.close(session, question)
        else:
            waiting.postpone(session, question, box.now)
        if question.tries == 0:
            status.unanswered(self._kit, session, question, box)

    def _now(self) -> datetime:
        return self._clock.now()

    async def _in_unit(self, work: Callable[[Session, Outbox], object]) -> None:
        def unit(session: Session) -> list[Call]:
            box = Outbox(session, self._clock.now())
            work(session, box)
            return box.added

        self._after_commit(await self._transactions.do(unit))
