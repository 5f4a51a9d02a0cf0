"""`report`: the figures of a period as PDF, as a spreadsheet, or one row a case as CSV."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from bot.cli.installation import opened
from handlers import words
from handlers.words import LANGUAGES, Words
from services import accounts
from services.dates import day_in_algiers
from services.evaluation import building, measures
from services.evaluation import report as reports
from services.evaluation.measures import Period
from services.evaluation.scope import Scope
from services.people import Role
from services.staff import Member

KINDS = (".pdf", ".xlsx", ".csv")
# Whoever has the command line has the database: they read the whole fund.
OPERATOR = Member(0, "", Role.CENTRAL, None, True, None, False)


def add_to(commands: typer.Typer) -> None:
    commands.command()(report)


def report(
    first: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="a day of the first month")
    ],
    last: Annotated[
        datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="a day of the last month")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="a file: .pdf, .xlsx, or .csv with a row a case")
    ],
    language: Annotated[str, typer.Option(help="ar or fr")] = "ar",
) -> None:
    """Write the report of whole months: facts are brought up to date first."""
    if language not in LANGUAGES:
        raise typer.BadParameter(f"--language: choose among {', '.join(LANGUAGES)}")
    if out.suffix not in KINDS:
        raise typer.BadParameter(f"--out: the file ends in {', '.join(KINDS)}")
    if last < first:
        raise typer.BadParameter("--to is before --from")
    period = Period(first.date(), last.date())
    with opened() as here:
        now, policy = here.now, here.policy()
        more = True
        while more:  # in short transactions: the bot may run beside it
            with here.sessions.begin() as session:
                more = building.refresh(session, policy=policy, vault=here.vault, now=now).more
        try:
            with here.reading() as session:
                rows = _write(session, words.load(language), period, out, now)
        except OSError as error:
            raise typer.BadParameter(f"--out: {error.strerror}") from None
    print(f"{out}: {rows}, {period.months[0]:%Y-%m} to {period.months[-1]:%Y-%m}")


def _write(session: Session, said: Words, period: Period, out: Path, now: datetime) -> str:
    """Write the file; returns what it holds."""
    whole = Scope(OPERATOR, None, accounts.agencies(session))
    if out.suffix == ".csv":
        return f"{_write_cases(session, whole, period, out)} cases"
    found = reports.make(session, whole, period, on=day_in_algiers(now))
    if out.suffix == ".pdf":
        from handlers.papers import report as report_pdf  # heavy: only when a paper is wanted

        out.write_bytes(report_pdf.write(said, found, at=now))
    else:
        from handlers import report_tables

        out.write_bytes(report_tables.write_xlsx(said, found))
    return f"{found.together.filed} cases, {len(measures.MEASURES)} measures"


def _write_cases(session: Session, whole: Scope, period: Period, out: Path) -> int:
    """One row a case, without names; read and written as it goes."""
    number = 0
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer: csv.DictWriter[str] | None = None
        for row in reports.case_rows(session, whole, period):
            if writer is None:
                writer = csv.DictWriter(stream, list(row))
                writer.writeheader()
            writer.writerow(row)
            number += 1
    return number
