"""Loading a directory of the fund's files, from the first look to the tidied end.

Incremental: a file may be absent, and what a file does not mention stays as it was. The
load becomes visible whole, in one short transaction; killed before, it changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, update
from sqlalchemy.exc import DBAPIError

from services import accounts
from services.clock import Clock
from services.fund_import import agencies, contributors, figures, generations, rows
from services.fund_import.context import Context, Outcome
from services.fund_import.failures import (
    LoadFailed,
    database_reason,
    sqlite_reason,
    system_reason,
)
from services.fund_import.fields import BadField
from services.fund_import.formats import (
    AGENCIES,
    CONTRIBUTORS,
    DECLARATIONS,
    PAYMENTS,
    SURCHARGES,
    FileProblem,
    ImportRefused,
    present_files,
)
from services.fund_import.lines import Fields, LineReader
from services.fund_import.rejects import Rejects
from services.fund_import.store import Store, only_load, open_store
from services.fund_import.survey import Repeated, survey
from services.records.fund import Load
from services.vault import Vault, ensure_key_fits

_BATCH_ROWS = 5_000
_TABLES = ("profiles", "declarations", "payments", "surcharges")


class Progress(NamedTuple):
    """How far a load is: `checking` reads every file once, `loading` a second time."""

    phase: str
    file: str
    bytes_done: int
    """In this phase, over all files."""
    bytes_total: int
    rows: int
    """Lines of this file so far."""


ProgressListener = Callable[[Progress], None]


@dataclass(slots=True)
class FileCount:
    """Lines of one file: `written` and `unchanged` are good, `noted` are good but for a field."""

    lines: int = 0
    written: int = 0
    unchanged: int = 0
    rejected: int = 0
    noted: int = 0

    @property
    def good(self) -> int:
        return self.written + self.unchanged


@dataclass(slots=True)
class Report:
    """What a load came to; `as_of` is the day citizens are shown from now on."""

    as_of: date
    generation: int
    files: dict[str, FileCount] = field(default_factory=dict)
    other_files: list[str] = field(default_factory=list)
    unfinished_removed: int = 0
    earlier_than_before: bool = False


def import_directory(
    engine: Engine,
    vault: Vault,
    directory: Path,
    *,
    as_of: date,
    clock: Clock,
    wilayas: Collection[str],
    rejected: Path,
    progress: ProgressListener = lambda _: None,
) -> Report:
    """Load the fund's files of `directory`, true for the day `as_of` (Algiers).

    `wilayas` are the codes an agency may lie in; `rejected` is where lines that could not
    be loaded are written. The day shown to citizens moves only with `payments.csv`: new
    names do not make old payments newer.

    Raises:
        ImportRefused: a file cannot be read as it is, or no line at all is good.
        LoadInProgress: another load is running.
        KeyDoesNotFit: the vault is not the one of this database.
        LoadFailed: the disk or the database gave out in between.
    """
    formats, others = present_files(directory)
    readers = {file_format.name: LineReader(directory, file_format) for file_format in formats}
    repeated = _survey_all(readers, progress)
    try:
        with only_load(engine), open_store(engine) as store, Rejects(rejected) as rejects:
            with store.writing() as session:
                ensure_key_fits(session, vault)
            removed = generations.remove_unfinished(store, clock.now())
            before = generations.current(store)
            generation = generations.begin(store, as_of=as_of, now=clock.now())
            context = Context(
                store,
                vault,
                generation,
                rows.Limits.on(as_of),
                frozenset(table for table in _TABLES if not store.holds_rows(table)),
            )
            report = Report(as_of, generation, other_files=others, unfinished_removed=removed)
            run = _Run(context, readers, repeated, rejects, report, progress, wilayas)
            run.load_all()
            report.as_of = _day_to_show(report, before)
            report.earlier_than_before = before is not None and report.as_of < before[1]
            _check_something_loaded(store, report, clock, rejected)
            generations.make_current(
                store,
                generation,
                as_of=report.as_of,
                now=clock.now(),
                counts={name: asdict(count) for name, count in report.files.items()},
            )
            generations.tidy(store, generation, context.replaced)
    except DBAPIError as error:
        raise LoadFailed(database_reason(error)) from None
    except sqlite3.Error as error:
        raise LoadFailed(sqlite_reason(error)) from None
    except OSError as error:
        raise LoadFailed(f"{rejected}: {system_reason(error)}") from None
    return report


def _survey_all(readers: dict[str, LineReader], progress: ProgressListener) -> dict[str, Repeated]:
    total = sum(_size(reader) for reader in readers.values())
    done = 0
    repeated: dict[str, Repeated] = {}
    problems: list[FileProblem] = []
    for name, reader in readers.items():

        def tell(done: int = done, name: str = name, reader: LineReader = reader) -> None:
            progress(Progress("checking", name, done + reader.bytes_read, total, reader.line))

        try:
            repeated[name] = survey(reader, tell)
        except ImportRefused as refusal:
            problems += refusal.problems
        done += reader.bytes_read
    if problems:
        raise ImportRefused(problems)
    return repeated


class _Run:
    """The second pass: every good line into the new generation, every bad one set aside."""

    def __init__(
        self,
        context: Context,
        readers: dict[str, LineReader],
        repeated: dict[str, Repeated],
        rejects: Rejects,
        report: Report,
        progress: ProgressListener,
        wilayas: Collection[str],
    ) -> None:
        self.context = context
        self.readers = readers
        self.repeated = repeated
        self.rejects = rejects
        self.report = report
        self.progress = progress
        self.wilayas = wilayas
        self.bytes_total = sum(_size(reader) for reader in readers.values())
        self.bytes_before = 0

    def load_all(self) -> None:
        context, limits = self.context, self.context.limits
        known = self._agencies()
        self._load(
            AGENCIES.name,
            partial(rows.agency, wilayas=self.wilayas),
            partial(agencies.write, context, known=known),
            batch_rows=None,
        )
        codes = frozenset(self._agencies())
        self._load(
            CONTRIBUTORS.name,
            partial(rows.contributor, limits=limits, agencies=codes),
            partial(contributors.write, context),
        )
        self._load(
            DECLARATIONS.name,
            partial(rows.declaration, limits=limits),
            partial(figures.write_declarations, context),
        )
        self._load(
            PAYMENTS.name,
            partial(rows.payment, limits=limits),
            partial(figures.write_payments, context),
        )
        self._load(
            SURCHARGES.name,
            partial(rows.surcharge, limits=limits),
            partial(figures.write_surcharges, context),
        )

    def _load(
        self,
        name: str,
        parse: Callable[[Fields], Any],
        write: Callable[[Any], Outcome],
        *,
        batch_rows: int | None = _BATCH_ROWS,
    ) -> None:
        """Load one file, if it is there, in batches (`None`: the whole file at once)."""
        reader = self.readers.get(name)
        if reader is None:
            return
        count = self.report.files[name] = FileCount()
        repeated = self.repeated[name]
        batch: list[tuple[int, Any]] = []
        for line, fields, reason in reader:
            count.lines += 1
            if fields is None:
                self._reject(name, count, [(line, reason)])
                continue
            try:
                row = parse(fields)
            except BadField as fault:
                self._reject(name, count, [(line, fault.reason)])
                continue
            if not repeated.takes(fields):
                self._reject(name, count, [(line, "line: its key came before in this file")])
                continue
            batch.append((line, row))
            if len(batch) == batch_rows:
                self._write(reader, count, batch, write)
                batch = []
        if batch:
            self._write(reader, count, batch, write)
        self.bytes_before += reader.bytes_read

    def _write(
        self,
        reader: LineReader,
        count: FileCount,
        batch: list[tuple[int, Any]],
        write: Callable[[Any], Outcome],
    ) -> None:
        name = reader.format.name
        outcome = write(batch)
        count.written += outcome.written
        count.unchanged += outcome.unchanged
        self._reject(name, count, outcome.refused)
        for line, reason in outcome.noted:
            self.rejects.add(name, line, reason)
        count.noted += len(outcome.noted)
        self.progress(
            Progress(
                "loading",
                name,
                self.bytes_before + reader.bytes_read,
                self.bytes_total,
                reader.line,
            )
        )

    def _reject(self, name: str, count: FileCount, refused: Iterable[tuple[int, str]]) -> None:
        for line, reason in refused:
            count.rejected += 1
            self.rejects.add(name, line, reason)

    def _agencies(self) -> dict[str, accounts.AgencyCard]:
        """The agencies as they are once this load is current."""
        with self.context.store.reading() as session:
            return accounts.agencies(session, generation=self.context.generation)


def _day_to_show(report: Report, before: tuple[int, date] | None) -> date:
    payments = report.files.get(PAYMENTS.name)
    if before is None or (payments is not None and (payments.good or not payments.lines)):
        return report.as_of
    return before[1]


def _check_something_loaded(store: Store, report: Report, clock: Clock, rejected: Path) -> None:
    """A load in which every line was bad is no load: the day must not move for it."""
    lines = sum(count.lines for count in report.files.values())
    if not lines or any(count.good for count in report.files.values()):
        return
    with store.writing() as session:
        session.execute(
            update(Load)
            .where(Load.generation == report.generation)
            .values(state="abandoned", finished_at=clock.now())
        )
    raise ImportRefused(
        [
            FileProblem(name, f"none of its {count.lines} lines is good (see {rejected})")
            for name, count in report.files.items()
            if count.lines
        ]
    )


def _size(reader: LineReader) -> int:
    try:
        return reader.path.stat().st_size
    except OSError:
        return 0
