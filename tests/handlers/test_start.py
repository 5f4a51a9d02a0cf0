"""/start, consent and language, as a newcomer lives them."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from services import people
from tests.support.chat import FundBot


def test_a_newcomer_is_asked_for_consent_in_the_telephones_language(fund_bot: FundBot) -> None:
    french = fund_bot.chat(language="fr").send("/start")
    assert "18-07" not in french.text
    assert "Telegram" in french.text
    arabic = fund_bot.chat(7002, language="ar").send("/start")
    assert "تيليغرام" in arabic.text


@pytest.mark.parametrize("code", ["ar", "ar-DZ", "en", "", "kab"])
def test_any_other_telephone_is_greeted_in_arabic(sqlite_bot: FundBot, code: str) -> None:
    assert "كاسنوس" in sqlite_bot.chat(language=code).send("/start").text


def test_the_language_changes_in_place_and_is_kept(fund_bot: FundBot) -> None:
    chat = fund_bot.chat(language="fr")
    chat.send("/start")
    chat.press("العربية")
    assert "كاسنوس" in chat.text
    fund_bot.restart()
    chat.send("/help")
    assert "موافقتكم" in chat.text


def test_who_declines_can_come_back_to_it(fund_bot: FundBot) -> None:
    chat = fund_bot.chat()
    chat.send("/start")
    chat.press("Pas maintenant")
    assert "aucune donnée personnelle" in chat.text
    chat.press("Revoir")
    assert "J’accepte" in " ".join(chat.buttons)


@pytest.mark.parametrize(
    ("language", "typed"),
    [("fr", "oui"), ("fr", "j'accepte"), ("fr", "d'accord"), ("ar", "نعم"), ("ar", "أوافق")],
)
def test_a_typed_yes_is_consent_and_the_wish_is_done(
    fund_bot: FundBot, language: str, typed: str
) -> None:
    chat = fund_bot.chat(language=language)
    chat.send("/status")
    fund_bot.restart()
    chat.send(typed)
    assert len(fund_bot.events("person.consented")) == 1
    assert chat.buttons == ["🔗 Relier mon numéro" if language == "fr" else "🔗 ربط رقمي"]


@pytest.mark.parametrize("typed", ["non", "pas maintenant", "لا"])
def test_a_typed_no_is_a_no(sqlite_bot: FundBot, typed: str) -> None:
    chat = sqlite_bot.chat()
    chat.send("/start")
    chat.send(typed)
    assert "aucune donnée personnelle" in chat.text
    assert sqlite_bot.events("person.consented") == []


def test_where_only_a_button_answers_it_is_said(sqlite_bot: FundBot) -> None:
    chat = sqlite_bot.chat()
    chat.send("/start")
    chat.send("xyzzy")
    assert "appuyez sur un des boutons" in chat.messages[-2].text
    assert "✅ J’accepte" in chat.buttons
    assert sqlite_bot.events("person.consented") == []


def test_a_forged_button_changes_nothing_and_is_answered(fund_bot: FundBot) -> None:
    chat = fund_bot.chat()
    chat.send("/start")
    other = fund_bot.chat(7002)
    other.send("/start")
    for data in ("x", "a" * 64, chat.data_of("J’accepte")):
        other.press_data(data)
        assert "plus valable" in other.toasts[-1]
    assert fund_bot.events("person.consented") == []


def test_who_merely_talks_in_a_group_is_not_written_down(fund_bot: FundBot) -> None:
    for content in ({"text": "salam"}, {"photo": []}, {"text": "/weather"}):
        fund_bot.update(
            message={
                "message_id": 5,
                "date": 1_780_000_000,
                "chat": {"id": -100777, "type": "supergroup", "title": "Marché"},
                "from": {"id": 90210, "is_bot": False, "first_name": "Passant"},
                **content,
            }
        )
        if content.get("text") != "/weather":
            assert fund_bot.do(lambda session: people.find(session, 90210)) is None
    assert fund_bot.calls == []


def test_what_was_wished_before_consent_is_kept_sealed(fund_bot: FundBot) -> None:
    """A one-time code of a counter would open an account to whoever reads the database."""
    chat = fund_bot.chat()
    chat.send("/start link_ABCD2345")
    kept = fund_bot.do(lambda session: people.find(session, chat.id))
    assert kept is not None
    assert kept.drafts["consent"]["wish"]
    assert "ABCD2345" not in str(kept.drafts)
    fund_bot.restart()
    chat.press("J’accepte")
    assert len(fund_bot.events("person.consented")) == 1
    assert not chat.seen("Que voulez-vous faire")  # it went on with the code


def test_a_wish_kept_by_an_earlier_edition_is_still_done(sqlite_bot: FundBot) -> None:
    chat = sqlite_bot.chat()
    chat.send("/complaint")

    def as_it_was(session: Session) -> None:
        caller = people.find(session, chat.id)
        assert caller is not None
        caller.drafts["consent"] = {"wish": "command:cases:"}
        people.keep_conversation(session, caller, sqlite_bot.clock.now())

    sqlite_bot.do(as_it_was)
    chat.press("J’accepte")
    assert "aucune réclamation" in chat.text
