"""`verify`, `public-key`: receipts and plans checked without a network or a database."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import settings
from services import signing
from services.dates import in_algiers
from services.money import Centimes, format_plain
from services.references import Kind
from services.signing import CodeRefused, NotAPublicKey, Signed, Why
from services.vault import KeyFileUnusable, Vault

KINDS = {Kind.PLAN: "installment plan", Kind.COMPLAINT: "complaint receipt"}
REFUSED = {
    Why.NOT_A_CODE: "This is not a code of the fund.",
    Why.MISTYPED: "The code is mistyped: compare it with the paper, group by group.",
    Why.OTHER_EDITION: "The code was made by a newer edition of this program: update it.",
    Why.NOT_SIGNED: "NOT GENUINE: this code was not signed by the fund.",
}
AMOUNTS = frozenset({"total", "down_payment"})


def add_to(commands: typer.Typer) -> None:
    commands.command()(verify)
    commands.command(name="public-key")(public_key)


def verify(
    code: Annotated[list[str], typer.Argument(help="the code, with or without dashes or spaces")],
    public_key: Annotated[
        Path | None,
        typer.Option(help="the fund's public key (public-key --out); default: this installation's"),
    ] = None,
) -> None:
    """Check the code of a receipt or a plan, offline."""
    try:
        signed = signing.verify(" ".join(code), _key(public_key))
    except CodeRefused as refusal:
        typer.echo(REFUSED[refusal.why], err=True)
        raise typer.Exit(1) from None
    for line in _told(signed):
        print(line)


def public_key(
    out: Annotated[Path | None, typer.Option(help="write it here instead of printing it")] = None,
) -> None:
    """Print or export the key with which counters verify. It is no secret."""
    key = signing.public_key(_vault())
    text = signing.write_public_key(key)
    if out is None:
        print(text, end="")
    else:
        out.write_text(text, encoding="ascii")
        print(
            f"Written to {out}. Its short name, to compare by telephone: {signing.short_name(key)}"
        )


def _key(file: Path | None) -> bytes:
    return signing.public_key(_vault()) if file is None else read_key(file)


def read_key(file: Path) -> bytes:
    """A public key that `public-key --out` wrote."""
    try:
        return signing.read_public_key(file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError, NotAPublicKey):
        raise typer.BadParameter(f"{file} holds no public key of the fund") from None


def _vault() -> Vault:
    """This installation's vault; checking a code never makes a key."""
    file = settings.load().key_file
    if not file.exists():
        raise KeyFileUnusable(file, "does not exist; give the fund's key with --public-key FILE")
    return Vault.open(file)


def _told(signed: Signed) -> list[str]:
    lines = [f"Genuine: signed by the fund. {KINDS[signed.kind].capitalize()} {signed.reference}"]
    for name, value in signed.fields.items():
        lines.append(f"  {name.replace('_', ' ')}: {_shown(name, value)}")
    return lines


def _shown(name: str, value: signing.Value) -> str:
    if isinstance(value, datetime):
        return f"{in_algiers(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if name in AMOUNTS and isinstance(value, int):
        return f"{format_plain(Centimes(value))} DA"
    return f"number ends in {value}" if name == "holder" else str(value)
