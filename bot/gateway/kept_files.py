"""Files of cases in a call (`{"$kept": id}`): by Telegram's own name, or sent from our copy.

Telegram's name is tried first, it costs nothing. When Telegram refuses it (it died, or belongs
to an earlier bot), the call is made again with the content; what Telegram then calls it is
learned. Where there is no copy either, the words that stand by are sent instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import re
from typing import Any

from sqlalchemy.exc import DBAPIError

from bot.gateway.api import Refused
from bot.gateway.cleaning import clean_text
from bot.gateway.transactions import Transactions
from services.complaints import copies
from services.complaints.copies import Attachment
from services.evidence_store import EvidenceStore, NotThere
from services.outbox import Call
from services.sealed_files import SealedFile
from services.vault import SealBroken, Vault

log = logging.getLogger(__name__)

KEPT, FROM_COPY, OTHERWISE = "$kept", "from_copy", "otherwise"
# Telegram's way of saying that it has no file of this name.
_REFUSED = ("file identifier", "file_id", "file reference", "file_reference", "file is temporarily")
_FILE_ID_MAX = 200  # characters that its column holds
_PIECE = 256 * 1024
_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f"\\/]')  # it stands in a header
_NAME_MAX = 120  # characters

Files = dict[str, tuple[str, str, "bytes | SealedFile"]]


class KeptFiles:
    def __init__(self, store: EvidenceStore, vault: Vault, transactions: Transactions) -> None:
        self._store = store
        self._vault = vault
        self._transactions = transactions

    async def fill_in(self, call: Call) -> tuple[dict[str, Any], Files]:
        """The parameters of a call that names a kept file as Telegram takes them, with the
        content where it must be sent. A call whose file is gone becomes the words that stand
        by."""
        named = _named_in(call)
        assert named is not None
        field, value = named
        params = call.params
        number = int(value[KEPT])
        found: Attachment | None = await self._transactions.do(
            lambda session: copies.attachment(session, self._vault, number)
        )
        if found is None:
            return _say_instead(call, field), {}
        if not value.get(FROM_COPY):
            return params | {field: found.file_id}, {}
        content = None
        if found.blob is not None:
            content = await asyncio.to_thread(self._opened, found.blob, found.sha256)
        if content is None:
            return _say_instead(call, field), {}
        name = f"kept{number}"
        shown = _NOT_IN_A_NAME.sub("_", found.name)[:_NAME_MAX]
        return params | {field: f"attach://{name}"}, {name: (shown, found.mime, content)}

    def after_refusal(self, call: Call, refusal: Refused) -> bool:
        """Whether Telegram no longer knows the file; the call is then to be made again, with
        its content."""
        named = _named_in(call)
        description = refusal.description.lower()
        if named is None or not any(words in description for words in _REFUSED):
            return False
        field, value = named
        if value.get(FROM_COPY):
            return False
        call.params[field] = {**value, FROM_COPY: True}
        return True

    async def learn(self, call: Call, result: Any) -> None:
        """Keep what Telegram calls a file that was sent from our copy."""
        named = _named_in(call)
        if named is None or not named[1].get(FROM_COPY):
            return
        name, unique = _name_of_file(named[0], result)
        if name is None or unique is None:
            return
        try:
            await self._transactions.do(
                lambda session: copies.learn(
                    session, int(named[1][KEPT]), telegrams=name, unique=unique
                )
            )
        except DBAPIError as error:  # the next time it is sent from our copy once more
            log.warning("A file's new name was not kept: %s", type(error).__name__)

    def _opened(self, blob: str, sha256: bytes | None) -> SealedFile | None:
        """The content, if it is what was kept."""
        try:
            with contextlib.ExitStack() as until_sure:
                content = until_sure.enter_context(self._store.open(blob))
                digest = hashlib.sha256()
                while piece := content.read(_PIECE):
                    digest.update(piece)
                if digest.digest() == sha256:
                    content.seek(0)
                    until_sure.pop_all()
                    return content
        except (NotThere, SealBroken, OSError) as error:
            log.error("A kept file cannot be read: %s", type(error).__name__)
            return None
        log.error("A kept file is not what was kept")
        return None


def names_a_kept_file(call: Call) -> bool:
    return _named_in(call) is not None


def _named_in(call: Call) -> tuple[str, dict[str, Any]] | None:
    for field, value in call.params.items():
        if isinstance(value, dict) and KEPT in value:
            return field, value
    return None


def _say_instead(call: Call, field: str) -> dict[str, Any]:
    words = call.params.pop(field).get(OTHERWISE, "")
    call.method = "sendMessage"
    call.params.pop("caption", None)
    call.params["text"] = words
    return call.params


def _name_of_file(field: str, result: Any) -> tuple[str | None, str | None]:
    """(file_id, file_unique_id) in the message Telegram returned; a picture's largest."""
    sent = result.get(field) if isinstance(result, dict) else None
    if isinstance(sent, list) and sent:
        sent = sent[-1]
    if not isinstance(sent, dict):
        return None, None
    name, unique = sent.get("file_id"), sent.get("file_unique_id")
    usable = all(
        isinstance(one, str) and 0 < len(one) <= _FILE_ID_MAX and clean_text(one) == one
        for one in (name, unique)
    )
    return (str(name), str(unique)[:64]) if usable else (None, None)
