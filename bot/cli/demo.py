"""`demo`: Telegram on one's own desk."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot import logs, settings


def add_to(commands: typer.Typer) -> None:
    commands.command()(demo)


def demo(
    port: Annotated[int, typer.Option(help="where the page is served")] = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="forget an earlier demo first")] = False,
    others: Annotated[
        int, typer.Option(help="so many further made-up contributors", min=0, max=100_000)
    ] = 300,
) -> None:
    """Start a local stand-in for Telegram with the real bot behind it, and open the page."""
    from bot import demo as desk  # the stand-in has no place in the memory of `run`

    base = settings.load()
    logs.set_up(base.LOG_FORMAT)
    folder = Path(base.DATA_DIR) / "demo"
    asyncio.run(
        desk.run(
            folder,
            port=port,
            http_port=base.HTTP_PORT,
            fresh=fresh,
            others=others,
            tell=_tell,
        )
    )


def _tell(address: str) -> None:
    print(f"\n  The demo is ready. Open  {address}\n  Ctrl+C ends it.\n", flush=True)
