"""The counter's code: typed anyhow or followed as a link, once, in time, for one person."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from services import counter_codes, linking, one_time_codes
from services.dates import day_in_algiers
from tests.support.chat import Chat, FundBot
from tests.support.fund import create_contributor

SSN = "990000000101"
PHONE = "+213550000001"
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def contributor(bot: FundBot, **facts: Any) -> int:
    facts = {"ssn": SSN} | facts
    return bot.do(lambda session: create_contributor(session, bot.vault, **facts))


def code_for(bot: FundBot, ssn: str = SSN, **about: Any) -> str:
    return bot.do(
        lambda session: counter_codes.issue(
            session,
            bot.vault,
            ssn=ssn,
            lives=timedelta(hours=72),
            now=bot.clock.now(),
            actor="command",
            **about,
        )
    ).code


def newcomer(bot: FundBot, telegram_id: int = 7001, **who: Any) -> Chat:
    chat = bot.chat(telegram_id, **who)
    chat.send("/start")
    chat.press("J’accepte" if chat.language == "fr" else "أوافق")
    return chat


def at_the_code(bot: FundBot, telegram_id: int = 7001, **who: Any) -> Chat:
    chat = newcomer(bot, telegram_id, **who)
    chat.send("🔑 J’ai un code de l’agence" if chat.language == "fr" else "🔑 لديّ رمز من الوكالة")
    return chat


def accounts_of(bot: FundBot, chat: Chat) -> list[linking.Linked]:
    today = day_in_algiers(bot.clock.now())
    return bot.do(lambda session: linking.accounts_of(session, chat.id, today))


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_code_links_without_the_phone_and_only_once(fund_bot: FundBot, language: str) -> None:
    who = contributor(fund_bot)
    code = code_for(fund_bot)
    chat = at_the_code(fund_bot, language=language)
    fund_bot.restart()
    chat.send(one_time_codes.in_groups(code))
    [linked] = accounts_of(fund_bot, chat)
    assert (linked.contributor_id, linked.kind) == (who, "self")

    second = at_the_code(fund_bot, 7002, language=language)
    second.send(code)
    refused = "pas pu vérifier" if language == "fr" else "لم نتمكن من التأكد"
    assert refused in second.text
    assert accounts_of(fund_bot, second) == []
    assert len(accounts_of(fund_bot, chat)) == 1


@pytest.mark.parametrize("form", ["groups", "spaces", "lower", "arabic", "letters_for_digits"])
def test_a_code_is_understood_as_people_type_it(sqlite_bot: FundBot, form: str) -> None:
    contributor(sqlite_bot)
    code = code_for(sqlite_bot)
    typed = {
        "groups": one_time_codes.in_groups(code),
        "spaces": " ".join(re.findall("..", code)),
        "lower": one_time_codes.in_groups(code).lower(),
        "arabic": code.translate(ARABIC_INDIC),
        "letters_for_digits": code.replace("0", "O").replace("1", "l"),
    }[form]
    chat = at_the_code(sqlite_bot)
    chat.send(typed)
    assert len(accounts_of(sqlite_bot, chat)) == 1


def test_a_code_typed_where_the_phone_or_the_number_is_asked_works_too(
    sqlite_bot: FundBot,
) -> None:
    contributor(sqlite_bot)
    contributor(sqlite_bot, ssn="990000000202")
    at_phone = newcomer(sqlite_bot)
    at_phone.send(code_for(sqlite_bot))
    assert len(accounts_of(sqlite_bot, at_phone)) == 1
    at_number = newcomer(sqlite_bot, 7002)
    at_number.share_contact()
    at_number.send(code_for(sqlite_bot, "990000000202"))
    assert len(accounts_of(sqlite_bot, at_number)) == 1


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_deep_link_waits_for_consent_and_then_links(fund_bot: FundBot, language: str) -> None:
    contributor(fund_bot)
    chat = fund_bot.chat(language=language)
    chat.send(f"/start link_{code_for(fund_bot)}")
    assert accounts_of(fund_bot, chat) == []
    fund_bot.restart()
    chat.press("J’accepte" if language == "fr" else "أوافق")
    assert len(accounts_of(fund_bot, chat)) == 1


def test_the_deep_link_works_for_who_has_consented(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    chat = newcomer(sqlite_bot)
    chat.send("/cancel")
    chat.send(f"/start link_{code_for(sqlite_bot)}")
    assert "relié au dossier" in chat.text


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_wrong_used_and_outdated_codes_look_alike_and_count(
    sqlite_bot: FundBot, language: str
) -> None:
    contributor(sqlite_bot)
    contributor(sqlite_bot, ssn="990000000202")
    used, outdated = code_for(sqlite_bot), code_for(sqlite_bot, "990000000202")
    at_the_code(sqlite_bot, 7100, language=language).send(used)
    sqlite_bot.clock.advance(hours=72)
    answers = set()
    for telegram_id, code in ((7101, "7K3M9QXD2HVT"), (7102, used), (7103, outdated)):
        chat = at_the_code(sqlite_bot, telegram_id, language=language)
        chat.send(code)
        answers.add((chat.last_message.html, *chat.buttons))
        assert accounts_of(sqlite_bot, chat) == []
    by_phone = newcomer(sqlite_bot, 7104, language=language)
    by_phone.share_contact()
    by_phone.send("991111111111")
    answers.add((by_phone.last_message.html, *by_phone.buttons))
    assert len(answers) == 1
    assert len(sqlite_bot.events("proof.refused")) == 4


def test_a_code_lives_until_the_72nd_hour(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    code = code_for(sqlite_bot)
    chat = at_the_code(sqlite_bot)
    sqlite_bot.clock.advance(hours=71, minutes=59)
    chat.send(code)
    assert len(accounts_of(sqlite_bot, chat)) == 1


def test_what_is_no_code_is_told_with_an_example_and_not_counted(sqlite_bot: FundBot) -> None:
    chat = at_the_code(sqlite_bot)
    for typed in ("bonjour", "7K3M-9QXD", SSN, "7K3M-9QXD-2HV!"):
        chat.send(typed)
        assert "7K3M-9QXD-2HVT" in chat.text
    chat.send("/start link_abc")
    assert sqlite_bot.events("proof.refused") == []


def test_the_lock_holds_for_codes_too_and_leaves_them_unused(fund_bot: FundBot) -> None:
    contributor(fund_bot)
    code = code_for(fund_bot)
    chat = newcomer(fund_bot)
    chat.share_contact()
    for wrong in range(3):
        chat.send(f"99111111111{wrong}")
    for wrong in ("7K3M9QXD2HVT", "7K3M9QXD2HVW"):  # both ways count together
        chat.send(wrong)
    assert "26 novembre 2026 à 10:00" in chat.text
    for attempt in (f"/start link_{code}", "/link"):
        chat.send(attempt)
        assert "26 novembre 2026 à 10:00" in chat.text
    assert accounts_of(fund_bot, chat) == []
    fund_bot.clock.advance(days=1)
    chat.send(f"/start link_{code}")
    assert len(accounts_of(fund_bot, chat)) == 1


def test_two_on_one_phone_are_linked_by_code_and_asked_for_whom(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot, phone=PHONE)
    contributor(sqlite_bot, ssn="990000000202", phone=PHONE, name_fr="Amina Benali")
    chat = at_the_code(sqlite_bot)
    chat.send(code_for(sqlite_bot))
    chat.send("/link")
    assert "il faut un code de l’agence" in chat.text
    chat.press("J’ai un code")
    chat.send(code_for(sqlite_bot, "990000000202"))
    assert len(accounts_of(sqlite_bot, chat)) == 2
    chat.send("/status")
    assert any("Amina Benali" in label for label in chat.buttons)


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_code_moves_the_account_to_a_new_telegram_and_tells_the_old_one(
    fund_bot: FundBot, language: str
) -> None:
    contributor(fund_bot, phone=PHONE)
    old = newcomer(fund_bot, language=language)
    old.share_contact()
    old.send(SSN)
    new = at_the_code(fund_bot, 7002, phone="+213550000009")
    new.send(code_for(fund_bot))
    assert len(accounts_of(fund_bot, new)) == 1
    assert accounts_of(fund_bot, old) == []
    assert ("contactez votre agence" if language == "fr" else "فاتصلوا بوكالتكم") in old.text


def test_a_newer_code_of_ones_own_replaces_the_one_that_was_lost(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    lost, fresh = code_for(sqlite_bot), code_for(sqlite_bot)
    chat = at_the_code(sqlite_bot)
    chat.send(lost)
    assert accounts_of(sqlite_bot, chat) == []
    chat.send(fresh)
    assert len(accounts_of(sqlite_bot, chat)) == 1
