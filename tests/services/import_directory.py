"""Building small directories of the fund's files and loading them, for the import's tests."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine

from services.fund_import.formats import ALL
from services.fund_import.load import ProgressListener, Report, import_directory
from services.vault import Vault

AS_OF = date(2026, 7, 1)
SSN = "990000000017"
OTHER_SSN = "990000000025"
WILAYAS = frozenset(f"{number:02d}" for number in range(1, 59))
COLUMNS = {file_format.name: ",".join(file_format.columns) for file_format in ALL}
GOOD = {
    "agencies.csv": ["16,Alger,الجزائر,16,,900", "1601,Alger-Centre,الجزائر الوسطى,16,16,"],
    "contributors.csv": [
        f"{SSN},Test BENALI,اختبار بن علي,0550000001,trader,1601,2015-03-01,",
        f"{OTHER_SSN},Essai SAADI,تجربة سعدي,,farmer,16,2018-01-01,2025-12-31",
    ],
    "declarations.csv": [f"{SSN},2024,180000", f"{SSN},2025,250000.50"],
    "payments.csv": [
        f"R-1,{SSN},2024,2024-06-30,36000,counter",
        f"R-2,{SSN},,2025-09-15,20000.5,post",
        f"R-3,{OTHER_SSN},2024,2024-09-30,36000.00,bank",
    ],
    "surcharges.csv": [f"{SSN},2025,1800.00,2026-06-30"],
}


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 7, 1, 8, tzinfo=UTC)


@dataclass
class Loaded:
    report: Report
    rejected: list[tuple[str, int, str]]


def write_files(directory: Path, files: Mapping[str, list[str] | bytes]) -> Path:
    """Write files: lists are lines under the right header, bytes are taken as they are."""
    directory.mkdir(exist_ok=True)
    for name, content in files.items():
        if isinstance(content, bytes):
            (directory / name).write_bytes(content)
        else:
            text = "\n".join([COLUMNS[name], *content]) + "\n"
            (directory / name).write_text(text, encoding="utf-8")
    return directory


def load(
    engine: Engine,
    vault: Vault,
    directory: Path,
    files: Mapping[str, list[str] | bytes] | None = None,
    *,
    as_of: date = AS_OF,
    progress: ProgressListener = lambda _: None,
    wilayas: Collection[str] = WILAYAS,
) -> Loaded:
    """Write the files (if given) and load the directory."""
    if files is not None:
        write_files(directory, files)
    rejected = directory.parent / f"{directory.name}-rejected.csv"
    report = import_directory(
        engine,
        vault,
        directory,
        as_of=as_of,
        clock=FixedClock(),
        wilayas=wilayas,
        rejected=rejected,
        progress=progress,
    )
    with rejected.open(encoding="utf-8", newline="") as file:
        rows = [(row["file"], int(row["line"]), row["reason"]) for row in csv.DictReader(file)]
    return Loaded(report, rows)
