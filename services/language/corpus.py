"""The utterances the model is trained on, and the fifth of them kept apart.

Rows are `text,language,label` in `data/utterances/*.csv`. `data/heldout.txt` names the
texts kept apart by a fingerprint: it was written once, so that later additions never move
a text from one side to the other.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.language.labels import Label, Variety
from services.language.normalise import DATA, normalise
from services.language.sounds import sound_key

UTTERANCES = DATA / "utterances"
HELD_OUT = DATA / "heldout.txt"
_TABLES = (
    "normaliser.toml",
    "sounds.toml",
    "grammar.toml",
    "concepts.toml",
    "courtesies.toml",
)
_COLUMNS = ["text", "language", "label"]
_LEAST_SOUNDS = 4
_VARIETIES = frozenset(variety.value for variety in Variety)
_LABELS = frozenset(label.value for label in Label)


class BadUtterance(ValueError):
    """A row of a data file cannot be used; carries the file's name, the line and the reason."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing somebody may write, and what they want by it."""

    text: str
    language: Variety
    label: Label


def read_folder(folder: Path) -> list[Utterance]:
    """All rows of a folder's CSV files, in the order of file names.

    Raises:
        BadUtterance: an unknown column, language or label, or an empty text.
    """
    rows: list[Utterance] = []
    for path in sorted(folder.glob("*.csv")):
        rows.extend(read_file(path))
    return rows


def read_file(path: Path) -> list[Utterance]:
    """The rows of one CSV file (UTF-8, header `text,language,label`).

    Raises:
        BadUtterance: an unknown column, language or label, or an empty text.
    """
    rows: list[Utterance] = []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        header = next(reader, [])
        if header != _COLUMNS:
            raise BadUtterance(path.name, 1, f"the header must be {','.join(_COLUMNS)}")
        for row in reader:
            if not row:
                continue
            if len(row) != len(_COLUMNS):
                raise BadUtterance(path.name, reader.line_num, "three columns are needed")
            text, language, label = (cell.strip() for cell in row)
            if not normalise(text):
                raise BadUtterance(path.name, reader.line_num, "the text is empty")
            if language not in _VARIETIES:
                raise BadUtterance(path.name, reader.line_num, f"unknown language {language}")
            if label not in _LABELS:
                raise BadUtterance(path.name, reader.line_num, f"unknown label {label}")
            rows.append(Utterance(text, Variety(language), Label(label)))
    return rows


def fingerprint(text: str) -> str:
    """A stable name for a text: the same for spellings that sound the same."""
    normalised = normalise(text)
    sounds = " ".join(filter(None, map(sound_key, normalised.split())))
    named = sounds if len(sounds) >= _LEAST_SOUNDS else normalised
    return hashlib.sha256(named.encode()).hexdigest()[:16]


def belongs_apart(text: str) -> bool:
    """Whether the split, when it was first made, puts this text into the held-out fifth."""
    return int(fingerprint(text), 16) % 5 == 0


def held_out_fingerprints(path: Path = HELD_OUT) -> frozenset[str]:
    """The fingerprints written down when the split was made."""
    return frozenset(path.read_text(encoding="utf-8").split())


def split(
    rows: Iterable[Utterance], apart: frozenset[str]
) -> tuple[list[Utterance], list[Utterance]]:
    """(what may be trained on, what is held out)."""
    training: list[Utterance] = []
    held_out: list[Utterance] = []
    for row in rows:
        (held_out if fingerprint(row.text) in apart else training).append(row)
    return training, held_out


def data_hash(rows: Sequence[Utterance]) -> str:
    """A hash over rows and tables, recorded in the model to tell whether it is current."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.text}\t{row.language}\t{row.label}\n".encode())
    for table in _TABLES:
        digest.update((DATA / table).read_bytes())
    digest.update(HELD_OUT.read_bytes())
    return digest.hexdigest()
