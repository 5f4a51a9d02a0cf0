"""What a message means: act on it, ask back with two or three buttons, or say what can be done.

`understand` is the one door. Typed entities and the expected answer come first; then the
model. Conduct and corruption are always asked back, never acted upon silently.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.language import model as models
from services.language.entities import Entity, EntityKind, Reading, read
from services.language.features import features
from services.language.labels import CONTROL, SENSITIVE, Label, Variety
from services.language.model import Model, Scores
from services.language.normalise import normalise

_OFFERED_AT_MOST = 3
_RANKED_AT_MOST = 5
_THIRD_BUTTON = 0.12
"""A third button is offered only from this probability on."""
_REASONS = 4
_ANSWER_WORDS = 5
"""Beside an expected entity, this many other words are still just the answer."""
_CHANGE_OF_MIND_WORDS = 8
"""While free text is expected, only a message this short can steer the conversation."""
_CHANGE_OF_MIND = 0.9
_STOP_WORDS = 2
"""While an answer is expected, "stop" this short ends the conversation, not the reminders."""
_STATEMENTS = frozenset({Label.PAID_ALREADY, Label.NOT_PAID})
"""With a question mark these are asked, not stated, so they are never acted upon."""


class Kind(StrEnum):
    """How a message was understood."""

    SURE = "sure"
    UNSURE = "unsure"
    UNKNOWN = "unknown"


class Expectation(StrEnum):
    """What the conversation has just asked for."""

    AMOUNT = "amount"
    DATE = "date"
    REFERENCE = "reference"
    PHONE = "phone"
    SSN = "ssn"
    YES_OR_NO = "yes_or_no"
    FREE_TEXT = "free_text"


_ENTITY_FOR = {
    Expectation.AMOUNT: EntityKind.AMOUNT,
    Expectation.DATE: EntityKind.DATE,
    Expectation.REFERENCE: EntityKind.REFERENCE,
    Expectation.PHONE: EntityKind.PHONE,
    Expectation.SSN: EntityKind.SSN,
}


@dataclass(frozen=True, slots=True)
class Intent:
    """A label and its probability."""

    label: Label
    probability: float


@dataclass(frozen=True, slots=True)
class Reason:
    """A word, sound or concept that spoke for the first intent, and how much it added."""

    feature: str
    weight: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """The meaning of one message."""

    kind: Kind
    intents: tuple[Intent, ...]
    """The likeliest first. With `UNSURE` these are the buttons to offer (two or three)."""
    entities: tuple[Entity, ...] = ()
    variety: Variety = Variety.ALGERIAN
    why: tuple[Reason, ...] = ()
    answer: Entity | bool | str | None = None
    """The answer that was expected: an entity, yes or no, or the text itself."""

    @property
    def label(self) -> Label | None:
        """The first intent, or None where only an entity or nothing was said."""
        return self.intents[0].label if self.intents else None

    @property
    def is_answer(self) -> bool:
        """Whether the message answers what was asked."""
        return self.answer is not None


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Understands messages by one model."""

    model: Model

    def understand(
        self, text: str, *, expecting: Expectation | None = None, today: date | None = None
    ) -> Understanding:
        """See the module's `understand`."""
        wanted = _ENTITY_FOR.get(expecting) if expecting else None
        reading = read(text, today=today, expecting=wanted)
        normalised = normalise(reading.masked)
        words = normalised.split()
        entity = reading.first(wanted) if wanted else None
        if reading.only_entities and (wanted is None or entity is not None):
            return Understanding(Kind.SURE, (), reading.entities, answer=entity)
        if not normalised:
            return Understanding(Kind.UNKNOWN, (), reading.entities, answer=entity)
        scores = self.model.score(features(normalised))
        judged = self._judge(scores, reading, asked="?" in normalised)
        if expecting is None:
            return judged
        if judged.label is Label.OPT_OUT and len(words) <= _STOP_WORDS:
            judged = replace(judged, intents=(Intent(Label.CANCEL, judged.intents[0].probability),))
        if expecting is Expectation.YES_OR_NO:
            return _yes_or_no(judged)
        if expecting is Expectation.FREE_TEXT:
            return _free_text(judged, text, words=len(words))
        if entity is None:
            return judged
        return _with_entity(judged, entity, words=len(words))

    def scores(self, text: str) -> Scores:
        """The model's bare probabilities for a text, without expectation or threshold."""
        return self.model.score(features(normalise(read(text).masked)))

    def _judge(self, scores: Scores, reading: Reading, *, asked: bool) -> Understanding:
        limits = self.model.calibration
        ranked = sorted(
            zip(scores.intents, self.model.labels, strict=True),
            reverse=True,
            key=lambda one: one[0],
        )
        top, label = ranked[0]
        variety = self.model.varieties[scores.varieties.index(max(scores.varieties))]
        reasons = tuple(
            [Reason(name, weight) for name, weight in self.model.reasons(scores, label, _REASONS)]
        )
        offered = self._offered(ranked)
        sensitive = any(intent.label in SENSITIVE for intent in offered)
        foreign = scores.coverage < limits.coverage or top < limits.unknown
        if foreign or label is Label.OTHER:
            kind = Kind.UNSURE if sensitive else Kind.UNKNOWN
        elif sensitive or top < limits.sure or (asked and label in _STATEMENTS):
            kind = Kind.UNSURE
        else:
            kind = Kind.SURE
        intents = (
            offered
            if kind is Kind.UNSURE
            else tuple([Intent(each, chance) for chance, each in ranked[:_RANKED_AT_MOST]])
        )
        return Understanding(kind, intents, reading.entities, variety, reasons)

    def _offered(self, ranked: list[tuple[float, Label]]) -> tuple[Intent, ...]:
        """The two or three intents worth a button; a sensitive one is never left out."""
        buttons = [(chance, label) for chance, label in ranked if label is not Label.OTHER]
        chosen = buttons[:2]
        if buttons[2][0] >= _THIRD_BUTTON:
            chosen = buttons[:_OFFERED_AT_MOST]
        for chance, label in buttons[len(chosen) :]:
            if chance < self.model.calibration.sensitive:
                break
            if label in SENSITIVE:
                chosen = [*chosen[: _OFFERED_AT_MOST - 1], (chance, label)]
        floor = self.model.calibration.sensitive
        chosen = [
            (chance, label)
            for place, (chance, label) in enumerate(chosen)
            if place == 0 or label not in SENSITIVE or chance >= floor
        ]
        if len(chosen) < 2:
            rest = [pair for pair in buttons[1:] if pair[1] not in SENSITIVE]
            chosen = [*chosen, rest[0]]
        return tuple([Intent(label, chance) for chance, label in chosen])


