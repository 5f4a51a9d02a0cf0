"""Rows of buttons on a cheap telephone: what would be cut off side by side is put below."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.buttons import Button, LinkButton, laid_out
from handlers.general import MENU_ROWS
from tests.support.chat import FundBot
from tests.support.complaints import AGENT, file_complaint, linked_citizen, open_agencies


def rows_of(*labels: str) -> list[list[str]]:
    def to_button(one: Button | LinkButton) -> dict[str, Any]:
        return {"text": one.label}

    shown = laid_out([[Button(label, "x") for label in labels]], to_button)
    return [[button["text"] for button in row] for row in shown]


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (["⬅️ Retour", "❓ Aide", "❌ Annuler"], [3]),
        (["⬅️ رجوع", "❓ مساعدة", "❌ إلغاء"], [3]),
        (["Plus souvent", "Moins souvent", "Jamais"], [2, 1]),
        (["📎 Fichiers", "🔢 Numéro complet"], [1, 1]),
        (["↪️ Pas à nous : transférer", "⬆️ Faire remonter"], [1, 1]),
        (["1", "2", "3", "4", "5", "6", "7"], [7]),
        (["10 000", "20 000", "30 000", "40 000"], [4]),
        (["100 000 DA", "200 000 DA", "300 000 DA", "400 000 DA"], [3, 1]),
        (["a" * 60], [1]),
        # Direction signs and vowel marks take no room.
        (["\u2066R-16-26-00\u2069", "مُحَمَّد", "ب"], [3]),
        ([], []),
    ],
)
def test_a_row_is_broken_where_its_labels_would_be_cut(labels: list[str], rows: list[int]) -> None:
    shown = rows_of(*labels)
    assert [len(row) for row in shown] == rows
    assert [label for row in shown for label in row] == labels  # none lost, the order kept


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_menu_fits_in_both_languages(sqlite_bot: FundBot, language: str) -> None:
    words = sqlite_bot.kit.words[language]
    shown = laid_out(MENU_ROWS, lambda one: {"text": words.label(one.label)})
    assert sum(len(row) for row in shown) == sum(len(row) for row in MENU_ROWS)
    assert all(len(row) <= 2 for row in shown)


def test_the_card_of_a_case_has_two_in_a_row_only_where_both_can_be_read(
    sqlite_bot: FundBot,
) -> None:
    open_agencies(sqlite_bot)
    file_complaint(linked_citizen(sqlite_bot))
    agent = sqlite_bot.chat(AGENT)
    agent.press("Ouvrir le dossier")
    shown = [[button["text"] for button in row] for row in agent.last_message.rows]
    assert ["💬 Répondre", "❓ Demander"] in shown
    assert ["⬆️ Faire remonter"] in shown
    assert all(len(label) <= 16 for row in shown if len(row) == 2 for label in row)
