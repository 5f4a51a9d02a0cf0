"""How long each call waits after it did not go through, and whom it makes wait with it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from bot import metrics
from bot.gateway import verdicts
from bot.gateway.api import NotSent, Refused, Unknown
from bot.gateway.limits import Budget
from bot.gateway.verdicts import Pause, Verdict
from services.clock import Clock
from services.outbox import Call, Concluded

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Tried:
    """What is remembered of a call that did not go through at once."""

    doubts: int = 0
    faults: int = 0
    retry_at: float = 0.0  # on the machine's clock: ours may jump


class Patience:
    """Carries out verdicts: the call waits, and with it its chat or everybody (`budget`)."""

    def __init__(self, budget: Budget, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._budget = budget
        self._clock = clock
        self._monotonic = monotonic
        self._tried: dict[int, _Tried] = {}
        self._transport_failures = 0  # in a row

    def begin_anew(self) -> None:
        self._tried = {}

    def wait_s(self, call: Call, now: float) -> float:
        """Seconds until this call may leave, the limits aside."""
        tried = self._tried.get(call.id)
        pause = tried.retry_at - now if tried is not None else 0.0
        if call.not_before is not None:
            # Never a long sleep: the demo's clock may jump.
            later = (call.not_before - self._clock.now()).total_seconds()
            pause = max(pause, min(1.0, later))
        return max(0.0, pause)

    def telegram_answered(self) -> None:
        self._transport_failures = 0

    def after(
        self, call: Call, trouble: Refused | NotSent | Unknown, *, token_accepted: bool
    ) -> Concluded:
        """A call did not go through: how it ends, or that it is made again."""
        return self.apply(call, self._judge(call, trouble, token_accepted))

    def after_fault(self, call: Call, error: Exception) -> Concluded:
        """Something here went wrong with a call."""
        log.error("Call %s (%s) failed here: %s", call.id, call.method, type(error).__name__)
        tried = self._remember(call)
        if not isinstance(error, DBAPIError):
            tried.faults += 1
        return self.apply(call, verdicts.after_fault(error, faults=tried.faults))

    def apply(self, call: Call, verdict: Verdict) -> Concluded:
        """Let the call, and whoever else must, wait as long as the verdict says."""
        until = self._monotonic() + verdict.wait_s
        if verdict.pause is Pause.EVERYBODY:
            self._budget.pause(until)
        elif verdict.pause is Pause.CHAT and call.chat_id is not None:
            self._budget.pause_chat(call.chat_id, until)
        if verdict.wait_s > 0:
            self._remember(call).retry_at = until
        return verdict.on(call)

    def forget(self, call: Call) -> None:
        self._tried.pop(call.id, None)

    def _judge(
        self, call: Call, trouble: Refused | NotSent | Unknown, token_accepted: bool
    ) -> Verdict:
        if isinstance(trouble, Refused):
            self.telegram_answered()
            if trouble.code == 429:
                metrics.asked_to_wait()
            return verdicts.after_refusal(call, trouble, token_accepted=token_accepted)
        if isinstance(trouble, Unknown):
            tried = self._remember(call)
            tried.doubts += 1
            return verdicts.after_doubt(call, trouble, tries=tried.doubts)
        verdict = verdicts.after_no_connection(trouble, earlier=self._transport_failures)
        if self._budget.pause_left_s(self._monotonic()) <= 0:
            # Of the calls in flight together only the first counts as a failure.
            self._transport_failures += 1
            log.warning("Telegram cannot be reached; trying again in %.0f s", verdict.wait_s)
        return verdict

    def _remember(self, call: Call) -> _Tried:
        return self._tried.setdefault(call.id, _Tried())
