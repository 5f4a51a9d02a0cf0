"""Train the model from the utterances: `python -m services.language.train`.

Needs scikit-learn, which the running program does not. The held-out fifth is never trained
on and never tuned on: thresholds come from cross-validation over the rest. The same data
gives the same model. A fund adds its own rows with `--extra FOLDER`.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import logging
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.language import corpus, model
from services.language.corpus import Utterance
from services.language.entities import read
from services.language.features import features
from services.language.labels import SENSITIVE, Label, Variety
from services.language.measure import measure
from services.language.normalise import normalise, read_table
from services.language.understanding import Recogniser

log = logging.getLogger("services.language.train")

LEAST_TEXTS = 2
"""A feature seen in fewer texts than this is left out."""
STRENGTH = 2.0
BAYES_SHARE = 0.07
BAYES_SMOOTHING = 0.03
FOLDS = 5
# How much each kind of feature counts (see `features`); found by cross-validation.
KIND_WEIGHTS = {
    "g": 10.0, "p": 6.0, "n": 6.0, "w": 5.0, "s": 5.0,
    "b": 3.0, "t": 3.0, "m": 3.0, "c": 1.5, "k": 1.5, "o": 4.0, "x": 3.0,
}  # fmt: skip
RARITY = 5.0
"""A feature's weight is multiplied by the logarithm of its rarity over this."""
WRONG_WITHOUT_ASKING_AT_MOST = 0.010
"""Well under the 2 % that are allowed, so that people's own wordings have room."""
SENSITIVE_MISSED_AT_MOST = 0.01
UNKNOWN_BELOW = 0.18
FOREIGN_BELOW = 0.12


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The features kept, and the factor of each."""

    rows: dict[str, int]
    factors: list[float]


def _with_courtesies(rows: Sequence[Utterance]) -> list[Utterance]:
    """A copy of most texts with a greeting, a please or a thank-you around it."""
    data = read_table("courtesies.toml")
    copies = []
    for row in rows:
        if row.label in data["not_around"]["labels"] or " " not in row.text:
            continue
        drawn = int(hashlib.sha256(row.text.encode()).hexdigest(), 16)
        before = drawn % 5 < 3
        choice = data["before" if before else "after"][row.language.value]
        courtesy = choice[drawn // 5 % len(choice)]
        text = f"{courtesy} {row.text}" if before else f"{row.text} {courtesy}"
        copies.append(Utterance(text, row.language, row.label))
    return copies


def _featured(rows: Sequence[Utterance]) -> list[list[str]]:
    return [features(normalise(read(row.text).masked)) for row in rows]


def _vocabulary(texts: Sequence[Sequence[str]]) -> _Vocabulary:
    counts = Counter(feature for text in texts for feature in text)
    kept = sorted(feature for feature, count in counts.items() if count >= LEAST_TEXTS)
    factors = [
        KIND_WEIGHTS[feature[0]] * math.log(len(texts) / counts[feature]) / RARITY
        for feature in kept
    ]
    return _Vocabulary({feature: row for row, feature in enumerate(kept)}, factors)


def _matrix(texts: Sequence[Sequence[str]], vocabulary: _Vocabulary) -> Any:
    sparse = importlib.import_module("scipy.sparse")
    starts, columns, values = [0], [], []
    for text in texts:
        known = [vocabulary.rows[feature] for feature in text if feature in vocabulary.rows]
        unit = 1 / math.sqrt(max(len(known), 1))
        columns.extend(known)
        values.extend([unit * vocabulary.factors[row] for row in known])
        starts.append(len(columns))
    return sparse.csr_matrix((values, columns, starts), shape=(len(texts), len(vocabulary.rows)))


class _Learner:
    """What is learnt from some rows and their copies with courtesies."""

    def __init__(self, rows: Sequence[Utterance]) -> None:
        self.rows = [*rows, *_with_courtesies(rows)]
        texts = _featured(self.rows)
        self.vocabulary = _vocabulary(texts)
        self.matrix = _matrix(texts, self.vocabulary)

    def fitted(self, answers: Sequence[str]) -> _Linear:
        """A classifier for one answer a row: logistic regression helped by naive Bayes.

        Both are linear, so their sum is too. The second is poorer alone, but steadier on
        words seen rarely: together they did better in cross-validation than either.
        """
        linear = importlib.import_module("sklearn.linear_model")
        bayes = importlib.import_module("sklearn.naive_bayes")
        first = linear.LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3)
        first.fit(self.matrix, answers)
        second = bayes.MultinomialNB(alpha=BAYES_SMOOTHING).fit(self.matrix, answers)
        logs, priors = second.feature_log_prob_, second.class_log_prior_
        return _Linear(
            classes=list(first.classes_),
            weights=first.coef_ + BAYES_SHARE * (logs - logs.mean(axis=0)),
            biases=first.intercept_ + BAYES_SHARE * (priors - priors.mean()),
        )


@dataclass(frozen=True, slots=True)
class _Linear:
    """A fitted linear classifier: one row of weights and one bias a class."""

    classes: list[str]
    weights: Any
    biases: Any

    def logits(self, matrix: Any) -> list[list[float]]:
        found: list[list[float]] = (matrix @ self.weights.T + self.biases).tolist()
        return found


def _out_of_fold(rows: Sequence[Utterance]) -> list[list[float]]:
    """Logits for every row from a model that has not seen it, nor a text that sounds the same."""
    fold_of = [int(corpus.fingerprint(row.text), 16) // 5 % FOLDS for row in rows]
    logits: list[list[float]] = [[] for _ in rows]
    for fold in range(FOLDS):
        inside = [row for row, own in zip(rows, fold_of, strict=True) if own != fold]
        outside = [place for place, own in enumerate(fold_of) if own == fold]
        learner = _Learner(inside)
        intents = learner.fitted([row.label.value for row in learner.rows])
        if intents.classes != sorted(Label):
            raise ValueError("a fold lacks a label")
        matrix = _matrix(_featured([rows[place] for place in outside]), learner.vocabulary)
        for place, row in zip(outside, intents.logits(matrix), strict=True):
            logits[place] = row
        log.info("fold %d of %d", fold + 1, FOLDS)
    return logits


def _chances(logits: Sequence[float], temperature: float) -> list[float]:
    top = max(logits)
    grown = [math.exp((value - top) / temperature) for value in logits]
    total = sum(grown)
    return [value / total for value in grown]


def _calibrated(rows: Sequence[Utterance], logits: Sequence[Sequence[float]]) -> model.Calibration:
    labels = sorted(Label)
    truths = [labels.index(row.label) for row in rows]

    def loss(temperature: float) -> float:
        return -sum(
            math.log(max(_chances(row, temperature)[truth], 1e-12))
            for row, truth in zip(logits, truths, strict=True)
        )

    temperature = min([0.4 + 0.05 * step for step in range(40)], key=loss)
    chances = [_chances(row, temperature) for row in logits]
    return model.Calibration(
        temperature=temperature,
        sure=_sure_from(chances, truths),
        unknown=UNKNOWN_BELOW,
        sensitive=_sensitive_from(chances, truths),
        coverage=FOREIGN_BELOW,
    )


def _share_right(rows: Sequence[Utterance], logits: Sequence[Sequence[float]]) -> float:
    labels = sorted(Label)
    right = [
        labels[row.index(max(row))] is own.label for row, own in zip(logits, rows, strict=True)
    ]
    return sum(right) / len(right)


def _sure_from(chances: Sequence[Sequence[float]], truths: Sequence[int]) -> float:
    """The lowest threshold at which few enough wrong actions are taken without asking."""
    asked_back = {sorted(Label).index(label) for label in (*SENSITIVE, Label.OTHER)}
    wrong = [
        max(row)
        for row, truth in zip(chances, truths, strict=True)
        if row.index(max(row)) != truth and row.index(max(row)) not in asked_back
    ]
    wrong.sort(reverse=True)
    allowed = int(WRONG_WITHOUT_ASKING_AT_MOST * len(truths))
    return math.ceil(wrong[allowed] * 1000) / 1000 if allowed < len(wrong) else 0.5


def _sensitive_from(chances: Sequence[Sequence[float]], truths: Sequence[int]) -> float:
    """The highest floor that still offers nearly every report of conduct or corruption."""
    places = [sorted(Label).index(label) for label in SENSITIVE]
    best = sorted(
        max(row[place] for place in places)
        for row, truth in zip(chances, truths, strict=True)
        if truth in places
    )
    return max(math.floor(best[int(SENSITIVE_MISSED_AT_MOST * len(best))] * 1000) / 1000, 0.03)


def train(extra: Sequence[Path] = (), out: Path = model.MODEL_FILE) -> None:
    """Train, calibrate and write the model; then report the held-out figures."""
    # One thread: the order of additions, and so the last bits, would vary otherwise.
    with importlib.import_module("threadpoolctl").threadpool_limits(1):
        _train(extra, out)


def _train(extra: Sequence[Path], out: Path) -> None:
    rows = [row for folder in (corpus.UTTERANCES, *extra) for row in corpus.read_folder(folder)]
    training, held_out = corpus.split(rows, corpus.held_out_fingerprints())
    log.info("%d utterances to train on, %d held out", len(training), len(held_out))
    logits = _out_of_fold(training)
    log.info("cross-validation: %.4f right", _share_right(training, logits))
    calibration = _calibrated(training, logits)
    learner = _Learner(training)
    intents = learner.fitted([row.label.value for row in learner.rows])
    varieties = learner.fitted([row.language.value for row in learner.rows])
    _write(out, learner.vocabulary, intents, varieties, calibration, corpus.data_hash(rows))
    log.info("%s", calibration)
    log.info("held out: %s", measure(Recogniser(model.load(out)), held_out))


def _write(
    out: Path,
    vocabulary: _Vocabulary,
    intents: _Linear,
    varieties: _Linear,
    calibration: model.Calibration,
    data_hash: str,
) -> None:
    numpy = importlib.import_module("numpy")
    weights = numpy.vstack([intents.weights, varieties.weights]) * numpy.array(vocabulary.factors)
    scales = numpy.abs(weights).max(axis=1) / 127
    quantised = numpy.rint(weights / scales[:, None]).clip(-127, 127) + 128
    header = {
        "labels": [Label(name).value for name in intents.classes],
        "varieties": [Variety(name).value for name in varieties.classes],
        "calibration": {
            name: getattr(calibration, name) for name in calibration.__dataclass_fields__
        },
        "data_hash": data_hash,
        "biases": [*intents.biases.tolist(), *varieties.biases.tolist()],
        "scales": scales.tolist(),
    }
    model.write(
        out,
        header=header,
        names=sorted(vocabulary.rows, key=vocabulary.rows.__getitem__),
        weights=quantised.T.astype("uint8").tobytes(),
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Train the model of people's own words.")
    parser.add_argument(
        "--extra", type=Path, action="append", default=[], help="a folder of a fund's own CSV files"
    )
    parser.add_argument("--out", type=Path, default=model.MODEL_FILE, help="the model file")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    train(chosen.extra, chosen.out)


if __name__ == "__main__":
    main()
