"""The small model: a compact file, and a score by plain addition.

A row of the model holds one byte per intent and per variety (its lanes). At run time a row is
read as one big integer; its even and its odd lanes, each then 16 bits wide, are added for all
rows of a message at once: no numeric library is needed. The file: a magic line, a JSON header
with its length, then the features' names and the bytes of the rows, each compressed.
"""

from __future__ import annotations

import json
import math
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from services.language.labels import Label, Variety
from services.language.normalise import DATA
from services.language.vocabulary import Vocabulary

MODEL_FILE = DATA / "model.bin"
_MAGIC = b"casnos-intents 1\n"
_ZERO = 128  # a weight of nought, as the unsigned byte that is stored
_ROWS_AT_ONCE = 256  # 256 * 255 still fits into a lane of 16 bits


class NotAModel(ValueError):
    """The file is not a model of this version."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Where the line is drawn between doing, asking and not knowing; set by cross-validation."""

    temperature: float
    sure: float
    """From this probability on, the first intent is acted upon."""
    unknown: float
    """Below this probability of the first intent, nothing was understood."""
    sensitive: float
    """From this probability on, a sensitive intent is offered whatever comes first."""
    coverage: float
    """Below this share of known features a text is foreign to the model."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model says about one text."""

    intents: tuple[float, ...]
    """A probability for each of the model's labels."""
    varieties: tuple[float, ...]
    coverage: float
    known: tuple[int, ...]
    """The rows of the features that were known."""


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model."""

    labels: tuple[Label, ...]
    varieties: tuple[Variety, ...]
    calibration: Calibration
    data_hash: str
    biases: tuple[float, ...]
    scales: tuple[float, ...]
    names: Vocabulary
    """The features, in the order of their rows."""
    weights: bytes
    """The rows, one byte a lane, 128 for nought."""

    @property
    def width(self) -> int:
        return len(self.labels) + len(self.varieties)

    def score(self, features: Sequence[str]) -> Scores:
        """Probabilities for one text's features; the work grows with their number only."""
        known = self.names.rows_of(features)
        sums = self._sums(known)
        unit = 1 / math.sqrt(max(len(known), 1))
        zero = _ZERO * len(known)
        values = [
            bias + scale * unit * (total - zero)
            for bias, scale, total in zip(self.biases, self.scales, sums, strict=True)
        ]
        split = len(self.labels)
        return Scores(
            intents=_softmax(values[:split], self.calibration.temperature),
            varieties=_softmax(values[split:], 1.0),
            coverage=len(known) / max(len(features), 1),
            known=tuple(known),
        )

    def _sums(self, known: list[int]) -> list[int]:
        """The sum of each lane over some rows."""
        size = self.width
        wide = size + size % 2
        mask = int.from_bytes(b"\xff\x00" * (wide // 2), "little")
        weights, from_bytes = self.weights, int.from_bytes
        sums = [0] * wide
        for start in range(0, len(known), _ROWS_AT_ONCE):
            rows = [
                from_bytes(weights[row * size : row * size + size], "little")
                for row in known[start : start + _ROWS_AT_ONCE]
            ]
            even = sum([row & mask for row in rows]).to_bytes(wide, "little")
            odd = sum([row >> 8 & mask for row in rows]).to_bytes(wide, "little")
            for first, part in enumerate((array("H", even), array("H", odd))):
                sums[first::2] = [
                    one + other for one, other in zip(sums[first::2], part, strict=True)
                ]
        return sums[:size]

    def reasons(self, scores: Scores, label: Label, at_most: int) -> list[tuple[str, float]]:
        """The features that spoke most for a label, with how much they added."""
        lane = self.labels.index(label)
        step = self.scales[lane] / math.sqrt(max(len(scores.known), 1))
        size = self.width
        weighed = [(self.weights[row * size + lane] - _ZERO, row) for row in scores.known]
        weighed.sort(reverse=True)
        return [(self.names[row], weight * step) for weight, row in weighed[:at_most] if weight > 0]


def _softmax(values: Sequence[float], temperature: float) -> tuple[float, ...]:
    top = max(values)
    grown = [math.exp((value - top) / temperature) for value in values]
    total = sum(grown)
    return tuple([value / total for value in grown])


def write(
    path: Path,
    *,
    header: dict[str, Any],
    names: Sequence[str],
    weights: bytes,
) -> None:
    """Write a model file. `weights` is row by row, one unsigned byte a lane, 128 for nought."""
    described = json.dumps(header, ensure_ascii=True, sort_keys=True).encode()
    packed_names = zlib.compress("\n".join(names).encode(), 9)
    parts = [described, packed_names, zlib.compress(weights, 9)]
    with path.open("wb") as file:
        file.write(_MAGIC)
        for part in parts:
            file.write(len(part).to_bytes(4, "little"))
            file.write(part)


def load(path: Path = MODEL_FILE) -> Model:
    """Read a model file.

    Raises:
        NotAModel: the file is of another kind or version.
        OSError: it cannot be read.
    """
    content = path.read_bytes()
    if not content.startswith(_MAGIC):
        raise NotAModel(path.name)
    place = len(_MAGIC)
    parts: list[bytes] = []
    for _ in range(3):
        size = int.from_bytes(content[place : place + 4], "little")
        parts.append(content[place + 4 : place + 4 + size])
        place += 4 + size
    header = json.loads(parts[0])
    return Model(
        labels=tuple(Label(name) for name in header["labels"]),
        varieties=tuple(Variety(name) for name in header["varieties"]),
        calibration=Calibration(**header["calibration"]),
        data_hash=header["data_hash"],
        biases=tuple(header["biases"]),
        scales=tuple(header["scales"]),
        names=Vocabulary(zlib.decompress(parts[1])),
        weights=zlib.decompress(parts[2]),
    )


@lru_cache(maxsize=1)
def default() -> Model:
    """The model that comes with the program, loaded once."""
    return load()
