"""The statement as a PDF: shaped, ordered, with its date, and no certificate."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from handlers import words
from handlers.papers import order, page
from handlers.papers import statement as paper
from services import linking, outbox, situation
from services.database import sessions
from tests.support.chat import FundBot, Shown
from tests.support.citizens import citizen

EXAMPLE: dict[str, Any] = {
    "ssn": "123456781234",
    "affiliated_on": date(2024, 1, 1),
    "declarations": {2024: 18_000_000},
    "payments": [(2024, date(2024, 9, 15), 2_000_000)],
    "surcharges": {2025: (180_000, date(2026, 11, 1))},
}


def _text(shown: Shown) -> str:
    assert shown.file is not None
    pages = PdfReader(io.BytesIO(shown.file)).pages
    return "\n".join(page.extract_text() for page in pages).replace("\u00a0", " ")


def test_the_statement_comes_as_a_document_in_ones_language(fund_bot: FundBot) -> None:
    chat = citizen(fund_bot, **EXAMPLE)
    chat.send("/status")
    shown = chat.press("Relevé PDF")
    assert shown.file_name == "casnos-2026-11-25-fr.pdf"
    assert "C’est une information, pas une attestation." in shown.text
    text = _text(shown)
    for said in (
        "Relevé de situation des cotisations",
        "Karim Benali",
        "•••• 1234",
        "25 novembre 2026 à 10:00",
        "20 novembre 2026",
        "36 000,00 *",
        "20 000,00",
        "16 000,00 *",
        "6 680,00 *",
        "22 680,00 *",
        "La majoration de 2025 est le chiffre de la caisse au 1er novembre 2026.",
        "Il ne vaut pas attestation de mise à jour",
    ):
        assert said in text
    assert "12345678" not in text
    [event] = fund_bot.events("statement.made")
    assert event.actor == "person:7001"


def test_the_same_in_arabic_and_the_other_language_by_a_button(fund_bot: FundBot) -> None:
    chat = citizen(fund_bot, language="ar", **EXAMPLE)
    shown = chat.send("/statement")
    assert shown.file_name == "casnos-2026-11-25-ar.pdf"
    text = _text(shown)
    assert "كشف" in text
    assert "22 680,00" in text
    assert shown.file is not None
    assert PdfReader(io.BytesIO(shown.file)).trailer["/Root"]["/Lang"] == "ar-DZ"
    chat.press("Français")
    assert "Relevé de situation" in _text(chat.last_message)


def test_arabic_letters_join_and_the_row_runs_from_right_to_left(sqlite_bot: FundBot) -> None:
    """The year stands to the right of its amounts, and shaped glyphs differ from bare ones."""
    chat = citizen(sqlite_bot, language="ar", **EXAMPLE)
    shown = chat.send("/statement")
    assert shown.file is not None
    places: dict[str, float] = {}

    def note(text: str, _cm: Any, tm: list[float], *_: Any) -> None:
        places.setdefault(text.strip().replace("\u00a0", " "), tm[4])

    page = PdfReader(io.BytesIO(shown.file)).pages[0]
    page.extract_text(visitor_text=note)
    year = next(x for text, x in places.items() if text.endswith("2024"))
    amount = next(x for text, x in places.items() if "22 680,00" in text)
    assert year > amount


def test_fifteen_years_fit_and_many_more_go_on_another_page(sqlite_bot: FundBot) -> None:
    citizen(sqlite_bot, affiliated_on=date(2010, 1, 1))
    found = sqlite_bot.do(
        lambda session: situation.situation_on(
            session,
            policy=sqlite_bot.kit.policy,
            vault=sqlite_bot.vault,
            contributor_id=1,
            on=date(2049, 1, 1),
        )
    )
    assert found is not None
    content = paper.write(words.load("fr"), found, at=sqlite_bot.clock.now())
    assert len(PdfReader(io.BytesIO(content)).pages) == 2


def test_the_fonts_hold_every_letter_that_is_said() -> None:
    cmap = TTFont(page.FONTS / "Documents-Regular.ttf").getBestCmap()
    for spoken in words.load_all().values():
        for key in ("statement.title", "statement.no_certificate", "statement.estimate"):
            assert [c for c in spoken.label(key) if ord(c) not in cmap] == []
    for letter in "éèêçàùœŒÉÀ’–•0123456789*ابتثجحخدذرزسشصضطظعغفقكلمنهويىئءآأإةؤًٌٍَُِّْ،؛؟":
        assert ord(letter) in cmap, letter
    size = sum(file.stat().st_size for file in page.FONTS.iterdir())
    assert size < 1_000_000


def test_another_persons_statement_is_not_made(sqlite_bot: FundBot) -> None:
    citizen(sqlite_bot, **EXAMPLE)
    other = citizen(sqlite_bot, 7002, affiliated_on=date(2026, 1, 1))
    other.send("/status")
    for forged in ("fr:L1", "xx:L2", "L2", ""):
        other.press_data(sqlite_bot.kit.seal.write(other.id, "statement.in", forged, 0))
        assert "plus valable" in other.toasts[-1]
    assert sqlite_bot.events("statement.made") == []


def test_what_was_ordered_is_not_made_for_someone_who_is_no_longer_linked(
    sqlite_bot: FundBot,
) -> None:
    chat = citizen(sqlite_bot, **EXAMPLE)
    chat.send("/statement")
    found = outbox.paper_in(sqlite_bot.calls[-1].params)
    assert found is not None
    paper, make = found[1], sessions(sqlite_bot._engine)
    assert order.make(sqlite_bot.kit, make, paper).startswith(b"%PDF")
    sqlite_bot.do(
        lambda session: linking.unlink_all(
            session, chat.id, why="erased", now=sqlite_bot.clock.now()
        )
    )
    with pytest.raises(order.NotToBeMade):
        order.make(sqlite_bot.kit, make, paper)
