"""Words that mean the same in any variety, from `data/concepts.toml`.

A concept is found by the word as written, by its stem, or across scripts by its sound, so
that "sera9in" and "voleurs" are the same thing to the recogniser, in either script.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from services.language.normalise import normalise, read_table
from services.language.sounds import sound_key

_ARABIC_FROM = "\u0600"
_LEAST_STEM = 2
_LEAST_BARE = 3
"""Letters that must remain when an ending is taken off."""
_LEAST_SOUND = 3
_LEAST_LOAN_SOUND = 4
_VERB_FIRST = ("n", "t", "y")
_ARTICLE_SOUND = "l"


@dataclass(frozen=True, slots=True)
class Concepts:
    """The lexicon, turned round: from a word, stem or sound to the names of concepts."""

    words: dict[str, frozenset[str]]
    stems: dict[str, frozenset[str]]
    sounds: dict[str, frozenset[str]]
    sound_stems: dict[str, frozenset[str]]
    loans: dict[str, frozenset[str]]
    phrases: tuple[tuple[str, str], ...]
    clitics: tuple[str, ...]
    verb_letters: tuple[str, ...]
    never_by_sound: frozenset[str]
    arabic_endings: tuple[str, ...]
    latin_endings: tuple[str, ...]
    french_endings: tuple[str, ...]
    opened: tuple[tuple[str, str], ...]

    def of_word(self, word: str) -> frozenset[str]:
        """The concepts of one normalised word."""
        if not word or word.isdigit():
            return frozenset()
        if word[0] >= _ARABIC_FROM:
            forms = self._forms(word)
            return (
                self._as_written(forms) or self._as_written(self._bare(forms)) or self._loan(word)
            )
        found = self._as_written([word]) or self._as_written(self._singular(word))
        if found or word in self.never_by_sound:
            return found
        return self._by_sound(word)

    def _as_written(self, forms: list[str]) -> frozenset[str]:
        found: set[str] = set()
        for form in forms:
            found |= self.words.get(form, frozenset())
            found |= _longest(form, self.stems, _LEAST_STEM)
        return frozenset(found)

    def _loan(self, word: str) -> frozenset[str]:
        """A French word in Arabic script, by its sound."""
        found: set[str] = set()
        sound = sound_key(word)
        for form in (sound, sound.removeprefix(_ARTICLE_SOUND), *_without_verb_letter(sound)):
            found |= self.loans.get(form, frozenset())
        return frozenset(found)

    def _by_sound(self, word: str) -> frozenset[str]:
        """An Arabic word in Latin letters, by its sound; its endings are tried last."""
        found: set[str] = set()
        endings = [ending for ending in self.latin_endings if word.endswith(ending)]
        for stem in (word, *[word[: -len(ending)] for ending in endings]):
            sound = sound_key(stem)
            for form in (sound, *_without_verb_letter(sound)):
                if len(form) >= _LEAST_SOUND:
                    found |= self.sounds.get(form, frozenset())
                    found |= _longest(form, self.sound_stems, _LEAST_SOUND)
            if found:
                break
        return frozenset(found)

    def _singular(self, word: str) -> list[str]:
        """A French word without the endings of number and gender."""
        return [
            word[: -len(ending)]
            for ending in self.french_endings
            if word.endswith(ending) and len(word) >= len(ending) + _LEAST_BARE
        ]

    def _bare(self, forms: list[str]) -> list[str]:
        """Arabic forms without the pronouns that end them (my, your, to me, ...)."""
        found: list[str] = []
        for form in forms:
            for ending in self.arabic_endings:
                if form.endswith(ending) and len(form) >= len(ending) + _LEAST_BARE:
                    bare = form[: -len(ending)]
                    found.append(bare)
                    # Before a pronoun the feminine ending is written open.
                    found.extend(
                        [bare[:-1] + end for open_, end in self.opened if bare[-1] == open_]
                    )
        return found

    def is_latin_entry(self, word: str) -> bool:
        """Whether a word stands in a Latin list as written (so it is French, not Arabizi)."""
        return word in self.words or bool(_longest(word, self.stems, _LEAST_STEM))

    def of_phrases(self, normalised: str) -> list[str]:
        """The concepts of the phrases found in a normalised text."""
        padded = f" {normalised} "
        return [concept for phrase, concept in self.phrases if phrase in padded]

    def _forms(self, word: str) -> list[str]:
        """The word, and what is left without a clitic or without the verb's first letter."""
        forms = [word]
        for clitic in self.clitics:
            if word.startswith(clitic) and len(word) >= len(clitic) + 3:
                forms.append(word[len(clitic) :])
        forms.extend(
            [form[1:] for form in forms if form.startswith(self.verb_letters) and len(form) >= 4]
        )
        return forms


def _longest_first(parts: list[str]) -> tuple[str, ...]:
    return tuple(sorted(parts, key=len, reverse=True))


def _without_verb_letter(sound: str) -> list[str]:
    return [sound[1:]] if sound.startswith(_VERB_FIRST) else []


def _longest(form: str, stems: dict[str, frozenset[str]], least: int) -> frozenset[str]:
    for length in range(min(len(form), 16), least - 1, -1):
        found = stems.get(form[:length])
        if found:
            return found
    return frozenset()


def build(data: dict[str, dict[str, str]], grammar: dict[str, list[str]]) -> Concepts:
    """Turn a concepts file round. `grammar` gives the clitics and the verb's letters."""
    words: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    sounds: dict[str, set[str]] = {}
    sound_stems: dict[str, set[str]] = {}
    loans: dict[str, set[str]] = {}
    phrases: list[tuple[str, str]] = []
    for concept, lists in data.items():
        for script in ("arabic", "latin"):
            for entry in lists.get(script, "").split():
                is_stem = entry.endswith("*")
                as_written = entry.endswith("=")
                text = normalise(entry.replace("_", " ").rstrip("*="))
                if " " in text:
                    phrases.append((f" {text}" if is_stem else f" {text} ", concept))
                    continue
                (stems if is_stem else words).setdefault(text, set()).add(concept)
                if as_written:
                    continue
                sound = sound_key(text)
                if script == "arabic":
                    target = sound_stems if is_stem else sounds
                    if len(sound) >= _LEAST_SOUND:
                        target.setdefault(sound, set()).add(concept)
                elif len(sound) >= _LEAST_LOAN_SOUND:
                    loans.setdefault(sound, set()).add(concept)
    return Concepts(
        words=_frozen(words),
        stems=_frozen(stems),
        sounds=_frozen(sounds),
        sound_stems=_frozen(sound_stems),
        loans=_frozen(loans),
        phrases=tuple(phrases),
        clitics=_longest_first(grammar["clitics"]),
        verb_letters=tuple(grammar["verb_letters"]),
        never_by_sound=frozenset(grammar["never_by_sound"]),
        arabic_endings=_longest_first(grammar["arabic_endings"]),
        latin_endings=_longest_first(grammar["latin_endings"]),
        french_endings=_longest_first(grammar["french_endings"]),
        opened=tuple([(pair[0], pair[1]) for pair in grammar["opened"]]),
    )


def _frozen(found: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(value) for key, value in found.items()}


@lru_cache(maxsize=1)
def default() -> Concepts:
    """The lexicon of the data file, built once."""
    return build(read_table("concepts.toml"), read_table("grammar.toml")["word_forms"])
