"""Reminders in the chat: what comes, once, why, and how it is switched off."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from services.records.fund import Load
from services.records.people import Person
from services.records.reminders import Reminder
from tests.support.chat import Chat, FundBot
from tests.support.citizens import citizen
from tests.support.fund import create_payment

PAID_BEFORE: dict[str, Any] = {
    "affiliated_on": date(2025, 1, 1),
    "declarations": {2025: 40_000_000, 2026: 40_000_000, 2027: 40_000_000},
    "payments": [
        (2025, date(2025, 5, 1), 6_000_000),
        (2026, date(2026, 5, 1), 6_000_000),
    ],
}
WEEK_BEFORE = "2027-06-23"  # a Wednesday; the last day to pay is Wednesday 30 June 2027


def trader(bot: FundBot, telegram_id: int = 7001, **more: Any) -> Chat:
    chat = citizen(bot, telegram_id, **(PAID_BEFORE | more))
    known_to(bot, date(2027, 6, 20))
    return chat


def known_to(bot: FundBot, day: date) -> None:
    bot.do(lambda session: session.execute(update(Load).values(as_of=day)))


def kept(bot: FundBot) -> list[tuple[str, int, str, str | None]]:
    rows = bot.do(
        lambda session: session.execute(
            select(Reminder.kind, Reminder.step, Reminder.state, Reminder.reason).order_by(
                Reminder.id
            )
        ).all()
    )
    return [tuple(row) for row in rows if row.reason != "missed"]


def test_a_week_before_the_day_to_pay_the_exact_sum_is_said_once(fund_bot: FundBot) -> None:
    chat = trader(fund_bot)
    fund_bot.clock.set(day=WEEK_BEFORE)

    for _ in range(3):
        fund_bot.run_job("reminders")
        fund_bot.restart()
    fund_bot.clock.set(day="2027-06-24")
    fund_bot.run_job("reminders")
    fund_bot.clock.set(day=WEEK_BEFORE)
    fund_bot.run_job("reminders")

    assert len(chat.messages) == 1
    assert "mercredi 30 juin 2027" in chat.text
    assert "60 000 DA" in chat.text
    assert chat.buttons == [
        "💳 Comment payer",
        "🗓 En plusieurs fois",
        "📄 Ma situation",
        "✅ J’ai déjà payé",
        "Pourquoi ce message ?",
    ]
    # Settled when the round next looks.
    assert kept(fund_bot) == [("contribution", -7, "sent", None)]


def test_in_arabic_it_says_the_same(sqlite_bot: FundBot) -> None:
    chat = trader(sqlite_bot, language="ar")
    sqlite_bot.clock.set(day=WEEK_BEFORE)
    sqlite_bot.run_job("reminders")
    assert "الأربعاء 30 جوان 2027" in chat.text
    assert "60 000 دج" in chat.text


def test_it_says_why_it_came_and_leads_to_the_switches(fund_bot: FundBot) -> None:
    chat = trader(fund_bot)
    fund_bot.clock.set(day=WEEK_BEFORE)
    fund_bot.run_job("reminders")
    fund_bot.restart()

    chat.press("Pourquoi")
    assert "paiements connus au 20 juin 2027" in chat.text
    assert "23 juin 2027 à 10:00" in chat.text
    fund_bot.restart()
    chat.press("Mes rappels")
    assert "29 juin 2027 : cotisation 2027" in chat.text
    chat.press("🔔 Cotisation annuelle")
    assert "🔕 Cotisation annuelle" in chat.buttons
    assert "cotisation 2027" not in chat.text
    assert chat.toasts[-1] == "Ce rappel est arrêté."

    fund_bot.clock.set(day="2027-06-29")
    fund_bot.run_job("reminders")
    assert kept(fund_bot)[-1] == ("contribution", -1, "waiting", "opted_out")
    chat.send("/reminders")
    chat.press("🔕 Cotisation annuelle")
    fund_bot.clock.set(day="2027-06-30")
    fund_bot.run_job("reminders")
    assert chat.seen("Un rappel de la CASNOS")
    assert kept(fund_bot)[-1] == ("contribution", -1, "queued", None)


def test_amounts_stay_behind_a_tap_for_whoever_asks(sqlite_bot: FundBot) -> None:
    chat = trader(sqlite_bot)
    chat.send("/reminders")
    chat.press("Montants")
    assert "🙈 Montants : sur demande" in chat.buttons
    sqlite_bot.clock.set(day=WEEK_BEFORE)
    sqlite_bot.run_job("reminders")
    assert "60 000" not in chat.text
    chat.press("Ma situation")
    assert "60 000" in chat.text


def test_an_estimate_is_left_out(sqlite_bot: FundBot) -> None:
    chat = trader(sqlite_bot, surcharges={})
    # Late since 30 June: the surcharge is ours, so the sum is an estimate.
    sqlite_bot.clock.set(day="2027-07-07")
    sqlite_bot.run_job("reminders")
    assert "reste à payer" in chat.text
    assert "DA" not in chat.text


def test_who_paid_hears_nothing(fund_bot: FundBot) -> None:
    chat = trader(fund_bot)
    fund_bot.do(
        lambda session: create_payment(
            session, 1, year=2027, paid_on=date(2027, 6, 1), amount=6_000_000
        )
    )
    fund_bot.clock.set(day=WEEK_BEFORE)
    fund_bot.run_job("reminders")
    assert chat.messages == []
    assert kept(fund_bot) == [("contribution", -7, "held", "paid")]


@pytest.mark.parametrize(
    ("moment", "reason"),
    [("07:59", None), ("20:00", None), ("08:00", "said"), ("19:58", "said")],
)
def test_nothing_leaves_at_night(sqlite_bot: FundBot, moment: str, reason: str | None) -> None:
    chat = trader(sqlite_bot)
    sqlite_bot.clock.set(day=WEEK_BEFORE, at=moment)
    sqlite_bot.run_job("reminders")
    assert bool(chat.messages) == (reason == "said")


def test_what_has_not_left_when_the_hours_end_waits_for_the_morning(sqlite_bot: FundBot) -> None:
    chat = trader(sqlite_bot)
    sqlite_bot.clock.set(day=WEEK_BEFORE, at="19:50")
    deliver = sqlite_bot.deliver
    sqlite_bot.deliver = lambda: None  # type: ignore[method-assign]  # Telegram is away
    sqlite_bot.run_job("reminders")
    sqlite_bot.clock.set(day=WEEK_BEFORE, at="20:00")
    sqlite_bot.run_job("reminders")
    sqlite_bot.deliver = deliver  # type: ignore[method-assign]
    sqlite_bot.deliver()
    assert chat.messages == []
    assert kept(sqlite_bot) == [("contribution", -7, "waiting", "quiet_hours")]
    sqlite_bot.clock.set(day="2027-06-24", at="08:00")
    sqlite_bot.run_job("reminders")
    assert len(chat.messages) == 1


def test_several_accounts_of_one_person_make_one_message(sqlite_bot: FundBot) -> None:
    chat = trader(sqlite_bot, name_fr="Karim Benali")
    citizen(
        sqlite_bot,
        7001,
        kind="mandate",
        until=date(2028, 1, 1),
        **(PAID_BEFORE | {"name_fr": "Zohra Hamdi", "phone": None}),
    )
    sqlite_bot.clock.set(day=WEEK_BEFORE)
    sqlite_bot.run_job("reminders")
    assert len(chat.messages) == 1
    assert "Karim Benali" in chat.text
    assert "Zohra Hamdi" in chat.text


def test_the_holder_of_a_mandate_is_silent_where_the_contributor_reads_here(
    sqlite_bot: FundBot,
) -> None:
    chat = trader(sqlite_bot, ssn="990000000999")
    sqlite_bot.clock.set(day="2026-11-25")
    other = citizen(
        sqlite_bot, 7002, kind="mandate", until=date(2028, 1, 1), ssn="990000000998", **PAID_BEFORE
    )
    from services.records.people import Link

    sqlite_bot.do(
        lambda session: session.execute(
            update(Link).where(Link.telegram_id == 7002).values(contributor_id=1)
        )
    )
    sqlite_bot.clock.set(day=WEEK_BEFORE)
    sqlite_bot.run_job("reminders")
    assert len(chat.messages) == 1
    assert other.messages == []


def test_who_blocked_the_bot_or_withdrew_consent_gets_nothing(sqlite_bot: FundBot) -> None:
    blocked, withdrew = trader(sqlite_bot), trader(sqlite_bot, 7002)
    sqlite_bot.do(
        lambda session: session.execute(
            update(Person).where(Person.telegram_id == 7001).values(reachable=False)
        )
    )
    sqlite_bot.do(
        lambda session: session.execute(
            update(Person).where(Person.telegram_id == 7002).values(consented_at=None)
        )
    )
    sqlite_bot.clock.set(day=WEEK_BEFORE)
    sqlite_bot.run_job("reminders")
    assert blocked.messages == withdrew.messages == []
    assert kept(sqlite_bot) == [("contribution", -7, "waiting", "unreachable")]


def test_forged_and_foreign_presses_change_nothing(sqlite_bot: FundBot) -> None:
    chat, other = trader(sqlite_bot), trader(sqlite_bot, 7002)
    sqlite_bot.clock.set(day=WEEK_BEFORE)
    sqlite_bot.run_job("reminders")
    data = chat.data_of("Pourquoi")
    other.press_data(data)  # a button of someone else's message
    assert not other.seen("Pourquoi ce rappel du")
    forged = sqlite_bot.kit.seal.write(7002, "reminders.why", "1", 0)
    other.press_data(forged)
    assert "plus le détail" in other.text
    before = len(sqlite_bot.events())
    other.press_data(sqlite_bot.kit.seal.write(7002, "reminders.switch", "nonsense", 0))
    assert len(sqlite_bot.events()) == before


def test_an_open_complaint_about_the_figures_holds_it(sqlite_bot: FundBot) -> None:
    from services.complaints import filing
    from services.complaints.office import Office

    chat = trader(sqlite_bot)
    sqlite_bot.clock.set(day="2027-06-20")

    def complain(session: Any) -> None:
        office = Office(session, sqlite_bot.kit.policy, sqlite_bot.vault, sqlite_bot.clock.now())
        filing.file(
            office,
            filing.Filing(
                telegram_id=7001,
                language="fr",
                category="payment_not_recorded",
                agency="16",
                text="Mon paiement manque.",
                contributor_id=1,
            ),
        )

    sqlite_bot.do(complain)
    sqlite_bot.clock.set(day=WEEK_BEFORE)
    sqlite_bot.run_job("reminders")
    assert chat.messages == []
    assert kept(sqlite_bot) == [("contribution", -7, "waiting", "disputed")]
