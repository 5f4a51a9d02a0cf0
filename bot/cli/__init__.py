"""The command line, one module a subject."""

from __future__ import annotations

import importlib
import sys

import typer
from sqlalchemy.exc import DatabaseError, OperationalError

from bot.instance_lock import AlreadyRunning
from bot.schema import SchemaNotUpgraded
from bot.settings import SettingsUnusable
from services.database import DatabaseUnusable, UnsupportedDatabase
from services.policy.errors import PolicyError
from services.vault import KeyDoesNotFit, KeyFileUnusable

# What a person at the terminal can mend: one clear line, never a traceback.
REFUSALS = (
    SettingsUnusable,
    AlreadyRunning,
    UnsupportedDatabase,
    DatabaseUnusable,
    KeyFileUnusable,
    KeyDoesNotFit,
    PolicyError,
    SchemaNotUpgraded,
)

# Which module answers which commands: only the one that is asked for is loaded, so that the
# running bot does not carry the weight of the import, the demo and the papers.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "running": ("run", "migrate", "job"),
    "data": ("import", "sample"),
    "people": ("staff", "link-code"),
    "policy": ("policy",),
    "statement": ("statement",),
    "report": ("report",),
    "reminders": ("outreach", "campaign-result", "campaign-people"),
    "verify": ("verify", "public-key"),
    "audit": ("audit",),
    "care": ("backup", "restore", "doctor"),
    "demo": ("demo",),
}


def command_line(wanted: str | None = None) -> typer.Typer:
    """The commands; with `wanted`, only those of the module that answers it."""
    line = typer.Typer(
        help="The CASNOS bot: run it, load the fund's data, look after it.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    # With a single command typer would drop its name; a callback keeps it.
    line.callback()(lambda: None)
    modules = [name for name, names in SUBJECTS.items() if wanted in names] or list(SUBJECTS)
    for name in modules:
        importlib.import_module(f"bot.cli.{name}").add_to(line)
    return line


def app() -> None:
    """Run the command line; a refusal is one clear line and exit code 1."""
    try:
        command_line(sys.argv[1] if len(sys.argv) > 1 else None)()
    except REFUSALS as refusal:
        print(refusal, file=sys.stderr)
    except DatabaseError as error:
        if not _is_of_the_installation(error):
            raise
        reason = str(error.orig).strip().partition("\n")[0]
        print(f"DATABASE_URL: the database cannot be used: {reason}", file=sys.stderr)
    else:
        return
    sys.exit(1)


def _is_of_the_installation(error: DatabaseError) -> bool:
    """Not there, locked, full, damaged or no database at all: nothing that the program did."""
    return isinstance(error, OperationalError) or type(error) is DatabaseError
