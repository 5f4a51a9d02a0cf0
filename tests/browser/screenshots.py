"""Takes the pictures of the README from a running demo.

`python -m bot demo --fresh` in one terminal, `python -m tests.browser.screenshots` in another.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

from playwright.async_api import async_playwright

from bot.demo import TOKEN
from bot.standin.person import Standin

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
PEOPLE = (
    # user, name, phone, number, language, consent, picture, width, height
    (
        101,
        "كريم",
        "بن علي",
        "+213550000101",
        "999999990001",
        "ar",
        "أوافق",
        "demo-ar.png",
        1200,
        1060,
    ),
    (
        102,
        "Nadia",
        "MOKRANI",
        "+213660000102",
        "999999990002",
        "fr",
        "J’accepte",
        "demo-fr.png",
        390,
        844,
    ),
)


async def main(address: str) -> None:
    standin = await Standin.connect(address, token=TOKEN)
    for user, first_name, last_name, phone, ssn, language, consent, *_ in PEOPLE:
        person = standin.person(
            user_id=user,
            first_name=first_name,
            last_name=last_name,
            phone=phone,
            language_code=language,
        )
        for act in (
            lambda p=person: p.send("/start"),
            lambda p=person, c=consent: p.press(c),
            lambda p=person: p.share_contact(),
            lambda p=person, s=ssn: p.send(s),
            lambda p=person: p.send("/status"),
        ):
            await act()
            await standin.quiet(idle_s=1.6, timeout=15)
    await standin.stop()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        for user, *_, language, _, picture, width, height in PEOPLE:
            page = await browser.new_page(viewport={"width": width, "height": height})
            await page.goto(f"{address}/#as={user}&lang={language}")
            await asyncio.sleep(2)
            await page.screenshot(path=IMAGES / picture)
            await page.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"))
