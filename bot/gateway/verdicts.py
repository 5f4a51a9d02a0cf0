"""What Telegram's answer to a call means: for the call itself, and for all that waits.

Pure but for one thing: a call that can be mended (its group moved, its markup cannot be read) is
changed into the one to make instead.
"""

from __future__ import annotations

import html
import logging
import re
from dataclasses import dataclass
from enum import Enum

from sqlalchemy.exc import DBAPIError

from bot.gateway.api import NotSent, Refused, Unknown
from services.outbox import Call, Concluded

log = logging.getLogger(__name__)

BACKOFF_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
WRONG_TOKEN_PAUSE_S = 30.0
NOT_FOUND_PAUSE_S = 2.0  # before anything was ever accepted: the token, or just the method?
GIVE_UP_AFTER = 60  # tries of one repeatable call, about an hour
FAULTS_MAX = 3  # of our own in one call, before it fails and its chat goes on
FAULT_PAUSE_S = 5.0

# Telegram's way of saying that there is nothing left to do.
ALREADY_DONE = (
    "query is too old",
    "message is not modified",
    "message to delete not found",
)
UNREACHABLE = ("chat not found", "user is deactivated", "peer_id_invalid")
NO_LONGER_EDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",  # its button stands under a picture or a file
)


class Pause(Enum):
    """Who else waits as long as the call does."""

    NOBODY = "nobody"
    CHAT = "chat"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a call ended (`state` as in `Concluded`); *queued* is to be made again after `wait_s`
    seconds."""

    state: str
    why: str | None = None
    wait_s: float = 0.0
    pause: Pause = Pause.NOBODY
    unreachable: bool = False

    def on(self, call: Call) -> Concluded:
        """What is written down about the call."""
        return Concluded(
            call,
            self.state,
            self.why,
            not_before=call.not_before if self.state == "queued" else None,
            unreachable=self.unreachable,
        )


def again(why: str, wait_s: float, pause: Pause = Pause.NOBODY) -> Verdict:
    return Verdict("queued", why, wait_s=wait_s, pause=pause)


def after_refusal(call: Call, refusal: Refused, *, token_accepted: bool) -> Verdict:
    """Telegram said no; `token_accepted` tells whether it ever said yes to our token."""
    if refusal.code == 429:
        seconds = refusal.retry_after_s or 1.0
        log.warning("Telegram asks to wait %.0f s", seconds)
        is_group = call.chat_id is not None and call.chat_id < 0
        return again("too many requests", seconds, Pause.CHAT if is_group else Pause.EVERYBODY)
    if refusal.code == 401 or (refusal.code == 404 and not token_accepted):
        log.error("Telegram does not accept BOT_TOKEN (%s); nothing is lost", refusal.code)
        wait_s = WRONG_TOKEN_PAUSE_S if refusal.code == 401 else NOT_FOUND_PAUSE_S
        return again("the token is not accepted", wait_s, Pause.EVERYBODY)
    if refusal.migrated_to is not None and call.chat_id != refusal.migrated_to:
        call.chat_id = call.params["chat_id"] = refusal.migrated_to
        return again("the group became a supergroup", 0.0)
    description = refusal.description.lower()
    if refusal.code == 403 or any(words in description for words in UNREACHABLE):
        return Verdict("failed", f"{refusal.code}", unreachable=True)
    if any(words in description for words in ALREADY_DONE):
        return Verdict("sent")
    if mended := _mended(call, description):
        return again(mended, 0.0)
    log.error("Call %s (%s) was refused: %s", call.id, call.method, refusal)
    return Verdict("failed", str(refusal)[:200])


def _mended(call: Call, description: str) -> str | None:
    """Change a call that was refused into one that says the same; how, or None."""
    if call.method == "editMessageText" and any(
        words in description for words in NO_LONGER_EDITABLE
    ):
        # The message it would change is gone; the person still gets the answer.
        call.method = "sendMessage"
        call.params.pop("message_id", None)
        return "sent anew"
    if "can't parse entities" in description and "parse_mode" in call.params:
        log.error("Call %s: Telegram could not read its markup; sent as plain text", call.id)
        call.params.pop("parse_mode")
        for name in ("text", "caption"):
            if name in call.params:
                call.params[name] = html.unescape(re.sub(r"<[^>]*>", "", call.params[name]))
        return "sent as plain text"
    return None


def after_no_connection(failure: NotSent, *, earlier: int) -> Verdict:
    """It certainly did not leave. `earlier` counts the failures in a row before this one."""
    return again(failure.message, _backoff_s(earlier), Pause.EVERYBODY)


def after_doubt(call: Call, doubt: Unknown, *, tries: int) -> Verdict:
    """It may have arrived. `tries` of this call ended so, this one included."""
    if not call.repeatable or tries >= GIVE_UP_AFTER:
        return Verdict("unknown", doubt.reason)
    return again(doubt.reason, _backoff_s(tries - 1))


def after_fault(error: Exception, *, faults: int) -> Verdict:
    """Something here went wrong with it, `faults` times; the database being away is no fault of
    the call."""
    if faults >= FAULTS_MAX and not isinstance(error, DBAPIError):
        return Verdict("failed", type(error).__name__)
    return again("failed here", FAULT_PAUSE_S)


def _backoff_s(earlier: int) -> float:
    return BACKOFF_S[min(earlier, len(BACKOFF_S) - 1)]
