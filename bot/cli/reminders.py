"""`outreach`, `campaign-result`, `campaign-people`: lists for the fund's own channels and records.

Lists of people hold whole numbers and telephones: only their owner may read the files, and that
they were made is on the trail.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from bot import schema, settings
from bot.clock import SystemClock, load_offset
from services import accounts, events
from services.database import open_engine, sessions
from services.money import format_plain
from services.policy import Policy
from services.policy import policy as policies
from services.records.reminders import Campaign
from services.reminders import campaign_forecast, campaign_list, campaign_results, outreach
from services.vault import Vault, ensure_key_fits

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
    with _desk() as (session, policy, vault, now):
        if agency is not None and agency not in accounts.agencies(session):
            raise typer.BadParameter(f"--agency: there is no agency {agency!r}")
        found = outreach.everyone(session, policy, vault, now=now, agency=agency)
        lines = ((one.reason.value, one.agency, _line_of(one)) for one in found)
        counts = _write(out, "outreach", _COLUMNS, lines)
        events.record(
            session,
            "outreach.listed",
            at=now,
            actor="command",
            subject=("agency", int(agency or 0)),
            data={"people": sum(counts.values()), "reasons": dict(counts)},
        )
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
    with _desk() as (session, policy, vault, now):
        campaign = _campaign(session, number)
        if agency is not None and agency not in accounts.agencies(session):
            raise typer.BadParameter(f"--agency: there is no agency {agency!r}")
        fits = campaign_forecast.of(session, policy, campaign, now).fits
        found = campaign_list.not_reached(session, vault, campaign, fits=fits, agency=agency)
        lines = ((one.why, one.agency, campaign_list.row_of(one, masked=False)) for one in found)
        counts = _write(out, f"campaign-{number}", campaign_list.COLUMNS, lines)
        events.record(
            session,
            "campaign.people_listed",
            at=now,
            actor="command",
            subject=("campaign", number),
            data={"people": sum(counts.values()), "reasons": dict(counts)},
        )
    _say(out, counts)


def campaign_result(
    number: Annotated[int, typer.Argument(metavar="CAMPAIGN", help="its number")],
    out: Annotated[Path, typer.Option("--out", help="the CSV to write")],
) -> None:
    """Write what came of a campaign: by agency, and the reasons people were held."""
    with _desk() as (session, policy, _, _):
        campaign = _campaign(session, number)
        content = campaign_results.as_csv(campaign_results.of(session, policy, campaign))
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


@contextmanager
def _desk() -> Iterator[tuple[Session, Policy, Vault, datetime]]:
    config = settings.load()
    schema.upgrade(config.database_url)
    vault = Vault.open(config.key_file)
    policy = policies.load(config.POLICY_DIR)
    engine = open_engine(config.database_url)
    with sessions(engine).begin() as session:
        ensure_key_fits(session, vault)
        offset = load_offset(session) if config.DEMO_CLOCK else timedelta(0)
        yield session, policy, vault, SystemClock().now() + offset
    engine.dispose()
