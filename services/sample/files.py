"""Writing people as the fund's five files, one after another: memory stays small."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from services.fund_import import formats
from services.money import format_plain
from services.policy.policy import Policy
from services.sample.draw import Draw
from services.sample.person import SamplePerson
from services.sample.words import SampleAgency, words

_REPORT_EVERY = 1_000


def write_sample(
    directory: Path,
    *,
    contributors: int,
    seed: int,
    as_of: date,
    policy: Policy,
    years: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> dict[str, int]:
    """Write so many contributors; equal arguments write equal files. Returns lines by file.

    `as_of` is the day the files are true for. `years` gives everyone exactly so many
    contribution years, all else being drawn.

    Raises:
        OSError: the directory cannot be made or written.
    """
    agencies = sample_agencies(policy, as_of)
    by_wilaya: dict[str, list[SampleAgency]] = {}
    for agency in agencies:
        by_wilaya.setdefault(agency.wilaya, []).append(agency)
    draw = Draw(
        Random(seed),
        series=seed,
        as_of=as_of,
        policy=policy,
        words=words(),
        agencies=dict(by_wilaya),
        years=years,
    )
    people = (draw.person(number) for number in range(1, contributors + 1))
    return write_people(
        directory, people, agencies=agencies, receipts=f"S{seed % 100:02d}", progress=progress
    )


def sample_agencies(policy: Policy, on: date) -> list[SampleAgency]:
    """One agency for each wilaya with powers on a day, and those of `agencies.csv` beside."""
    wilayas = policy.wilayas(on)
    codes = {wilaya.code for wilaya in wilayas}
    return [
        *(
            SampleAgency(wilaya.code, wilaya.name_fr, wilaya.name_ar, wilaya.code, "")
            for wilaya in wilayas
        ),
        *(agency for agency in words().other_agencies if agency.wilaya in codes),
    ]


def write_people(
    directory: Path,
    people: Iterable[SamplePerson],
    *,
    agencies: Sequence[SampleAgency],
    receipts: str,
    progress: Callable[[int], None] = lambda _: None,
) -> dict[str, int]:
    """Write people as the fund's files; returns how many lines of each. `receipts` begins every
    receipt's number."""
    directory.mkdir(parents=True, exist_ok=True)
    affiliates: Counter[str] = Counter()
    with ExitStack() as stack:
        files = {one.name: _File(directory, one, stack) for one in formats.ALL}
        done = 0
        for person in people:
            _write_person(files, person, receipts)
            affiliates[person.agency] += 1
            done += 1
            if done % _REPORT_EVERY == 0:
                progress(done)
        progress(done)
        for agency in agencies:
            files[formats.AGENCIES.name].write((*agency, affiliates[agency.code]))
    return {name: file.lines for name, file in files.items()}


class _File:
    """One of the fund's files in the making, its head written."""

    def __init__(self, directory: Path, file_format: formats.FileFormat, stack: ExitStack) -> None:
        path = directory / file_format.name
        file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(file_format.columns)
        self.lines = 0  # the head not counted

    def write(self, row: Sequence[Any]) -> None:
        self.lines += 1
        self._writer.writerow(row)


def _write_person(files: Mapping[str, _File], person: SamplePerson, receipts: str) -> None:
    files[formats.CONTRIBUTORS.name].write(
        (
            person.ssn,
            person.name_fr,
            person.name_ar,
            person.phone,
            person.category,
            person.agency,
            person.affiliated_on,
            person.ceased_on or "",
        )
    )
    for year, base in person.declarations.items():
        files[formats.DECLARATIONS.name].write((person.ssn, year, format_plain(base)))
    payments = files[formats.PAYMENTS.name]
    for payment in person.payments:
        payments.write(
            (
                f"{receipts}-{payments.lines + 1:08d}",
                person.ssn,
                payment.year or "",
                payment.paid_on,
                format_plain(payment.amount),
                payment.channel,
            )
        )
    for year, (amount, as_of) in person.surcharges.items():
        files[formats.SURCHARGES.name].write((person.ssn, year, format_plain(amount), as_of))
