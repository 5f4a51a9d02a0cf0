"""The managers' pages in a real browser: both languages, a phone, the keyboard."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from services.vault import Vault
from tests.support.pages import PagesScene, serve_pages

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
PATHS = (
    "",
    "cases",
    "cases?show=period",
    "plans?show=period",
    "campaigns",
    "campaign/1",
    "waiting/clusters",
    "categories",
    "category/chifa",
    "definitions",
    "compare/volume",
    "compare/answered_in_target",
    "agency/16",
)
# Nothing stands out of the window sideways, and no link or button is too small for a thumb.
LAYOUT = """
() => ({
  wide: document.documentElement.scrollWidth - innerWidth,
  small: [...document.querySelectorAll("nav a, .todo a, button, select")]
    .map((each) => each.getBoundingClientRect())
    .filter((box) => box.width && box.height < 40).length,
  nameless: [...document.querySelectorAll("a, button, svg, [role=region]")]
    .filter((each) => !each.getAttribute("aria-label") && !each.textContent.trim()).length,
  unlabelled: [...document.querySelectorAll("select")]
    .filter((each) => !each.labels.length || !each.labels[0].innerText.trim()).length,
  headless: [...document.querySelectorAll("table")]
    .filter((each) => !each.caption || !each.querySelector("th[scope=col]")).length,
})
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.asyncio(loop_scope="module"),
]


def chromium() -> str:
    """Give the browser's path; without one the tests are left out, but never in CI."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail("no Chromium here, and CI must run the browser tests")
    pytest.skip("no Chromium found: install Debian's chromium, or set CHROMIUM to its path")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield started
        await started.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[PagesScene]:
    file = tmp_path_factory.mktemp("pages") / "pages.db"
    shutil.copy(sqlite_template, file)
    async with serve_pages(f"sqlite:///{file}", Vault(b"k" * 32), cases=600) as served:
        yield served


async def inside(
    browser: Browser, scene: PagesScene, size: dict[str, int]
) -> tuple[Page, list[str]]:
    """A window that came in by a fresh link, and what goes wrong in it."""
    context = await browser.new_context(viewport=size)
    page = await context.new_page()
    wrong: list[str] = []
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(scene.base_url) else wrong.append(request.url)
        ),
    )
    await page.goto(scene.link())
    await page.click("button")
    await page.wait_for_selector("nav")
    return page, wrong


@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_every_page_fits_its_window_in_both_languages(
    browser: Browser, scene: PagesScene, size: dict[str, int], language: str
) -> None:
    page, wrong = await inside(browser, scene, size)
    for path in PATHS:
        sign = "&" if "?" in path else "?"
        answer = await page.goto(f"{scene.base_url}/managers/{path}{sign}lang={language}")
        assert answer is not None
        assert answer.status == 200
        assert await page.evaluate(LAYOUT) == {
            "wide": 0,
            "small": 0,
            "nameless": 0,
            "unlabelled": 0,
            "headless": 0,
        }, path
        if folder := os.environ.get("SCREENSHOTS"):
            name = re.sub(r"[^a-z0-9]+", "-", path) or "overview"
            name = f"managers-{name}-{language}-{size['width']}.png"
            await page.screenshot(path=str(Path(folder) / name), full_page=True)
    assert wrong == []
    await page.context.close()


async def test_the_arabic_page_reads_from_the_right(browser: Browser, scene: PagesScene) -> None:
    page, _ = await inside(browser, scene, DESK)
    await page.goto(f"{scene.base_url}/managers/?lang=ar")
    head = page.locator("thead").first.locator("th")
    places = await head.evaluate_all("(all) => all.map((th) => th.getBoundingClientRect().x)")
    assert len(places) > 2
    assert places == sorted(places, reverse=True)
    await page.context.close()


async def test_the_keyboard_reaches_the_content_the_menu_and_a_wide_table(
    browser: Browser, scene: PagesScene
) -> None:
    page, _ = await inside(browser, scene, PHONE)
    await page.goto(f"{scene.base_url}/managers/?lang=fr")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    assert await page.evaluate("location.hash") == "#content"
    reached = set()
    for _ in range(30):
        await page.keyboard.press("Tab")
        reached.add(await page.evaluate("document.activeElement.className || 'link'"))
    assert {"scroll", "link"} <= reached
    await page.context.close()


async def test_from_the_overview_one_reaches_an_agency_and_its_funnel(
    browser: Browser, scene: PagesScene
) -> None:
    page, wrong = await inside(browser, scene, DESK)
    await page.goto(f"{scene.base_url}/managers/?lang=fr")
    await page.click("text=Oran")
    assert "Oran" in await page.inner_text("h1")
    await page.click("nav >> text=Vue d’ensemble")
    await page.click("text=Nombre de réclamations")
    assert await page.locator("svg circle").count() == 4
    await page.click("text=العربية")
    assert await page.get_attribute("html", "dir") == "rtl"
    assert await page.locator("svg circle").count() == 4
    assert wrong == []
    await page.context.close()


@pytest.mark.parametrize("language", ["ar", "fr"])
async def test_the_first_screen_of_a_phone_says_what_to_do_today(
    browser: Browser, scene: PagesScene, language: str
) -> None:
    page, wrong = await inside(browser, scene, PHONE)
    await page.goto(f"{scene.base_url}/managers/?lang={language}")
    first = page.locator(".todo a").first
    box = await first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < PHONE["height"]
    said = await first.inner_text()
    number = re.search(r"\d+", said)
    assert number is not None
    await first.click()
    assert number[0] in await page.inner_text("main")
    assert await page.locator("tbody tr").count() > 0
    assert wrong == []
    await page.context.close()


async def test_a_list_is_filtered_and_turned_by_keyboard_alone(
    browser: Browser, scene: PagesScene
) -> None:
    page, wrong = await inside(browser, scene, DESK)
    await page.goto(f"{scene.base_url}/managers/cases?lang=fr")
    await page.focus("select[name=show]")
    await page.keyboard.press("End")  # all of the half-year
    await page.focus("form.filters button")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**show=period**")
    before = await page.inner_text("tbody tr th >> nth=0")
    await page.focus("text=Page suivante")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**page=2**")
    assert await page.inner_text("tbody tr th >> nth=0") != before
    await page.click("nav >> text=العربية")
    assert await page.locator("select[name=show]").input_value() == "period"
    assert wrong == []
    await page.context.close()


async def test_another_browser_with_the_same_link_sees_nothing(
    browser: Browser, scene: PagesScene
) -> None:
    link = scene.link()
    first, second = await browser.new_context(), await browser.new_context()
    page = await first.new_page()
    await page.goto(link)
    await page.click("button")
    await page.wait_for_selector("nav")
    other = await second.new_page()
    await other.goto(link)
    await other.click("button")
    await other.wait_for_load_state()
    text = await other.inner_text("body")
    assert "Oran" not in text
    assert await other.locator("nav").count() == 0
    await first.close()
    await second.close()
