"""What the recogniser looks at in a text: words, sounds, pieces of both, and negation.

A feature is a short string whose first letter names its kind, so that a decision can be
explained in readable form:

`w` a word · `b` two neighbouring words · `s` a word by its sound · `t` two neighbouring
sounds · `c` a piece of a word · `k` a piece of a sound · `n` the sound of a negated word ·
`g` a concept (see `concepts`) · `p` two concepts in one message ·
`o` a concept followed by another · `x` two sounds with a word between ·
`m` a mark of the message (a question, its length, a kind of entity).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from services.language import concepts
from services.language.normalise import read_table
from services.language.sounds import sound_key

WORDS_AT_MOST = 80
WORD_LETTERS_AT_MOST = 24
_LETTER_PIECES = (3, 4, 5)
_SOUND_PIECES = (2, 3, 4)
_SHORT_MESSAGE = (1, 2, 3)
_LONG_MESSAGE = 6
CONCEPTS_AT_MOST = 14
ENTITY_MARK = "entity"
"""A typed entity is replaced by this and its kind before features are taken."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """The small words of `data/grammar.toml`."""

    reach: int
    negations: frozenset[str]
    small_words: frozenset[str]
    circumfix_start: tuple[str, ...]
    circumfix_end: tuple[str, ...]
    circumfix_least_letters: int
    not_negated: frozenset[str]
    asking: frozenset[str]
    asked_about: frozenset[str]
    possessive: frozenset[str]
    french_marks: frozenset[str]
    article_prefixes: tuple[str, ...]

    def within_circumfix(self, word: str) -> str:
        """The middle of a word that is negated as a whole, or an empty string."""
        if (
            len(word) >= self.circumfix_least_letters
            and word not in self.not_negated
            and word.startswith(self.circumfix_start)
            and word.endswith(self.circumfix_end)
        ):
            return self.without_ending(word[2:])
        return ""

    def negates(self, word: str, following: str, *, french: bool) -> bool:
        """Whether a small word negates what follows it: not when it asks or possesses."""
        if word not in self.negations:
            return False
        if word in self.asking:
            return following not in self.asked_about and not self.stem(following)
        if word in self.possessive:
            if following.endswith(self.circumfix_end):
                return True
            return not french and not concepts.default().is_latin_entry(following)
        return True

    def without_ending(self, word: str) -> str:
        """The word without the second half of the circumfix, if it has one."""
        for ending in self.circumfix_end:
            if word.endswith(ending) and len(word) > len(ending) + 1:
                return word[: -len(ending)]
        return word

    def stem(self, word: str) -> str:
        """The word without an Arabic article, or an empty string if it has none."""
        for prefix in self.article_prefixes:
            if word.startswith(prefix) and len(word) >= len(prefix) + 3:
                return word[len(prefix) :]
        return ""


def build_grammar(data: dict[str, Any]) -> Grammar:
    """Compile a grammar file."""
    negation = data["negation"]
    return Grammar(
        reach=int(negation["reach"]),
        negations=frozenset(negation["before"]),
        small_words=frozenset(negation["small_words"]),
        circumfix_start=tuple(negation["circumfix_start"]),
        circumfix_end=tuple(sorted(negation["circumfix_end"], key=len, reverse=True)),
        circumfix_least_letters=int(negation["circumfix_least_letters"]),
        not_negated=frozenset(negation["not_negated"]),
        asking=frozenset(negation["asking"]),
        asked_about=frozenset(negation["asked_about"]),
        possessive=frozenset(negation["possessive"]),
        french_marks=frozenset(negation["french_marks"]),
        article_prefixes=tuple(sorted(data["article"]["prefixes"], key=len, reverse=True)),
    )


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    """The grammar of the data file."""
    return build_grammar(read_table("grammar.toml"))


def negated_places(words: list[str]) -> set[int]:
    """The places of the words a negation reaches; empty when nothing is negated."""
    rules = grammar()
    found: set[int] = set()
    french = not rules.french_marks.isdisjoint(words)
    for place, word in enumerate(words):
        if rules.within_circumfix(word):
            found.add(place)
        elif rules.negates(word, "".join(words[place + 1 : place + 2]), french=french):
            reached = 0
            for after, following in enumerate(words[place + 1 : place + 6], start=place + 1):
                if following in rules.small_words or following in rules.negations:
                    continue
                found.add(after)
                reached += 1
                if reached == rules.reach:
                    break
    return found


def _bare(word: str) -> str:
    """A negated word without the marks of its negation."""
    rules = grammar()
    return rules.within_circumfix(word) or rules.without_ending(word)


@lru_cache(maxsize=4096)
def _of_word(word: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """A word's sound, the features of the word by itself, and its concepts."""
    if word.isdigit():
        number = (f"w:{_number_class(word)}", f"w:{word}" if len(word) <= 6 else "w:#long")
        return "#", number, ()
    word = word[:WORD_LETTERS_AT_MOST]
    sound = sound_key(word)
    found = [f"w:{word}"]
    stem = grammar().stem(word)
    if stem:
        found.append(f"w:{stem}")
    if sound:
        found.append(f"s:{sound}")
    edged = f"_{word}_"
    for size in _LETTER_PIECES:
        found.extend([f"c:{edged[at : at + size]}" for at in range(len(edged) - size + 1)])
    edged = f"_{sound}_"
    for size in _SOUND_PIECES:
        found.extend([f"k:{edged[at : at + size]}" for at in range(len(edged) - size + 1)])
    return sound, tuple(found), tuple(sorted(concepts.default().of_word(word)))


