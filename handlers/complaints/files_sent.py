"""Files sent in chat, by citizens and by staff: read from the message, refused at once where they
must be."""

from __future__ import annotations

from datetime import timedelta

import telegram

from handlers.buttons import Button, Rows
from handlers.notices import tell
from handlers.turn import Turn
from services.complaints import evidence
from services.complaints.evidence import Evidence, FileRefused
from services.outbox import Lane

# Telegram hands over the parts of an album one by one within about a second.
ALBUM_SETTLES = timedelta(seconds=2)
CAPTION_MAX = 1_024


class NotAFile(ValueError):
    """The message holds nothing that can be kept as evidence (a sticker, a place, a contact)."""


def read(message: telegram.Message) -> Evidence:
    """The file a message carries.

    Raises:
        NotAFile
    """
    kind, file, name = _file_in(message)
    return Evidence(
        kind=kind,
        file_id=file.file_id,
        unique_id=file.file_unique_id,
        message_id=message.message_id,
        album=message.media_group_id,
        name=name,
        mime=getattr(file, "mime_type", None),
        size=file.file_size,
    )


def _file_in(
    message: telegram.Message,
) -> tuple[
    str,
    telegram.PhotoSize | telegram.Document | telegram.Voice | telegram.Audio | telegram.Video,
    str | None,
]:
    if message.photo:
        return "photo", message.photo[-1], None  # the largest size comes last
    if message.animation:  # Telegram also describes it as a document
        raise NotAFile
    if message.document:
        return "document", message.document, message.document.file_name
    if message.voice:
        return "voice", message.voice, None
    if message.audio:
        return "audio", message.audio, message.audio.file_name
    if message.video:
        return "video", message.video, message.video.file_name
    raise NotAFile


def is_file(message: telegram.Message) -> bool:
    """Whether a message carries something that could be kept."""
    try:
        _file_in(message)
    except NotAFile:
        return False
    return True


def take_one(turn: Turn, *, already: int, rows: Rows = ()) -> Evidence | None:
    """The file of this message, for a case that has `already` so many; a refusal is said at
    once, with the buttons that go on."""
    assert turn.message is not None
    try:
        file = read(turn.message)
        evidence.check(file, already=already)
    except NotAFile:
        turn.say("complaint.file_unreadable", rows)
        return None
    except FileRefused as refusal:
        turn.say(f"complaint.file_{refusal.reason}", rows)
        return None
    return file


def take(
    turn: Turn, files: list[dict[str, object]], rows: list[list[Button]], *, kept: int = 0
) -> Evidence | None:
    """Add the file of this message to a draft's list, unless it is refused; its case has `kept`
    files already."""
    file = take_one(turn, already=kept + len(files), rows=rows)
    if file is None:
        return None
    if all(known["unique_id"] != file.unique_id for known in files):  # sent twice is one file
        files.append(file.with_name_sealed(turn.kit.vault).as_draft())
    return file


def acknowledge(
    turn: Turn, file: Evidence, files: list[dict[str, object]], key: str, rows: list[list[Button]]
) -> None:
    """Say that a file arrived: once for an album, when Telegram has handed over all of it.

    The outbox is the timer: the word is kept in it with its time, so a restart loses nothing.
    """
    if file.album is None:
        turn.say(key, rows)
        return
    first = [one for one in files if one.get("album") == file.album]
    if len(first) == 1 and turn.chat_type != "private":
        turn.say(key, rows)
    elif len(first) == 1:
        tell(
            turn.kit,
            turn.session,
            turn.outbox,
            turn.caller.telegram_id,
            key,
            rows,
            lane=Lane.CONVERSATION,
            not_before=turn.now + ALBUM_SETTLES,
        )


def of_draft(files: list[dict[str, object]]) -> list[Evidence]:
    return [Evidence(**file) for file in files]  # type: ignore[arg-type]
