"""Telegram's sending limits, kept only when the knob says so.

30 messages a second in all, one a second to a chat with a small burst, 20 a minute to a
group. Source: Telegram's "Bots FAQ"; the size of the burst is not published, so it is
an assumption here.
"""

from __future__ import annotations

import math
from collections.abc import Callable

ALL_PER_SECOND = 30.0
CHAT_PER_SECOND = 1.0
CHAT_BURST = 5.0
GROUP_PER_MINUTE = 20.0

LIMITED = frozenset(
    {
        "sendMessage",
        "sendPhoto",
        "sendDocument",
        "sendVoice",
        "sendAudio",
        "sendVideo",
        "sendMediaGroup",
        "copyMessage",
        "forwardMessage",
        "editMessageText",
        "editMessageCaption",
        "editMessageReplyMarkup",
    }
)


class _Bucket:
    __slots__ = ("at", "level")

    def __init__(self, level: float, at: float) -> None:
        self.level = level
        self.at = at

    def lacking(self, now: float, rate: float, size: float) -> float:
        """Refill, then give the seconds until one token is there (0: now)."""
        self.level = min(size, self.level + (now - self.at) * rate)
        self.at = now
        return 0.0 if self.level >= 1 else (1 - self.level) / rate


class Limits:
    """Token buckets: one a bot, one a chat; a group's holds a minute's worth."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._bots: dict[int, _Bucket] = {}
        self._chats: dict[tuple[int, int], _Bucket] = {}

    def retry_after(self, bot_id: int, chat_id: int) -> int:
        """Take one message's place; whole seconds to wait when there is none, else 0."""
        now = self._monotonic()
        group = chat_id < 0
        rate = GROUP_PER_MINUTE / 60 if group else CHAT_PER_SECOND
        size = GROUP_PER_MINUTE if group else CHAT_BURST
        everywhere = self._bots.setdefault(bot_id, _Bucket(ALL_PER_SECOND, now))
        here = self._chats.setdefault((bot_id, chat_id), _Bucket(size, now))
        wait = max(
            everywhere.lacking(now, ALL_PER_SECOND, ALL_PER_SECOND),
            here.lacking(now, rate, size),
        )
        if wait > 0:
            return max(1, math.ceil(wait))
        everywhere.level -= 1
        here.level -= 1
        return 0
