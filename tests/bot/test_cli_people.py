"""`staff …` and `link-code` from the terminal, beside a bot that may be running."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select
from typer.testing import CliRunner

from bot.cli import command_line
from services import installation, linking, staff
from services.dates import day_in_algiers
from services.people import Role
from services.records.people import CounterCode, StaffInvite
from services.vault import Vault
from tests.support.chat import FundBot
from tests.support.clock import SetClock
from tests.support.fund import create_agency, create_contributor

SSN = "990000000101"
Run = Callable[..., Result]


@pytest.fixture
def run(
    sqlite_bot: FundBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: SetClock
) -> Run:
    """The command line on the bot's database, at the test's time."""
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    monkeypatch.setenv("DATABASE_URL", sqlite_bot.database_url)
    monkeypatch.setenv("KEY_FILE", str(key))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.cli.installation.SystemClock", lambda: clock)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(command_line(), list(arguments), env={"COLUMNS": "200"})

    return call


def contributor(bot: FundBot) -> int:
    return bot.do(lambda session: create_contributor(session, bot.vault, ssn=SSN))


def code_in(result: Result) -> str:
    found = re.search(r"Code: (\S+)", result.stdout)
    assert found is not None, result.output
    return found[1]


def test_a_member_is_added_with_role_agency_and_language(run: Run, sqlite_bot: FundBot) -> None:
    sqlite_bot.do(create_agency)
    result = run(
        "staff", "add", "--telegram-id", "9001", "--name", "Nabil", "--role", "agent",
        "--agency", "16", "--language", "ar",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "Nabil: agent of agency 16" in result.stdout
    found = sqlite_bot.do(lambda session: staff.of(session, 9001))
    assert found is not None
    assert (found.role, found.agency, found.language) == (Role.AGENT, "16", "ar")
    sqlite_bot.deliver()
    [call] = [one for one in sqlite_bot.calls if one.method == "setMyCommands"]
    assert call.params["scope"]["chat_id"] == 9001
    assert sqlite_bot.events("staff.added")[0].actor == "command"


@pytest.mark.parametrize("number", ["0", "-5", str(2**52), "9" * 30])
@pytest.mark.parametrize("command", [("add", "--name", "X", "--role", "central"), ("remove",)])
def test_a_number_that_is_no_telegram_account_is_told_in_one_line(
    run: Run, number: str, command: tuple[str, ...]
) -> None:
    result = run("staff", *command, "--telegram-id", number)
    assert result.exit_code == 2
    assert "Telegram account is a positive number" in result.output
    assert not isinstance(result.exception, OverflowError)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--role", "agent"), "agent needs an agency"),
        (("--role", "central", "--agency", "16"), "whole fund"),
        (("--role", "agent", "--agency", "99"), "no agency '99'"),
        (("--role", "minister"), "minister"),
        (("--role", "admin", "--language", "en"), "ar, fr"),
        (("--role", "admin", "--name", " "), "1 to 120 characters"),
    ],
)
def test_a_member_that_cannot_be_is_refused_in_one_line(
    run: Run, sqlite_bot: FundBot, arguments: tuple[str, ...], told: str
) -> None:
    sqlite_bot.do(create_agency)
    result = run("staff", "add", "--telegram-id", "9001", "--name", "Nabil", *arguments)
    assert result.exit_code != 0
    assert told in result.output
    assert "Traceback" not in result.output
    assert sqlite_bot.do(staff.all_members) == []


def test_a_fresh_installation_takes_its_first_administrator_before_any_data(
    run: Run, sqlite_bot: FundBot
) -> None:
    assert run(
        "staff", "add", "--telegram-id", "9001", "--name", "Samia", "--role", "admin"
    ).exit_code == 0  # fmt: skip
    listed = run("staff", "list")
    assert listed.stdout == "9001\tadmin\t-\tSamia\n"
    refused = run("staff", "remove", "--telegram-id", "9001")
    assert refused.exit_code != 0
    assert "only administrator" in refused.output


def test_who_is_removed_is_out(run: Run, sqlite_bot: FundBot) -> None:
    run("staff", "add", "--telegram-id", "9001", "--name", "Nabil", "--role", "central")
    assert run("staff", "remove", "--telegram-id", "9001").exit_code == 0
    assert sqlite_bot.do(lambda session: staff.of(session, 9001)) is None
    assert run("staff", "remove", "--telegram-id", "9001").exit_code != 0


def test_an_invitation_is_printed_as_a_link_once_the_bots_name_is_known(
    run: Run, sqlite_bot: FundBot
) -> None:
    arguments = ("staff", "invite", "--name", "Nadia", "--role", "central")
    before = run(*arguments)
    assert "/start staff_" in before.stdout
    assert "not known here yet" in before.stdout
    sqlite_bot.do(lambda session: installation.keep_bot_username(session, "fund_bot"))
    after = run(*arguments)
    found = re.search(r"https://t\.me/fund_bot\?start=(staff_\w+)", after.stdout)
    assert found is not None
    assert "2026-11-28 10:00 (Algiers)" in after.stdout
    sqlite_bot.chat(9002).send(f"/start {found[1]}")
    member = sqlite_bot.do(lambda session: staff.of(session, 9002))
    assert member is not None
    assert member.name == "Nadia"


def test_only_fingerprints_are_kept(run: Run, sqlite_bot: FundBot, vault: Vault) -> None:
    contributor(sqlite_bot)
    code = code_in(run("link-code", SSN)).replace("-", "")
    invite = re.search(
        r"staff_(\w+)", run("staff", "invite", "--name", "N", "--role", "admin").stdout
    )
    assert invite is not None
    database = Path(sqlite_bot.database_url.removeprefix("sqlite:///"))
    held = b"".join(file.read_bytes() for file in database.parent.glob(f"{database.name}*"))
    for secret in (code, invite[1], SSN):
        assert secret.encode() not in held
    kept = sqlite_bot.do(lambda session: session.scalars(select(CounterCode)).one())
    assert kept.fingerprint == vault.fingerprint(code, "counter_code")
    assert sqlite_bot.do(lambda session: session.scalars(select(StaffInvite)).one()).used_by is None


def test_a_code_links_its_contributor(run: Run, sqlite_bot: FundBot) -> None:
    who = contributor(sqlite_bot)
    sqlite_bot.do(lambda session: installation.keep_bot_username(session, "fund_bot"))
    result = run("link-code", "99 0000-0001 01")
    code = code_in(result)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert f"https://t.me/fund_bot?start=link_{code.replace('-', '')}" in result.stdout
    assert "2026-11-28 10:00 (Algiers)" in result.stdout
    assert SSN not in result.output
    chat = sqlite_bot.chat()
    chat.send("/start")
    chat.press("J’accepte")
    chat.send(code)
    today = day_in_algiers(sqlite_bot.clock.now())
    [linked] = sqlite_bot.do(lambda session: linking.accounts_of(session, 7001, today))
    assert linked.contributor_id == who


def test_a_mandate_needs_a_day_to_come(run: Run, sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    for arguments, told in (
        (("--mandate",), "go together"),
        (("--until", "2027-06-30"), "go together"),
        (("--name", "Nadia"), "for a mandate"),
        (("--mandate", "--until", "2026-11-24"), "already be over"),
        (("--mandate", "--until", "30/06/2027"), "30/06/2027"),
    ):
        result = run("link-code", SSN, *arguments)
        assert result.exit_code != 0
        assert told in result.output
        assert "Traceback" not in result.output
    assert sqlite_bot.do(lambda session: session.scalars(select(CounterCode)).all()) == []
    ok = run("link-code", SSN, "--mandate", "--until", "2027-06-30", "--name", "Nadia")
    assert ok.exit_code == 0
    kept = sqlite_bot.do(lambda session: session.scalars(select(CounterCode)).one())
    assert kept.kind == "mandate"
    assert kept.mandate_until is not None
    assert kept.mandate_until.isoformat() == "2027-06-30"
    assert kept.expires_at - kept.issued_at == timedelta(hours=72)


@pytest.mark.parametrize(
    ("ssn", "told"),
    [
        ("991111111111", "no contributor"),
        ("99111", "has 12 digits, 5 were read"),
        ("abc", "has 12 digits"),
    ],
)
def test_a_number_that_is_not_known_gives_no_code(
    run: Run, sqlite_bot: FundBot, ssn: str, told: str
) -> None:
    contributor(sqlite_bot)
    result = run("link-code", ssn)
    assert result.exit_code != 0
    assert told in result.output
    assert "Traceback" not in result.output


def test_the_qr_image_is_a_file_or_shown_in_the_terminal(
    run: Run, sqlite_bot: FundBot, tmp_path: Path
) -> None:
    contributor(sqlite_bot)
    without = run("link-code", SSN, "--qr", "code.png")
    assert "No QR image" in without.stdout
    assert not (tmp_path / "code.png").exists()
    sqlite_bot.do(lambda session: installation.keep_bot_username(session, "fund_bot"))
    assert run("link-code", SSN, "--qr", "code.png").exit_code == 0
    assert (tmp_path / "code.png").read_bytes().startswith(b"\x89PNG")
    assert run("link-code", SSN, "--qr", "code.svg").exit_code == 0
    assert b"<svg" in (tmp_path / "code.svg").read_bytes()
    shown = run("link-code", SSN, "--qr", "-")
    assert "█" in shown.stdout or "▄" in shown.stdout
    assert run("link-code", SSN, "--qr", "code.txt").exit_code != 0
