"""Who a campaign does not reach is named to the central level; what it shows is what will come."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.scheduler import job_named
from services.outbox import Outbox
from services.policy.policy import OUR_FILES
from services.records.fund import Load
from services.records.people import Person
from services.records.reminders import Campaign
from services.records.traffic import OutgoingCall
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
def slow_bot(sqlite_url: str, tmp_path: Path, vault: Vault, clock: SetClock) -> Iterator[FundBot]:
    """A fund that may send one message a second."""
    (tmp_path / "policy").mkdir()
    own = (OUR_FILES / "reminders.toml").read_text().split("[[reminder_steps]]")[0]
    (tmp_path / "policy" / "own.toml").write_text(own.replace("per_second = 29", "per_second = 1"))
    bot = FundBot(sqlite_url, vault, clock, policy_dir=str(tmp_path / "policy"))
    yield bot
    bot.close()


def listed(chat: Chat) -> list[dict[str, str]]:
    content = (chat.last_message.file or b"").decode()
    return list(csv.DictReader(io.StringIO(content)))


def test_who_does_not_fit_is_said_before_and_named_before_and_after(slow_bot: FundBot) -> None:
    central = officers(slow_bot)
    people = [citizen(slow_bot, 7001 + n, name_fr=f"Karim {n}", **OWES_2025) for n in range(3)]
    prepare(slow_bot, central)
    assert "à temps" not in central.text
    slow_bot.clock.set(day="2026-12-02", at="19:59:58")  # the last two seconds of the last day
    central.press("Actualiser")
    assert "Personnes que l’envoi n’atteindra pas à temps : 1" in central.text
    assert "Fin prévue : 2 décembre 2026 à 20:00" in central.text
    central.press("Personnes non jointes")
    assert [(one["name_fr"], one["why"]) for one in listed(central)] == [("Karim 2", "no_capacity")]

    press_as(slow_bot, SECOND, "campaigns.approve", "1")
    slow_bot.run_job("campaigns")
    assert [len(chat.messages) for chat in people] == [1, 1, 0]
    slow_bot.clock.set(day="2026-12-03")
    slow_bot.run_job("campaigns")
    assert [len(chat.messages) for chat in people] == [1, 1, 0]
    assert members(slow_bot)[2][1:] == ("held", "no_capacity")
    press_as(slow_bot, CENTRAL, "campaigns.people", "1")
    assert [(one["name_fr"], one["why"]) for one in listed(central)] == [("Karim 2", "no_capacity")]
    assert "avec le motif (1)" in central.text


def test_the_list_names_those_another_channel_may_reach_and_nobody_else(
    fund_bot: FundBot,
) -> None:
    central = officers(fund_bot)
    citizen(fund_bot, 7001, name_fr="In doubt", **OWES_2025)
    citizen(fund_bot, 7002, name_fr="Gone", **OWES_2025)
    citizen(fund_bot, 7003, name_fr="Blocked", **OWES_2025)
    citizen(fund_bot, 7004, name_fr="Reached", **OWES_2025)
    silent = citizen(fund_bot, 7005, name_fr="Switched off", **OWES_2025)
    fund_bot.do(
        lambda s: create_contributor(
            s,
            fund_bot.vault,
            name_fr="On paper",
            phone="0550000042",
            ssn="990000001234",
            **OWES_2025,
        )
    )
    silent.send("/reminders")
    silent.press("Messages de la caisse")
    fund_bot.do(
        lambda s: s.execute(
            update(Person).where(Person.telegram_id == 7003).values(reachable=False)
        )
    )
    prepare(fund_bot, central)
    press_as(fund_bot, MANAGER, "campaigns.approve", "1")
    fund_bot.clock.set(day="2026-12-02")
    deliver, fund_bot.deliver = fund_bot.deliver, lambda: None  # type: ignore[method-assign]
    fund_bot.run_job("campaigns")

    def end(session: Any) -> None:
        """Killed while one was under way; Telegram knows nobody by the other's number."""
        for chat, state, error in ((7001, "unknown", "interrupted"), (7002, "failed", "400")):
            session.execute(
                update(OutgoingCall)
                .where(OutgoingCall.chat_id == chat, OutgoingCall.subject == "reminder:1")
                .values(state=state, error=error)
            )

    fund_bot.do(end)
    fund_bot.deliver = deliver  # type: ignore[method-assign]
    fund_bot.deliver()
    fund_bot.run_job("campaigns")

    central.send("/campaigns")
    central.press("1 · terminée")
    assert "Échecs : 1 · Arrivée inconnue : 1" in central.text
    central.press("Résultat")
    content = (central.last_message.file or b"").decode().splitlines()
    # agency, audience, sent, unknown, failed, unreachable, held, not fitted, waiting
    assert content[1].startswith("16,6,1,1,1,2,3,0,0,")
    central.press("Personnes non jointes")
    assert [(one["name_fr"], one["why"]) for one in listed(central)] == [
        ("In doubt", "unknown"),
        ("Gone", "unreachable"),
        ("Blocked", "unreachable"),
        ("On paper", "not_linked"),
    ]
    # A file in a chat holds no whole number.
    assert listed(central)[3]["ssn"].endswith("1234")
    assert listed(central)[3]["phone"].endswith("0042")
    assert b"990000001234" not in (central.last_message.file or b"")
    assert b"50000042" not in (central.last_message.file or b"")
    assert [one.actor for one in fund_bot.events("campaign.people_listed")] == [f"staff:{CENTRAL}"]


