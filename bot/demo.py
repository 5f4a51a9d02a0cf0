"""The demo: a local stand-in for Telegram, made-up people, and the real program behind it.

It has a database of its own under `DATA_DIR/demo` and never touches another one.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot import clock as clocks
from bot import schema
from bot.application import Application
from bot.instance_lock import InstanceLock
from bot.settings import Settings
from bot.standin.person import Standin
from bot.standin.personas import Persona, PersonaGroup
from handlers import words
from services import accounts, installation, policy, staff
from services.complaints import desk_groups
from services.complaints.office import Office
from services.database import open_engine, sessions
from services.dates import day_in_algiers
from services.fund_import.load import import_directory
from services.people import Role
from services.policy.service_rows import Wilaya
from services.references import CENTRAL
from services.sample import people as sample
from services.sample.person import SamplePerson
from services.vault import Vault

HOST = "127.0.0.1"
BOT_USERNAME = "casnos_demo_bot"
TOKEN = "1000001:demo"  # noqa: S105 - the stand-in's, good for nothing else


@dataclass(frozen=True, slots=True)
class StaffPersona:
    """Someone of the fund in the demo: their role, and whether they work in an agency."""

    key: str
    telegram_id: int
    role: Role
    at_agency: bool
    emoji: str
    language: str


CITIZENS = (
    (sample.TRADER, 101, "ar", "🧔"),
    (sample.CRAFTSWOMAN, 102, "fr", "👩"),
    (sample.FARMER, 103, "ar", "👨‍🌾"),
    (sample.AUTO_ENTREPRENEUR, 104, "fr", "👩‍💻"),
)
STAFF = (
    StaffPersona("agent", 201, Role.AGENT, True, "🧑‍💼", "ar"),
    StaffPersona("director", 202, Role.DIRECTOR, True, "👔", "fr"),
    StaffPersona("central", 203, Role.CENTRAL, False, "🏛", "fr"),
    StaffPersona("manager", 204, Role.MANAGER, False, "📊", "fr"),
)


AGENCY_GROUP, CENTRAL_GROUP = -1002000000001, -1002000000002
GROUP_ROLES = {
    "agent": {"agency": "member"},
    "director": {"agency": "creator"},
    "central": {"central": "creator"},
}


async def run(
    folder: Path,
    *,
    port: int,
    http_port: int,
    fresh: bool,
    others: int,
    tell: Callable[[str], None],
) -> None:
    """Serve the demo until stopped; `tell` is given the page's address once it is there."""
    database = folder / "casnos.db"
    with InstanceLock(database):
        if fresh:
            _forget(database)
        bot_port = _free_port(http_port)
        settings = Settings(
            BOT_TOKEN=SecretStr(TOKEN),
            DATABASE_URL=f"sqlite:///{database}",
            DATA_DIR=folder,
            KEY_FILE=folder / "key",
            EVIDENCE_DIR=folder / "evidence",
            HTTP_HOST=HOST,
            HTTP_PORT=bot_port,
            WEBHOOK_URL="",
            FUND_API_URL="",
            BOT_API_URL=f"http://{HOST}",
            DEMO_CLOCK=True,
            _env_file=None,  # type: ignore[call-arg]
        )
        the_people = await asyncio.to_thread(_prepare, settings, others)
        standin = await Standin.start(
            token=TOKEN,
            username=BOT_USERNAME,
            name=_label("ar", "demo.bot_name"),
            host=HOST,
            port=_free_port(port),
            clock_url=f"http://{HOST}:{bot_port}",
            personas=_personas(the_people),
            groups=_groups(),
        )
        await standin.knobs(limits=True)
        settings = settings.model_copy(update={"BOT_API_URL": standin.base_url})
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(standin.stop)
            await stack.enter_async_context(Application(settings).start())
            tell(standin.base_url)
            await stop.wait()


def _forget(database: Path) -> None:
    for file in database.parent.glob(f"{database.name}*"):
        if file.suffix != ".lock":
            file.unlink()
    shutil.rmtree(database.parent / "evidence", ignore_errors=True)


