"""Text and its entities: Telegram's HTML, and what it finds in plain text by itself.

Offsets and lengths are UTF-16 code units, as everywhere in the Bot API. Byte offsets in
refusals are UTF-8, as Telegram's are.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from bot.standin.refusal import bad_request

Entity = dict[str, Any]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_CHARACTER = re.compile(r"&(?:(?:lt|gt|amp|quot)|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_ATTRIBUTE = re.compile(r"\s*([^\s=>/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")
_LINK = re.compile(r"(?:https?|tg|tel|mailto|ton)://?\S+|tel:\S+|mailto:\S+|[\w-]+(?:\.[\w-]+)+\S*")

# What Telegram marks in any text; groups are tried in this order at each place.
_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)\]\u00bb\u060c\u061b\u061f]|www\.[^\s<>\"]+[^\s<>\".,;:!?)])"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w@])(?P<mention>@[A-Za-z][A-Za-z0-9_]{3,31})\b"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
    r"|(?<![\w.])(?P<link>t\.me/[^\s<>\"]+)"
    r"|(?<![\w+])(?P<phone_number>\+\d[\d ]{7,15}\d)(?!\w)"
)
_MAY_HOLD = re.compile(r"[/@#+]|www\.")


def units(text: str) -> int:
    """Count UTF-16 code units; an emoji outside the basic plane counts two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def find_entities(text: str) -> list[Entity]:
    """Find commands, mentions, links and the like that Telegram marks by itself."""
    if not _MAY_HOLD.search(text):
        return []
    found: list[Entity] = []
    for match in _FOUND.finditer(text):
        kind = match.lastgroup or "url"
        found.append(
            {
                "type": "url" if kind == "link" else kind,
                "offset": units(text[: match.start()]),
                "length": units(match.group()),
            }
        )
    return found


