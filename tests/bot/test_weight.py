"""What the running bot carries: nothing that only a rare paper or command needs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bot.cli import SUBJECTS, command_line

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"fpdf", "PIL", "pypdf", "numpy", "scipy", "sklearn", "matplotlib", "openpyxl", "alembic"}


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


WITHOUT_TEST_PACKAGES = """
import importlib, importlib.abc, importlib.metadata, pkgutil, sys

forbidden = set(sys.argv[1:])
owners = importlib.metadata.packages_distributions()

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        of = {one.lower().replace("_", "-") for one in owners.get(name.partition(".")[0], [])}
        if of and of <= forbidden:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
import bot, handlers, services
for package in (bot, handlers, services):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        apart = found.name.endswith(("__main__", "language.train")) or "migrations" in found.name
        if not apart:
            importlib.import_module(found.name)
from services.database import open_async_engine
open_async_engine("sqlite:///weight.db")
"""


def test_everything_that_is_loaded_comes_with_the_installation() -> None:
    """The test packages are not there in production: nothing may lean on them."""
    forbidden = _pinned("requirements-dev.txt") - _pinned("requirements.txt")
    assert {"pytest", "playwright"} <= forbidden
    subprocess.run([sys.executable, "-c", WITHOUT_TEST_PACKAGES, *forbidden], check=True, cwd=ROOT)


def _pinned(file: str) -> set[str]:
    return {
        line.partition("==")[0].partition("[")[0].strip().lower().replace("_", "-")
        for line in (ROOT / file).read_text().splitlines()
        if "==" in line
    }
