"""Makes one call: fills in what an earlier one returned, claims it, attaches its files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.gateway import verdicts
from bot.gateway.api import BotApi, Refused
from bot.gateway.cleaning import is_storable
from bot.gateway.kept_files import Files, KeptFiles, names_a_kept_file
from bot.gateway.papers import Papers
from bot.gateway.transactions import Transactions
from bot.gateway.verdicts import Verdict
from services import outbox
from services.outbox import Call, Concluded

EARLIER_CALL_S = 0.2  # how often a call looks whether the one it waits for has ended
WAITS = "waits for another call"
FROM_OUR_COPY = "its file is sent from our copy"
OVERTAKEN = "a newer state of the message follows"
CLAIMED_ELSEWHERE = "claimed elsewhere"
DID_NOT_LEAVE = frozenset({WAITS, OVERTAKEN})


class Delivery:
    def __init__(
        self,
        api: BotApi,
        transactions: Transactions,
        *,
        papers: Papers,
        kept_files: KeptFiles | None = None,
    ) -> None:
        self._api = api
        self._transactions = transactions
        self._papers = papers
        self._kept_files = kept_files

    async def make(
        self,
        call: Call,
        *,
        claimed: bool,
        still_waits: Callable[[int], bool],
        is_overtaken: Callable[[Call], bool],
    ) -> Concluded | Verdict:
        """Make the call once: how it ended, or why it did not even leave.

        `claimed`: it is marked as under way already, if it must not arrive twice.
        `still_waits` tells of an earlier call whether the sender has it still before it,
        `is_overtaken` of an edit whether a newer one takes its place.
        Raises `Refused`, `NotSent` or `Unknown`, as the transport does.
        """
        if call.after_id is not None:
            open_yet = await self._fill_in(call, call.after_id, still_waits)
            if open_yet is not None:
                return open_yet
        if is_overtaken(call):
            return Concluded(call, "sent", OVERTAKEN, message_id=call.params["message_id"])
        params, files = await self._with_files(call)
        if not (call.repeatable or claimed) and not await self._transactions.do(
            lambda session: outbox.mark_sending(session, [call.id])
        ):
            return Verdict("unknown", CLAIMED_ELSEWHERE)
        try:
            result = await self._api.call(call.method, params, files=files or None)
        except Refused as refusal:
            if self._kept_files is not None and self._kept_files.after_refusal(call, refusal):
                return verdicts.again(FROM_OUR_COPY, 0.0)
            raise
        finally:
            _close(files)
        if self._kept_files is not None:
            await self._kept_files.learn(call, result)
        message_id, thread_id = _ids_in(result)
        return Concluded(call, "sent", message_id=message_id, thread_id=thread_id)

    async def _fill_in(
        self, call: Call, earlier: int, still_waits: Callable[[int], bool]
    ) -> Verdict | None:
        """Put in what an earlier call returned; not None when there is nothing to put in."""
        if still_waits(earlier):
            return verdicts.again(WAITS, EARLIER_CALL_S)
        state, message_id, thread_id = await self._transactions.read(
            lambda session: outbox.result_of(session, earlier)
        )
        if state in ("queued", "sending"):
            return verdicts.again(WAITS, EARLIER_CALL_S)
        if state != "sent":
            return Verdict("failed", f"the call it waits for is {state}")
        known = {"message_id": message_id, "thread_id": thread_id}
        for name, value in list(call.params.items()):
            if isinstance(value, dict) and "$from" in value:
                call.params[name] = known[value["$from"]]
        call.after_id = None
        return None

    async def _with_files(self, call: Call) -> tuple[dict[str, Any], Files]:
        """The parameters as Telegram takes them, and the files they name."""
        if self._kept_files is not None and names_a_kept_file(call):
            return await self._kept_files.fill_in(call)
        if (paper := self._papers.of(call)) is not None:
            field, file = paper
            return call.params | {field: "attach://paper"}, {"paper": file}
        if not any(_names_a_file(value) for value in call.params.values()):
            return call.params, {}
        files = await self._transactions.read(lambda session: outbox.files_of(session, call))
        params = {
            name: f"attach://file{value['$file']}" if _names_a_file(value) else value
            for name, value in call.params.items()
        }
        return params, dict(files)


def _close(files: Files) -> None:
    for _, _, content in files.values():
        if not isinstance(content, bytes):
            content.close()


def _names_a_file(value: object) -> bool:
    return isinstance(value, dict) and "$file" in value


def _ids_in(result: Any) -> tuple[int | None, int | None]:
    """(message id, thread id) in what Telegram returned: a message, an album or a topic."""
    if isinstance(result, list) and result:
        result = result[0]
    if not isinstance(result, dict):
        return None, None
    message_id, thread_id = result.get("message_id"), result.get("message_thread_id")
    return (
        message_id if is_storable(message_id) else None,
        thread_id if is_storable(thread_id) else None,
    )