def test_only_the_central_level_is_given_names(sqlite_bot: FundBot) -> None:
    central = officers(sqlite_bot)
    sqlite_bot.do(lambda s: create_contributor(s, sqlite_bot.vault, **OWES_2025))
    citizen(sqlite_bot, 7001, **OWES_2025)
    prepare(sqlite_bot, central)
    assert any("Personnes non jointes" in button for button in central.buttons)
    manager = sqlite_bot.chat(MANAGER)
    manager.send("/campaigns")
    manager.press("1 · prête")
    assert not any("Personnes non jointes" in button for button in manager.buttons)
    for who in (MANAGER, DIRECTOR, 7001):
        chat = sqlite_bot.chat(who)
        chat.send("/start")
        before = len(chat.messages)
        chat.press_data(sqlite_bot.kit.seal.write(who, "campaigns.people", "1", 0))
        assert "plus valable" in chat.toasts[-1]
        assert len(chat.messages) == before
    assert sqlite_bot.events("campaign.people_listed") == []


def test_a_campaign_that_was_stopped_leaves_everyone_with_that_reason(
    fund_bot: FundBot,
) -> None:
    central = officers(fund_bot)
    citizen(fund_bot, 7001, **OWES_2025)
    prepare(fund_bot, central)
    central.press("Arrêter pour de bon")
    fund_bot.run_job("campaigns")
    assert [one[1:] for one in members(fund_bot)] == [("held", "stopped")]
    central.press("Personnes non jointes")
    assert [one["why"] for one in listed(central)] == ["stopped"]


def test_examples_come_in_both_languages_and_name_nobody(sqlite_bot: FundBot) -> None:
    central = officers(sqlite_bot)
    for number in range(12):
        citizen(sqlite_bot, 7001 + number, **OWES_2025)
    citizen(sqlite_bot, 7101, language="ar", **OWES_2025)
    citizen(
        sqlite_bot,
        7102,
        language="ar",
        kind="mandate",
        until=date(2028, 1, 1),
        **(OWES_2025 | {"name_fr": "Zohra Hamdi", "name_ar": "زهرة حمدي"}),
    )
    prepare(sqlite_bot, central)
    central.press("Dix exemples")
    everything = "\n".join(message.text for message in central.messages[-3:])
    assert everything.count("Un rappel de la CASNOS") == 8
    assert everything.count("65 000 دج") == 2
    assert "Zohra" not in everything
    assert "زهرة" not in everything
    assert "(اسم صاحب الحساب)" in everything