def _number_class(word: str) -> str:
    """A coarse class for a bare number: a year, or how many digits it has."""
    if len(word) == 4 and word[:2] in ("19", "20"):
        return "#year"
    return f"#{min(len(word), 7)}"


def _in_order(meant: list[tuple[str, ...]]) -> list[str]:
    """Pairs of concepts of words that follow each other, other words passed over."""
    return [
        f"o:{name}>{other}"
        for names, others in pairwise(meant)
        for name in names
        for other in others
    ]


def features(normalised: str) -> list[str]:
    """The distinct features of one normalised text, each once."""
    words = normalised.replace("?", " ? ").split()[:WORDS_AT_MOST]
    plain = [word for word in words if word not in ("?", "%")]
    found = {f"m:{sign}": None for sign in words if sign in ("?", "%")}
    negated = negated_places(plain)
    sounds: list[str] = []
    meanings: set[str] = set()
    meant_by_place: list[tuple[str, ...]] = []
    for place, word in enumerate(plain):
        sound, own, meant = _of_word(word)
        sounds.append(sound or word[:3])
        if meant:
            meant_by_place.append(meant)
        found.update(dict.fromkeys(own))
        if place in negated:
            bare_sound, _, bare_meant = _of_word(_bare(word))
            found[f"n:{bare_sound[:12]}"] = None
            meanings.update([f"not-{name}" for name in {*meant, *bare_meant}])
        else:
            meanings.update(meant)
    if negated:
        found["m:negated"] = None
    meanings.update(concepts.default().of_phrases(" ".join(plain)))
    names = sorted(meanings)[:CONCEPTS_AT_MOST]
    found.update(dict.fromkeys([f"g:{name}" for name in names]))
    for place, name in enumerate(names):
        found.update(dict.fromkeys([f"p:{name}+{other}" for other in names[place + 1 :]]))
    found.update(dict.fromkeys(_in_order(meant_by_place)))
    for sound, after_next in zip(sounds, sounds[2:], strict=False):
        found[f"x:{sound[:12]} {after_next[:12]}"] = None
    previous_word, previous_sound = "^", "^"
    for word, sound in zip([*plain, "$"], [*sounds, "$"], strict=True):
        found[f"b:{previous_word[:12]} {word[:12]}"] = None
        found[f"t:{previous_sound[:12]} {sound[:12]}"] = None
        previous_word, previous_sound = word, sound
    if len(plain) in _SHORT_MESSAGE:
        found[f"m:words{len(plain)}"] = None
    elif len(plain) > _LONG_MESSAGE:
        found["m:long"] = None
    return list(found)
