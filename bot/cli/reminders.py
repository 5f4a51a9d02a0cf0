"""`outreach` and `campaign-result`: lists for the fund's own channels and records."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
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
from services.reminders import campaign_results, outreach
from services.vault import Vault, ensure_key_fits

_COLUMNS = ("agency", "ssn", "name_fr", "name_ar", "phone", "reason", "years", "amount")


def add_to(commands: typer.Typer) -> None:
    commands.command("outreach")(reach_elsewhere)
    commands.command("campaign-result")(campaign_result)


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
        try:
            counts = _write(out, found)
        except OSError as error:
            raise typer.BadParameter(f"--out: {error.strerror}") from None
        events.record(
            session,
            "outreach.listed",
            at=now,
            actor="command",
            subject=("agency", int(agency or 0)),
            data={"people": sum(counts.values()), "reasons": dict(counts)},
        )
    shown = ", ".join(f"{reason} {count}" for reason, count in counts.most_common())
    print(f"{out}: {sum(counts.values())} people" + (f" ({shown})" if shown else ""))


def campaign_result(
    number: Annotated[int, typer.Argument(metavar="CAMPAIGN", help="its number")],
    out: Annotated[Path, typer.Option("--out", help="the CSV to write")],
) -> None:
    """Write what came of a campaign: by agency, and the reasons people were held."""
    with _desk() as (session, policy, _, now):
        campaign = session.get(Campaign, number)
        if campaign is None:
            raise typer.BadParameter(f"there is no campaign {number}")
        content = campaign_results.as_csv(campaign_results.of(session, policy, campaign, now))
    try:
        out.write_bytes(content)
    except OSError as error:
        raise typer.BadParameter(f"--out: {error.strerror}") from None
    print(f"{out}: campaign {number}")


def _write(out: Path, found: Iterator[outreach.Elsewhere]) -> Counter[str]:
    """One file, or one an agency where `out` is a directory."""
    counts: Counter[str] = Counter()
    writers: dict[str, Any] = {}
    with ExitStack() as files:

        def writer_for(agency: str) -> Any:
            key = agency if out.is_dir() else ""
            if key not in writers:
                path = out / f"outreach-{agency}.csv" if out.is_dir() else out
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                stream = files.enter_context(os.fdopen(handle, "w", encoding="utf-8", newline=""))
                writers[key] = csv.writer(stream, lineterminator="\n")
                writers[key].writerow(_COLUMNS)
            return writers[key]

        if not out.is_dir():
            writer_for("")
        for one in found:
            counts[one.reason.value] += 1
            writer_for(one.agency).writerow(
                (
                    one.agency,
                    one.ssn,
                    one.name_fr,
                    one.name_ar,
                    one.phone,
                    one.reason.value,
                    " ".join(map(str, one.years)),
                    "" if one.amount is None else format_plain(one.amount),
                )
            )
    return counts


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
