"""How to pay: hours of the day, ways as the fund edits them, the reference as a QR code."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services import payment_ways, policy
from services.payment_ways import NotAPaymentReference, account_of, reference
from tests.support.chat import FundBot
from tests.support.citizens import citizen, newcomer

OUR_POLICY = policy.load()


def test_the_counter_of_ones_agency_with_todays_hours(fund_bot: FundBot) -> None:
    chat = citizen(fund_bot, affiliated_on=date(2026, 1, 1))
    chat.send("/status")
    chat.press("Comment payer")
    assert "À payer aujourd’hui : 47 088 DA (à titre indicatif)" in chat.text
    assert "Au guichet : agence Alger Centre\nOuvert aujourd’hui de 08:00 à 16:30\n" in chat.text
    assert "Par carte (CIB ou Edahabia) (à confirmer avec votre agence)" in chat.text
    assert "Demandez le numéro du compte à votre agence." in chat.text
    chat.press("Ma situation")
    assert "Total à payer" in chat.text


def test_the_same_in_arabic_on_a_friday(fund_bot: FundBot) -> None:
    fund_bot.clock.set(day="2026-11-27")
    chat = citizen(fund_bot, language="ar", affiliated_on=date(2026, 1, 1))
    chat.send("/pay")
    assert "وكالة الجزائر الوسطى" in chat.text
    assert "مغلق الآن. يفتح يوم الأحد 29 نوفمبر 2026 من 08:00 إلى 16:30" in chat.text


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_what_is_not_yet_due_is_not_said_to_be_due_now(sqlite_bot: FundBot, language: str) -> None:
    sqlite_bot.clock.set(day="2026-05-10")
    ahead = citizen(sqlite_bot, 7_101, language=language, affiliated_on=date(2026, 1, 1))
    both = citizen(sqlite_bot, 7_102, language=language, affiliated_on=date(2025, 1, 1))
    until, partly, now = (
        (
            "À payer jusqu’au 30 juin 2026 : 43 200 DA",
            "dont la date limite est passée",
            "aujourd’hui :",
        )
        if language == "fr"
        else ("عليكم 43 200 دج، آخر أجل للدفع 30 جوان 2026", "انقضى أجل دفعه", "عليكم الآن")
    )
    assert until in ahead.send("/pay").text
    assert partly in both.send("/pay").text
    assert now not in ahead.text + both.text


@pytest.mark.parametrize(
    ("at", "wilaya", "day", "hours", "unsure"),
    [
        ("2026-11-25 08:00", "16", date(2026, 11, 25), "08:00-16:30", False),
        ("2026-11-25 16:29", "16", date(2026, 11, 25), "08:00-16:30", False),
        ("2026-11-25 16:30", "16", date(2026, 11, 26), "08:00-16:30", False),
        ("2026-02-24 10:00", "16", date(2026, 2, 24), "08:30-15:30", True),
        ("2026-02-24 10:00", "30", date(2026, 2, 24), "08:00-15:00", True),
        ("2026-11-01 10:00", "16", date(2026, 11, 2), "08:00-16:30", False),
    ],
)
def test_hours_follow_the_day_ramadan_and_holidays(
    at: str, wilaya: str, day: date, hours: str, unsure: bool
) -> None:
    now = datetime.fromisoformat(f"{at}+01:00").astimezone(UTC)
    found = payment_ways.next_opening(OUR_POLICY, now, agency=None, wilaya=wilaya)
    assert found is not None
    assert (found.day, str(found.hours[0]), found.unsure) == (day, hours, unsure)


def test_who_is_not_linked_sees_the_ways_in_general(sqlite_bot: FundBot) -> None:
    chat = newcomer(sqlite_bot)
    chat.send("/pay")
    assert "Au guichet de votre agence" in chat.text
    assert "Relier mon numéro" in " ".join(chat.buttons)


def test_the_fund_edits_a_way_for_one_agency(
    sqlite_url: str, vault: object, clock: object, tmp_path: Path
) -> None:
    own = tmp_path / "policy"
    own.mkdir()
    (own / "payment.toml").write_text(
        """
[[payment_way]]
way = "postal_account"
account = "CCP 12 34"
agencies = ["16"]
note_fr = "Indiquez votre numéro."
note_ar = "اذكروا رقمكم."
valid_from = 2026-01-01
source = "the agency"
confidence = "certain"

[[payment_way]]
way = "portal"
order = 5
link = "https://fund.example/pay"
valid_from = 2026-01-01
source = "the fund"
confidence = "certain"
""",
        encoding="utf-8",
    )
    bot = FundBot(sqlite_url, vault, clock, policy_dir=str(own))  # type: ignore[arg-type]
    chat = citizen(bot, affiliated_on=date(2026, 1, 1))
    shown = chat.send("/pay").text
    assert "Numéro du compte : CCP 12 34\nIndiquez votre numéro." in shown
    assert "Sur le portail en ligne de la caisse\nhttps://fund.example/pay" in shown
    assert shown.index("portail") < shown.index("Par carte")
    bot.close()


def test_the_reference_comes_as_a_picture_that_names_no_social_security_number(
    fund_bot: FundBot,
) -> None:
    chat = citizen(fund_bot, ssn="123456781234", affiliated_on=date(2026, 1, 1))
    chat.send("/pay")
    shown = chat.press("Ma référence")
    assert shown.file is not None
    assert shown.file.startswith(b"\x89PNG")
    assert "n° de sécurité sociale •••• 1234" in shown.text.lower()
    assert "12345678" not in shown.html
    code = shown.text.split(":")[1].split()[0]
    assert reference("16", account_of(code)) == code


def test_another_persons_reference_is_not_given(sqlite_bot: FundBot) -> None:
    chat = citizen(sqlite_bot, affiliated_on=date(2026, 1, 1))
    chat.send("/pay")
    other = citizen(sqlite_bot, 7002, affiliated_on=date(2026, 1, 1))
    other.send("/pay")
    other.press_data(sqlite_bot.kit.seal.write(other.id, "pay.reference", "L1", 0))
    assert "plus valable" in other.toasts[-1]


def test_a_mistyped_reference_is_caught_by_its_digit() -> None:
    code = reference("16", 123)
    assert account_of(code.lower().replace("-", " ")) == 123
    for wrong in (
        code[:-1] + str((int(code[-1]) + 1) % 10),
        code.replace("123", "132"),
        "P-16",
        "",
    ):
        with pytest.raises(NotAPaymentReference):
            account_of(wrong)
