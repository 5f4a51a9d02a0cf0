"""What one `/status` costs through the whole program, beside a plain in-memory echo.

Both poll the same stub, get the same updates and are measured in alternating rounds; the
processor time of all our processes counts. Then the delay from the update to its answer, at a
steady 20 updates a second. The stub's own time is not counted.
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bot import schema
from services.database import open_engine, sessions
from services.records.people import Link, Person
from services.vault import Vault
from tests.bench.processes import ask, cpu_s, free_port, memory_mib, program, stub, wait_for
from tests.support.clock import SetClock
from tests.support.fund import create_contributor

ROUNDS = 5
UPDATES = 2_000
CHATS = 100
PACED = 400
PACE_PER_S = 20
FIRST_CHAT = 70_000


def seed(data_dir: Path) -> None:
    """A hundred linked traders with five years and a debt."""
    url = f"sqlite:///{data_dir / 'casnos.db'}"
    schema.upgrade(url)
    vault = Vault.open(data_dir / "key")
    now = SetClock(datetime(2026, 11, 25, tzinfo=UTC)).now()
    engine = open_engine(url)
    with sessions(engine).begin() as session:
        for number in range(CHATS):
            chat = FIRST_CHAT + number
            contributor = create_contributor(
                session,
                vault,
                affiliated_on=date(2021, 2, 1),
                declarations={2022: 30_000_000, 2023: 36_000_000, 2024: 36_000_000},
                payments=[
                    (2021, date(2021, 6, 10), 3_600_000),
                    (2022, date(2022, 9, 1), 4_500_000),
                    (2023, date(2023, 6, 29), 2_000_000),
                ],
            )
            session.add(
                Person(
                    telegram_id=chat,
                    language="fr",
                    language_chosen=True,
                    consented_at=now,
                    created_at=now,
                )
            )
            session.flush()
            session.add(
                Link(
                    telegram_id=chat,
                    contributor_id=contributor,
                    kind="self",
                    proof="phone",
                    since=now,
                )
            )
    engine.dispose()


def update(number: int) -> dict[str, Any]:
    chat = FIRST_CHAT + number % CHATS
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private", "first_name": "Samir"},
            "from": {
                "id": chat,
                "is_bot": False,
                "first_name": "Samir",
                "language_code": "fr",
            },
            "text": "/status",
            "entities": [{"type": "bot_command", "offset": 0, "length": 7}],
        },
    }


class Contender:
    def __init__(self, name: str, url: str, process: Any) -> None:
        self.name = name
        self.url = url
        self.process = process
        self.next_id = 1_000
        self.cpu_ms: list[float] = []

    def round(self, count: int) -> float:
        """CPU milliseconds an update, for `count` updates given at once."""
        ask(f"{self.url}/reset", {})
        before = cpu_s(self.process)
        ask(f"{self.url}/feed", {"updates": self._updates(count)})
        wait_for(lambda: self._answers() >= count, what=f"{self.name}: {count} answers")
        time.sleep(0.3)  # what is still written down belongs to the round
        return (cpu_s(self.process) - before) / count * 1_000

    def delays_ms(self, count: int) -> list[float]:
        """From handing an update over to receiving its answer, at a steady pace."""
        ask(f"{self.url}/reset", {})
        for one in self._updates(count):
            ask(f"{self.url}/feed", {"updates": [one]})
            time.sleep(1 / PACE_PER_S)
        wait_for(lambda: self._answers() >= count, what=f"{self.name}: {count} paced answers")
        return sorted(delay * 1_000 for delay in ask(f"{self.url}/delays")["delays"])

    def _updates(self, count: int) -> list[dict[str, Any]]:
        found = [update(self.next_id + number) for number in range(count)]
        self.next_id += count
        return found

    def _answers(self) -> int:
        return int(ask(f"{self.url}/count")["messages"])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, stub() as our_stub, stub() as echo_stub:
        seed(Path(folder))
        port = free_port()
        env = {
            "BOT_TOKEN": "1:bench",
            "BOT_API_URL": our_stub,
            "DATA_DIR": folder,
            "DATABASE_URL": "",
            "KEY_FILE": "",
            "HTTP_PORT": str(port),
            "SEND_PER_SECOND": "100000",
        }
        with (
            program("-m", "bot", "run", env=env) as bot,
            program("-m", "tests.bench.echo_bot", echo_stub) as echo,
        ):
            wait_for(lambda: ask(f"http://127.0.0.1:{port}/health"), what="the bot")
            time.sleep(3)
            print(f"memory of the idle process      {memory_mib(bot):7.1f} MiB (goal: under 120)")
            ours, yardstick = Contender("bot", our_stub, bot), Contender("echo", echo_stub, echo)
            ours.round(300)
            yardstick.round(300)
            for number in range(ROUNDS):
                ours.cpu_ms.append(ours.round(UPDATES))
                yardstick.cpu_ms.append(yardstick.round(UPDATES))
                a, b = ours.cpu_ms[-1], yardstick.cpu_ms[-1]
                print(f"round {number + 1}: /status {a:.3f}, echo {b:.3f} CPU-ms: {a / b:.2f}")
            ratios = [a / b for a, b in zip(ours.cpu_ms, yardstick.cpu_ms, strict=True)]
            print(f"median /status                  {median(ours.cpu_ms):7.3f} CPU-ms an update")
            print(
                f"median echo                     {median(yardstick.cpu_ms):7.3f} CPU-ms an update"
            )
            print(f"median ratio                    {median(ratios):7.2f} (goal: 1.0 or less)")
            for contender in (ours, yardstick):
                delays = contender.delays_ms(PACED)
                p50, p95 = delays[len(delays) // 2], delays[int(len(delays) * 0.95)]
                print(f"{contender.name:5} at {PACE_PER_S}/s: p50 {p50:6.1f} ms, p95 {p95:6.1f} ms")
            print(f"memory after the rounds         {memory_mib(bot):7.1f} MiB")


if __name__ == "__main__":
    main()
