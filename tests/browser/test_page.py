"""The demo's page in a real browser, in front of a small bot of the library's own making.

The bot is python-telegram-bot's Application with its defaults, so the stand-in is proved
on the way: what the page shows has gone through the Bot API both ways.
"""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright, expect
from telegram import (
    BotCommand,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.ext import Application, CallbackQueryHandler, MessageHandler, filters

from bot.standin.person import Standin
from bot.standin.personas import Persona, PersonaGroup

GROUP = -1002000000016
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
KARIM, SAMIA, OMAR, NADIA = 101, 102, 103, 104
PERSONAS = [
    Persona(KARIM, "كريم", "بوعلام", "+213550000101", "ar", "تاجر", "Commerçant"),
    Persona(SAMIA, "Samia", "Benali", "+213660000102", "fr", "حرفية", "Artisane"),
    Persona(
        OMAR, "عمر", "", "+213770000103", "ar", "عون", "Agent", group_roles={"a": "administrator"}
    ),
    Persona(
        NADIA,
        "Nadia",
        "",
        "+213550000104",
        "fr",
        "مديرة",
        "Directrice",
        group_roles={"a": "creator"},
    ),
]
STATUS = (
    "<b>وضعيتك</b>\nالمجموع: \u206652\u00a0000,00\u2069 دج\n"
    "Référence <code>R-16-26-000123-0</code>\n<blockquote>30 جوان 2026</blockquote>"
)

WHERE_LINES_START = """
(text) => {
  const box = text.getBoundingClientRect();
  const nodes = [...text.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
  const french = nodes.find((node) => node.data.includes("Référence"));
  const range = document.createRange();
  range.setStart(french, french.data.indexOf("Référence"));
  range.setEnd(french, french.data.indexOf("Référence") + 9);
  return {
    arabicRight: box.right - text.querySelector("strong").getBoundingClientRect().right,
    frenchLeft: range.getBoundingClientRect().left - box.left,
    direction: getComputedStyle(text.parentElement).direction,
  };
}
"""
HARD_TO_HIT = """
() => {
  const seen = (each) => each.offsetParent && getComputedStyle(each).visibility === "visible";
  const named = (each) => [each.id || each.className, each.getBoundingClientRect()];
  const buttons = [...document.querySelectorAll("button, a.file, textarea")].filter(seen);
  return {
    wide: document.documentElement.scrollWidth - innerWidth,
    small: buttons
      .filter((each) => !each.matches(".message-more, .in-text"))
      .map(named)
      .filter(([, box]) => box.height < 40 || box.width < 40)
      .map(([name, box]) => `${name} ${box.width}x${box.height}`),
    outside: buttons
      .map(named)
      .filter(([, box]) => box.left < -1 || box.right > innerWidth + 1)
      .map(([name]) => name),
  };
}
"""
NAMELESS = """
() => {
  const named = (each) =>
    each.getAttribute("aria-label") || each.getAttribute("alt") ||
    each.textContent.trim() || each.labels?.length;
  const controls = "button, input:not([type=file]), textarea, a, audio, img";
  return [...document.querySelectorAll(controls)]
    .filter((each) => each.offsetParent && !named(each))
    .map((each) => each.outerHTML.slice(0, 120));
}
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


def png(width: int, height: int) -> bytes:
    """Build a small valid PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + b"\x30\x90\x60" * width for _ in range(height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


async def answer(update: Update, context: Any) -> None:
    """Answer as the small bot: a keyboard, a status, a file, or an echo."""
    message = update.effective_message
    chat_id = update.effective_chat.id
    if message.contact:
        own = message.contact.user_id == message.from_user.id
        if not own:
            await message.reply_text("not yours")
            return
        await message.reply_text(
            STATUS,
            parse_mode="HTML",
            reply_markup=InlineKeyboardMarkup(
                [
                    [InlineKeyboardButton("جدول تسديد", callback_data="plan")],
                    [
                        InlineKeyboardButton("اعتراض", callback_data="alert"),
                        InlineKeyboardButton("الموقع", url="https://example.org/"),
                    ],
                ]
            ),
        )
    elif message.text and message.text.startswith("/start"):
        await message.reply_text(
            f"<b>{message.text}</b>",
            parse_mode="HTML",
            reply_markup=ReplyKeyboardMarkup(
                [[KeyboardButton("مشاركة رقم هاتفي", request_contact=True)], ["إلغاء"]],
                one_time_keyboard=True,
            ),
        )
    elif message.text == "file":
        await context.bot.send_document(chat_id, b"%PDF-1.4 plan", filename="جدول.pdf")
    elif message.text:
        await message.reply_text(message.text, do_quote=False)
    else:
        kinds = ("photo", "document", "voice", "sticker", "location")
        await message.reply_text(next(kind for kind in kinds if getattr(message, kind)))


async def pressed(update: Update, _: object) -> None:
    """Answer a button: a box for "alert", else a passing line and an edit."""
    query = update.callback_query
    await query.answer(f"got {query.data}", show_alert=query.data == "alert")
    if query.data == "plan":
        await query.edit_message_text("12 × 3 000 دج")


class Scene:
    """A stand-in, the small bot behind it, its clock, and a browser in front."""

    def __init__(self, standin: Standin, browser: Browser, bot: Application) -> None:
        self.standin = standin
        self.browser = browser
        self.bot = bot
        self.clock: list[str] = []
        self.complaints: list[str] = []

    async def page(self, size: dict[str, int], address: str = "", *, scheme: str = "light") -> Page:
        """Open the page in a window of its own; what goes wrong in it is collected."""
        context = await self.browser.new_context(
            viewport=size, has_touch=size is PHONE, color_scheme=scheme, accept_downloads=True
        )
        page = await context.new_page()
        page.on(
            "console",
            lambda line: self.complaints.append(line.text) if line.type == "error" else None,
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((self.standin.base_url, "blob:", "data:"))
                else self.complaints.append(f"left the desk: {request.url}")
            ),
        )
        await page.goto(f"{self.standin.base_url}/#{address}")
        await page.wait_for_selector("body[data-ready]")
        return page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Scene]:
    path = chromium()
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        stack.push_async_callback(browser.close)
        clock: list[str] = []

        async def move(request: web.Request) -> web.Response:
            clock.append((await request.json())["now"])
            return web.json_response({"now": clock[-1]})

        app = web.Application()
        app.router.add_post("/demo/clock", move)
        runner = web.AppRunner(app)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        standin = await stack.enter_async_context(
            await Standin.start(
                personas=PERSONAS,
                groups=[PersonaGroup("a", "وكالة الجزائر", chat_id=GROUP)],
                clock_url=f"http://{host}:{port}",
            )
        )
        bot = (
            Application.builder()
            .token(standin.token)
            .base_url(f"{standin.base_url}/bot")
            .base_file_url(f"{standin.base_url}/file/bot")
            .build()
        )
        bot.add_handler(CallbackQueryHandler(pressed))
        bot.add_handler(MessageHandler(filters.ALL & ~filters.StatusUpdate.ALL, answer))
        await stack.enter_async_context(bot)
        await bot.bot.set_my_commands([BotCommand("status", "Ma situation")])
        await bot.bot.set_my_commands([BotCommand("status", "وضعيتي")], language_code="ar")
        await bot.bot.set_my_description("Bienvenue chez nous")
        await bot.start()
        await bot.updater.start_polling()
        stack.push_async_callback(bot.stop)
        stack.push_async_callback(bot.updater.stop)
        scene = Scene(standin, browser, bot)
        scene.clock = clock
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def scene(stage: Scene) -> AsyncIterator[Scene]:
    """Give the scene with clean chats, and see afterwards that no page complained."""
    for persona in PERSONAS:
        for act in ("unblock", "clear_history"):
            await stage.standin.act(act, persona.user_id)
    stage.complaints.clear()
    yield stage
    for context in stage.browser.contexts:
        await context.close()
    assert stage.complaints == []


