"""Which language someone asks for in words; the names are in `asked_language.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from services.language.normalise import normalise

_FILE = Path(__file__).with_name("asked_language.toml")


def asked_for(text: str) -> str | None:
    """`ar` or `fr`, the one named last ("pas en arabe, en français"); None where none is."""
    said = normalise(text)
    places = {
        language: max(said.rfind(name) for name in names) for language, names in _names().items()
    }
    language, place = max(places.items(), key=lambda item: item[1])
    return language if place >= 0 else None


@cache
def _names() -> dict[str, tuple[str, ...]]:
    with _FILE.open("rb") as stream:
        content = tomllib.load(stream)
    return {
        language: tuple(normalise(name) for name in names) for language, names in content.items()
    }
