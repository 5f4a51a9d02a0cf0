"""`staff add|invite|list|remove` and `link-code`: what is done for people at the counter."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import segno
import typer
from sqlalchemy.orm import Session

from bot.cli.installation import opened
from bot.means import make_kit
from handlers.commands import set_commands_of
from handlers.kit import Kit
from handlers.notices import tell
from services import counter_codes, installation, one_time_codes, staff
from services.clock import ALGIERS
from services.dates import day_in_algiers
from services.identity import SSN_LENGTH, NotASocialSecurityNumber
from services.outbox import Outbox
from services.people import Role

ACTOR = "command"
ACCOUNT_BELOW = 2**52  # as Telegram promises
LANGUAGES = ("ar", "fr")
IN_THE_TERMINAL = "-"

TelegramId = Annotated[int, typer.Option("--telegram-id", help="the person's Telegram account")]
Name = Annotated[str, typer.Option(help="as colleagues know them")]
RoleName = Annotated[Role, typer.Option("--role", help="what they may do")]
Agency = Annotated[str | None, typer.Option(help="agency code; agents and directors need one")]


def add_to(commands: typer.Typer) -> None:
    group = typer.Typer(help="Who of the fund works with the bot.", no_args_is_help=True)
    group.command("add")(add)
    group.command("invite")(invite)
    group.command("list")(list_)
    group.command("remove")(remove)
    commands.add_typer(group, name="staff")
    commands.command("link-code")(link_code)


def add(
    telegram_id: TelegramId,
    name: Name,
    role: RoleName,
    agency: Agency = None,
    language: Annotated[str | None, typer.Option(help="ar or fr")] = None,
) -> None:
    """Give a Telegram account a role; an earlier role is replaced."""
    _check_account(telegram_id)
    if language is not None and language not in LANGUAGES:
        raise typer.BadParameter(f"--language: choose among {', '.join(LANGUAGES)}")
    with _desk() as desk, _refusals():
        member = staff.add(
            desk.session,
            telegram_id=telegram_id,
            name=name,
            role=role,
            agency=agency,
            language=language,
            now=desk.now,
            actor=ACTOR,
        )
        if member.language is not None:
            set_commands_of(desk.kit, desk.outbox, telegram_id, member.language, role)
    print(f"{member.name}: {role.value}" + (f" of agency {agency}" if agency else ""))


def _check_account(telegram_id: int) -> None:
    if not 0 < telegram_id < ACCOUNT_BELOW:
        raise typer.BadParameter("a person's Telegram account is a positive number below 2^52")


def invite(name: Name, role: RoleName, agency: Agency = None) -> None:
    """Print a one-time link that gives whoever opens it this role."""
    with _desk() as desk, _refusals():
        lives = desk.kit.policy.identity_rules(day_in_algiers(desk.now)).code_lives
        code = staff.invite(
            desk.session,
            desk.kit.vault,
            name=name,
            role=role,
            agency=agency,
            lives=lives,
            now=desk.now,
            actor=ACTOR,
        )
    print(_link(desk, f"staff_{code}") or _without_link(f"staff_{code}"))
    print(f"It works once, until {_written(desk.now + lives)}.")


def list_() -> None:
    """Print the active staff: account, role, agency, name."""
    with _desk() as desk:
        members = staff.all_members(desk.session)
    for member in members:
        agency = member.agency or "-"
        print(f"{member.telegram_id}\t{member.role.value}\t{agency}\t{member.name}")


def remove(telegram_id: TelegramId) -> None:
    """Shut someone out at once."""
    _check_account(telegram_id)
    with _desk() as desk, _refusals():
        member = staff.deactivate(desk.session, telegram_id, now=desk.now, actor=ACTOR)
        if member is None:
            raise typer.BadParameter("nobody active has this Telegram account")
        if member.language is not None:
            set_commands_of(desk.kit, desk.outbox, telegram_id, member.language, None)
            tell(desk.kit, desk.session, desk.outbox, telegram_id, "staff.you_left")
    print(f"{member.name} is shut out")


def link_code(
    ssn: Annotated[str, typer.Argument(help="the social security number, 12 digits")],
    mandate: Annotated[
        bool, typer.Option("--mandate", help="for someone who acts for the contributor")
    ] = False,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="the mandate's last day"),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="who will act, as on their identity document; the contributor sees it"),
    ] = None,
    qr: Annotated[
        str | None,
        typer.Option(help="file for the link as a QR image (.png or .svg); - shows it here"),
    ] = None,
) -> None:
    """Make a one-time code for someone whose identity document was seen at the counter."""
    if mandate != (until is not None):
        raise typer.BadParameter("--mandate and --until DATE go together")
    if name is not None and not mandate:
        raise typer.BadParameter("--name is for a mandate: the contributor is known by the number")
    if qr is not None and qr != IN_THE_TERMINAL and Path(qr).suffix not in (".png", ".svg"):
        raise typer.BadParameter("--qr: a file name that ends in .png or .svg, or -")
    with _desk() as desk, _refusals():
        issued = counter_codes.issue(
            desk.session,
            desk.kit.vault,
            ssn=ssn,
            lives=desk.kit.policy.identity_rules(day_in_algiers(desk.now)).code_lives,
            now=desk.now,
            actor=ACTOR,
            mandate_until=until.date() if until is not None else None,
            name=name,
        )
    print(f"Code: {one_time_codes.in_groups(issued.code)}")
    link = _link(desk, f"link_{issued.code}")
    print(f"Link: {link}" if link else _without_link(f"link_{issued.code}"))
    print(f"It works once, until {_written(issued.expires_at)}.")
    if qr is not None:
        _draw(link, qr)


# --- inside -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Desk:
    """One command's transaction and what it needs."""

    session: Session
    kit: Kit
    outbox: Outbox
    now: datetime
    username: str


