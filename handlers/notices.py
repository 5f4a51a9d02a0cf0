"""Messages to someone other than the one who writes: a contributor, a colleague."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.buttons import Button, LinkButton, Rows, laid_out
from handlers.kit import Kit
from services import people
from services.outbox import Call, Lane, Outbox


def tell(
    kit: Kit,
    session: Session,
    outbox: Outbox,
    telegram_id: int,
    key: str,
    rows: Rows = (),
    *,
    lane: Lane = Lane.CONVERSATION,
    repeatable: bool = True,
    not_before: datetime | None = None,
    subject: str | None = None,
    **values: Any,
) -> Call | None:
    """Send a person a message in their own language, in their private chat.

    Its buttons must be record actions (without a step): they are checked against the record
    when pressed. A value that depends on the language is given as a function of the words.
    None when the person never wrote to the bot or has blocked it: nothing can reach them.
    """
    person = people.find(session, telegram_id)
    if person is None or not person.reachable:
        return None
    words = kit.words[person.language]
    shown = {name: value(words) if callable(value) else value for name, value in values.items()}
    params: dict[str, Any] = {
        "chat_id": telegram_id,
        "text": words.text(key, **shown),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }

    def button(one: Button | LinkButton) -> dict[str, Any]:
        text = words.label(one.label, **one.values)
        if isinstance(one, LinkButton):
            return {"text": text, "url": one.url}
        data = kit.seal.write(telegram_id, one.action, one.argument, person.version)
        return {"text": text, "callback_data": data}

    if keyboard := laid_out(rows, button):
        params["reply_markup"] = {"inline_keyboard": keyboard}
    return outbox.add(
        "sendMessage",
        params,
        chat_id=telegram_id,
        lane=lane,
        repeatable=repeatable,
        not_before=not_before,
        subject=subject,
    )
