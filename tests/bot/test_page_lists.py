"""The lists of the managers' pages: filters, pages of a list, scope, and campaigns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio
from sqlalchemy import select

from services.records.complaints import Complaint
from services.vault import Vault
from tests.bot.test_pages import a_browser, address, enter, get
from tests.support.pages import CENTRAL, DIRECTOR, MANAGER, PagesScene, serve_pages

REFERENCE = re.compile(r"[RE]-\d{2}-[\d-]+")
RESTRICTED = ("conduct", "right_refused", "bribe")


@pytest_asyncio.fixture
async def scene(sqlite_url: str, vault: Vault) -> AsyncIterator[PagesScene]:
    async with serve_pages(sqlite_url, vault, cases=300) as served:
        yield served


async def seen(scene: PagesScene, who: int, path: str, **more: str) -> tuple[int, str]:
    async with a_browser() as browser:
        await enter(browser, scene, who)
        return await get(browser, address(scene, path, **more))


async def rows_of(scene: PagesScene, who: int, name: str, **more: str) -> list[list[str]]:
    status, text = await seen(scene, who, f"table/{name}.csv", **more)
    assert status == 200
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))[1:]


async def test_a_long_list_is_shown_in_pages_and_taken_away_whole(scene: PagesScene) -> None:
    first = await seen(scene, MANAGER, "cases", show="period")
    second = await seen(scene, MANAGER, "cases", show="period", page="2")
    one, two = (REFERENCE.findall(text) for _, text in (first, second))
    assert len(one) == 50
    assert "Page 1 sur" in first[1]
    assert not set(one) & set(two)
    assert "Page suivante" in first[1]
    assert "Page précédente" not in first[1]
    whole = await rows_of(scene, MANAGER, "cases", show="period")
    assert [row[0] for row in whole][:50] == one
    assert f"{len(whole)} résultats." in first[1]
    for page in ("0", "-1", "999999", "x", "\u0663"):
        status, text = await seen(scene, MANAGER, "cases", show="period", page=page)
        assert status == 200
        assert REFERENCE.findall(text)


async def test_each_filter_shows_what_it_says_and_a_strange_one_the_first(
    scene: PagesScene,
) -> None:
    cases = scene.do(lambda s: {c.reference: c for c in s.scalars(select(Complaint))})
    for row in await rows_of(scene, MANAGER, "cases", show="late", place="16"):
        case = cases[row[0]]
        assert case.late
        assert (case.desk, case.status in ("new", "in_hand", "waiting")) == ("16", True)
    opened = await rows_of(scene, MANAGER, "cases", show="open")
    assert opened
    assert await rows_of(scene, MANAGER, "cases", show="beauty", place="99") == opened
    chifa = await rows_of(scene, MANAGER, "cases", show="period", category="chifa")
    assert {cases[row[0]].category for row in chifa} == {"chifa"}


async def test_the_lines_of_today_count_what_their_lists_hold(scene: PagesScene) -> None:
    _, overview = await seen(scene, DIRECTOR, "")
    [late] = re.findall(r"<b>(\d+)</b> dossiers? en retard", overview)
    assert len(await rows_of(scene, DIRECTOR, "cases", show="late")) == int(late)
    [decide] = re.findall(r"<b>(\d+)</b> échéanciers? attend", overview)
    assert len(await rows_of(scene, DIRECTOR, "plans", show="decide")) == int(decide)
    assert overview.index("À faire aujourd’hui") < overview.index("Ce semestre")


async def test_restricted_cases_are_listed_for_the_central_level_alone(scene: PagesScene) -> None:
    hidden = scene.do(
        lambda s: set(s.scalars(select(Complaint.reference).where(Complaint.restricted)))
    )
    assert hidden
    found = {}
    for who in (MANAGER, DIRECTOR, CENTRAL):
        found[who] = {row[0] for row in await rows_of(scene, who, "cases", show="period")}
    assert not found[MANAGER] & hidden
    assert not found[DIRECTOR] & hidden
    assert found[CENTRAL] & hidden
    for category in RESTRICTED:
        status, text = await seen(scene, DIRECTOR, f"category/{category}")
        assert status == 404, text
        assert f'value="{category}"' not in (await seen(scene, DIRECTOR, "cases"))[1]


async def test_a_director_lists_the_plans_and_cases_of_their_agency_alone(
    scene: PagesScene,
) -> None:
    for name in ("cases", "plans"):
        rows = await rows_of(scene, DIRECTOR, name, show="period", place="31")
        assert rows
        assert {row[1] for row in rows} == {"Alger Centre"}
    trouble = await rows_of(scene, MANAGER, "plans", show="trouble")
    said = scene.kit.words["fr"].label("plan.state_lapse_proposed")
    assert {row[3] for row in trouble} == {said}
    assert {row[1] for row in trouble} == {"Alger Centre", "Oran"}


async def test_a_campaign_tells_its_audience_who_was_held_and_what_came_of_it(
    scene: PagesScene,
) -> None:
    _, text = await seen(scene, MANAGER, "campaign/1")
    for words in (
        "<dt>Personnes</dt><dd>120</dd>",
        "<dt>Rappel reçu</dt><dd>40</dd>",
        "<dt>Échecs</dt><dd>20</dd>",
        "<dt>Injoignables</dt><dd>20</dd>",
        "<dt>Arrivée inconnue</dt><dd>20</dd>",
        "<dt>Non envoyés</dt><dd>40</dd>",
        "Pas de place dans les envois",
        "Payer après un rappel ne prouve pas",
    ):
        assert words in text, words
    rows = await rows_of(scene, MANAGER, "campaign/1")
    assert [row[0] for row in rows] == ["Batna", "Alger Centre", "Oran"]
    assert sum(int(row[1]) for row in rows) == 120


async def test_a_director_sees_only_the_campaigns_and_numbers_of_their_agency(
    scene: PagesScene,
) -> None:
    _, every = await seen(scene, DIRECTOR, "campaigns")
    assert "Campagne 1" in every
    assert "Campagne 2" not in every  # for Oran
    assert (await seen(scene, DIRECTOR, "campaign/2"))[0] == 404
    _, text = await seen(scene, DIRECTOR, "campaign/1")
    assert "<dt>Personnes</dt><dd>40</dd>" in text
    assert "Oran" not in text
    assert "Campagne 2" in (await seen(scene, MANAGER, "campaigns"))[1]


async def test_no_list_holds_a_name(scene: PagesScene) -> None:
    for path in ("cases?show=period", "plans?show=period", "campaign/1"):
        _, text = await seen(scene, CENTRAL, path)
        assert "Test" not in text
        assert "7001" not in text


async def test_without_a_session_no_list_is_shown(scene: PagesScene) -> None:
    async with aiohttp.ClientSession() as browser:
        for path in ("cases", "plans", "campaigns", "campaign/1", "table/cases.csv"):
            status, text = await get(browser, address(scene, path))
            assert status == 403
            assert not REFERENCE.findall(text)
