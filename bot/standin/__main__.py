"""Runs the stand-in alone: `python -m bot.standin --port 8081`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from pathlib import Path

from bot.standin.person import NAME, TOKEN, USERNAME, Standin
from bot.standin.personas import Persona, PersonaGroup


def main() -> None:
    """Read the command line and serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m bot.standin", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free one")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--username", default=USERNAME)
    parser.add_argument("--name", default=NAME)
    parser.add_argument("--clock-url", default="", help="the bot's own web server")
    parser.add_argument("--personas", type=Path, help="JSON: {personas: [...], groups: [...]}")
    parser.add_argument("--limits", action="store_true", help="keep Telegram's sending limits")
    asyncio.run(serve(parser.parse_args()))


async def serve(wish: argparse.Namespace) -> None:
    """Serve, after printing the address as one line of JSON."""
    content = json.loads(wish.personas.read_text("utf-8")) if wish.personas else {}
    standin = await Standin.start(
        token=wish.token,
        username=wish.username,
        name=wish.name,
        host=wish.host,
        port=wish.port,
        clock_url=wish.clock_url,
        personas=[Persona(**each) for each in content.get("personas", [])],
        groups=[PersonaGroup(**each) for each in content.get("groups", [])],
    )
    await standin.knobs(limits=wish.limits)
    sys.stdout.write(json.dumps({"base_url": standin.base_url, "token": standin.token}) + "\n")
    sys.stdout.flush()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    await standin.stop()


if __name__ == "__main__":
    main()
