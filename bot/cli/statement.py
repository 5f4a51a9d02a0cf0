"""`statement`: what a contributor owes, as a PDF for the counter."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot import schema, settings
from bot.clock import SystemClock, load_offset
from handlers import words
from handlers.papers import statement as paper
from handlers.words import LANGUAGES
from services import accounts, events, payment_ways, situation
from services.database import open_engine, sessions
from services.dates import day_in_algiers
from services.identity import NotASocialSecurityNumber
from services.payment_ways import NotAPaymentReference
from services.policy import policy as policies
from services.vault import Vault, ensure_key_fits


def add_to(commands: typer.Typer) -> None:
    commands.command()(statement)


def statement(
    number: Annotated[
        str,
        typer.Argument(
            metavar="SSN", help="the social security number, 12 digits, or a payment reference"
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="the PDF to write")],
    language: Annotated[str, typer.Option(help="ar or fr")] = "ar",
) -> None:
    """Write a contributor's statement; it is information, not a certificate."""
    if language not in LANGUAGES:
        raise typer.BadParameter(f"--language: choose among {', '.join(LANGUAGES)}")
    config = settings.load()
    schema.upgrade(config.database_url)
    vault = Vault.open(config.key_file)
    policy = policies.load(config.POLICY_DIR)
    engine = open_engine(config.database_url)
    with sessions(engine).begin() as session:
        ensure_key_fits(session, vault)
        offset = load_offset(session) if config.DEMO_CLOCK else timedelta(0)
        now = SystemClock().now() + offset
        try:
            contributor_id: int | None = payment_ways.account_of(number)
        except NotAPaymentReference:
            try:
                contributor_id = accounts.find_by_ssn(session, vault, number)
            except NotASocialSecurityNumber:
                raise typer.BadParameter(
                    "neither a social security number (12 digits) nor a payment reference"
                ) from None
        found = (
            situation.situation_on(
                session,
                policy=policy,
                vault=vault,
                contributor_id=contributor_id,
                on=day_in_algiers(now),
            )
            if contributor_id is not None
            else None
        )
        if found is None:
            raise typer.BadParameter("the fund's data has nobody with this number")
        content = paper.write(words.load(language), found, at=now)
        events.record(
            session,
            "statement.made",
            at=now,
            actor="command",
            subject=("contributor", found.card.contributor_id),
            data={"language": language},
        )
    engine.dispose()
    try:
        out.write_bytes(content)
    except OSError as error:
        raise typer.BadParameter(f"--out: {error.strerror}") from None
    print(f"{out}: {found.card.number}, as of {found.known_to:%Y-%m-%d}")
