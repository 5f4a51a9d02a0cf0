"""`run`, `migrate`."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated

import typer

from bot import logs, schema, settings
from bot.application import PARTS, Application
from bot.cli.installation import opened
from bot.instance_lock import InstanceLock
from bot.means import make_kit
from bot.scheduler import job_named, run_job
from services.database import parse_url, sqlite_file


def add_to(commands: typer.Typer) -> None:
    commands.command()(run)
    commands.command()(migrate)
    commands.command()(job)


def run(
    only: Annotated[
        str, typer.Option(help=f"parts of the program, by comma: {','.join(PARTS)}")
    ] = ",".join(PARTS),
) -> None:
    """Serve the bot until stopped."""
    parts = [part.strip() for part in only.split(",") if part.strip()]
    if unknown := [part for part in parts if part not in PARTS]:
        raise typer.BadParameter(f"{', '.join(unknown)}: choose among {', '.join(PARTS)}")
    config = settings.load()
    config.need_token()
    logs.set_up(config.LOG_FORMAT)
    file = sqlite_file(parse_url(config.database_url))
    with InstanceLock(file) if file is not None else contextlib.nullcontext():
        asyncio.run(Application(config, only=parts).run())


def migrate() -> None:
    """Bring the database's schema up to date."""
    changed = schema.upgrade(settings.load().database_url)
    print("The schema was brought up to date." if changed else "The schema is up to date.")


def job(name: Annotated[str, typer.Argument(help="the job's name")]) -> None:
    """Run a scheduled job now; what it says is sent by the running bot."""
    try:
        chosen = job_named(name)
    except LookupError as refusal:
        raise typer.BadParameter(str(refusal)) from None
    with opened() as here:
        calls = run_job(
            chosen,
            kit=make_kit(here.config, here.vault),
            sessions=here.sessions,
            now=here.now,
        )
    print(f"{name}: done, {len(calls)} calls to Telegram added")
