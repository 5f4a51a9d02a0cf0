"""`import`, `sample`: the fund's data comes in, and made-up data to try things with."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot import clock as clocks
from bot import schema, settings
from services.clock import Clock
from services.database import open_engine, sessions
from services.dates import day_in_algiers
from services.fund_import import load as loading
from services.fund_import.failures import LoadFailed
from services.fund_import.formats import ImportRefused
from services.fund_import.store import LoadInProgress
from services.policy import policy as policies
from services.policy.service_rows import Wilaya
from services.sample.files import write_sample
from services.vault import Vault

_DAY = ["%Y-%m-%d"]
_MOST_CONTRIBUTORS = 50_000_000


def add_to(commands: typer.Typer) -> None:
    commands.command("import")(import_)
    commands.command()(sample)


def import_(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="where the CSV files lie")],
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=_DAY, help="the day the files are true for; default: today"),
    ] = None,
    rejected: Annotated[
        Path | None,
        typer.Option(
            help="where lines that cannot be loaded are listed; default: rejected.csv in DIR,"
            " or in DATA_DIR when DIR may not be written"
        ),
    ] = None,
) -> None:
    """Load the fund's files: incremental, repeatable, visible only once complete."""
    config = settings.load()
    policy = policies.load(config.POLICY_DIR)
    vault = Vault.open(config.key_file)
    if vault.created:
        _say(
            f"A new key was made in {config.key_file}. Keep a copy in a safe place:"
            " without it the numbers in the database are lost."
        )
    schema.upgrade(config.database_url)
    engine = open_engine(config.database_url)
    clock = _clock(config)
    listed = rejected or _place_for_rejected(directory, config.DATA_DIR)
    begun = time.perf_counter()
    try:
        with _bar() as bar:
            report = loading.import_directory(
                engine,
                vault,
                directory,
                as_of=as_of.date() if as_of else day_in_algiers(clock.now()),
                clock=clock,
                wilayas={row.code for row in policy.rows(Wilaya)},
                rejected=listed,
                progress=_show_on(bar),
            )
    except ImportRefused as refusal:
        _fail("Nothing was loaded:", *(str(problem) for problem in refusal.problems))
    except (LoadInProgress, LoadFailed) as failure:
        _fail(f"Nothing was loaded, the last complete load stays: {failure}")
    except KeyboardInterrupt:
        _fail("Stopped. Nothing was loaded, the last complete load stays.")
    finally:
        engine.dispose()
    _tell(report, listed, time.perf_counter() - begun)


def sample(
    contributors: Annotated[
        int, typer.Option(min=1, max=_MOST_CONTRIBUTORS, help="how many people to make up")
    ] = 1_000,
    seed: Annotated[int, typer.Option(min=0, help="the same seed makes the same files")] = 1,
    out: Annotated[Path, typer.Option(help="the directory to write the files to")] = Path("sample"),
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=_DAY, help="the day the files are true for; default: today"),
    ] = None,
) -> None:
    """Write made-up data in the fund's formats, for trials and training."""
    config = settings.load()
    policy = policies.load(config.POLICY_DIR)
    day = as_of.date() if as_of else day_in_algiers(_clock(config).now())
    if day.year < policy.first_year:
        raise typer.BadParameter(f"--as-of: the rules begin in {policy.first_year}")
    try:
        with _bar() as bar:
            task = bar.add_task("writing", total=contributors, lines="")
            lines = write_sample(
                out,
                contributors=contributors,
                seed=seed,
                as_of=day,
                policy=policy,
                progress=lambda done: bar.update(task, completed=done),
            )
    except OSError as error:
        _fail(f"{out}: {error.strerror or 'cannot be written'}")
    for name, count in lines.items():
        print(f"{out / name}: {count:,} lines")
    print(f"Load them with: python -m bot import {out} --as-of {day}")


def _clock(config: settings.Settings) -> Clock:
    """The machine's clock, or the demo's where it can be moved."""
    if not config.DEMO_CLOCK:
        return clocks.SystemClock()
    schema.upgrade(config.database_url)
    engine = open_engine(config.database_url)
    try:
        with sessions(engine)() as session:
            return clocks.DemoClock(clocks.load_offset(session))
    finally:
        engine.dispose()


def _place_for_rejected(directory: Path, data_dir: Path) -> Path:
    """Beside the files where that may be written, else with the installation's own."""
    here = directory / "rejected.csv"
    if os.access(here if here.exists() else directory, os.W_OK):
        return here
    data_dir.mkdir(parents=True, exist_ok=True)
    return data_dir / "rejected.csv"


@contextmanager
def _bar() -> Iterator[Progress]:
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description:<28}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[lines]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        yield progress


def _show_on(bar: Progress) -> loading.ProgressListener:
    tasks = {
        phase: bar.add_task(phase, total=None, visible=False, lines="")
        for phase in ("checking", "loading")
    }

    def show(progress: loading.Progress) -> None:
        bar.update(
            tasks[progress.phase],
            description=f"{progress.phase} {progress.file}",
            completed=progress.bytes_done,
            total=progress.bytes_total,
            lines=f"{progress.rows:,} lines",
            visible=True,
        )

    return show


def _tell(report: loading.Report, rejected: Path, seconds: float) -> None:
    table = Table("file", "lines", "written", "unchanged", "rejected")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, count in report.files.items():
        figures = (count.lines, count.written, count.unchanged, count.rejected)
        table.add_row(name, *(f"{figure:,}" for figure in figures))
    Console().print(table)
    lines = sum(count.lines for count in report.files.values())
    print(
        f"Load {report.generation} is current, payments known up to {report.as_of}"
        f" ({lines:,} lines in {seconds:.1f} s, {lines / max(seconds, 0.001):,.0f} a second)."
    )
    bad = sum(count.rejected for count in report.files.values())
    noted = sum(count.noted for count in report.files.values())
    if bad or noted:
        print(f"{bad:,} lines rejected, {noted:,} loaded without a part: see {rejected}")
    if report.unfinished_removed:
        print("A load that had been broken off was removed first.")
    if report.earlier_than_before:
        print("Mind: these files are true for an earlier day than the ones loaded before.")
    for name in report.other_files:
        print(f"{name} is none of the fund's five files and was left alone.")


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _fail(*lines: str) -> NoReturn:
    for line in lines:
        _say(line)
    raise typer.Exit(1)
