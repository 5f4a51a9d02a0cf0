"""The settings: each documented, a wrong one named, a secret never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import settings
from bot.cli import SUBJECTS
from bot.settings import Settings, SettingsUnusable

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_readme_and_explained(name: str) -> None:
    assert f"`{name}`" in README
    assert Settings.model_fields[name].description


@pytest.mark.parametrize("name", [name for names in SUBJECTS.values() for name in names])
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"`{name}" in README


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"HTTP_PORT": "many"}, "HTTP_PORT"),
        ({"HTTP_PORT": "70000"}, "HTTP_PORT"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT"),
        ({"SEND_PER_SECOND": "0"}, "SEND_PER_SECOND"),
        ({"WEBHOOK_URL": "https://bot.example/hook"}, "WEBHOOK_SECRET"),
        ({"DEMO_CLOCK": "1"}, "DEMO_CLOCK"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(
    values: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsUnusable, match=named) as refusal:
        settings.load(_env_file=None)
    assert len(str(refusal.value).splitlines()) == 1


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOT_TOKEN", "WEBHOOK_SECRET", "FUND_API_TOKEN"):
        monkeypatch.setenv(name, "very-secret-value")
    found = settings.load(_env_file=None)
    assert "very-secret-value" not in repr(found)
    assert found.need_token() == "very-secret-value"


def test_without_a_token_it_is_said_what_to_do() -> None:
    with pytest.raises(SettingsUnusable, match=r"BotFather.*make run"):
        Settings(_env_file=None).need_token()


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:81", True),
        ("http://localhost:81", True),
        ("http://[::1]:81", True),
        ("https://api.telegram.org", False),
        ("http://127.0.0.1.example.org", False),
        ("http://10.0.0.1", False),
        ("", False),
    ],
)
def test_the_demo_clock_is_for_this_machine_only(url: str, local: bool) -> None:
    assert settings.is_loopback(url) is local
