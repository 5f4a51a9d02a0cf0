"""How well a recogniser does on labelled utterances: the figures the project promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from services.language.corpus import Utterance
from services.language.labels import SENSITIVE, Label
from services.language.understanding import Kind, Recogniser, Understanding


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares are of all utterances unless said otherwise."""

    utterances: int
    macro_f1: float
    """Of the first intent, averaged over labels."""
    top_2: float
    """The right label among the first two."""
    acted: float
    """Acted upon without asking."""
    wrong_without_asking: float
    asked: float
    """Asked back with buttons."""
    right_among_buttons: float
    """Of those asked back: the right label is a button."""
    unknown: float
    sensitive_offered: float
    """Of the reports of conduct or corruption: the report is offered."""


def measure(recogniser: Recogniser, rows: Sequence[Utterance]) -> Figures:
    """Run a recogniser over labelled rows."""
    results = [(row.label, recogniser.understand(row.text)) for row in rows]
    sure = [pair for pair in results if pair[1].kind is Kind.SURE]
    unsure = [pair for pair in results if pair[1].kind is Kind.UNSURE]
    sensitive = [pair for pair in results if pair[0] in SENSITIVE]
    ranked = [(row.label, ranking(recogniser, row.text)) for row in rows]
    return Figures(
        utterances=len(rows),
        macro_f1=_macro_f1([(truth, first[0]) for truth, first in ranked]),
        top_2=_share([truth in first[:2] for truth, first in ranked]),
        acted=len(sure) / len(rows),
        wrong_without_asking=sum(truth is not found.label for truth, found in sure) / len(rows),
        asked=len(unsure) / len(rows),
        right_among_buttons=_share([_offers(found, truth) for truth, found in unsure]),
        unknown=_share([found.kind is Kind.UNKNOWN for _, found in results]),
        sensitive_offered=_share(
            [found.kind is not Kind.UNKNOWN and _offers(found, truth) for truth, found in sensitive]
        ),
    )


def ranking(recogniser: Recogniser, text: str) -> list[Label]:
    """All labels for a text, the likeliest first, before any threshold."""
    scores = recogniser.scores(text)
    labels = recogniser.model.labels
    order = sorted(range(len(labels)), key=lambda place: -scores.intents[place])
    return [labels[place] for place in order]


def _offers(found: Understanding, label: Label) -> bool:
    return any(intent.label is label for intent in found.intents)


def _share(outcomes: Sequence[bool]) -> float:
    return sum(outcomes) / len(outcomes) if outcomes else 0.0


def _macro_f1(pairs: Sequence[tuple[Label, Label]]) -> float:
    right = Counter(truth for truth, found in pairs if truth is found)
    true, guessed = Counter(truth for truth, _ in pairs), Counter(found for _, found in pairs)
    return sum(2 * right[label] / (true[label] + guessed[label]) for label in true) / len(true)