def _yes_or_no(judged: Understanding) -> Understanding:
    """A yes or a no, if that is what the message is; else what it is instead."""
    chances = {intent.label: intent.probability for intent in judged.intents}
    yes, no = chances.get(Label.YES, 0.0), chances.get(Label.NO, 0.0)
    if yes + no < 0.5 or min(yes, no) > 0.3 or judged.label not in (Label.YES, Label.NO):
        return judged
    said = judged.label is Label.YES
    kept = tuple([intent for intent in judged.intents if intent.label is judged.label])
    return replace(judged, kind=Kind.SURE, intents=kept, answer=said)


def _free_text(judged: Understanding, text: str, *, words: int) -> Understanding:
    """The text is the answer, unless it is short and surely steers the conversation."""
    steers = judged.kind is Kind.SURE and judged.label in CONTROL
    if steers and words <= _CHANGE_OF_MIND_WORDS:
        return judged
    return replace(judged, kind=Kind.SURE, answer=text)


def _with_entity(judged: Understanding, entity: Entity, *, words: int) -> Understanding:
    """The expected entity is the answer, unless the sentence around it says another thing."""
    first = judged.intents[0]
    steers = judged.kind is Kind.SURE and first.label in CONTROL
    wanders = words > _ANSWER_WORDS and first.probability >= _CHANGE_OF_MIND
    if steers or (wanders and judged.kind is Kind.SURE):
        return judged
    return replace(judged, kind=Kind.SURE, answer=entity)


def understand(
    text: str, *, expecting: Expectation | None = None, today: date | None = None
) -> Understanding:
    """What a message means.

    `expecting` is what the conversation has just asked for: such an answer comes first, but
    a clear change of mind is followed (then `answer` is None). `today` (in Algiers) lets
    dates be read. Never raises, whatever is sent; text beyond 512 characters is not read.
    """
    return Recogniser(models.default()).understand(text, expecting=expecting, today=today)
