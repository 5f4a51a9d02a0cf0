"""`audit verify`: was the trail of events altered, shortened or added to afterwards?"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import schema, settings
from bot.cli.verify import read_key
from bot.settings import SettingsUnusable
from services import signing
from services.audit import replay, seals, verification
from services.audit.verification import Break, Report, What
from services.database import DatabaseUnusable, UnsupportedDatabase, open_engine, sessions
from services.dates import in_algiers
from services.records.base import table_of
from services.records.complaints import Complaint
from services.records.plans import Plan
from services.vault import KeyFileUnusable, Vault

BROKEN, NOT_CHECKED, DOUBTFUL = 1, 2, 3
MOST_DIFFERENCES = 20
# One snapshot for all that is read, beside a running bot.
_SNAPSHOT: dict[str, dict[str, Any]] = {
    "sqlite": {"read_only": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
_HEAD = re.compile(r"(\d{1,18}):([0-9A-Za-z -]{16,40})")
_SAID = {
    What.ALTERED: "event {event} was altered after it was sealed",
    What.REMOVED: "event {event} was removed after it was sealed",
    What.ADDED: "event {event} was added afterwards: it was not there when the block was sealed",
    What.BLOCK_MISSING: "it is missing",
    What.CHAIN: "it does not follow from the block before: one of the two was altered",
    What.SIGNATURE: "its signature is false: the seal was altered",
    What.UNKNOWN_KEY: "it was sealed with another key; if the key was changed since, give the"
    " public key of that time with --public-key",
    What.MARKS: "events and seal differ, and the seal's list of events was altered as well",
    What.OTHER_HEAD: "it is not the block that was written down (--expect)",
    What.CUT_OFF: "it was written down (--expect), and is not there: the end of the trail is gone",
}


def add_to(commands: typer.Typer) -> None:
    group = typer.Typer(help="The trail of events, proven.", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command()(verify)
    commands.add_typer(group, name="audit")


def verify(
    since: Annotated[
        int, typer.Option(min=1, metavar="BLOCK", help="begin here and trust what is before")
    ] = 1,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="BLOCK:HEAD", help="a head written down earlier; may be given several times"
        ),
    ] = None,
    public_key: Annotated[
        list[Path] | None,
        typer.Option(help="a public key to trust besides KEY_FILE's (public-key --out)"),
    ] = None,
    replayed: Annotated[
        bool,
        typer.Option("--replay/--no-replay", help="also compare the records with their events"),
    ] = True,
) -> None:
    """Recompute the sealed trail of events; nothing is changed.

    Exit code: 0 whole, 1 broken, 2 not checked, 3 whole but something needs an explanation.
    """
    expected = dict(_head(text) for text in expect or ())
    try:
        _check(since, expected, public_key or [], replayed=replayed)
    except (SettingsUnusable, UnsupportedDatabase, DatabaseUnusable, KeyFileUnusable) as refusal:
        print(refusal, file=sys.stderr)
    except DBAPIError as error:
        print(f"DATABASE_URL: the database failed ({type(error.orig).__name__})", file=sys.stderr)
    else:
        return
    # Not the code of a broken trail: a script has to tell the two apart.
    raise typer.Exit(NOT_CHECKED)


def _check(
    since: int, expected: dict[int, str], public_keys: list[Path], *, replayed: bool
) -> None:
    config = settings.load()
    keys = _keys(config.key_file, public_keys)
    engine = open_engine(config.database_url)
    try:
        if not schema.is_current(engine):
            print("The schema is not up to date: python -m bot migrate", file=sys.stderr)
            raise typer.Exit(NOT_CHECKED)
        make = sessions(engine.execution_options(**_SNAPSHOT[engine.dialect.name]))
        with make.begin() as session:
            began = time.monotonic()
            with _progress("events", seals.sealed_rows(session, since)) as advance:
                report = verification.verify(
                    session,
                    keys=keys,
                    since=since,
                    expected=expected,
                    progress=lambda found: advance(found.events),
                )
            _tell(report, time.monotonic() - began)
            differing = _replay(session) if replayed else 0
    finally:
        engine.dispose()
    # The clock of a demo jumps, so an instant says nothing there.
    doubtful = () if config.DEMO_CLOCK else report.backdated
    for block, event in doubtful:
        print(
            f"! Block {block}: event {event} bears an instant long before the block before it was"
            " sealed: it was written in later, or a machine's clock was wrong."
        )
    if report.breaks or differing:
        print("✗ NOT WHOLE: keep a copy of the database as it is, and find out who had access.")
        raise typer.Exit(BROKEN)
    if report.last is None:
        print("! Nothing is sealed yet: the job `seals` does it while the scheduler runs.")
        raise typer.Exit(DOUBTFUL if report.unsealed else 0)
    print("✓ The trail is whole.")
    print(f"Write this down elsewhere, and compare it next time: --expect {report.last.written}")
    if doubtful:
        raise typer.Exit(DOUBTFUL)


def _tell(report: Report, seconds: float) -> None:
    if report.first is not None and report.last is not None:
        print(
            f"Blocks {report.first.number} to {report.last.number}: {report.events:,} events,"
            f" sealed {_written(report.first.sealed_at)} to {_written(report.last.sealed_at)},"
            " Algiers"
            f" ({seconds:.1f} s, {report.events / max(seconds, 0.001):,.0f} a second)"
        )
    if report.forgotten:
        print(f"{report.forgotten:,} events were removed after their stated time, as signed.")
    if report.unsealed and report.unsealed_since is not None:
        print(
            f"{report.unsealed:,} events are not sealed yet, the oldest of"
            f" {_written(report.unsealed_since)}: they are not proven."
        )
    for at in report.restored_at:
        print(f"! A backup was put back on {_written(at)}: what came after that backup is gone.")
    for found in report.breaks:
        print(f"✗ Block {found.block}: {_said(found)}")
    if len(report.breaks) == verification.MOST_BREAKS:
        print("  … and perhaps more.")


def _said(found: Break) -> str:
    return _SAID[found.what].format(event=found.event)


def _replay(session: Session) -> int:
    """Compare the records with their events; how many differ."""
    total = sum(
        int(session.scalar(select(func.count()).select_from(table_of(model))) or 0)
        for model in (Complaint, Plan)
    )
    differing = 0
    began = time.monotonic()
    with _progress("records", total) as advance:
        for found in replay.run(session, advance):
            differing += 1
            if differing <= MOST_DIFFERENCES:
                print(
                    f"✗ {found.kind} {found.reference} says something else than its events:"
                    f" {', '.join(found.columns)}"
                )
    seconds = time.monotonic() - began
    print(
        f"{total:,} complaints and plans replayed, {differing:,} differ from their events"
        f" ({seconds:.1f} s)"
    )
    return differing


def _head(text: str) -> tuple[int, str]:
    match = _HEAD.fullmatch(text.strip())
    if match is None:
        raise typer.BadParameter("--expect: it is written like 17:ABCD-EFGH-JKMN-PQRS")
    number = int(match[1])
    return number, f"{number}:{signing.as_written(match[2])}"


def _keys(key_file: Path, given: list[Path]) -> list[bytes]:
    """The keys to trust; an auditor with a copy of the database needs only public ones."""
    keys = [read_key(file) for file in given]
    if key_file.exists():
        keys.append(signing.public_key(Vault.open(key_file)))
    if not keys:
        raise KeyFileUnusable(
            key_file, "does not exist; give the fund's key with --public-key FILE"
        )
    return keys


def _written(instant: datetime) -> str:
    return f"{in_algiers(instant):%Y-%m-%d %H:%M}"


@contextmanager
def _progress(what: str, total: int) -> Iterator[Any]:
    """A bar on the terminal; nothing where the output goes into a file."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
