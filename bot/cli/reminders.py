"""`outreach`, `campaign-result`, `campaign-people`: lists for the fund's own channels and records.

Lists of people hold whole numbers and telephones: only their owner may read the files, and that
they were made is on the trail.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from bot.cli.installation import Installation, opened
from services import accounts, events
from services.money import format_plain
from services.records.reminders import Campaign
from services.reminders import campaign_forecast, campaign_list, campaign_results, outreach

_COLUMNS = ("agency", "ssn", "name_fr", "name_ar", "phone", "reason", "years", "amount")


def add_to(commands: typer.Typer) -> None:
    commands.command("outreach")(reach_elsewhere)
    commands.command("campaign-result")(campaign_result)
    commands.command("campaign-people")(campaign_people)


def reach_elsewhere(
    out: Annotated[
        Path,
        typer.Option("--out", help="the CSV to write; a directory gets one file an agency"),
    ],
    agency: Annotated[str | None, typer.Option(help="only this agency's code")] = None,
) -> None:
    """List who owes something and cannot be reached on Telegram, for letters and SMS.

    The file holds whole numbers and telephones: only its owner may read it."""
    with opened() as here:
        now = here.now
        with here.reading() as session:
            _ensure_agency(session, agency)
            found = outreach.everyone(session, here.policy(), here.vault, now=now, agency=agency)
            lines = ((one.reason.value, one.agency, _line_of(one)) for one in found)
            counts = _write(out, "outreach", _COLUMNS, lines)
        _note(here, "outreach.listed", ("agency", int(agency or 0)), counts, now)
    _say(out, counts)


def campaign_people(
    number: Annotated[int, typer.Argument(metavar="CAMPAIGN", help="its number")],
    out: Annotated[
        Path,
        typer.Option("--out", help="the CSV to write; a directory gets one file an agency"),
    ],
    agency: Annotated[str | None, typer.Option(help="only this agency's code")] = None,
) -> None:
    """List who of a campaign's audience was not reached, or will not be, and why: for letters,
    SMS and calls. Whoever is not to be written to at all is not on the list."""
    with opened() as here:
        now = here.now
        with here.reading() as session:
            campaign = _campaign(session, number)
            _ensure_agency(session, agency)
            fits = campaign_forecast.of(session, here.policy(), campaign, now).fits
            found = campaign_list.not_reached(
                session, here.vault, campaign, fits=fits, agency=agency
            )
            lines = (
                (one.why, one.agency, campaign_list.row_of(one, masked=False)) for one in found
            )
            counts = _write(out, f"campaign-{number}", campaign_list.COLUMNS, lines)
        _note(here, "campaign.people_listed", ("campaign", number), counts, now)
    _say(out, counts)


def campaign_result(
    number: Annotated[int, typer.Argument(metavar="CAMPAIGN", help="its number")],
    out: Annotated[Path, typer.Option("--out", help="the CSV to write")],
) -> None:
    """Write what came of a campaign: by agency, and the reasons people were held."""
    with opened() as here, here.reading() as session:
        campaign = _campaign(session, number)
        content = campaign_results.as_csv(campaign_results.of(session, here.policy(), campaign))
    try:
        out.write_bytes(content)
    except OSError as error:
        raise typer.BadParameter(f"--out: {error.strerror}") from None
    print(f"{out}: campaign {number}")


def _campaign(session: Session, number: int) -> Campaign:
    campaign = session.get(Campaign, number)
    if campaign is None:
        raise typer.BadParameter(f"there is no campaign {number}")
    return campaign


def _ensure_agency(session: Session, agency: str | None) -> None:
    if agency is not None and agency not in accounts.agencies(session):
        raise typer.BadParameter(f"--agency: there is no agency {agency!r}")


def _note(
    here: Installation, name: str, subject: tuple[str, int], counts: Counter[str], now: datetime
) -> None:
    """Write down that people were listed, and how many."""
    with here.sessions.begin() as session:
        events.record(
            session,
            name,
            at=now,
            actor="command",
            subject=subject,
            data={"people": sum(counts.values()), "reasons": dict(counts)},
        )


def _line_of(one: outreach.Elsewhere) -> tuple[str, ...]:
    return (
        one.agency,
        one.ssn,
        one.name_fr,
        one.name_ar,
        one.phone,
        one.reason.value,
        " ".join(map(str, one.years)),
        "" if one.amount is None else format_plain(one.amount),
    )


def _write(
    out: Path,
    name: str,
    columns: Sequence[str],
    lines: Iterable[tuple[str, str, tuple[str, ...]]],
) -> Counter[str]:
    """Write (why, agency, line) to one file, or to `NAME-AGENCY.csv` where `out` is a directory;
    returns how many there are by why. Nobody but the owner may read the files."""
    counts: Counter[str] = Counter()
    writers: dict[str, Any] = {}
    try:
        with ExitStack() as files:

            def writer_for(agency: str) -> Any:
                key = agency if out.is_dir() else ""
                if key not in writers:
                    path = out / f"{name}-{agency}.csv" if out.is_dir() else out
                    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                    os.fchmod(handle, 0o600)  # also a file that was there before
                    stream = files.enter_context(
                        os.fdopen(handle, "w", encoding="utf-8", newline="")
                    )
                    writers[key] = csv.writer(stream, lineterminator="\n")
                    writers[key].writerow(columns)
                return writers[key]

            if not out.is_dir():
                writer_for("")
            for why, agency, line in lines:
                counts[why] += 1
                writer_for(agency).writerow(line)
    except OSError as error:
        raise typer.BadParameter(f"--out: {error.strerror}") from None
    return counts


def _say(out: Path, counts: Counter[str]) -> None:
    shown = ", ".join(f"{why} {count}" for why, count in counts.most_common())
    print(f"{out}: {sum(counts.values())} people" + (f" ({shown})" if shown else ""))
