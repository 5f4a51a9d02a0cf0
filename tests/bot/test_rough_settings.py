"""What an installation gets wrong: one clear line that names the setting, never a secret."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import app
from bot.settings import Settings

SECRET = "s3cret-word"
Line = Callable[..., tuple[int, str]]


@pytest.fixture
def line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Line:
    """Run `python -m bot COMMAND` under these settings: (exit code, what it printed)."""

    def run(*command: str, **settings: str) -> tuple[int, str]:
        for name in Settings.model_fields:
            monkeypatch.delenv(name, raising=False)
        values = {"DATA_DIR": str(tmp_path / "data"), "BOT_TOKEN": f"1:{SECRET}"} | settings
        values.setdefault("BOT_API_URL", "http://127.0.0.1:9")
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["bot", *command])
        with pytest.raises(SystemExit) as end:
            app()
        return int(end.value.code or 0), "".join(capfd.readouterr())

    return run


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_TOKEN", ""),
        ("BOT_TOKEN", "1:with space"),
        ("BOT_TOKEN", "1:a/../b"),
        ("BOT_API_URL", "api.telegram.org"),
        ("BOT_API_URL", "ftp://x"),
        ("BOT_API_URL", "http://"),
        ("BOT_API_URL", "http://[::1"),
        ("HTTP_PORT", "http"),
        ("HTTP_PORT", "-1"),
        ("PUBLIC_URL", "pages"),
        ("WEBHOOK_URL", "https://x.example/hook"),  # without WEBHOOK_SECRET
        ("FUND_API_URL", "fund"),
        ("LOG_FORMAT", "xml"),
        ("POLICY_DIR", "nowhere"),
        ("DEMO_CLOCK", "perhaps"),
        ("SEND_PER_SECOND", "0"),
        ("DATABASE_URL", f"mysql://u:{SECRET}@h/x"),
        ("DATABASE_URL", f"postgresql://u:{SECRET}@127.0.0.1:1/x"),
        ("DATABASE_URL", f"postgresql://u:{SECRET}@127.0.0.1:port/x"),
        ("DATABASE_URL", "garbage"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:////proc/none/x.db"),
        ("DATA_DIR", "/proc/version"),
        ("KEY_FILE", "/proc/none/key"),
    ],
)
def test_a_wrong_value_gives_one_line_that_names_its_setting(
    line: Line, name: str, value: str
) -> None:
    code, said = line("run", **{name: value})
    assert code == 1
    [last] = said.strip().splitlines()[-1:]
    assert name in last
    assert "Traceback" not in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (
            {"WEBHOOK_URL": "https://x.example/h", "WEBHOOK_SECRET": "not allowed!"},
            "WEBHOOK_SECRET",
        ),
        ({"WEBHOOK_URL": "https://x.example/h", "WEBHOOK_SECRET": "a" * 257}, "WEBHOOK_SECRET"),
        ({"DEMO_CLOCK": "1", "BOT_API_URL": "https://api.telegram.org"}, "DEMO_CLOCK"),
    ],
)
def test_settings_that_do_not_agree_are_named(
    line: Line, values: dict[str, str], named: str
) -> None:
    code, said = line("run", **values)
    assert (code, named in said.strip().splitlines()[-1]) == (1, True)
    assert "not allowed!" not in said


@pytest.mark.parametrize("command", [["migrate"], ["job", "retention"], ["link-code", "1"]])
def test_a_database_that_is_not_there_is_one_line_for_every_command(
    line: Line, command: list[str]
) -> None:
    code, said = line(*command, DATABASE_URL=f"postgresql://u:{SECRET}@127.0.0.1:1/x")
    assert code != 0
    assert "Traceback" not in said
    assert SECRET not in said


def test_a_file_that_is_no_database_is_said_so(line: Line, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database at all, only words " * 200)
    code, said = line("run", DATABASE_URL=f"sqlite:///{tmp_path / 'notes.txt'}")
    assert code == 1
    assert "DATABASE_URL" in said.strip().splitlines()[-1]
    assert "Traceback" not in said


def test_a_taken_port_is_named(line: Line) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, said = line("run", HTTP_PORT=str(taken.getsockname()[1]))
    assert code == 1
    assert "HTTP_PORT" in said.strip().splitlines()[-1]
    assert "Traceback" not in said


def test_an_env_file_of_another_encoding_is_named(line: Line, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"BOT_TOKEN=\xff\xfe")
    code, said = line("migrate")
    assert code == 1
    assert ".env" in said
    assert "Traceback" not in said


def test_the_same_file_by_another_path_is_still_one_installation(
    line: Line, tmp_path: Path
) -> None:
    from bot.instance_lock import InstanceLock

    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    (real / "x.db").touch()
    (tmp_path / "y.db").symlink_to(real / "x.db")
    for other in ("link/x.db", "y.db"):
        with InstanceLock(real / "x.db"):
            code, said = line("run", DATABASE_URL=f"sqlite:///{tmp_path / other}")
        assert code == 1
        assert "already runs" in said
