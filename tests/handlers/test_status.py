"""What /status says in every situation, in both languages, to the centime."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support.chat import FundBot
from tests.support.citizens import citizen, newcomer

ON_TIME = [(year, date(year, 5, 1), 3_600_000) for year in (2023, 2024, 2025)]
PAID_2026 = (2026, date(2026, 5, 1), 4_320_000)


def test_the_worked_example_of_a_part_paid_late(fund_bot: FundBot) -> None:
    """36 000 of 2024, 20 000 paid on 2024-09-15: on 2025-01-01 still 19 160 for 2024."""
    fund_bot.clock.set(day="2025-01-01")
    chat = citizen(
        fund_bot,
        affiliated_on=date(2024, 1, 1),
        declarations={2024: 24_000_000},
        payments=[(2024, date(2024, 9, 15), 2_000_000)],
    )
    shown = chat.send("/status").text
    assert "2024 : 19 160 DA en retard" in shown
    assert "Cotisation 36 000 DA · payé 20 000 DA · reste 16 000 DA" in shown
    assert "Majoration de retard 3 160 DA (à titre indicatif)" in shown
    assert "2025 : 36 000 DA à payer jusqu’au 30 juin 2025 (dans 180 jours)" in shown
    assert "Total à payer : 55 160 DA (à titre indicatif)" in shown
    assert "Cotisations : 52 000 DA\nMajorations de retard : 3 160 DA (à titre indicatif)" in shown
    assert "Dont en retard : 19 160 DA (à titre indicatif)" in shown


def test_the_same_in_arabic(fund_bot: FundBot) -> None:
    fund_bot.clock.set(day="2025-01-01")
    chat = citizen(
        fund_bot,
        language="ar",
        affiliated_on=date(2024, 1, 1),
        declarations={2024: 24_000_000},
        payments=[(2024, date(2024, 9, 15), 2_000_000)],
    )
    shown = chat.send("/status").text
    assert "كريم بن علي · رقم •••• " in shown
    assert "تاجر · الوكالة: الجزائر الوسطى" in shown
    assert "2024: 19 160 دج (متأخر)" in shown
    assert "الاشتراك 36 000 دج · المدفوع 20 000 دج · الباقي 16 000 دج" in shown
    assert "زيادة التأخير 3 160 دج (تقديري)" in shown
    assert "2025: 36 000 دج، آخر أجل 30 جوان 2025 (بعد 180 يوما)" in shown
    assert "مجموع ما عليكم: 55 160 دج (تقديري)" in shown
    assert "المدفوعات معروفة إلى غاية 20 نوفمبر 2026" in shown


def test_the_head_shows_name_masked_number_category_and_agency(sqlite_bot: FundBot) -> None:
    chat = citizen(sqlite_bot, ssn="123456781234", category="craftsperson")
    shown = chat.send("/status")
    assert shown.text.startswith("Karim Benali · n° •••• 1234\nArtisan · Agence : Alger Centre")
    assert "12345678" not in shown.html


def test_who_paid_everything_is_up_to_date(fund_bot: FundBot) -> None:
    chat = citizen(fund_bot, affiliated_on=date(2023, 1, 1), payments=[*ON_TIME, PAID_2026])
    shown = chat.send("/status").text
    assert "Vous êtes à jour. Rien à payer pour le moment." in shown
    assert "2023–2026 : payé" in shown
    assert "Prochaine date limite : 30 juin 2027 (dans 217 jours), pour 2027." in shown
    assert "retard" not in shown
    assert "indicatif" not in shown


def test_what_is_not_late_yet_is_no_arrears(fund_bot: FundBot) -> None:
    fund_bot.clock.set(day="2026-06-29")
    chat = citizen(
        fund_bot,
        affiliated_on=date(2023, 1, 1),
        payments=ON_TIME,
        declarations={2026: 123_456_700},
    )
    shown = chat.send("/status").text
    assert "Vous êtes à jour. Aucun retard." in shown
    assert "2026 : 185 185,05 DA à payer jusqu’au 30 juin 2026 (demain)" in shown
    fund_bot.clock.set(day="2026-06-30", at="23:59")
    assert "30 juin 2026 (aujourd’hui)" in chat.send("/status").text
    fund_bot.clock.set(day="2026-07-01", at="00:00")
    shown = chat.send("/status").text
    assert "2026 : 194 444,30 DA en retard" in shown
    assert "Majoration de retard 9 259,25 DA (à titre indicatif)" in shown


def test_a_surcharge_of_the_fund_is_no_estimate_and_says_its_date(fund_bot: FundBot) -> None:
    chat = citizen(
        fund_bot,
        affiliated_on=date(2026, 1, 1),
        declarations={2026: 30_000_000},
        surcharges={2026: (123_450, date(2026, 11, 25))},
    )
    shown = chat.send("/status").text
    assert "Majoration de retard 1 234,50 DA (chiffre de la caisse au 25 novembre 2026)" in shown
    assert "Total à payer : 46 234,50 DA" in shown
    assert "indicatif" not in shown


def test_an_older_figure_of_the_fund_says_that_it_may_have_risen(sqlite_bot: FundBot) -> None:
    chat = citizen(
        sqlite_bot,
        affiliated_on=date(2026, 1, 1),
        declarations={2026: 30_000_000},
        surcharges={2026: (225_000, date(2026, 7, 1))},
    )
    shown = chat.send("/status").text
    assert "2 250 DA (chiffre de la caisse au 1er juillet 2026 ; elle a pu augmenter" in shown


def test_who_ceased_and_paid_owes_nothing(fund_bot: FundBot) -> None:
    chat = citizen(
        fund_bot, affiliated_on=date(2023, 1, 1), ceased_on=date(2025, 3, 31), payments=ON_TIME
    )
    shown = chat.send("/status").text
    assert "Votre activité est arrêtée depuis le 31 mars 2025. Rien à payer." in shown
    assert "L’année de l’arrêt (2025) est comptée en entier" in shown
    assert "Prochaine date limite" not in shown


def test_who_ceased_in_arrears_is_told_both(sqlite_bot: FundBot) -> None:
    chat = citizen(
        sqlite_bot, affiliated_on=date(2025, 1, 1), ceased_on=date(2025, 3, 31), language="ar"
    )
    shown = chat.send("/status").text
    assert "مجموع ما عليكم: 43 560 دج (تقديري)" in shown
    assert "تاريخ توقف النشاط: 31 مارس 2025" in shown


def test_nothing_known_has_its_own_text(fund_bot: FundBot) -> None:
    chat = citizen(fund_bot, affiliated_on=date(2027, 1, 10))
    shown = chat.send("/status").text
    assert "Nous ne connaissons aucune cotisation à votre nom à ce jour." in shown
    assert "Votre affiliation commence en 2027." in shown
    assert "Total" not in shown


def test_what_was_paid_too_much_is_shown_as_credit(sqlite_bot: FundBot) -> None:
    chat = citizen(
        sqlite_bot,
        affiliated_on=date(2023, 1, 1),
        payments=[*ON_TIME, PAID_2026, (None, date(2026, 6, 1), 500_050)],
    )
    assert "Vous avez payé 5 000,50 DA de plus que ce qui était dû." in chat.send("/status").text


def test_a_payment_dated_in_the_future_is_not_counted_and_said(sqlite_bot: FundBot) -> None:
    chat = citizen(
        sqlite_bot, affiliated_on=date(2026, 1, 1), payments=[(2026, date(2026, 12, 1), 100_000)]
    )
    shown = chat.send("/status").text
    assert "payé 0 DA" in shown
    assert "Des paiements datés d’après aujourd’hui ne sont pas comptés : 1 000 DA." in shown


@pytest.mark.parametrize(
    ("language", "summed", "every"),
    [("fr", "2010–2022 : ", "📋 Toutes les années"), ("ar", "2010–2022: ", "📋 كل السنوات")],
)
def test_fifteen_years_of_arrears_fit_and_open_up_in_place(
    fund_bot: FundBot, language: str, summed: str, every: str
) -> None:
    chat = citizen(fund_bot, language=language, affiliated_on=date(2010, 1, 1))
    short = chat.send("/status")
    assert summed in short.text
    assert "947 124" in short.text  # 2010 to 2022 together
    assert "1 137 852" in short.text  # the total
    assert len(short.html) < 2_000
    seen = len(chat.messages)
    whole = chat.press(every)
    assert len(chat.messages) == seen
    for year in range(2010, 2027):
        assert str(year) in whole.text
    assert summed not in whole.text
    assert summed in chat.press(chat.buttons[0]).text


def test_paid_years_between_open_ones_are_named_together(sqlite_bot: FundBot) -> None:
    chat = citizen(
        sqlite_bot,
        affiliated_on=date(2019, 1, 1),
        payments=[(year, date(year, 5, 1), 3_600_000) for year in (2019, 2021, 2022, 2024)],
    )
    assert "2019, 2021–2022, 2024 : payé" in chat.send("/status").text


def test_a_farmers_deadline_is_in_september(sqlite_bot: FundBot) -> None:
    sqlite_bot.clock.set(day="2026-07-15")
    chat = citizen(sqlite_bot, category="farmer", affiliated_on=date(2026, 1, 1))
    assert "jusqu’au 30 septembre 2026 (dans 77 jours)" in chat.send("/status").text


def test_who_is_not_linked_is_asked_to_prove_who_they_are(fund_bot: FundBot) -> None:
    assert "vérifier votre identité" in newcomer(fund_bot).send("/status").text


def test_with_a_mandate_it_asks_for_whom_and_writes_down_who_looked(fund_bot: FundBot) -> None:
    chat = citizen(fund_bot, affiliated_on=date(2026, 1, 1))
    citizen(
        fund_bot,
        kind="mandate",
        until=date(2027, 1, 1),
        name_fr="Yamina Haddad",
        affiliated_on=date(2025, 1, 1),
    )
    assert chat.send("/status").text == "Pour qui ?"
    assert chat.press("Yamina Haddad").text.startswith("Yamina Haddad")
    assert "2025 : 43 560 DA en retard" in chat.text
    [event] = fund_bot.events("account.viewed")
    assert event.actor == "person:7001"
    chat.send("/status")
    assert chat.press("Karim Benali (moi)").text.startswith("Karim Benali")
    assert len(fund_bot.events("account.viewed")) == 1


@pytest.mark.parametrize(
    ("typed", "whose"),
    [("moi", "Karim"), ("1", "Karim"), ("2", "Yamina"), ("pour Yamina", "Yamina")],
)
def test_for_whom_may_be_answered_in_words(sqlite_bot: FundBot, typed: str, whose: str) -> None:
    chat = citizen(sqlite_bot, affiliated_on=date(2026, 1, 1))
    citizen(
        sqlite_bot,
        kind="mandate",
        until=date(2027, 1, 1),
        name_fr="Yamina Haddad",
        name_ar="يمينة حداد",
        affiliated_on=date(2025, 1, 1),
    )
    chat.send("/status")
    sqlite_bot.restart()
    assert chat.send(typed).text.startswith(f"{whose} ")


@pytest.mark.parametrize("typed", ["3", "0", "Benali Haddad", "bonjour"])
def test_words_that_name_no_one_account_open_none(sqlite_bot: FundBot, typed: str) -> None:
    chat = citizen(sqlite_bot, affiliated_on=date(2026, 1, 1))
    citizen(sqlite_bot, kind="mandate", until=date(2027, 1, 1), name_fr="Yamina Haddad")
    chat.send("/status")
    assert "Agence :" not in chat.send(typed).text
    assert "Agence :" not in chat.send("Yamina").text  # it was asked before, not just now


def test_an_ended_mandate_shows_nothing_also_by_an_old_button(fund_bot: FundBot) -> None:
    chat = citizen(fund_bot, affiliated_on=date(2010, 1, 1))
    citizen(
        fund_bot,
        kind="mandate",
        until=date(2026, 12, 1),
        name_fr="Yamina Haddad",
        affiliated_on=date(2010, 1, 1),
    )
    chat.send("/status")
    chat.press("Yamina Haddad")
    old = chat.data_of("Toutes les années")
    fund_bot.clock.set(day="2026-12-02")
    fund_bot.restart()
    chat.press_data(old)
    assert "plus valable" in chat.toasts[-1]
    assert chat.send("/status").text.startswith("Karim Benali")


def test_another_person_sees_nothing_of_it(sqlite_bot: FundBot) -> None:
    chat = citizen(sqlite_bot, affiliated_on=date(2010, 1, 1))
    chat.send("/status")
    other = citizen(sqlite_bot, 7002, name_fr="Nadia Saidi", affiliated_on=date(2026, 1, 1))
    other.send("/status")
    other.press_data(chat.data_of("Toutes les années"))
    assert "plus valable" in other.toasts[-1]
    assert not other.seen("Karim Benali")


def test_status_changes_no_record(sqlite_bot: FundBot) -> None:
    chat = citizen(sqlite_bot)
    chat.send("/status")
    assert sqlite_bot.events() == []