def _refuse(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")


class _Open:
    __slots__ = ("attributes", "name", "start")

    def __init__(self, name: str, attributes: dict[str, str], start: int) -> None:
        self.name = name
        self.attributes = attributes
        self.start = start


def _byte_offset(text: str, position: int) -> int:
    return len(text[:position].encode())


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Turn Telegram's HTML into plain text and entities.

    Raises `Refusal` for an unknown, unclosed or crossed tag, as Telegram does.
    """
    if "<" not in source and "&" not in source:
        return source, []
    parts: list[str] = []
    entities: list[Entity] = []
    stack: list[_Open] = []
    length = 0
    position = 0
    while position < len(source):
        character = source[position]
        if character == "&":
            match = _CHARACTER.match(source, position)
            piece = unescape(match.group()) if match else "&"
            position = match.end() if match else position + 1
        elif character != "<":
            upto = position + 1
            while upto < len(source) and source[upto] not in "<&":
                upto += 1
            piece = source[position:upto]
            position = upto
        elif source.startswith("</", position):
            position = _close(source, position, stack, entities, length)
            continue
        else:
            position = _open(source, position, stack, length)
            continue
        parts.append(piece)
        length += units(piece)
    if stack:
        raise _refuse(f'Can\'t find end tag corresponding to start tag "{stack[-1].name}"')
    return "".join(parts), entities


def _open(source: str, position: int, stack: list[_Open], length: int) -> int:
    offset = _byte_offset(source, position)
    match = re.compile(r"<([^\s>]*)").match(source, position)
    assert match is not None
    name = match.group(1).lower()
    if match.end() >= len(source):
        raise _refuse(f"Unclosed start tag at byte offset {offset}")
    if name not in _TAGS:
        raise _refuse(f'Unsupported start tag "{name}" at byte offset {offset}')
    attributes: dict[str, str] = {}
    at = match.end()
    while True:
        while at < len(source) and source[at].isspace():
            at += 1
        if at >= len(source) or source[at] == "=":  # an "=" left over: its quote never closes
            raise _refuse(f'Unclosed start tag "{name}" at byte offset {offset}')
        if source[at] == ">":
            break
        attribute = _ATTRIBUTE.match(source, at)
        if attribute is None or attribute.end() == at:
            raise _refuse(f'Empty attribute name in the tag "{name}" at byte offset {offset}')
        value = next((group for group in attribute.groups()[1:] if group is not None), "")
        attributes[attribute.group(1).lower()] = unescape(value)
        at = attribute.end()
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _refuse(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    stack.append(_Open(name, attributes, length))
    return at + 1


def _close(
    source: str, position: int, stack: list[_Open], entities: list[Entity], length: int
) -> int:
    offset = _byte_offset(source, position)
    end = source.find(">", position)
    if end < 0:
        raise _refuse(f"Unclosed end tag at byte offset {offset}")
    name = source[position + 2 : end].strip().lower()
    if not stack:
        raise _refuse(f"Unexpected end tag at byte offset {offset}")
    opened = stack.pop()
    if name and name != opened.name:
        raise _refuse(
            f'Unmatched end tag at byte offset {offset}, expected "</{opened.name}>", '
            f'found "</{name}>"'
        )
    if length > opened.start:
        entity = _entity_of(opened, length, stack, entities)
        if entity is not None:
            entities.append(entity)
    return end + 1


def _entity_of(
    opened: _Open, length: int, stack: list[_Open], entities: list[Entity]
) -> Entity | None:
    kind = _TAGS[opened.name]
    entity: Entity = {"type": kind, "offset": opened.start, "length": length - opened.start}
    if kind == "text_link":
        url = opened.attributes.get("href", "")
        if not _LINK.fullmatch(url):
            return None
        if url.startswith("tg://user?id="):
            return None
        entity["url"] = url if "://" in url or ":" in url.split("/")[0] else f"http://{url}/"
    elif kind == "custom_emoji":
        entity["custom_emoji_id"] = opened.attributes.get("emoji-id", "")
    elif kind == "blockquote" and "expandable" in opened.attributes:
        entity["type"] = "expandable_blockquote"
    elif kind == "code" and stack and stack[-1].name == "pre":
        language = opened.attributes.get("class", "")
        if language.startswith("language-") and stack[-1].start == opened.start:
            stack[-1].attributes["language"] = language.removeprefix("language-")
            return None
    elif kind == "pre" and "language" in opened.attributes:
        entity["language"] = opened.attributes["language"]
    return entity


_NESTING = {"blockquote": 0, "expandable_blockquote": 0, "pre": 2, "code": 2}


def formatted(
    text: str, parse_mode: str, given: Any, *, find: bool = True
) -> tuple[str, list[Entity]]:
    """Give the plain text and all entities of what a bot or a person wrote.

    `parse_mode` empty or HTML; `given` are ready entities and win when there is no mode.
    """
    mode = parse_mode.strip().lower()
    entities: list[Entity] = []
    if mode == "html":
        text, entities = parse_html(text)
    elif mode not in ("", "none"):
        raise bad_request("unsupported parse_mode")
    elif given:
        entities = _checked(given, text)
    stripped = text.rstrip()
    lead = len(stripped) - len(stripped.lstrip())
    if lead or len(stripped) != len(text):
        cut = units(stripped[:lead])
        text = stripped[lead:]
        entities = _clamped(entities, cut, units(text))
    if find:
        taken = [
            (entity["offset"], entity["offset"] + entity["length"])
            for entity in entities
            if entity["type"] in ("code", "pre", "text_link")
        ]
        entities = entities + [
            entity
            for entity in find_entities(text)
            if not any(
                start < entity["offset"] + entity["length"] and entity["offset"] < end
                for start, end in taken
            )
        ]
    if len(entities) > 1:
        entities.sort(
            key=lambda entity: (
                entity["offset"],
                -entity["length"],
                _NESTING.get(entity["type"], 1),
            )
        )
    return text, entities


def _clamped(entities: list[Entity], cut: int, length: int) -> list[Entity]:
    kept = []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        end = min(entity["offset"] + entity["length"] - cut, length)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return kept


def _checked(given: Any, text: str) -> list[Entity]:
    if not isinstance(given, list):
        raise bad_request("can't parse entities: Expected an Array of MessageEntity")
    total = units(text)
    kept = []
    for entity in given:
        if not isinstance(entity, dict) or "type" not in entity:
            raise bad_request("can't parse entities: Can't find field \"type\"")
        offset, length = int(entity.get("offset", -1)), int(entity.get("length", 0))
        if offset < 0 or length <= 0 or offset + length > total:
            raise bad_request(f"entity beginning at UTF-16 offset {offset} ends after the end")
        kept.append(dict(entity))
    return kept
