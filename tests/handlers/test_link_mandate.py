"""Mandates: dated, shown to the contributor, ended by either side, gone on their day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services import counter_codes, linking
from services.dates import day_in_algiers
from tests.support.chat import Chat, FundBot
from tests.support.fund import create_contributor

SSN = "990000000101"
PHONE = "+213550000001"
UNTIL = date(2027, 6, 30)


def contributor(bot: FundBot, **facts: Any) -> int:
    facts = {"ssn": SSN, "phone": PHONE} | facts
    return bot.do(lambda session: create_contributor(session, bot.vault, **facts))


def mandate_code(bot: FundBot, *, ssn: str = SSN, until: date = UNTIL, name: str | None = None):
    return bot.do(
        lambda session: counter_codes.issue(
            session,
            bot.vault,
            ssn=ssn,
            lives=timedelta(hours=72),
            now=bot.clock.now(),
            actor="command",
            mandate_until=until,
            name=name,
        )
    ).code


def holder(bot: FundBot, language: str = "fr") -> Chat:
    """The contributor, linked by their phone."""
    chat = bot.chat(language=language, first_name="Karim")
    chat.send("/start")
    chat.press("J’accepte" if language == "fr" else "أوافق")
    chat.share_contact()
    chat.send(SSN)
    return chat


def helper(bot: FundBot, code: str, telegram_id: int = 7002, **who: Any) -> Chat:
    """Someone who acts under a mandate, by the printed link."""
    who = {"first_name": "Yacine", "phone": "+213550000009"} | who
    chat = bot.chat(telegram_id, **who)
    chat.send(f"/start link_{code}")
    chat.press("J’accepte" if chat.language == "fr" else "أوافق")
    return chat


def accounts_of(bot: FundBot, chat: Chat) -> list[linking.Linked]:
    today = day_in_algiers(bot.clock.now())
    return bot.do(lambda session: linking.accounts_of(session, chat.id, today))


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_contributor_is_told_and_ends_it_by_button(fund_bot: FundBot, language: str) -> None:
    contributor(fund_bot)
    parent = holder(fund_bot, language)
    son = helper(fund_bot, mandate_code(fund_bot), language=language)
    [linked] = accounts_of(fund_bot, son)
    assert (linked.kind, linked.until) == ("mandate", UNTIL)

    assert "Yacine" in parent.text
    assert ("30 juin 2027" if language == "fr" else "30 جوان 2027") in parent.text
    fund_bot.restart()
    parent.press("Mettre fin" if language == "fr" else "إنهاء التوكيل")
    assert accounts_of(fund_bot, son) != []  # the first tap only asks
    fund_bot.restart()
    parent.press("Oui, mettre fin" if language == "fr" else "نعم، إنهاء")
    assert accounts_of(fund_bot, son) == []
    assert ("Votre mandat" if language == "fr" else "توكيلكم") in son.text
    assert fund_bot.events("link.ended")[-1].data["why"] == "holder"
    assert len(accounts_of(fund_bot, parent)) == 1


def test_the_name_from_the_counter_is_the_one_shown(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    parent = holder(sqlite_bot)
    helper(sqlite_bot, mandate_code(sqlite_bot, name="Nadia Comptable"))
    assert "Nadia Comptable peut consulter" in parent.text


def test_a_mandate_is_listed_and_can_be_ended_in_mydata(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    parent = holder(sqlite_bot)
    son = helper(sqlite_bot, mandate_code(sqlite_bot))
    parent.send("/mydata")
    assert "Yacine : peut consulter votre dossier jusqu’au 30 juin 2027" in parent.text
    parent.press("Dossiers reliés")
    parent.press("Fin du mandat : Yacine")
    parent.press("Oui, mettre fin")
    assert accounts_of(sqlite_bot, son) == []
    parent.send("/mydata")
    assert "Yacine" not in parent.text


def test_the_helper_sees_the_account_masked_and_gives_it_back(fund_bot: FundBot) -> None:
    contributor(fund_bot)
    parent = holder(fund_bot)
    son = helper(fund_bot, mandate_code(fund_bot))
    son.send("/settings")
    son.press("Dossiers reliés")
    assert "Karim Benali · •••• 0101 : par mandat, jusqu’au 30 juin 2027" in son.text
    son.press("Délier")
    son.press("Oui, délier")
    assert accounts_of(fund_bot, son) == []
    assert "Yacine a renoncé" in parent.text


def test_a_mandate_vanishes_after_its_last_day(fund_bot: FundBot) -> None:
    contributor(fund_bot)
    parent = holder(fund_bot)
    son = helper(fund_bot, mandate_code(fund_bot, until=date(2026, 11, 27)))
    fund_bot.clock.set(day="2026-11-27", at="23:59")
    assert len(accounts_of(fund_bot, son)) == 1
    fund_bot.clock.set(day="2026-11-28", at="00:00")
    assert accounts_of(fund_bot, son) == []
    parent.send("/mydata")
    assert "Yacine" not in parent.text
    parent.press("Mettre fin", message=next(m for m in parent.messages if "Yacine" in m.text))
    assert "pas de mandat en cours" in parent.toasts[-1]


def test_a_code_whose_mandate_is_over_is_a_failed_proof(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    code = mandate_code(sqlite_bot, until=date(2026, 11, 25))
    sqlite_bot.clock.advance(days=1)
    son = helper(sqlite_bot, code)
    assert "pas pu vérifier" in son.text


def test_ones_own_mandate_code_stays_unused(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    parent = holder(sqlite_bot)
    code = mandate_code(sqlite_bot)
    parent.send(f"/start link_{code}")
    assert "Remettez-le à qui agira pour vous" in parent.text
    assert sqlite_bot.events("proof.refused") == []
    assert len(accounts_of(sqlite_bot, helper(sqlite_bot, code))) == 1


def test_a_longer_mandate_takes_the_place_of_the_earlier_one(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    son = helper(sqlite_bot, mandate_code(sqlite_bot, until=date(2026, 12, 31)))
    son.send(f"/start link_{mandate_code(sqlite_bot)}")
    [linked] = accounts_of(sqlite_bot, son)
    assert linked.until == UNTIL


def test_who_links_later_is_told_of_mandates_that_exist(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    helper(sqlite_bot, mandate_code(sqlite_bot))
    parent = holder(sqlite_bot)
    assert "1 personne peut consulter votre dossier" in parent.text
    parent.press("Dossiers reliés")
    assert "Yacine" in parent.text


def test_nobody_ends_a_mandate_or_link_that_is_not_theirs(fund_bot: FundBot) -> None:
    """A forged press is refused by its seal; even a real one is checked against the record."""
    contributor(fund_bot)
    parent = holder(fund_bot)
    son = helper(fund_bot, mandate_code(fund_bot))
    stranger = fund_bot.chat(7003)
    stranger.send("/start")
    stranger.press("J’accepte")
    revoke = parent.data_of("Mettre fin")
    for forged in (revoke, revoke[:-2] + "AA"):
        stranger.press_data(forged)
        assert "plus valable" in stranger.toasts[-1]
    [mandate] = accounts_of(fund_bot, son)
    seal = fund_bot.kit.seal
    for action in ("mandate.revoke", "mandate.revoke_yes"):
        stranger.press_data(seal.write(stranger.id, action, str(mandate.link_id), 0))
        assert "pas de mandat" in stranger.toasts[-1]
    for action in ("link.unlink", "link.unlink_yes"):
        stranger.press_data(seal.write(stranger.id, action, f"L{mandate.link_id}", 0))
        assert "plus relié" in stranger.toasts[-1]
    # Not even the helper may end it in the contributor's name, nor the other way round.
    son.press_data(seal.write(son.id, "mandate.revoke_yes", str(mandate.link_id), 0))
    parent.press_data(seal.write(parent.id, "link.unlink_yes", f"L{mandate.link_id}", 0))
    assert accounts_of(fund_bot, son) == [mandate]
    assert len(accounts_of(fund_bot, parent)) == 1


def test_an_accountant_leafs_through_many_accounts(sqlite_bot: FundBot) -> None:
    accountant = None
    for number in range(11):
        ssn = f"9900000005{number:02d}"
        contributor(sqlite_bot, ssn=ssn, phone=None, name_fr=f"Client {number:02d}")
        code = mandate_code(sqlite_bot, ssn=ssn)
        if accountant is None:
            accountant = helper(sqlite_bot, code)
        else:
            accountant.send(f"/start link_{code}")
    assert accountant is not None
    accountant.send("/status")
    assert sum("Client" in label for label in accountant.buttons) == 8
    accountant.press("Suivants")
    assert [label[:9] for label in accountant.buttons if "Client" in label] == [
        "Client 08",
        "Client 09",
        "Client 10",
    ]
    accountant.press("Précédents")
    assert "Client 00" in accountant.buttons[0]
    accountant.send("/settings")
    accountant.press("Dossiers reliés")
    accountant.press("Suivants")
    accountant.press("Délier Client 10")
    accountant.press("Oui, délier")
    assert len(accounts_of(sqlite_bot, accountant)) == 10