def bubble(page: Page, text: str) -> Any:
    """Find the newest bubble with a text."""
    return page.locator(".bubble", has_text=text).last


async def test_a_newcomer_on_a_phone_in_arabic(scene: Scene) -> None:
    page = await scene.page(PHONE)
    assert await page.evaluate("[document.documentElement.dir, document.documentElement.lang]") == [
        "rtl",
        "ar",
    ]
    await page.get_by_role("button", name="كريم بوعلام").click()
    await page.get_by_role("button", name="ابدأ", exact=True).click()
    await expect(page.locator(".row.theirs .bubble strong")).to_have_text("/start")
    await page.get_by_role("button", name="مشاركة رقم هاتفي").click()
    await expect(page.locator("#box")).to_contain_text("+213 550 00 01 01")
    await page.get_by_role("button", name="مشاركة", exact=True).click()
    status = bubble(page, "وضعيتك")
    await expect(status.locator("code")).to_have_text("R-16-26-000123-0")
    await expect(page.locator("#keyboard")).to_be_hidden()  # a one-time keyboard folds away

    # Arabic lines start at the right, a French line at the left, of one and the same bubble
    places = await status.locator(".text").evaluate(WHERE_LINES_START)
    assert places["direction"] == "rtl"
    assert places["arabicRight"] < 2
    assert places["frenchLeft"] < 2

    await page.get_by_role("button", name="جدول تسديد").click()
    await expect(page.locator(".toast")).to_have_text("got plan")
    await expect(bubble(page, "12 × 3 000 دج")).to_contain_text("معدَّلة")
    await expect(page.get_by_role("button", name="جدول تسديد")).to_have_count(0)


