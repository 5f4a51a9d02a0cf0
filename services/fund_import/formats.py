"""The five files the fund delivers, in the order in which they are loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A file's name and its columns; `key` are the columns that may not repeat in one file."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


AGENCIES = FileFormat(
    "agencies.csv",
    ("code", "name_fr", "name_ar", "wilaya", "parent", "affiliates"),
    key=("code",),
)
CONTRIBUTORS = FileFormat(
    "contributors.csv",
    ("ssn", "name_fr", "name_ar", "phone", "category", "agency", "affiliated_on", "ceased_on"),
    key=("ssn",),
)
DECLARATIONS = FileFormat("declarations.csv", ("ssn", "year", "base"), key=("ssn", "year"))
PAYMENTS = FileFormat(
    "payments.csv",
    ("receipt", "ssn", "year", "paid_on", "amount", "channel"),
    key=("receipt",),
)
SURCHARGES = FileFormat("surcharges.csv", ("ssn", "year", "amount", "as_of"), key=("ssn", "year"))

ALL = (AGENCIES, CONTRIBUTORS, DECLARATIONS, PAYMENTS, SURCHARGES)


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Why a file cannot be loaded at all."""

    file: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


class ImportRefused(Exception):
    """Nothing was loaded and nothing changed; `problems` says what to mend."""

    def __init__(self, problems: list[FileProblem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def present_files(directory: Path) -> tuple[list[FileFormat], list[str]]:
    """Which of the five files lie in a directory, and the names of other CSV files there.

    Raises:
        ImportRefused: no such directory, or none of the files in it.
    """
    here = str(directory)
    try:
        names = {entry.name for entry in directory.iterdir()}
    except FileNotFoundError:
        raise ImportRefused([FileProblem(here, "no such directory")]) from None
    except NotADirectoryError:
        raise ImportRefused([FileProblem(here, "not a directory")]) from None
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise ImportRefused([FileProblem(here, reason)]) from None
    formats = [file_format for file_format in ALL if file_format.name in names]
    if not formats:
        expected = ", ".join(file_format.name for file_format in ALL)
        raise ImportRefused([FileProblem(here, f"has none of {expected}")])
    others = names - {file_format.name for file_format in ALL} - {"rejected.csv"}
    return formats, sorted(name for name in others if name.lower().endswith(".csv"))
