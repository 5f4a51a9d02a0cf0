"""Files of a case shown again: by Telegram's own name for them, or from the fund's copy.

A call names the file by its number (`{"$kept": id}`); what is sent is found when it leaves, so
nothing of a file lies in the outbox, and one that was erased meanwhile is not sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.turn import Turn
from handlers.words import Words
from services.complaints.evidence import CopyState, Kept
from services.complaints.office import Office
from services.complaints.store import Case
from services.outbox import Lane, Outbox

SEND_BY_KIND = {
    "photo": ("sendPhoto", "photo"),
    "document": ("sendDocument", "document"),
    "voice": ("sendVoice", "voice"),
    "audio": ("sendAudio", "audio"),
    "video": ("sendVideo", "video"),
}


def send(turn: Turn, office: Office, case: Case, files: Sequence[Kept]) -> None:
    """Show files to staff, each under its place; what is not kept is said, with the reason."""
    if not files:
        turn.say("evidence.none", reference=case.reference)
    for file in files:
        if not file.can_be_shown:
            turn.say_html(line(turn.words, case, file))
            continue
        where: dict[str, Any] = {}
        if turn.message is not None and turn.message.is_topic_message:
            where["message_thread_id"] = turn.message.message_thread_id
        add(
            turn.outbox,
            file,
            chat_id=turn.chat_id,
            lane=turn.lane,
            caption=line(turn.words, case, file),
            otherwise=turn.words.text("evidence.gone", reference=case.reference, item=file.item),
            protect=True,
            **where,
        )


def send_to_citizen(
    outbox: Outbox,
    telegram_id: int,
    words: Words,
    case: Case,
    files: Sequence[Kept],
    *,
    subject: str | None = None,
) -> None:
    """Files for the citizen: what a letter of the fund brings, or their own once more."""
    for file in files:
        if file.can_be_shown:
            add(
                outbox,
                file,
                chat_id=telegram_id,
                lane=Lane.CONVERSATION,
                caption=words.text("evidence.for_citizen", reference=case.reference),
                otherwise=words.text("evidence.gone_for_citizen", reference=case.reference),
                subject=subject,
            )


def line(words: Words, case: Case, file: Kept) -> str:
    """Under a file, or in its place: which one it is, and how it stands."""
    if not file.can_be_shown:
        return not_kept(words, file)
    key = "evidence.of_staff" if file.message_id is not None else "desk.file"
    text = words.text(key, reference=case.reference, item=file.item)
    if file.state is CopyState.WAITING:
        return f"{text}\n{words.text('evidence.not_checked')}"
    return text


def not_kept(words: Words, file: Kept) -> str:
    """A file of which there is no copy, and why."""
    return words.text(
        "evidence.out", item=file.item, why=words.label(f"evidence.out_{file.reason}")
    )


def add(
    outbox: Outbox,
    file: Kept,
    *,
    chat_id: int,
    lane: Lane,
    caption: str,
    otherwise: str,
    protect: bool = False,
    subject: str | None = None,
    **more: Any,
) -> None:
    """One call that shows a file; `otherwise` is said where Telegram and the fund have it no
    more. `protect`: it can be neither saved nor forwarded."""
    method, field = SEND_BY_KIND[file.kind]
    params: dict[str, Any] = {
        "chat_id": chat_id,
        field: {"$kept": file.id, "otherwise": otherwise},
        "caption": caption,
        "parse_mode": "HTML",
        **more,
    }
    if protect:
        params["protect_content"] = True
    outbox.add(method, params, chat_id=chat_id, lane=lane, subject=subject)
