"""What the running bot carries: nothing that only a rare paper or command needs."""

from __future__ import annotations

import json
import subprocess
import sys

from bot.cli import SUBJECTS, command_line

HEAVY = {"fpdf", "PIL", "numpy", "scipy", "sklearn", "matplotlib", "openpyxl", "alembic"}


def test_the_running_bot_loads_nothing_heavy() -> None:
    code = (
        "import json, sys; from bot.cli import command_line; command_line('run');"
        "print(json.dumps([m for m in sys.modules if '.' not in m or m.startswith('bot.')]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "bot.application" in loaded
    assert loaded & HEAVY == set()
    assert not any(name.startswith("bot.standin") for name in loaded)


def test_every_command_is_in_the_table_of_subjects() -> None:
    line = command_line()
    groups = {group.name for group in line.registered_groups}
    commands = {
        command.name or (command.callback.__name__ if command.callback else "")
        for command in line.registered_commands
    }
    listed = [name for names in SUBJECTS.values() for name in names]
    assert sorted(listed) == sorted(groups | commands)