def test_a_campaign_for_nobody_is_not_put_to_approval(sqlite_bot: FundBot) -> None:
    central = officers(sqlite_bot)
    sqlite_bot.do(lambda s: create_contributor(s, sqlite_bot.vault, **OWES_2025))
    prepare(sqlite_bot, central)
    assert "À envoyer : 0" in central.text
    assert not any("approbation" in button for button in central.buttons)
    for action in ("campaigns.ask", "campaigns.approve"):
        second = press_as(sqlite_bot, SECOND, action, "1")
        assert "plus long" in second.toasts[-1]
    assert sqlite_bot.do(lambda s: s.scalar(select(Campaign.state))) == "ready"


def test_an_approval_after_the_last_day_is_refused(sqlite_bot: FundBot) -> None:
    central = officers(sqlite_bot)
    samir = citizen(sqlite_bot, 7001, **OWES_2025)
    prepare(sqlite_bot, central)
    sqlite_bot.clock.set(day="2026-12-02", at="20:00")
    second = press_as(sqlite_bot, SECOND, "campaigns.approve", "1")
    assert "d’ici le 2 décembre 2026" in second.toasts[-1]
    sqlite_bot.run_job("campaigns")
    assert samir.messages == []
    assert [one[1] for one in members(sqlite_bot)] == ["ready"]


def test_started_at_five_before_the_aid_it_goes_out_when_the_days_are_over(
    sqlite_bot: FundBot,
) -> None:
    """Aïd el-Fitr 2027, as estimated: Tuesday 9 to Thursday 11 March, then a Friday."""
    central = officers(sqlite_bot)
    samir = citizen(sqlite_bot, 7001, **OWES_2025)
    sqlite_bot.do(
        lambda s: create_payment(s, 1, year=2027, paid_on=date(2027, 1, 5), amount=6_000_000)
    )
    sqlite_bot.do(lambda s: s.execute(update(Load).values(as_of=date(2027, 3, 8))))
    sqlite_bot.clock.set(day="2027-03-08", at="16:55")
    prepare(sqlite_bot, central, within="3 jours")
    assert "Envoi du 13 mars 2027 au 13 mars 2027" in central.text
    assert "Fin prévue : 13 mars 2027 à 08:00" in central.text
    press_as(sqlite_bot, SECOND, "campaigns.approve", "1")
    for day in ("2027-03-08", "2027-03-09", "2027-03-10", "2027-03-11", "2027-03-12"):
        for moment in ("08:00", "17:00", "19:59"):
            sqlite_bot.clock.set(day=day, at=moment)
            sqlite_bot.run_job("campaigns")
    assert samir.messages == []
    sqlite_bot.clock.set(day="2027-03-13", at="08:00")
    sqlite_bot.run_job("campaigns")
    assert len(samir.messages) == 1


def test_one_that_is_being_prepared_does_not_hold_back_one_that_is_sent(
    sqlite_bot: FundBot,
) -> None:
    central = officers(sqlite_bot)
    samir = citizen(sqlite_bot, 7001, **OWES_2025)
    prepare(sqlite_bot, central)
    press_as(sqlite_bot, SECOND, "campaigns.approve", "1")
    sqlite_bot.clock.set(day="2026-12-02")
    central.send("/campaigns")
    central.press("Nouvelle campagne")
    for choice in ("Toutes les agences", "Toutes les catégories", "2025", "14 jours"):
        central.press(choice)

    job = job_named("campaigns")
    now = sqlite_bot.clock.now()
    first = sqlite_bot.do(lambda s: job.run(sqlite_bot.kit, s, now, Outbox(s, now)))
    sqlite_bot.deliver()
    assert first is True
    assert len(samir.messages) == 1
    states = sqlite_bot.do(lambda s: s.scalars(select(Campaign.state).order_by(Campaign.id)).all())
    assert states == ["running", "preparing"]