@contextlib.contextmanager
def _desk() -> Iterator[_Desk]:
    """A short transaction beside the running bot, which sends what is added to the outbox."""
    with opened() as here:
        kit, now = make_kit(here.config, here.vault), here.now
        with here.sessions.begin() as session:
            username = installation.bot_username(session)
            yield _Desk(session, kit, Outbox(session, now), now, username)


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """A refusal becomes one clear line; nothing was changed."""
    try:
        yield
    except staff.AgencyNeeded as refusal:
        raise typer.BadParameter(f"--agency: {refusal.role} needs an agency's code") from None
    except staff.AgencyNotForRole as refusal:
        raise typer.BadParameter(
            f"--agency: {refusal.role} works for the whole fund; leave it out"
        ) from None
    except staff.UnknownAgency as refusal:
        raise typer.BadParameter(f"--agency: there is no agency {refusal.code!r}") from None
    except staff.NameNeeded as refusal:
        raise typer.BadParameter(f"--name: {refusal}") from None
    except staff.LastAdmin:
        raise typer.BadParameter("this is the only administrator: add another one before") from None
    except NotASocialSecurityNumber as refusal:
        read = f", {refusal.digits} were read" if refusal.digits else ""
        raise typer.BadParameter(
            f"a social security number has {SSN_LENGTH} digits{read}"
        ) from None
    except counter_codes.UnknownContributor as refusal:
        raise typer.BadParameter(f"{refusal}; is the fund's data loaded?") from None
    except counter_codes.MandateOver as refusal:
        raise typer.BadParameter(f"--until: {refusal}") from None


def _link(desk: _Desk, start: str) -> str:
    return f"https://t.me/{desk.username}?start={start}" if desk.username else ""


def _without_link(start: str) -> str:
    return (
        "No link: the bot's name at Telegram is not known here yet (it is once `run` has "
        f"reached Telegram).\nInstead, send the bot: /start {start}"
    )


def _written(instant: datetime) -> str:
    return f"{instant.astimezone(ALGIERS):%Y-%m-%d %H:%M} (Algiers)"


def _draw(link: str, where: str) -> None:
    if not link:
        print("No QR image: it would hold the link.")
        return
    image = segno.make_qr(link, error="m")
    if where == IN_THE_TERMINAL:
        image.terminal(compact=True)
        return
    image.save(where, scale=8, border=4)
    print(f"QR image: {where}")
