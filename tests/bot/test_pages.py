"""The managers' pages: who gets in, what they may see, and that every page makes sense."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from html import escape
from urllib.parse import urlencode

import aiohttp
import pytest
import pytest_asyncio

from bot.pages.html import Html, el
from bot.pages.server import harmless
from services import staff
from services.records.fund import Agency
from services.vault import Vault
from tests.support import fund
from tests.support.pages import DIRECTOR, MANAGER, PagesScene, serve_pages

PAGES = (
    "",
    "cases",
    "cases?show=period&category=chifa&place=16",
    "plans",
    "plans?show=period",
    "campaigns",
    "waiting/clusters",
    "waiting/calls",
    "categories",
    "category/chifa",
    "definitions",
    "compare/volume",
    "compare/answered_in_target",
    "compare/resolved_in_target",
    "agency/16",
)
TABLES = (
    "agencies",
    "collection",
    "categories",
    "category/chifa",
    "definitions",
    "compare/volume",
    "agency/16",
    "agency-categories/16",
    "agency-years/16",
    "agency-months/16",
    "category-months/chifa",
    "cases",
    "plans",
    "campaigns",
    "waiting/late",
)
NO_WAY_IN = "Cette page ne peut pas être affichée"


@pytest_asyncio.fixture
async def scene(sqlite_url: str, vault: Vault) -> AsyncIterator[PagesScene]:
    async with serve_pages(sqlite_url, vault, cases=120) as served:
        yield served


@pytest_asyncio.fixture
async def browser(scene: PagesScene) -> AsyncIterator[aiohttp.ClientSession]:
    async with a_browser() as session:
        yield session


def a_browser() -> aiohttp.ClientSession:
    jar = aiohttp.CookieJar(unsafe=True)  # an address without a name
    return aiohttp.ClientSession(cookie_jar=jar, headers={"Accept-Language": "fr"})


async def get(browser: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    async with browser.get(url) as answer:
        return answer.status, await answer.text()


def address(scene: PagesScene, path: str, **more: str) -> str:
    """A page with more said in its address."""
    sign = "&" if "?" in path else "?"
    return f"{scene.base_url}/managers/{path}{sign}{urlencode(more)}"


async def enter(browser: aiohttp.ClientSession, scene: PagesScene, who: int = MANAGER) -> str:
    async with browser.post(scene.link(who)) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_the_link_opens_once_and_by_a_button(
    scene: PagesScene, browser: aiohttp.ClientSession
) -> None:
    link = scene.link()
    for _ in range(3):  # a preview does not use it up
        status, text = await get(browser, link)
        assert (status, "Entrer" in text) == (200, True)
    async with browser.post(link) as answer:
        assert "Vue d’ensemble" in await answer.text()
    async with a_browser() as other, other.post(link) as answer:
        assert answer.status == 403
        assert NO_WAY_IN in await answer.text()
        assert not other.cookie_jar.filter_cookies(answer.url)


async def test_an_expired_or_guessed_link_shows_nothing(
    scene: PagesScene, browser: aiohttp.ClientSession
) -> None:
    link = scene.link()
    scene.clock.advance(minutes=10)
    for url in (link, f"{scene.base_url}/managers/open/guessed"):
        async with browser.post(url) as answer:
            assert answer.status == 403


@pytest.mark.parametrize("path", [*PAGES, *(f"table/{name}.csv" for name in TABLES)])
async def test_without_a_session_there_is_nothing_to_see(
    scene: PagesScene, browser: aiohttp.ClientSession, path: str
) -> None:
    status, text = await get(browser, f"{scene.base_url}/managers/{path}")
    assert status == 403
    assert "Alger" not in text


async def test_a_session_is_short_and_can_be_left(
    scene: PagesScene, browser: aiohttp.ClientSession
) -> None:
    await enter(browser, scene)
    scene.clock.advance(minutes=29)
    assert (await get(browser, f"{scene.base_url}/managers/"))[0] == 200
    scene.clock.advance(minutes=1)
    assert (await get(browser, f"{scene.base_url}/managers/"))[0] == 403
    await enter(browser, scene)
    cookies = {"managers": browser.cookie_jar.filter_cookies(scene.base_url + "/managers/")}
    secret = cookies["managers"]["managers"].value
    async with browser.post(f"{scene.base_url}/managers/leave") as answer:
        assert answer.status == 200
    async with a_browser() as thief:
        thief.cookie_jar.update_cookies({"managers": secret})
        assert (await get(thief, f"{scene.base_url}/managers/"))[0] == 403


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(
    scene: PagesScene, browser: aiohttp.ClientSession
) -> None:
    async with browser.post(scene.link(), allow_redirects=False) as answer:
        assert answer.status == 303
        cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/managers" in cookie


async def test_every_page_carries_a_strict_policy_and_no_script(
    scene: PagesScene, browser: aiohttp.ClientSession
) -> None:
    await enter(browser, scene)
    for path in PAGES:
        async with browser.get(f"{scene.base_url}/managers/{path}") as answer:
            policy, text = answer.headers["Content-Security-Policy"], await answer.text()
            assert answer.headers["Cache-Control"] == "no-store"
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert "unsafe" not in policy
        assert "<script" not in text
        assert "style=" not in text
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text)


@pytest.mark.parametrize("language", ["ar", "fr"])
async def test_every_page_speaks_its_language_from_its_own_side(
    scene: PagesScene, browser: aiohttp.ClientSession, language: str
) -> None:
    await enter(browser, scene)
    for path in PAGES:
        status, text = await get(browser, address(scene, path, lang=language))
        assert status == 200
        direction = "rtl" if language == "ar" else "ltr"
        assert f'<html lang="{language}" dir="{direction}">' in text
        assert text.count("<h1>") == 1
        assert ("المحتوى" in text) == (language == "ar")


async def test_a_director_sees_their_agency_and_nothing_else(
    scene: PagesScene, browser: aiohttp.ClientSession
) -> None:
    text = await enter(browser, scene, DIRECTOR)
    assert "Alger Centre" in text
    for hidden in ("Oran", "Batna", "Ghardaïa", "Niveau central"):
        assert hidden not in text
    root = f"{scene.base_url}/managers"
    assert (await get(browser, f"{root}/agency/16"))[0] == 200
    for path in ("agency/31", "agency/00", "table/agency/31.csv"):
        assert (await get(browser, f"{root}/{path}"))[0] == 403
    _, compared = await get(browser, f"{root}/compare/volume")
    assert "Oran" not in compared
    said = scene.kit.words["fr"]
    kept_from_them = [said.label(f"category.{code}") for code in ("conduct", "bribe")]
    _, theirs = await get(browser, f"{root}/categories")
    async with a_browser() as central:
        await enter(central, scene)
        _, everything = await get(central, f"{root}/categories")
    for words in kept_from_them:
        assert escape(words, quote=False) not in theirs
        assert escape(words, quote=False) in everything


async def test_whoever_loses_their_role_is_out_at_once(
    scene: PagesScene, browser: aiohttp.ClientSession
) -> None:
    await enter(browser, scene)
    scene.do(
        lambda session: staff.deactivate(session, MANAGER, now=scene.clock.now(), actor="command")
    )
    assert (await get(browser, f"{scene.base_url}/managers/"))[0] == 403


async def test_what_does_not_exist_is_said_so(
    scene: PagesScene, browser: aiohttp.ClientSession
) -> None:
    await enter(browser, scene)
    for path in (
        "agency/99",
        "compare/beauty",
        "category/none",
        "campaign/99",
        "campaign/x",
        "waiting/none",
        "table/nothing.csv",
        "table/agencies/16.csv",
        "table/compare.csv",
        "table/campaign/9.csv",
    ):
        status, text = await get(browser, f"{scene.base_url}/managers/{path}")
        assert (status, "n’existe pas" in text) == (404, True)


@pytest.mark.parametrize("name", TABLES)
async def test_every_table_is_there_as_csv(
    scene: PagesScene, browser: aiohttp.ClientSession, name: str
) -> None:
    await enter(browser, scene)
    async with browser.get(f"{scene.base_url}/managers/table/{name}.csv") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert len({len(row) for row in rows}) == 1


async def test_what_others_wrote_cannot_become_markup(
    scene: PagesScene, browser: aiohttp.ClientSession
) -> None:
    def rename(session: object) -> None:
        card = session.get(Agency, ("16", fund.GENERATION))  # type: ignore[attr-defined]
        card.name_fr = '<script>alert("x")</script>'

    scene.do(rename)
    text = await enter(browser, scene)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize("period", ["2031-01-01", "1999-07-01", "nonsense", "2026-01-01"])
async def test_any_period_makes_a_page(
    scene: PagesScene, browser: aiohttp.ClientSession, period: str
) -> None:
    await enter(browser, scene)
    for path in PAGES:
        status, _ = await get(browser, address(scene, path, lang="xx", **{"from": period}))
        assert status == 200


@pytest.mark.parametrize("cases", [0, 1])
async def test_an_empty_fund_and_a_single_case_make_sense_on_every_page(
    sqlite_url: str, vault: Vault, cases: int
) -> None:
    async with serve_pages(sqlite_url, vault, cases=cases) as scene, a_browser() as browser:
        await enter(browser, scene)
        for path in (*PAGES, *(f"table/{name}.csv" for name in TABLES)):
            status, text = await get(browser, f"{scene.base_url}/managers/{path}")
            assert status == 200, path
            assert not re.search(r"\b(nan|inf)\b", text.lower())
            assert "None" not in text


def test_an_element_escapes_its_text_and_its_attributes() -> None:
    assert el("a", "<b>", href='"x"') == '<a href="&quot;x&quot;">&lt;b&gt;</a>'
    assert el("p", Html("<b>x</b>"), None, ["<", Html("<br>")]) == "<p><b>x</b>&lt;<br></p>"


@pytest.mark.parametrize(
    ("cell", "kept"), [("=1+1", "'=1+1"), ("@x", "'@x"), ("-SUM(A1)", "'-SUM(A1)"), ("-4", "-4")]
)
def test_a_cell_never_becomes_a_formula(cell: str, kept: str) -> None:
    assert harmless(cell) == kept
