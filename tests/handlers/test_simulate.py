"""/simulate: an income, a payment on a day; amounts that were said are asked back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.chat import Chat, FundBot
from tests.support.citizens import citizen, newcomer

EXAMPLE: dict[str, Any] = {
    "affiliated_on": date(2024, 1, 1),
    "declarations": {2024: 24_000_000},
    "payments": [(2025, date(2025, 5, 1), 3_600_000), (2026, date(2026, 5, 1), 4_320_000)],
}


def _income(chat: Chat, *, button: str = "Cotisation selon le revenu") -> None:
    chat.send("/simulate")
    chat.press(button)


@pytest.mark.parametrize(
    ("year", "typed", "expected"),
    [
        ("2024", "180 000", "le calcul se fait sur 240 000 DA.\n15 % de 240 000 DA = 36 000 DA"),
        ("2024", "1 234 567", "15 % de 1 234 567 DA = 185 185,05 DA"),
        ("2024", "9.000.000 DA", "le calcul se fait sur 4 800 000 DA."),
        ("2026", "0", "cotisation de 43 200 DA"),
        ("2024", "١٢٣٤٥٦٧", "cotisation de 185 185,05 DA"),
    ],
)
def test_the_contribution_for_an_income(
    sqlite_bot: FundBot, year: str, typed: str, expected: str
) -> None:
    chat = citizen(sqlite_bot, **EXAMPLE)
    _income(chat)
    chat.send(year)
    assert expected in chat.send(typed).text


def test_an_income_in_arabic_with_a_restart_between_every_two_steps(fund_bot: FundBot) -> None:
    chat = citizen(fund_bot, language="ar", **EXAMPLE)
    chat.send("/simulate")
    fund_bot.restart()
    chat.press("اشتراك حسب الدخل")
    fund_bot.restart()
    chat.press("2026")
    fund_bot.restart()
    chat.send("3 ملاين")
    assert "أي مبلغ تقصدون بالضبط؟" in chat.text
    fund_bot.restart()
    chat.press("30 000 دج")
    assert "دخل قدره 30 000 دج في 2026" in chat.text
    assert "الاشتراك 43 200 دج" in chat.text
    assert "آخر أجل للدفع دون زيادة: 30 جوان 2026" in chat.text


def test_a_said_amount_is_asked_back_with_every_reading(fund_bot: FundBot) -> None:
    chat = citizen(fund_bot, **EXAMPLE)
    _income(chat)
    chat.press("2026")
    chat.send("60 millions")
    assert [b for b in chat.buttons if "DA" in b] == ["600 000 DA", "60 000 000 DA"]
    chat.press("600 000 DA")
    assert "Avec un revenu de 600 000 DA en 2026" in chat.text
    assert "cotisation de 90 000 DA" in chat.text


def test_a_coming_year_says_that_its_rules_may_change(sqlite_bot: FundBot) -> None:
    chat = citizen(sqlite_bot, **EXAMPLE)
    _income(chat)
    chat.press("2027")
    assert "Celles de 2027 peuvent changer." in chat.send("600000").text


def test_a_farmers_date_is_told_without_an_account(fund_bot: FundBot) -> None:
    chat = newcomer(fund_bot)
    _income(chat)
    chat.press("Agriculteur")
    chat.press("2026")
    chat.send("600 000")
    assert "À payer sans majoration jusqu’au 30 septembre 2026" in chat.text
    assert "Revenu à déclarer jusqu’au 28 février 2026 (à confirmer avec votre agence)" in chat.text


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("bonjour", "Nous n’avons pas pu lire ce montant."),
        ("-5000", "Le montant ne peut pas être inférieur à zéro."),
        ("50,1234", "Écrivez au plus deux chiffres après la virgule."),
        ("9" * 20, "Ce montant est trop grand."),
    ],
)
def test_what_is_no_amount_is_asked_again(sqlite_bot: FundBot, typed: str, answer: str) -> None:
    chat = citizen(sqlite_bot, **EXAMPLE)
    _income(chat)
    chat.press("2026")
    assert answer in chat.send(typed).text
    assert "cotisation de 90 000 DA" in chat.send("600 000").text


def test_years_and_days_without_rules_are_asked_again(sqlite_bot: FundBot) -> None:
    chat = citizen(sqlite_bot, **EXAMPLE)
    _income(chat)
    for typed in ("1999", "2031"):
        assert "Écrivez une année de 2010 à 2027." in chat.send(typed).text
    for typed in ("hier", "20266666666666", "00202412"):
        assert "en quatre chiffres, de 2010 à 2027" in chat.send(typed).text
    chat.send("/simulate")
    chat.press("Si je paie le")
    assert "Nous n’avons pas pu lire cette date." in chat.send("un jour").text
    assert "Choisissez un jour entre" in chat.send("01/01/2020").text


@pytest.mark.parametrize("typed", ["en 2024", "l'année 2024.", "سنة ٢٠٢٤"])
def test_a_year_may_stand_among_words(sqlite_bot: FundBot, typed: str) -> None:
    chat = citizen(sqlite_bot, **EXAMPLE)
    _income(chat)
    assert "revenu annuel de 2024" in chat.send(typed).text


def test_what_if_i_pay_everything_on_30_september(fund_bot: FundBot) -> None:
    """36 000 of 2024 unpaid: 7 % on 2024-09-30 (5 + 2 full months)."""
    fund_bot.clock.set(day="2024-07-01")
    chat = citizen(fund_bot, affiliated_on=date(2024, 1, 1), declarations={2024: 24_000_000})
    chat.send("/simulate")
    chat.press("Si je paie le")
    chat.send("30 septembre")
    chat.press("Tout ce que je dois")
    for said in (
        "Si vous payez 38 520 DA le 30 septembre 2024",
        "Ce jour-là, vous devrez : 38 520 DA (à titre indicatif)",
        "Dont majoration de retard ajoutée d’ici là : 720 DA (à titre indicatif)",
        "2024 : cotisation 36 000 DA",
        "2024 : majoration 2 520 DA",
        "Il restera à payer : 0 DA",
    ):
        assert said in chat.text
    assert fund_bot.events() == []


def test_a_part_settles_the_oldest_contribution_first(fund_bot: FundBot) -> None:
    fund_bot.clock.set(day="2025-09-01")
    chat = citizen(
        fund_bot, language="ar", affiliated_on=date(2024, 1, 1), declarations={2024: 24_000_000}
    )
    chat.send("/simulate")
    chat.press("إذا دفعتُ يوم")
    chat.press("اليوم")
    chat.send("50 000")
    assert "2024: اشتراك 36 000 دج" in chat.text
    assert "2025: اشتراك 14 000 دج" in chat.text
    assert "يبقى عليكم: 31 360 دج (تقديري)" in chat.text


def test_cancel_back_and_a_second_person(fund_bot: FundBot) -> None:
    chat = citizen(fund_bot, **EXAMPLE)
    other = citizen(fund_bot, 7002, **EXAMPLE)
    other.send("/menu")
    _income(chat)
    chat.press("2026")
    chat.press("Retour")
    assert "Pour quelle année ?" in chat.text
    old = chat.data_of("2025")
    chat.send("/cancel")
    assert chat.seen("C’est annulé")
    chat.press_data(old)
    assert "étape précédente" in chat.toasts[-1]
    other.press_data(old)
    assert "plus valable" in other.toasts[-1]
    assert not other.seen("revenu annuel")


def test_a_mandate_that_ended_meanwhile_is_not_simulated(sqlite_bot: FundBot) -> None:
    chat = citizen(sqlite_bot, kind="mandate", until=date(2026, 11, 25), **EXAMPLE)
    chat.send("/simulate")
    chat.press("Si je paie le")
    sqlite_bot.clock.set(day="2026-11-26")
    chat.press("30 novembre 2026")
    chat.press("Tout ce que je dois")
    assert "Votre compte ne figure pas" in chat.text
