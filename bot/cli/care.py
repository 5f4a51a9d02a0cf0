"""`backup`, `restore`, `doctor`: looking after an installation."""

from __future__ import annotations

import asyncio
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot import schema, settings
from bot.clock import SystemClock
from bot.gateway.api import AiohttpRequest, BotApi, NotSent, Refused, Unknown, proxy_for
from bot.instance_lock import InstanceLock
from bot.settings import Settings, SettingsUnusable
from services import backup as copies
from services import checkup, events, evidence_backup, evidence_checkup
from services.audit import forgetting, seals, verification
from services.checkup import Remark
from services.database import open_engine, parse_url, sessions, sqlite_file
from services.dates import day_in_algiers
from services.evidence_store import EvidenceStore, StoreUnusable
from services.policy import PolicyError, checking
from services.policy import policy as policies
from services.vault import KeyDoesNotFit, KeyFileUnusable, Vault, ensure_key_fits


def add_to(commands: typer.Typer) -> None:
    commands.command()(backup)
    commands.command()(restore)
    commands.command()(doctor)


def backup(out: Annotated[Path, typer.Argument(metavar="FILE", help="where to put it")]) -> None:
    """Copy the database to one file, as of one instant, while the bot runs, and the files sent
    with complaints to another beside it. Not the key."""
    config = settings.load()
    database = _database_file(config)
    if not database.exists():
        _fail(f"There is no database in {database} yet.")
    try:
        if evidence_backup.beside(out).exists():
            raise FileExistsError
        size = copies.take(database, out)
        count, of_files = evidence_backup.take(_evidence(config), out)
    except FileExistsError:
        _fail(f"{out} or its files exist; nothing is overwritten. Choose another name.")
    except (OSError, copies.NotABackup) as failure:
        _fail(f"The backup failed: {failure}")
    print(f"{out}: {size / 2**20:.1f} MiB, checked.")
    print(
        f"{evidence_backup.beside(out)}: {of_files / 2**20:.1f} MiB, "
        f"{count} sealed files of complaints. Keep both together."
    )
    print(f"The key is not in it. Keep a copy of {config.key_file} in another place.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a backup made by `backup`")],
) -> None:
    """Put a backup back. The bot must be stopped; the present database is set aside."""
    config = settings.load()
    database = _database_file(config)
    with InstanceLock(database):
        try:
            copies.put_back(file, database)
        except (OSError, copies.NotABackup) as failure:
            _fail(f"Nothing was changed: {failure}")
    schema.upgrade(config.database_url)
    print(f"{database} is now what {file} holds.")
    _put_evidence_back(config, file)
    engine = open_engine(config.database_url)
    try:
        with sessions(engine).begin() as session:
            # `audit verify` tells of it: what came after the backup is gone, and rightly so.
            events.record(
                session,
                verification.RESTORED,
                at=SystemClock().now(),
                actor="command",
                subject=(forgetting.SUBJECT, 0),
            )
        with sessions(engine).begin() as session:
            ensure_key_fits(session, Vault.open(config.key_file))
    except (KeyDoesNotFit, KeyFileUnusable) as refusal:
        _fail(f"But: {refusal}. Put the key of that time into {config.key_file}.")
    finally:
        engine.dispose()


def _put_evidence_back(config: Settings, file: Path) -> None:
    beside = evidence_backup.beside(file)
    # What came after the backup has no record now; the set-aside database may be put back yet.
    _evidence(config).keep_all_for_now()
    if not beside.exists():
        print(f"There is no {beside}: files sent with complaints stay as they are (`doctor`).")
        return
    try:
        count = evidence_backup.put_back(_evidence(config), file)
    except (OSError, StoreUnusable, tarfile.TarError, KeyFileUnusable) as failure:
        _fail(f"But the files sent with complaints were not all put back: {failure}")
    print(f"{count} files of complaints are in {config.evidence_dir}.")


def _evidence(config: Settings) -> EvidenceStore:
    return EvidenceStore(config.evidence_dir, Vault.open(config.key_file))