async def test_an_alert_waits_for_its_button(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={KARIM}&lang=ar")
    await page.locator("#big").click()
    await page.locator("#keyboard .contact").click()
    await page.locator("#box .main").click()
    await page.get_by_role("button", name="اعتراض").click()
    box = page.get_by_role("dialog")
    await expect(box).to_contain_text("got alert")
    await box.get_by_role("button", name="حسنا").click()
    await expect(box).to_be_hidden()
    await expect(page.locator(".key.waiting")).to_have_count(0)


async def test_writing_in_french_on_a_desktop(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={SAMIA}&lang=fr", scheme="dark")
    assert await page.evaluate("document.documentElement.dir") == "ltr"
    await expect(page.locator(".empty")).to_contain_text("Bienvenue chez nous")
    await page.locator("#big").click()
    field = page.get_by_label("Message…")
    await field.fill("bonjour")
    await field.press("Enter")
    await expect(page.locator(".row.theirs", has_text="bonjour")).to_be_visible()
    await expect(field).to_have_value("")
    await field.fill("deux")
    await field.press("Shift+Enter")
    await field.type("lignes")
    # the field has grown, and the last message is still in sight
    await expect(page.locator(".row").last).to_be_in_viewport(ratio=0.9)
    await page.get_by_role("button", name="Envoyer").click()
    await expect(page.locator(".row.theirs", has_text="deux")).to_contain_text("lignes")
    # the last own message is edited with the arrow key, as in Telegram's own program
    await field.press("ArrowUp")
    await expect(page.locator("#context")).to_contain_text("Modification")
    await field.fill("trois")
    await field.press("Enter")
    await expect(page.locator(".row.own", has_text="trois")).to_contain_text("modifié")


async def test_what_people_write_is_shown_and_never_run(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={SAMIA}&lang=fr")
    await page.locator("#big").click()
    attack = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    await page.locator("#text").fill(attack)
    await page.locator("#text").press("Enter")
    await expect(page.locator(".row.theirs .text", has_text="onerror")).to_have_text(attack)
    assert await page.locator(".log img, .log script").count() == 0
    assert await page.title() == "Telegram sur mon bureau"
    await page.locator("#text").fill("javascript:alert(1) https://example.org/a")
    await page.locator("#text").press("Enter")
    links = page.locator(".row.theirs .text a")
    await expect(links).to_have_count(1)
    assert await links.get_attribute("href") == "https://example.org/a"


async def test_commands_are_those_of_the_person_and_language(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={SAMIA}&lang=fr")
    await page.locator("#big").click()
    await page.get_by_role("button", name="Menu", exact=True).click()
    item = page.get_by_role("menuitem", name="/status")
    await expect(item).to_contain_text("Ma situation")
    await item.click()
    await expect(page.locator(".row.theirs", has_text="/status")).to_be_visible()
    await page.locator(f'[data-user="{KARIM}"]').click()
    await page.locator("#big").click()
    await page.get_by_role("button", name="Menu", exact=True).click()
    await expect(page.get_by_role("menuitem", name="/status")).to_contain_text("وضعيتي")
    await page.keyboard.press("Escape")
    await expect(page.locator("#popup")).to_be_hidden()
    assert await page.evaluate("document.activeElement.id") == "menu"


async def test_photos_and_documents_go_both_ways(scene: Scene, tmp_path: Path) -> None:
    page = await scene.page(DESKTOP, f"as={SAMIA}&lang=fr")
    await page.locator("#big").click()
    picture = tmp_path / "reçu.png"
    picture.write_bytes(png(640, 400))
    await page.locator("#pick-photo").set_input_files(picture)
    await expect(page.locator(".row.theirs", has_text="photo")).to_be_visible()
    image = page.locator(".row.own img.media")
    await expect(image).to_be_visible()
    await page.wait_for_function(
        "document.querySelector('.row.own img.media').naturalWidth === 640"
    )
    paper = tmp_path / "reçu.pdf"
    paper.write_bytes(b"%PDF-1.4 paper")
    await page.locator("#pick-file").set_input_files(paper)
    await expect(page.locator(".row.own .file")).to_contain_text("reçu.pdf")
    await page.locator("#text").fill("file")
    await page.locator("#text").press("Enter")
    link = page.locator(".row.theirs .file")
    await expect(link).to_contain_text("جدول.pdf")
    async with page.expect_download() as coming:
        await link.click()
    download = await coming.value
    kept = tmp_path / "kept.pdf"
    await download.save_as(kept)
    assert kept.read_bytes() == b"%PDF-1.4 plan"
    # several photos chosen at once are one album
    await page.locator("#pick-photo").set_input_files([picture, picture])
    await expect(page.locator(".row.own img.media")).to_have_count(3)


@pytest.mark.parametrize(
    ("label", "kind"), [("صوتية", "voice"), ("ملصق", "sticker"), ("موقع", "location")]
)
async def test_the_small_menu_sends_other_things(scene: Scene, label: str, kind: str) -> None:
    page = await scene.page(PHONE, f"as={KARIM}&lang=ar")
    await page.locator("#big").click()
    await page.get_by_role("button", name="إرفاق").click()
    await page.get_by_role("menuitem", name=label).click()
    await expect(page.locator(".row.theirs", has_text=kind)).to_be_visible()


async def test_somebody_elses_number_is_not_ones_own(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={SAMIA}&lang=fr")
    await page.locator("#big").click()
    await page.get_by_role("button", name="Joindre").click()
    await page.get_by_role("menuitem", name="Envoyer le numéro d’un autre").click()
    await page.get_by_label("Le numéro de qui ?").select_option(str(OMAR))
    await page.get_by_role("dialog").get_by_role("button", name="Envoyer").click()
    await expect(page.locator(".row.theirs", has_text="not yours")).to_be_visible()


async def test_a_link_or_its_code_opens_the_chat(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={SAMIA}&lang=fr")
    await page.locator("#big").click()
    for written in ("link_ABC123", "https://t.me/casnos_demo_bot?start=link_DEF456"):
        await page.get_by_role("button", name="Autres options").click()
        await page.get_by_role("menuitem", name="Ouvrir un lien ou un code").click()
        await page.get_by_label("Collez le lien ou le code").fill(written)
        await page.keyboard.press("Enter")
        code = written[-11:]
        await expect(page.locator(".row.theirs", has_text=f"/start {code}")).to_be_visible()


async def test_what_cannot_be_done_is_said_in_the_pages_language(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={SAMIA}&lang=fr")
    await page.get_by_role("button", name="Autres options").click()
    await page.get_by_role("menuitem", name="Ouvrir un lien ou un code").click()
    await page.get_by_label("Collez le lien ou le code").fill("https://t.me/other_bot?start=x")
    await page.get_by_role("dialog").get_by_role("button", name="Ouvrir").click()
    await expect(page.locator(".toast.bad")).to_have_text("Ce lien ne mène à aucun bot connu ici.")


async def test_a_question_opens_the_reply_and_a_pin_is_shown(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={SAMIA}&lang=fr")
    await page.locator("#big").click()
    await expect(page.locator(".row.theirs", has_text="/start")).to_be_visible()
    asked = await scene.bot.bot.send_message(
        SAMIA,
        "Quel est votre numéro ?",
        reply_markup=ForceReply(input_field_placeholder="12 chiffres"),
    )
    await expect(page.locator("#context")).to_contain_text("Quel est votre numéro ?")
    await expect(page.locator("#text")).to_have_attribute("placeholder", "12 chiffres")
    await page.locator("#text").fill("123456789012")
    await page.locator("#text").press("Enter")
    reply = page.locator(".row.own", has_text="123456789012")
    await expect(reply.locator(".quoted")).to_contain_text("Quel est votre numéro ?")
    await expect(page.locator("#text")).to_have_attribute("placeholder", "Message…")
    await scene.bot.bot.pin_chat_message(SAMIA, asked.message_id)
    await expect(page.locator("#pinned")).to_contain_text("Quel est votre numéro ?")


async def test_staff_work_in_topics(scene: Scene) -> None:
    topic = await scene.bot.bot.create_forum_topic(GROUP, "R-16-26-000123-0")
    thread = topic.message_thread_id
    page = await scene.page(DESKTOP, f"as={OMAR}&lang=fr")
    await page.locator(".chat-item", has_text="وكالة الجزائر").click()
    tab = page.get_by_role("tab", name="R-16-26-000123-0")
    await scene.bot.bot.send_message(
        GROUP,
        "nouvelle réclamation",
        message_thread_id=thread,
        reply_markup=InlineKeyboardMarkup(
            [[InlineKeyboardButton("Prendre en charge", callback_data="plan")]]
        ),
    )
    await expect(tab.locator(".badge")).to_have_text("1")
    await tab.click()
    await expect(tab).to_have_attribute("aria-selected", "true")
    await expect(tab.locator(".badge")).to_have_count(0)
    await expect(bubble(page, "nouvelle réclamation")).to_be_visible()
    await page.locator("#text").fill("je m’en occupe")
    await page.locator("#text").press("Enter")
    await expect(page.locator(".row.theirs", has_text="je m’en occupe")).to_be_visible()
    await page.get_by_role("tab", name="Général").click()
    await expect(page.locator(".row", has_text="je m’en occupe")).to_have_count(0)
    # a topic deleted by the director disappears under the agent's eyes
    await tab.click()
    await scene.standin.act("delete_topic", NADIA, chat_id=GROUP, thread_id=thread)
    await expect(tab).to_have_count(0)
    await expect(page.get_by_role("tab", name="Général")).to_have_attribute("aria-selected", "true")


async def test_unread_messages_are_counted_for_the_others(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={KARIM}&lang=fr")
    samia = scene.standin.person(user_id=SAMIA, first_name="Samia", last_name="Benali")
    await samia.ask("un")
    entry = page.locator(f'[data-user="{SAMIA}"]')
    await expect(entry.locator(".badge")).to_have_text("1")
    await entry.click()
    await expect(page.locator(".row.theirs", has_text="un")).to_be_visible()
    await expect(entry.locator(".badge")).to_have_count(0)


async def test_the_clock_jumps_and_messages_carry_its_time(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={KARIM}&lang=fr")
    await page.get_by_role("button", name="Changer la date").click()
    await page.get_by_label("Date et heure").fill("2026-07-01T09:00")
    await page.get_by_role("button", name="Appliquer").click()
    await expect(page.locator("#clock-now")).to_contain_text("1 juil. 2026")
    assert scene.clock[-1] == "2026-07-01T09:00:00+01:00"
    await page.get_by_role("button", name="+ 1 semaine").click()
    await expect(page.locator("#clock-now")).to_contain_text("8 juil. 2026")
    await page.locator("#big").click()
    await expect(page.locator(".day").last).to_contain_text("mercredi 8 juillet 2026")
    await page.get_by_role("button", name="Changer la date").click()
    await page.get_by_role("button", name="Heure réelle").click()
    await expect(page.locator("#clock-now")).not_to_contain_text("8 juil. 2026")


async def test_a_blocked_bot_can_be_started_again(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={SAMIA}&lang=fr")
    await page.locator("#big").click()
    await page.get_by_role("button", name="Autres options").click()
    await page.get_by_role("menuitem", name="Bloquer le bot").click()
    await page.get_by_role("dialog").get_by_role("button", name="Bloquer le bot").click()
    await expect(page.locator("#chat-status")).to_have_text("Vous avez bloqué ce bot")
    await expect(page.locator("#composer")).to_be_hidden()
    await page.get_by_role("button", name="Redémarrer").click()
    await expect(page.locator("#composer")).to_be_visible()
    await expect(page.locator(".row.theirs", has_text="/start")).to_have_count(2)


async def test_a_bot_that_is_away_is_said_to_be(scene: Scene) -> None:
    async with await Standin.start(personas=PERSONAS[:1]) as lonely:
        context = await scene.browser.new_context(viewport=PHONE)
        page = await context.new_page()
        await page.goto(f"{lonely.base_url}/#as={KARIM}&lang=fr")
        await expect(page.locator("#offline")).to_contain_text("n’est pas connecté")
        assert await page.locator("#clock").is_hidden()
        await lonely.call("getUpdates")
        await expect(page.locator("#offline")).to_be_hidden(timeout=8000)


async def test_a_person_can_be_added(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={KARIM}&lang=fr")
    await page.get_by_role("button", name="Ajouter une personne").click()
    await page.get_by_label("Nom").fill("Yasmine")
    await page.get_by_label("Numéro de téléphone").fill("+213550009999")
    await page.get_by_role("dialog").get_by_role("button", name="Ajouter").click()
    await expect(page.locator("#as-whom")).to_contain_text("Yasmine")
    await page.locator("#big").click()
    await expect(page.locator(".row.theirs", has_text="/start")).to_be_visible()


async def test_the_language_of_the_page_can_be_changed(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={KARIM}&lang=ar")
    await page.get_by_role("button", name="Français").click()
    await expect(page.get_by_role("button", name="Démarrer")).to_be_visible()
    assert await page.evaluate("document.documentElement.dir") == "ltr"
    await page.goto(f"{scene.standin.base_url}/#as={KARIM}")
    await page.reload()
    await expect(page.get_by_role("button", name="Démarrer")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("language", ["ar", "fr"])
async def test_everything_fits_a_narrow_phone_and_is_easy_to_hit(
    scene: Scene, width: int, language: str
) -> None:
    size = {"width": width, "height": 700}
    page = await scene.page(size, f"as={KARIM}&lang={language}")
    await page.locator("#big").click()
    await page.locator("#keyboard .contact").click()
    await page.locator("#box .main").click()
    await expect(page.locator(".inline .key")).to_have_count(3)
    for view in ("chat", "people"):
        await page.evaluate(
            "(view) => { document.getElementById('app').dataset.view = view; }", view
        )
        report = await page.evaluate(HARD_TO_HIT)
        assert report == {"wide": 0, "small": [], "outside": []}


async def test_every_control_has_a_name(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={KARIM}&lang=ar")
    await page.locator("#big").click()
    await page.locator("#keyboard .contact").click()
    await page.locator("#box .main").click()
    await expect(page.locator(".inline .key")).to_have_count(3)
    nameless = await page.evaluate(NAMELESS)
    assert nameless == []
    assert await page.locator("#log").get_attribute("aria-live") == "polite"


async def test_the_page_works_by_keyboard_alone(scene: Scene) -> None:
    page = await scene.page(DESKTOP, f"as={KARIM}&lang=fr")
    await page.locator(f'[data-user="{KARIM}"]').focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#as-whom")).to_contain_text("Samia")
    await page.locator("#big").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".row.theirs", has_text="/start")).to_be_visible()
    await page.locator("#attach").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("End")
    await expect(page.get_by_role("menuitem", name="Ouvrir un lien")).to_be_focused()