def _prepare(settings: Settings, others: int) -> dict[str, SamplePerson]:
    """Load the made-up people and the staff, once; give the people for the page."""
    schema.upgrade(settings.database_url)
    vault = Vault.open(settings.key_file)
    rules = policy.load()
    engine = open_engine(settings.database_url)
    try:
        with sessions(engine).begin() as session:
            clock = clocks.DemoClock(clocks.load_offset(session))
            as_of = accounts.as_of(session)
            # The stand-in forgets at each stop what the bot told it about itself.
            installation.forget_announcements(session)
        if as_of is None:
            as_of = day_in_algiers(clock.now())
            _load(engine, vault, rules, clock, others=others)
        people = sample.demo_people(as_of, rules)
        with sessions(engine).begin() as session:
            now, agency = clock.now(), people[sample.TRADER].agency
            _add_staff(session, agency, now)
            _open_desks(Office(session, rules, vault, now), agency)
        return people
    finally:
        engine.dispose()


def _load(
    engine: Engine, vault: Vault, rules: policy.Policy, clock: clocks.DemoClock, *, others: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        as_of = day_in_algiers(clock.now())
        sample.write_demo_files(Path(name), as_of=as_of, policy=rules, others=others)
        import_directory(
            engine,
            vault,
            Path(name),
            as_of=as_of,
            clock=clock,
            wilayas={row.code for row in rules.rows(Wilaya)},
            rejected=Path(name) / "rejected.csv",
        )


def _add_staff(session: Session, agency: str, now: datetime) -> None:
    for one in STAFF:
        if staff.of(session, one.telegram_id) is None:
            staff.add(
                session,
                telegram_id=one.telegram_id,
                name=_label(one.language, f"demo.{one.key}_name"),
                role=one.role,
                agency=agency if one.at_agency else None,
                now=now,
                actor="command",
                language=one.language,
            )


def _open_desks(office: Office, agency: str) -> None:
    """The staff groups of the demo are the desks of the trader's agency and of the centre."""
    for desk, group, opener in (
        (agency, AGENCY_GROUP, "director"),
        (CENTRAL, CENTRAL_GROUP, "central"),
    ):
        if desk_groups.group_at(office, group) is None:
            [who] = [one for one in STAFF if one.key == opener]
            desk_groups.bind(
                office, who.telegram_id, desk=desk, chat_id=group, language=who.language
            )


def _groups() -> list[PersonaGroup]:
    return [
        PersonaGroup("agency", _label("fr", "demo.agency_group"), chat_id=AGENCY_GROUP),
        PersonaGroup("central", _label("fr", "demo.central_group"), chat_id=CENTRAL_GROUP),
    ]


def _personas(people: dict[str, SamplePerson]) -> list[Persona]:
    """The faces on the page: what to type is told under each name."""
    citizens = []
    for key, telegram_id, language, emoji in CITIZENS:
        person = people[key]
        first, _, last = (person.name_ar if language == "ar" else person.name_fr).partition(" ")
        citizens.append(
            Persona(
                user_id=telegram_id,
                first_name=first,
                last_name=last,
                phone=person.phone,
                language_code=language,
                about_ar=_label("ar", f"demo.{key}_about", ssn=person.ssn),
                about_fr=_label("fr", f"demo.{key}_about", ssn=person.ssn),
                emoji=emoji,
            )
        )
    return citizens + [
        Persona(
            user_id=one.telegram_id,
            first_name=_label(one.language, f"demo.{one.key}_name"),
            phone=f"+2135599900{one.telegram_id % 100:02d}",
            language_code=one.language,
            about_ar=_label("ar", f"demo.{one.key}_about"),
            about_fr=_label("fr", f"demo.{one.key}_about"),
            emoji=one.emoji,
            group_roles=GROUP_ROLES.get(one.key, {}),
        )
        for one in STAFF
    ]


_WORDS = words.load_all()


def _label(language: str, key: str, **values: str) -> str:
    return _WORDS[language].label(key, **values)


def _free_port(wished: int) -> int:
    """The wished port, or any free one where it is taken."""
    for number in (wished, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, number))
            return int(probe.getsockname()[1])
    raise OSError("no port is free")
