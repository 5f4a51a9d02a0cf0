"""/settings: one page that leads everywhere, in both languages."""

from __future__ import annotations

import pytest

from tests.support.chat import FundBot


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("fr", ["🌐 Langue", "👥 Dossiers reliés", "🔒 Mes données personnelles"]),
        ("ar", ["🌐 اللغة", "👥 الملفات المرتبطة", "🔒 معطياتي الشخصية"]),
    ],
)
def test_settings_offer_what_this_edition_can_do(
    sqlite_bot: FundBot, language: str, labels: list[str]
) -> None:
    chat = sqlite_bot.chat(language=language)
    chat.send("/settings")
    assert set(labels) <= set(chat.buttons)
    known = sqlite_bot.kit.book.actions
    assert any("🔔" in label for label in chat.buttons) is ("reminders.open" in known)


def test_the_language_can_be_changed_before_consent(fund_bot: FundBot) -> None:
    chat = fund_bot.chat(language="fr")
    chat.send("/settings")
    chat.press("Langue")
    chat.press("العربية")
    fund_bot.restart()
    chat.send("/settings")
    assert "الإعدادات" in chat.text
    commands = [call.params for call in fund_bot.calls if call.method == "setMyCommands"][-1]
    assert commands["scope"]["chat_id"] == chat.id
    assert {"command": "help", "description": "المساعدة"} in commands["commands"]


def test_accounts_wait_for_consent(sqlite_bot: FundBot) -> None:
    chat = sqlite_bot.chat()
    chat.send("/settings")
    chat.press("Dossiers reliés")
    assert "Êtes-vous d’accord" in chat.text
    chat.press("J’accepte")
    assert "Aucun dossier n’est relié" in chat.text


def test_pages_are_turned_in_place(sqlite_bot: FundBot) -> None:
    chat = sqlite_bot.chat()
    chat.send("/settings")
    before = len(chat.messages)
    chat.press("Mes données")
    chat.press("Retour")
    assert len(chat.messages) == before
    assert "Réglages" in chat.text