def doctor() -> None:
    """Tell what is missing or wrong in this installation. Exit code 1 when something is grave."""
    remarks = list(_remarks())
    for remark in remarks:
        print(f"{'✗' if remark.grave else '!'} {remark.what}\n    → {remark.todo}")
    if not remarks:
        print("✓ Nothing is missing, nothing is wrong.")
    if (head := _head()) is not None:
        print(head)
    sys.exit(any(remark.grave for remark in remarks))


def _remarks() -> Iterator[Remark]:
    try:
        config = settings.load()
    except SettingsUnusable as refusal:
        yield Remark(str(refusal), "mend the environment or .env", grave=True)
        return
    yield from _telegram(config)
    yield from _policy(config)
    file = sqlite_file(parse_url(config.database_url))
    if file is not None and not file.exists():
        yield Remark("there is no database yet", "python -m bot migrate", grave=True)
        return
    if not config.key_file.exists():
        yield Remark(
            f"KEY_FILE {config.key_file} is not there",
            "put the copy of your key back; only a new installation may start without one",
            grave=True,
        )
        return
    engine = open_engine(config.database_url)
    try:
        if not schema.is_current(engine):
            yield Remark("the schema is not up to date", "python -m bot migrate", grave=True)
            return
        vault = Vault.open(config.key_file)
        if vault.readable_by_others:
            yield Remark("other users may read KEY_FILE", f"chmod 600 {config.key_file}")
        with sessions(engine).begin() as session:
            ensure_key_fits(session, vault)
            now = SystemClock().now()
            yield from checkup.look(session, now=now, today=day_in_algiers(now))
            store = EvidenceStore(config.evidence_dir, vault)
            yield from evidence_checkup.look(session, store, now=now, machine_s=time.time())
    except (KeyDoesNotFit, KeyFileUnusable) as refusal:
        yield Remark(str(refusal), "put the right key into KEY_FILE", grave=True)
    except Exception as error:
        kind = type(error).__name__
        yield Remark(f"the database cannot be used ({kind})", "look at DATABASE_URL", grave=True)
    finally:
        engine.dispose()


def _head() -> str | None:
    """How far the trail of events is sealed, to be written down elsewhere."""
    try:
        engine = open_engine(settings.load().database_url)
        try:
            with sessions(engine).begin() as session:
                standing = seals.standing(session)
        finally:
            engine.dispose()
    except Exception:  # what is wrong with them is told as a remark
        return None
    if standing.last is None:
        return None
    age = SystemClock().now() - standing.last.sealed_at
    return (
        f"The trail is sealed up to block {standing.last.written}"
        f" ({max(0, round(age.total_seconds() / 60))} min ago)"
    )


def _telegram(config: Settings) -> Iterator[Remark]:
    token = config.BOT_TOKEN.get_secret_value()
    if not token:
        yield Remark("BOT_TOKEN is missing", "get one from @BotFather", grave=True)
        return

    async def ask() -> None:
        request = AiohttpRequest(proxy=proxy_for(config.BOT_API_URL))
        async with request:
            await BotApi(config.BOT_API_URL, token, request, timeout_s=10).call("getMe")

    try:
        asyncio.run(ask())
    except Refused as refusal:
        yield Remark(
            f"Telegram does not accept BOT_TOKEN ({refusal.code})", "ask @BotFather", grave=True
        )
    except (NotSent, Unknown) as failure:
        yield Remark(
            f"Telegram cannot be reached ({failure.message})",
            "look at BOT_API_URL, the network and HTTPS_PROXY",
            grave=True,
        )


def _policy(config: Settings) -> Iterator[Remark]:
    try:
        rules = policies.load(config.POLICY_DIR)
    except PolicyError as refusal:
        yield Remark(str(refusal), "mend the file in POLICY_DIR", grave=True)
        return
    if found := list(checking.check(rules)):
        yield Remark(f"the rules have {len(found)} gaps or overlaps", "python -m bot policy check")


def _database_file(config: Settings) -> Path:
    file = sqlite_file(parse_url(config.database_url))
    if file is None:
        _fail("This is PostgreSQL: use pg_dump and pg_restore, which know it best.")
    return file


def _fail(line: str) -> NoReturn:
    print(line, file=sys.stderr)
    raise typer.Exit(1)
