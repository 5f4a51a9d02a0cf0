"""What `/metrics` counts: the program's own work, in numbers, and nobody's data."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot import metrics
from bot.application import Application
from bot.settings import Settings
from bot.standin.person import Standin
from handlers import reception
from services import events
from services.audit import seals
from services.database import open_async_engine, open_engine, sessions
from services.outbox import Lane, Outbox
from services.vault import Vault
from tests.support.chat import FundBot
from tests.support.live import TIMEOUT_S, live_bot, live_settings

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


class Since:
    """How far a counter has gone since this was made."""

    def __init__(self, name: str, **labels: str) -> None:
        self._name, self._labels = name, labels
        self._before = value(name, **labels)

    @property
    def counted(self) -> float:
        return value(self._name, **self._labels) - self._before


async def scrape(base_url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"{base_url}/metrics") as answer:
        assert answer.status == 200
        return await answer.text()


async def a_job_ended_well(name: str) -> None:
    async with asyncio.timeout(10):
        while True:
            if value("casnos_job_last_success_timestamp_seconds", job=name):
                return
            await asyncio.sleep(0.05)


async def test_a_message_is_counted_from_its_arrival_to_its_answer(
    sqlite_url: str, tmp_path: Path
) -> None:
    done = Since("casnos_updates_total", kind="message", outcome="done")
    units = Since("casnos_unit_seconds_count")
    sent = Since("casnos_calls_total", lane="conversation", result="sent")
    async with live_bot(sqlite_url, tmp_path) as live:
        person = live.standin.person(user_id=501_777, first_name="Zoubida", language_code="fr")
        await person.send("/start")
        await live.standin.quiet()
        await a_job_ended_well("seals")
        told = await scrape(live.running.base_url)
    assert done.counted == 1
    assert units.counted >= 1
    assert sent.counted >= 1
    assert "casnos_database_up 1.0" in told
    assert 'casnos_open_cases{status="new"}' in told
    assert not re.search("501777|Zoubida", told)


async def test_a_process_without_web_is_watched_at_a_port_of_its_own(
    postgresql_url: str, tmp_path: Path
) -> None:
    async with await Standin.start(token="77:live", username="fund_bot") as standin:
        settings = live_settings(postgresql_url, tmp_path, standin, METRICS_PORT=0)
        sender = Application(settings, only=("sender",), timeout_s=TIMEOUT_S)
        async with sender.start() as running:
            assert "casnos_outbox_waiting" in await scrape(running.base_url)
            async with aiohttp.ClientSession() as session:
                for path, status in (("/health", 200), ("/managers", 404), ("/demo/clock", 404)):
                    async with session.get(running.base_url + path) as answer:
                        assert answer.status == status
        without = Settings(**settings.model_dump() | {"METRICS_PORT": None}, _env_file=None)
        async with Application(without, only=("sender",), timeout_s=TIMEOUT_S).start() as running:
            assert running.base_url == ""


def test_an_update_that_fails_is_counted_each_time_and_once_as_set_aside(
    sqlite_bot: FundBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = Since("casnos_updates_total", kind="callback_query", outcome="failed")
    aside = Since("casnos_updates_total", kind="callback_query", outcome="set_aside")

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("poison")

    monkeypatch.setattr(reception, "receive", fail)
    with pytest.raises(AssertionError, match="set aside"):
        sqlite_bot.update(callback_query={"id": "1", "from": {"id": 5}})
    assert (failed.counted, aside.counted) == (3, 1)


def test_an_update_that_was_done_before_is_counted_as_repeated(sqlite_bot: FundBot) -> None:
    again = Since("casnos_updates_total", kind="other", outcome="repeated")
    for _ in range(3):
        sqlite_bot.update(update_id=9, poll={"id": "1"})
    assert again.counted == 2


@pytest.mark.parametrize(("fails", "result"), [(False, "done"), (True, "failed")])
def test_a_run_of_a_job_is_counted_by_how_it_ended(fails: bool, result: str) -> None:
    runs = Since("casnos_job_runs_total", job="digest", result=result)
    before = value("casnos_job_last_success_timestamp_seconds", job="digest")
    try:
        with metrics.job_run("digest"):
            if fails:
                raise ValueError
    except ValueError:
        assert fails
    after = value("casnos_job_last_success_timestamp_seconds", job="digest")
    assert (runs.counted, after > before) == (1, not fails)


@pytest.mark.parametrize(
    ("reason", "label"),
    [
        ("answered", "answered"),
        ("http_503", "http_5xx"),
        ("unreachable (ClientConnectorError)", "unreachable"),
    ],
)
def test_the_labels_of_the_funds_system_are_few(reason: str, label: str) -> None:
    calls = Since("casnos_fund_calls_total", result=label)
    metrics.fund_answered(reason)
    assert calls.counted == 1


async def read(reader: AsyncEngine) -> None:
    await metrics.read_records(reader, NOW)
    await reader.dispose()


async def test_what_waits_and_what_is_unsealed_is_read_from_the_records(
    database_url: str, vault: Vault
) -> None:
    engine = open_engine(database_url)
    with sessions(engine).begin() as session:
        box = Outbox(session, NOW)
        for later in (None, NOW - timedelta(hours=1), NOW + timedelta(hours=1)):
            box.add("sendMessage", {}, chat_id=5, lane=Lane.CAMPAIGN, not_before=later)
        events.record(session, "x", at=NOW, actor="machine", subject=("person", 5))
        seals.run(session, vault, NOW)
        for number in range(2):
            events.record(session, "x", at=NOW, actor="machine", subject=("person", number))
    engine.dispose()
    await read(open_async_engine(database_url))
    assert value("casnos_database_up") == 1
    assert value("casnos_outbox_waiting", lane="campaign", due="now") == 2
    assert value("casnos_outbox_waiting", lane="campaign", due="later") == 1
    assert value("casnos_outbox_waiting", lane="staff", due="now") == 0
    assert value("casnos_events_unsealed") == 2
    assert value("casnos_last_seal_timestamp_seconds") == NOW.timestamp()


async def test_a_database_that_is_away_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    await read(create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/none/x.db"))
    assert value("casnos_database_up") == 0
