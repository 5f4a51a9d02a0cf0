"""`policy show` and `policy check`: the rules in force, their gaps and overlaps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Annotated

import typer

from bot import settings
from bot.clock import SystemClock
from services.dates import day_in_algiers
from services.policy import checking
from services.policy import policy as policies
from services.policy.checking import Finding, Shown


def add_to(commands: typer.Typer) -> None:
    group = typer.Typer(help="The fund's rules, with dates and sources.", no_args_is_help=True)
    group.command("show")(show)
    group.command("check")(check)
    commands.add_typer(group, name="policy")


def show(
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the day; default: today")
    ] = None,
    table: Annotated[str | None, typer.Option(help="only this table, such as snmg")] = None,
) -> None:
    """Print the rules in force on a day, with source, confidence and place."""
    policy = policies.load(settings.load().POLICY_DIR)
    day = on.date() if on is not None else day_in_algiers(SystemClock().now())
    rows = checking.show(policy, day)
    if table is not None:
        known = sorted({row.table for row in rows})
        if table not in known:
            raise typer.BadParameter(f"--table: in force are {', '.join(known)}")
        rows = [row for row in rows if row.table == table]
    print(f"In force on {day:%Y-%m-%d}")
    for name, group in groupby(rows, key=lambda row: row.table):
        print(f"\n{name}")
        for row in group:
            for line in _described(row):
                print(f"  {line}")


def check() -> None:
    """Find days without a rule, and exceptions that cut across each other; 1 if any."""
    findings = checking.check(policies.load(settings.load().POLICY_DIR))
    for finding in findings:
        print(_found(finding))
    if findings:
        raise typer.Exit(1)
    print("The policy is whole: no gap, no overlap.")


def _described(row: Shown) -> Iterable[str]:
    scope = f" [{row.scope}]" if row.scope else ""
    yield f"{', '.join(f'{name} {value}' for name, value in row.values)}{scope}"
    until = f" to {row.valid_to:%Y-%m-%d}" if row.valid_to else ""
    yield f"    from {row.valid_from:%Y-%m-%d}{until} · {row.confidence} · {row.source}"
    yield f"    {row.where}{f' · {row.note}' if row.note else ''}"


def _found(finding: Finding) -> str:
    subject = f" {finding.subject}" if finding.subject else ""
    until = f" to {finding.end:%Y-%m-%d}" if finding.end else " on"
    where = f" ({', '.join(finding.where)})" if finding.where else ""
    kinds = {"gap": "no rule", "overlap": "two exceptions", "missing": "no row at all"}
    what = f"{finding.table}{subject}: {kinds[finding.kind]}"
    return f"{what} from {finding.start:%Y-%m-%d}{until}{where}"
