"""`statement`: what a contributor owes, as a PDF for the counter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from bot.cli.installation import Installation, opened
from handlers import words
from handlers.papers import statement as paper
from handlers.words import LANGUAGES
from services import accounts, events, payment_ways, situation
from services.dates import day_in_algiers
from services.identity import NotASocialSecurityNumber
from services.payment_ways import NotAPaymentReference
from services.situation import Situation


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
    with opened() as here:
        now = here.now
        with here.reading() as session:
            found = _found(here, session, number)
        content = paper.write(words.load(language), found, at=now)
        try:
            out.write_bytes(content)
        except OSError as error:
            raise typer.BadParameter(f"--out: {error.strerror}") from None
        with here.sessions.begin() as session:
            events.record(
                session,
                "statement.made",
                at=now,
                actor="command",
                subject=("contributor", found.card.contributor_id),
                data={"language": language},
            )
    print(f"{out}: {found.card.number}, as of {found.known_to:%Y-%m-%d}")


def _found(here: Installation, session: Session, number: str) -> Situation:
    contributor_id = _contributor(here, session, number)
    found = None
    if contributor_id is not None:
        found = situation.situation_on(
            session,
            policy=here.policy(),
            vault=here.vault,
            contributor_id=contributor_id,
            on=day_in_algiers(here.now),
        )
    if found is None:
        raise typer.BadParameter("the fund's data has nobody with this number")
    return found


def _contributor(here: Installation, session: Session, number: str) -> int | None:
    """Whom a payment reference or a social security number names."""
    try:
        return payment_ways.account_of(number)
    except NotAPaymentReference:
        pass
    try:
        return accounts.find_by_ssn(session, here.vault, number)
    except NotASocialSecurityNumber:
        raise typer.BadParameter(
            "neither a social security number (12 digits) nor a payment reference"
        ) from None
