"""One turn of a conversation: what a person did, and the means to answer.

A turn lives inside the unit of work of its update. Whatever it says is added to the outbox of
the same transaction; whatever it changes in the conversation is kept by `finish`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from html import escape
from typing import Any

import telegram
from sqlalchemy.orm import Session

from handlers.buttons import Button, LinkButton, Press, Rows, laid_out
from handlers.kit import Kit
from handlers.message import ATTACHMENTS, MESSAGE_MAX, pages, read
from handlers.papers import order
from handlers.papers.order import Wanted
from handlers.words import Words
from services import people
from services.dates import day_in_algiers
from services.outbox import Call, Lane, Outbox
from services.people import Caller

TOAST_MAX = 200
PARKED = "_at"  # in a draft: the step where its conversation was left


@dataclass(slots=True, eq=False)
class Turn:
    """What one person did in one chat, and the answer in the making."""

    kit: Kit
    session: Session
    now: datetime
    caller: Caller
    outbox: Outbox
    chat_type: str
    raw_message: Mapping[str, Any] | None = None  # in Telegram's own fields
    press: Press | None = None
    query_id: str | None = None
    argument: str = ""  # what followed a command
    edited: bool = False
    _message: telegram.Message | None = field(default=None, repr=False)
    _toast: tuple[str, bool] | None = None
    _before: tuple[Any, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        self._before = self._conversation_state()

    # --- facts --------------------------------------------------------------------------

    @property
    def words(self) -> Words:
        return self.kit.words[self.caller.language]

    @property
    def today(self) -> date:
        return day_in_algiers(self.now)

    @property
    def chat_id(self) -> int:
        return self.caller.chat_id

    @property
    def message(self) -> telegram.Message | None:
        """The message as the library reads it: photos, voices, contacts. Most turns need no
        more than its text, so it is read when it is first asked for."""
        if self._message is None and self.raw_message is not None:
            self._message = read(self.raw_message, round(self.now.timestamp()))
        return self._message

    @property
    def text(self) -> str:
        """What was typed; empty for anything else."""
        return str((self.raw_message or {}).get("text", ""))

    @property
    def draft(self) -> dict[str, Any]:
        """What the open conversation keeps so far. Plain JSON values only."""
        assert self.caller.step is not None, "no conversation is open"
        draft: dict[str, Any] = self.caller.drafts.setdefault(conversation_of(self.caller.step), {})
        return draft

    # --- saying -------------------------------------------------------------------------

    def say(
        self,
        key: str,
        rows: Rows = (),
        *,
        keyboard: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> Call:
        """Send a new message; `keyboard` is a reply keyboard instead of buttons."""
        return self.say_html(self.words.text(key, **values), rows, keyboard=keyboard)

    def say_html(
        self, html: str, rows: Rows = (), *, keyboard: Mapping[str, Any] | None = None
    ) -> Call:
        *first, last = pages(html)
        for page in first:
            self._send({"text": page})
        markup = self._markup(rows) if keyboard is None else keyboard
        return self._send({"text": last} | ({"reply_markup": markup} if markup else {}))

    def show(self, key: str, rows: Rows = (), **values: Any) -> Call:
        """Answer in place: edit the message whose button was pressed, else send a new one."""
        return self.show_html(self.words.text(key, **values), rows)

    def show_html(self, html: str, rows: Rows = ()) -> Call:
        shown = self.raw_message
        if self.press is None or shown is None or len(html) > MESSAGE_MAX:
            return self.say_html(html, rows)
        if self.query_id is None:  # the button's words were typed
            return self.say_html(html, rows)
        if not shown.keys().isdisjoint(ATTACHMENTS):  # under a picture or a file
            return self.say_html(html, rows)
        params: dict[str, Any] = {
            "chat_id": self.chat_id,
            "message_id": shown["message_id"],
            "text": html,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        params |= self._topic()  # should it be gone, the sender sends it anew: here
        if markup := self._markup(rows):
            params["reply_markup"] = markup
        return self.outbox.add("editMessageText", params, chat_id=self.chat_id, lane=self.lane)

    def edit_later(self, call_id: int, message_id: int | None, html: str, rows: Rows = ()) -> Call:
        """Edit, outside a press, the message that an earlier call sent or edited."""
        params: dict[str, Any] = {
            "chat_id": self.chat_id,
            "message_id": {"$from": "message_id"} if message_id is None else message_id,
            "text": html[:MESSAGE_MAX],
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        if markup := self._markup(rows):
            params["reply_markup"] = markup
        return self.outbox.add(
            "editMessageText", params, chat_id=self.chat_id, lane=self.lane, after_id=call_id
        )

    def say_paper(self, wanted: Wanted, key: str, rows: Rows = (), **values: Any) -> Call:
        """Send a file that is made once this is committed (`handlers.papers`); `key` is its
        caption. If it cannot be made, that is said in its place."""
        assert wanted.kind in self.kit.book.papers, f"nothing makes {wanted.kind}"
        paper = order.written_down(
            wanted,
            telegram_id=self.caller.telegram_id,
            language=self.caller.language,
            at=self.now,
            otherwise=self.words.text("trouble.no_paper"),
        )
        method, name = (
            ("sendPhoto", "photo") if paper.mime == order.PNG else ("sendDocument", "document")
        )
        return self._send_file(method, {name: paper.as_param()}, key, rows, values)

    def toast(self, key: str, *, alert: bool = False, **values: Any) -> None:
        """A short line over the chat when a button was pressed; `alert` waits for an OK."""
        self._toast = (self.words.label(key, **values)[:TOAST_MAX], alert)

    @property
    def lane(self) -> Lane:
        return Lane.CONVERSATION if self.chat_type == "private" else Lane.STAFF

    # --- the conversation ---------------------------------------------------------------

    def go(self, step: str) -> None:
        """Move to a step and ask its question. Buttons of earlier steps become outdated."""
        open_step = self.caller.step
        if open_step is not None and conversation_of(open_step) != conversation_of(step):
            self._park(open_step)
        self.caller.step = step
        self.caller.version += 1
        self.kit.book.steps[step].ask(self)

    def enter(self, first_step: str) -> None:
        """Open a conversation: where the person left it, if they did, else at its beginning."""
        kept = self.caller.drafts.get(conversation_of(first_step), {})
        parked = kept.pop(PARKED, None)
        if parked not in self.kit.book.steps:
            self.caller.drafts.pop(conversation_of(first_step), None)
            self.go(first_step)
            return
        self.say("draft.kept", [[Button("button.start_over", "draft.restart", first_step)]])
        self.press = None  # the question follows as a message of its own
        self.go(parked)

    def ask(self, key: str, rows: Rows = (), **values: Any) -> Call:
        """Ask the present step's question, with its back, help and cancel buttons."""
        return self.show_html(self.words.text(key, **values), [*rows, self.navigation()])

    def navigation(self) -> list[Button]:
        """Back (where there is a way back), help and cancel, for the present step."""
        step = self.kit.book.steps[self.caller.step or ""]
        back = [Button("button.back", "step.back")] if step.back is not None else []
        return [*back, Button("button.help", "step.help"), Button("button.cancel", "step.cancel")]

    def close(self, *, keep_draft: bool = False) -> None:
        """Leave the open conversation."""
        if self.caller.step is None:
            return
        if keep_draft:
            self._park(self.caller.step)
        else:
            self.caller.drafts.pop(conversation_of(self.caller.step), None)
        self.caller.step = None
        self.caller.version += 1

    def finish(self) -> None:
        """Keep what changed in the conversation, and answer the button in any case."""
        if self.query_id is not None:
            params: dict[str, Any] = {"callback_query_id": self.query_id}
            if self._toast is not None:
                params |= {"text": self._toast[0], "show_alert": self._toast[1]}
            self.outbox.add("answerCallbackQuery", params, chat_id=self.chat_id)
        elif self._toast is not None and self._toast[1]:  # nothing to show it over
            self.say_html(escape(self._toast[0], quote=False))
        if self._conversation_state() != self._before:
            people.keep_conversation(self.session, self.caller, self.now)

    # --- inside -------------------------------------------------------------------------

    def _park(self, step: str) -> None:
        """Remember where a conversation was left, if anything was said in it."""
        if draft := self.caller.drafts.get(conversation_of(step)):
            draft[PARKED] = step

    def _conversation_state(self) -> tuple[Any, ...]:
        caller = self.caller
        return caller.step, caller.version, copy.deepcopy(caller.drafts), caller.album

    def _send(self, params: dict[str, Any]) -> Call:
        message: dict[str, Any] = {
            "chat_id": self.chat_id,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        return self.outbox.add(
            "sendMessage",
            message | self._topic() | params,
            chat_id=self.chat_id,
            lane=self.lane,
        )

    def _topic(self) -> dict[str, Any]:
        """The topic of the group in which it was said; empty outside of topics."""
        said = self.raw_message
        if said is None or not said.get("is_topic_message"):
            return {}
        return {"message_thread_id": said["message_thread_id"]}

    def _send_file(
        self,
        method: str,
        file: Mapping[str, Any],
        key: str,
        rows: Rows,
        values: Mapping[str, Any],
    ) -> Call:
        params: dict[str, Any] = {
            "chat_id": self.chat_id,
            **file,
            "caption": self.words.text(key, **values),
            "parse_mode": "HTML",
        }
        if markup := self._markup(rows):
            params["reply_markup"] = markup
        return self.outbox.add(method, params, chat_id=self.chat_id, lane=self.lane)

    def _markup(self, rows: Rows) -> dict[str, Any] | None:
        keyboard = laid_out(rows, self._button)
        return {"inline_keyboard": keyboard} if keyboard else None

    def _button(self, button: Button | LinkButton) -> dict[str, Any]:
        text = self.words.label(button.label, **button.values)
        if isinstance(button, LinkButton):
            return {"text": text, "url": button.url}
        data = self.kit.seal.write(
            self.chat_id, button.action, button.argument, self.caller.version
        )
        return {"text": text, "callback_data": data}


def conversation_of(step: str) -> str:
    return step.partition(".")[0]
