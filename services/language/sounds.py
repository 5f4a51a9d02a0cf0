"""One key for a word in either script: consonants by sound, from `data/sounds.toml`.

The key lets Arabic script and Arabizi teach each other: what is learnt from one spelling
is known in the other. Words must be normalised first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from services.language.normalise import read_table

_DOUBLED = re.compile(r"(.)\1+")
_ARABIC_FROM = "\u0600"


class _Consonants(dict[int, str]):
    """A translation table in which every letter it does not name is silent."""

    def __missing__(self, code: int) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Sounds:
    """Compiled tables of sounds."""

    arabic: dict[int, str]
    latin: dict[int, str]
    groups: re.Pattern[str]
    group_sounds: dict[str, str]
    first: dict[str, str]
    dropped_at_end: str

    def key(self, word: str) -> str:
        """The key of one normalised word; may be empty (a word of vowels only)."""
        if not word:
            return ""
        start = self.first.get(word[:2]) or self.first.get(word[0], "")
        if word[-1] >= _ARABIC_FROM or word[0] >= _ARABIC_FROM:
            sounds = word.translate(self.arabic)
        else:
            sounds = self.groups.sub(self._sound_of_group, word).translate(self.latin)
        sounds = _DOUBLED.sub(r"\1", start + sounds)
        return sounds.rstrip(self.dropped_at_end) if len(sounds) > 1 else sounds

    def _sound_of_group(self, found: re.Match[str]) -> str:
        return self.group_sounds[found.group()]


def build(data: dict[str, Any]) -> Sounds:
    """Compile the tables of a sounds file."""
    arabic = _Consonants(
        {ord(key): value for key, value in data["arabic"].items() if isinstance(value, str)}
    )
    latin = _Consonants({ord(key): value for key, value in data["latin"]["letters"].items()})
    # What a group already turned into a capital sound stays.
    latin.update({ord(sound): sound for sound in "SXG"})
    groups: dict[str, str] = data["latin"]["groups"]
    ordered = sorted(groups, key=len, reverse=True)
    return Sounds(
        arabic=arabic,
        latin=latin,
        groups=re.compile("|".join(map(re.escape, ordered))),
        group_sounds=groups,
        first={**data["arabic"]["first"], **data["latin"]["first"]},
        dropped_at_end=data["dropped_at_end"]["sounds"],
    )


@lru_cache(maxsize=1)
def default() -> Sounds:
    """The sounds of the data file, compiled once."""
    return build(read_table("sounds.toml"))


def sound_key(word: str) -> str:
    """The key of one normalised word, by the tables of the data file."""
    return default().key(word)
