"""The best answers to a typed question: by what the recogniser hears, and by keywords."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from services.answers.data import Answer, in_force
from services.language.normalise import normalise
from services.language.understanding import understand

BEST = 3
_HEARD_AT_LEAST = 0.05
_PREFIX = 4  # letters from which a longer word counts as the same one


def best(question: str, on: date, *, at_most: int = BEST) -> list[Answer]:
    """The answers that fit, the best first; empty when none does. Never raises."""
    wanted = normalise(question).split()
    heard = {
        intent.label: intent.probability
        for intent in understand(question).intents
        if intent.probability >= _HEARD_AT_LEAST
    }
    scored = []
    for place, one in enumerate(in_force(on)):
        score = _matches(wanted, one) + max(
            (heard.get(label, 0.0) for label in one.labels), default=0.0
        )
        if score > 0:
            scored.append((-score, place, one))
    return [one for _, _, one in sorted(scored, key=lambda item: item[:2])[:at_most]]


def _matches(wanted: list[str], one: Answer) -> float:
    """How much of the best keyword was said; a keyword said whole counts by its length."""
    top = 0.0
    for words in _keywords(one.keywords):
        said = sum(any(_same(word, other) for other in wanted) for word in words)
        if said == len(words):
            top = max(top, 1.0 + 0.5 * len(words))
        elif said:
            top = max(top, 0.5 * said / len(words))
    return top


@lru_cache(maxsize=256)
def _keywords(keywords: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(normalise(one).split()) for one in keywords)


def _same(word: str, other: str) -> bool:
    return word == other or (
        min(len(word), len(other)) >= _PREFIX and (other.startswith(word) or word.startswith(other))
    )
