"""Telegram's sending limits, kept by buckets on a monotonic clock.

30 messages a second in all, 1 a second to a chat with a small burst, 20 a minute to a group.
"""

from __future__ import annotations

from dataclasses import dataclass


class Bucket:
    """Lets through `rate_per_s` on average and at most `burst` at once."""

    __slots__ = ("_level", "_stamp", "burst", "rate_per_s")

    def __init__(self, rate_per_s: float, burst: float, now: float) -> None:
        self.rate_per_s = rate_per_s
        self.burst = burst
        self._level = burst
        self._stamp = now

    def wait_s(self, now: float) -> float:
        """Seconds until one more may pass; 0 when it may pass now."""
        self._fill(now)
        missing = 1.0 - self._level
        # Less than a billionth is rounding: waiting for it would not move a clock.
        return 0.0 if missing < 1e-9 else missing / self.rate_per_s

    def take(self, now: float) -> None:
        self._fill(now)
        self._level -= 1.0

    def give_back(self) -> None:
        """What was taken was not used."""
        self._level = min(self.burst, self._level + 1.0)

    def is_full(self, now: float) -> bool:
        self._fill(now)
        return self._level >= self.burst

    def _fill(self, now: float) -> None:
        if now > self._stamp:
            self._level = min(self.burst, self._level + (now - self._stamp) * self.rate_per_s)
            self._stamp = now


@dataclass(frozen=True, slots=True)
class SendingLimits:
    """What Telegram allows a bot. The burst of the whole is small on purpose: rate plus burst
    stays at 30 in any one second, also where messages take a hundredth longer on their way."""

    per_second: float = 29.4
    burst: float = 1.25  # so that a timer that rings late costs no share of the rate
    chat_per_second: float = 1.0
    chat_burst: float = 4.0
    group_per_minute: float = 16.0  # with the burst: 20 in any one minute
    group_burst: float = 4.0

    @classmethod
    def of_rate(cls, per_second: float) -> SendingLimits:
        """The limits for another rate in all, as a local Bot API server may allow."""
        if per_second <= 30:
            return cls(per_second=per_second - 0.6 if per_second > 2 else per_second)
        scale = per_second / 30
        return cls(
            per_second=per_second,
            burst=max(1.0, per_second / 50),
            chat_per_second=scale,
            chat_burst=4.0 * scale,
        )


class Budget:
    """The buckets in use: one for all, one a chat; full ones are forgotten now and then."""

    SWEEP_EVERY = 2_000

    def __init__(self, limits: SendingLimits, now: float) -> None:
        self._limits = limits
        self._all = Bucket(limits.per_second, limits.burst, now)
        self._chats: dict[int, Bucket] = {}
        self._paused_until = 0.0
        self._chat_paused_until: dict[int, float] = {}

    def pause(self, until: float) -> None:
        """Nothing is sent before `until`; the time lost is not made up by a burst."""
        self._paused_until = max(self._paused_until, until)

    def pause_chat(self, chat_id: int, until: float) -> None:
        self._chat_paused_until[chat_id] = max(self._chat_paused_until.get(chat_id, 0.0), until)

    def pause_left_s(self, now: float) -> float:
        return max(0.0, self._paused_until - now)

    def wait_s(self, now: float) -> float:
        """Seconds until any message may leave."""
        return max(self._paused_until - now, self._all.wait_s(now))

    def chat_wait_s(self, chat_id: int, now: float) -> float:
        """Seconds until a message to this chat may leave, the limit of all aside."""
        paused = self._chat_paused_until.get(chat_id, 0.0) - now
        if paused > 0:
            return paused
        self._chat_paused_until.pop(chat_id, None)
        bucket = self._chats.get(chat_id)
        return 0.0 if bucket is None else bucket.wait_s(now)

    def give_back(self, chat_id: int | None) -> None:
        """No message left after all."""
        self._all.give_back()
        if chat_id is not None and (bucket := self._chats.get(chat_id)) is not None:
            bucket.give_back()

    def take(self, chat_id: int | None, now: float) -> None:
        self._all.take(now)
        if chat_id is None:
            return
        bucket = self._chats.get(chat_id)
        if bucket is None:
            if len(self._chats) >= self.SWEEP_EVERY:
                self._chats = {c: b for c, b in self._chats.items() if not b.is_full(now)}
            limits = self._limits
            if chat_id < 0:
                bucket = Bucket(limits.group_per_minute / 60, limits.group_burst, now)
            else:
                bucket = Bucket(limits.chat_per_second, limits.chat_burst, now)
            self._chats[chat_id] = bucket
        bucket.take(now)
