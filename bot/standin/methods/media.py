"""Photos, documents, voice messages and albums sent by a bot; getFile."""

from __future__ import annotations

from typing import Any

from bot.standin.files import MAX_DOWNLOAD, MAX_PHOTO, MAX_UPLOAD, StoredFile
from bot.standin.methods.common import find_reply, find_thread, keep_limits, target
from bot.standin.methods.messages import read_caption, send
from bot.standin.model import Bot, Json
from bot.standin.params import Params
from bot.standin.refusal import Refusal, bad_request
from bot.standin.world import World


def content_of(stored: StoredFile, kind: str, details: Json | None = None) -> Json:
    """Give the media fields of a message that carries this file."""
    if kind == "photo":
        return {"photo": _sizes(stored)}
    body = stored.described()
    if kind == "document":
        body = {**body, "file_name": stored.name, "mime_type": stored.mime}
    elif kind == "voice":
        body = {**body, "duration": 3, "mime_type": stored.mime or "audio/ogg"}
    elif kind == "audio":
        body = {**body, "duration": 3, "file_name": stored.name, "mime_type": stored.mime}
    elif kind == "video":
        body = {**body, "width": stored.width or 640, "height": stored.height or 480, "duration": 3}
        body["mime_type"] = stored.mime
    elif kind == "sticker":
        body = {
            **body,
            "type": "regular",
            "width": stored.width or 512,
            "height": stored.height or 512,
            "is_animated": False,
            "is_video": False,
        }
    body.update(details or {})
    return {kind: body}


def _sizes(stored: StoredFile) -> list[Json]:
    width, height = stored.width or 800, stored.height or 600  # a test's photo may be no image
    full = {**stored.described(), "width": width, "height": height}
    longest = max(width, height)
    if longest <= 320:
        return [full]
    thumb = {
        "file_id": stored.file_id,
        "file_unique_id": f"{stored.unique_id}s",
        "file_size": min(stored.size, 20_000),
        "width": max(1, width * 320 // longest),
        "height": max(1, height * 320 // longest),
    }
    return [thumb, full]


def _file(world: World, params: Params, field: str, value: Any, kind: str) -> StoredFile:
    """Give the file a call sends: uploaded with it, or known by its id."""
    text = value if isinstance(value, str) else ""
    attached = text.removeprefix("attach://") if text.startswith("attach://") else field
    upload = params.uploads.get(attached)
    if upload is None:
        if not text:
            raise bad_request(f"there is no {kind} in the request")
        if text.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        stored = world.files.by_id.get(text)
        if stored is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return stored
    if len(upload.data) > MAX_UPLOAD:
        raise Refusal(413, "Request Entity Too Large")
    if not upload.data:
        raise bad_request("file must be non-empty")
    stored = world.files.add(kind=kind, name=upload.name, mime=upload.mime, data=upload.data)
    if kind == "photo":
        if len(upload.data) > MAX_PHOTO:
            raise bad_request("file is too big")
        if not stored.width:
            raise bad_request("IMAGE_PROCESS_FAILED")
        if stored.width + stored.height > 10_000 or not (
            stored.width <= 20 * stored.height and stored.height <= 20 * stored.width
        ):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return stored


def _send_media(world: World, bot: Bot, params: Params, kind: str) -> Json:
    def content() -> Json:
        stored = _file(world, params, kind, params.values.get(kind), kind)
        details: Json = {}
        if kind == "voice" and params.integer("duration"):
            details["duration"] = params.integer("duration")
        return {**content_of(stored, kind, details), **read_caption(params)}

    return send(world, bot, params, content)


def send_photo(world: World, bot: Bot, params: Params) -> Json:
    """sendPhoto."""
    return _send_media(world, bot, params, "photo")


def send_document(world: World, bot: Bot, params: Params) -> Json:
    """sendDocument."""
    return _send_media(world, bot, params, "document")


def send_voice(world: World, bot: Bot, params: Params) -> Json:
    """sendVoice."""
    return _send_media(world, bot, params, "voice")


def send_audio(world: World, bot: Bot, params: Params) -> Json:
    """sendAudio."""
    return _send_media(world, bot, params, "audio")


def send_video(world: World, bot: Bot, params: Params) -> Json:
    """sendVideo."""
    return _send_media(world, bot, params, "video")


def send_media_group(world: World, bot: Bot, params: Params) -> list[Json]:
    """sendMediaGroup: 2 to 10 photos and videos, or documents among themselves."""
    chat = target(world, bot, params)
    thread_id = find_thread(chat, bot, params)
    reply_to = find_reply(world, chat, params)
    items = params.structure("media", "media")
    if not isinstance(items, list):
        raise bad_request("expected an Array of InputMedia")
    if not 2 <= len(items) <= 10:
        raise bad_request(
            "too few messages to send as an album"
            if len(items) < 2
            else "too many messages to send as an album"
        )
    kinds = {item.get("type") for item in items if isinstance(item, dict)}
    if len(kinds - {"photo", "video"}) and len(kinds) > 1:
        raise bad_request("can't mix different types of media in an album")
    contents = []
    for item in items:
        if not isinstance(item, dict) or item.get("type") not in ("photo", "video", "document"):
            raise bad_request("can't parse InputMedia: type must be specified")
        kind = item["type"]
        stored = _file(world, params, kind, item.get("media"), kind)
        caption = read_caption(Params(item))
        contents.append({**content_of(stored, kind), **caption})
    for _ in contents:
        keep_limits(world, bot, chat)
    album = {"media_group_id": world.new_album_id()}
    return [
        world.post(
            chat,
            bot.user,
            content,
            thread_id=thread_id,
            reply_to=reply_to,
            protected=params.flag("protect_content"),
            extra=album,
        ).data
        for content in contents
    ]


def get_file(world: World, bot: Bot, params: Params) -> Json:
    """getFile: where to download a file; over 20 MB a bot may not."""
    stored = world.files.by_id.get(params.text("file_id"))
    if stored is None:
        raise bad_request("invalid file_id")
    if stored.size > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {**stored.described(), "file_path": stored.path}
