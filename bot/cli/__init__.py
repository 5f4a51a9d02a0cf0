"""The command line, one module a subject."""

from __future__ import annotations

import sys

import typer

from bot.cli import data, demo, people, policy, running, statement, verify
from bot.instance_lock import AlreadyRunning
from bot.schema import SchemaNotUpgraded
from bot.settings import SettingsUnusable
from services.database import UnsupportedDatabase
from services.policy.errors import PolicyError
from services.vault import KeyDoesNotFit, KeyFileUnusable

# What a person at the terminal can mend: one clear line, never a traceback.
REFUSALS = (
    SettingsUnusable,
    AlreadyRunning,
    UnsupportedDatabase,
    KeyFileUnusable,
    KeyDoesNotFit,
    PolicyError,
    SchemaNotUpgraded,
)

commands = typer.Typer(
    help="The CASNOS bot: run it, load the fund's data, look after it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
running.add_to(commands)
people.add_to(commands)
data.add_to(commands)
demo.add_to(commands)
policy.add_to(commands)
statement.add_to(commands)
verify.add_to(commands)


def app() -> None:
    """Run the command line; a refusal is one clear line and exit code 1."""
    try:
        commands()
    except REFUSALS as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(1)
