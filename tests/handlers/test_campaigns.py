"""Campaigns in the chat: four eyes, reasons, examples, one switch; nobody is written to twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from handlers.reminder_text import sayer
from services.outbox import Outbox
from services.policy.policy import OUR_FILES
from services.records.reminders import Campaign
from services.reminders.letters import Item, Letter
from services.reminders.owed import Owed
from services.reminders.steps import Kind, Step
from services.vault import Vault
from tests.support.chat import Chat, FundBot
from tests.support.citizens import citizen
from tests.support.clock import SetClock
from tests.support.fund import create_contributor, create_payment
from tests.support.officers import (
    CENTRAL,
    DIRECTOR,
    MANAGER,
    OWES_2025,
    SECOND,
    members,
    officers,
    prepare,
    press_as,
)


@pytest.fixture
def central(fund_bot: FundBot) -> Chat:
    return officers(fund_bot)


def test_a_campaign_needs_two_pairs_of_eyes_and_says_why_people_are_held(
    fund_bot: FundBot, central: Chat
) -> None:
    samir = citizen(fund_bot, 7001, **OWES_2025)
    paid = citizen(fund_bot, 7002, **(OWES_2025 | {"surcharges": {}}))
    fund_bot.do(
        lambda s: create_payment(s, 2, year=2025, paid_on=date(2025, 6, 1), amount=6_000_000)
    )
    fund_bot.do(lambda s: create_contributor(s, fund_bot.vault, **OWES_2025))  # not on Telegram
    prepare(fund_bot, central)

    assert "À envoyer : 1" in central.text
    assert "pas sur Telegram : 1" in central.text
    assert "Envoi du 2 décembre 2026 au 2 décembre 2026" in central.text
    central.press("Dix exemples")
    assert "Il reste 65 000 DA à payer pour 2025" in central.text
    central.press("Demander l’approbation")
    second = fund_bot.chat(SECOND)
    assert "attend votre approbation" in second.text
    # The one who started it cannot approve it, by any button.
    central.press_data(fund_bot.kit.seal.write(CENTRAL, "campaigns.approve", "1", 0))
    assert "seconde personne" in central.toasts[-1]
    fund_bot.clock.set(day="2026-12-02")
    fund_bot.run_job("campaigns")
    assert samir.messages == []

    second.press("Voir la campagne")
    second.press("Approuver")
    assert "est approuvée" in fund_bot.chat(CENTRAL).text
    for _ in range(3):
        fund_bot.restart()
        fund_bot.run_job("campaigns")
    assert len(samir.messages) == 1
    assert "65 000 DA" in samir.text
    fund_bot.run_job("campaigns")
    assert paid.messages == []
    assert members(fund_bot)[0][1:] == ("sent", None)

    samir.press("Pourquoi ce message")
    assert "à payer pour 2025" in samir.text
    fund_bot.do(
        lambda s: create_payment(s, 1, year=2025, paid_on=date(2026, 12, 5), amount=6_500_000)
    )
    fund_bot.clock.set(day="2026-12-10")
    central.send("/campaigns")
    central.press("1 · terminée")
    assert "Envoyés : 1" in central.text
    assert "ont payé 1 (65 000 DA)" in central.text
    central.press("Résultat")
    content = (central.last_message.file or b"").decode()
    assert content.splitlines()[1].startswith("16,2,1,0,0,0,1,")
    assert "not_linked,1" in content


def test_what_changed_since_is_weighed_again_when_it_is_sent(
    fund_bot: FundBot, central: Chat
) -> None:
    chats = [citizen(fund_bot, 7001 + n, **OWES_2025) for n in range(3)]
    prepare(fund_bot, central)
    press_as(fund_bot, MANAGER, "campaigns.approve", "1")
    fund_bot.do(
        lambda s: create_payment(s, 1, year=2025, paid_on=date(2026, 12, 1), amount=6_500_000)
    )
    chats[1].send("/reminders")
    chats[1].press("Messages de la caisse")
    fund_bot.clock.set(day="2026-12-02")
    fund_bot.run_job("campaigns")
    assert not chats[0].messages
    assert not chats[1].seen("Un rappel de la CASNOS")
    assert chats[2].seen("Un rappel de la CASNOS")
    assert [one[2] for one in members(fund_bot)] == ["paid", "opted_out", None]


def test_pause_and_the_one_switch_take_back_what_has_not_left(sqlite_bot: FundBot) -> None:
    central = officers(sqlite_bot)
    samir = citizen(sqlite_bot, 7001, **OWES_2025)
    prepare(sqlite_bot, central)
    press_as(sqlite_bot, SECOND, "campaigns.approve", "1")
    sqlite_bot.clock.set(day="2026-12-02")
    deliver, sqlite_bot.deliver = sqlite_bot.deliver, lambda: None  # type: ignore[method-assign]
    sqlite_bot.run_job("campaigns")
    press_as(sqlite_bot, SECOND, "campaigns.stop_all", "")
    sqlite_bot.deliver = deliver  # type: ignore[method-assign]
    sqlite_bot.deliver()
    sqlite_bot.run_job("campaigns")
    assert samir.messages == []
    assert members(sqlite_bot) == [(1, "ready", None)]

    central.send("/campaigns")
    assert "Toutes les campagnes sont arrêtées" in central.text
    central.press("Autoriser de nouveau")
    central.press("1 · en cours d’envoi")
    central.press("Mettre en pause")
    sqlite_bot.run_job("campaigns")
    assert samir.messages == []
    central.press("Reprendre")
    sqlite_bot.run_job("campaigns")
    assert len(samir.messages) == 1
    central.press("Actualiser")
    assert "terminée" in central.text or "en cours" in central.text


def test_who_was_reminded_lately_waits_and_who_does_not_fit_is_listed(
    sqlite_bot: FundBot,
) -> None:
    central = officers(sqlite_bot)
    samir = citizen(sqlite_bot, 7001, **OWES_2025)
    for _ in range(2):
        prepare(sqlite_bot, central)
    for number in ("1", "2"):
        press_as(sqlite_bot, SECOND, "campaigns.approve", number)
    sqlite_bot.clock.set(day="2026-12-02")
    sqlite_bot.run_job("campaigns")
    assert len(samir.messages) == 1
    sqlite_bot.clock.set(day="2026-12-03")
    sqlite_bot.run_job("campaigns")
    assert len(samir.messages) == 1
    assert [one[1:] for one in members(sqlite_bot)] == [("sent", None), ("held", "cap")]


def test_nobody_else_learns_that_there_are_campaigns(sqlite_bot: FundBot) -> None:
    central = officers(sqlite_bot)
    prepare(sqlite_bot, central)
    director, citizen_ = sqlite_bot.chat(DIRECTOR), citizen(sqlite_bot, 7001, **OWES_2025)
    for chat in (director, citizen_):
        chat.send("/campaigns")
        assert "commande n’existe pas" in chat.text
        for action in ("campaigns.approve", "campaigns.stop_all", "campaigns.show"):
            chat.press_data(sqlite_bot.kit.seal.write(chat.id, action, "1", 0))
            assert "plus valable" in chat.toasts[-1]
    state = sqlite_bot.do(lambda session: session.scalar(select(Campaign.state)))
    assert state == "ready"
    manager = sqlite_bot.chat(MANAGER)
    manager.send("/campaigns")
    assert "Nouvelle campagne" not in manager.buttons
    manager.press_data(sqlite_bot.kit.seal.write(MANAGER, "campaigns.new", "", 0))
    assert "plus valable" in manager.toasts[-1]


def test_a_wrong_agency_changes_nothing_and_cancel_leaves(sqlite_bot: FundBot) -> None:
    central = officers(sqlite_bot)
    central.send("/campaigns")
    central.press("Nouvelle campagne")
    central.send("9999")
    assert "Aucune agence" in central.text
    central.send("16")
    assert "Pour quelle catégorie" in central.text
    central.send("/cancel")
    assert sqlite_bot.do(lambda session: session.scalar(select(Campaign.id))) is None


def test_broadcasts_are_paid_for_only_where_the_policy_says_so(
    sqlite_url: str, tmp_path: Path, vault: Vault, clock: SetClock
) -> None:
    (tmp_path / "policy").mkdir()
    for paid in (False, True):
        own = (OUR_FILES / "reminders.toml").read_text()
        first_row = own.split("[[reminder_steps]]")[0]
        (tmp_path / "policy" / "own.toml").write_text(
            first_row.replace("paid_broadcast = false", f"paid_broadcast = {str(paid).lower()}")
        )
        bot = FundBot(sqlite_url, vault, clock, policy_dir=str(tmp_path / "policy"))
        letter = Letter(7001, "fr", False, (_late_item(),), campaign_id=1)

        def queued(session: Any, bot: FundBot = bot, letter: Letter = letter) -> bool:
            outbox = Outbox(session, bot.clock.now())
            sayer(bot.kit, session, outbox)(letter)
            return "allow_paid_broadcast" in outbox.added[0].params

        assert bot.do(queued) is paid
        bot.close()


def _late_item() -> Item:
    day = date(2026, 11, 25)
    step = Step(Kind.CAMPAIGN, "2025", 0, day, day, day, day, False)
    return Item(step, Owed(False), 1, 1)
