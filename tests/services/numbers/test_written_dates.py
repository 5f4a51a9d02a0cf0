from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.numbers.written_dates import (
    NotADate,
    read_date,
    read_day_of_month,
    read_year,
)

TODAY = date(2026, 11, 25)

FULL = [
    ("30/09/2026", "2026-09-30"),
    ("30-9-26", "2026-09-30"),
    ("30.09.2026", "2026-09-30"),
    ("30 / 09 / 2026", "2026-09-30"),
    ("2026-09-30", "2026-09-30"),
    ("2026/9/3", "2026-09-03"),
    ("30/09/2026.", "2026-09-30"),
    ("30 09 2026", "2026-09-30"),
    ("٣٠/٠٩/٢٠٢٦", "2026-09-30"),
    ("\u206730/09/2026\u2069", "2026-09-30"),
    ("le 30 septembre 2026", "2026-09-30"),
    ("15 déc. 2026", "2026-12-15"),
    ("1er août 2026", "2026-08-01"),
    ("30 سبتمبر 2027", "2027-09-30"),
    ("5 جويلية 2027", "2027-07-05"),
    ("5 يوليو 2027", "2027-07-05"),
    ("fin juin 2028", "2028-06-30"),
    ("fin février 28", "2028-02-29"),
    ("début mars 2027", "2027-03-01"),
    ("fin du mois", "2026-11-30"),
    ("آخر الشهر", "2026-11-30"),
    ("نهاية هذا الشهر", "2026-11-30"),
    ("fin du mois prochain", "2026-12-31"),
    ("نهاية الشهر القادم", "2026-12-31"),
    ("aujourd'hui", "2026-11-25"),
    ("اليوم", "2026-11-25"),
    ("demain", "2026-11-26"),
    ("غدوة", "2026-11-26"),
    ("après-demain", "2026-11-27"),
    ("بعد غدوة", "2026-11-27"),
]

YEAR_ASSUMED = [
    ("30/09", "2027-09-30"),
    ("30 septembre", "2027-09-30"),
    ("٣٠ سبتمبر", "2027-09-30"),
    ("25/11", "2026-11-25"),
    ("24/11", "2027-11-24"),
    ("1er juillet", "2027-07-01"),
    ("29 février", "2028-02-29"),
    ("fin juin", "2027-06-30"),
    ("نهاية جوان", "2027-06-30"),
    ("fin novembre", "2026-11-30"),
    ("début janvier", "2027-01-01"),
    ("أول جانفي", "2027-01-01"),
    ("يوم 15 ديسمبر", "2026-12-15"),
    ("نخلص في 30 جوان", "2027-06-30"),
    ("je paie avant le 15 décembre", "2026-12-15"),
    ("le 5 du mois", "2026-12-05"),
    ("le 31 du mois", "2026-12-31"),
    ("30 du mois", "2026-11-30"),
]

MONTHS = {
    1: ["janvier", "جانفي", "يناير"],
    2: ["février", "fevrier", "فيفري", "فبراير"],
    3: ["mars", "مارس"],
    4: ["avril", "أفريل", "افريل", "أبريل"],
    5: ["mai", "ماي", "مايو"],
    6: ["juin", "جوان", "يونيو"],
    7: ["juillet", "جويلية", "جويليه", "يوليو"],
    8: ["août", "aout", "أوت", "اوت", "أغسطس"],
    9: ["septembre", "سبتمبر"],
    10: ["octobre", "أكتوبر", "اكتوبر"],
    11: ["novembre", "نوفمبر"],
    12: ["décembre", "ديسمبر"],
}


@pytest.mark.parametrize(("typed", "expected"), FULL)
def test_a_full_date_is_read_in_both_languages(typed: str, expected: str) -> None:
    assert read_date(typed, today=TODAY) == (date.fromisoformat(expected), False)


@pytest.mark.parametrize(("typed", "expected"), YEAR_ASSUMED)
def test_without_a_year_it_is_the_next_such_day_and_says_so(typed: str, expected: str) -> None:
    assert read_date(typed, today=TODAY) == (date.fromisoformat(expected), True)


@pytest.mark.parametrize(("month", "name"), [(m, name) for m, ns in MONTHS.items() for name in ns])
def test_every_month_is_known_by_its_algerian_and_other_names(month: int, name: str) -> None:
    assert read_date(f"3 {name} 2027", today=TODAY).day == date(2027, month, 3)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("bonjour", "no_date"),
        ("፩ juin", "no_date"),
        ("2026", "no_date"),
        ("30", "no_date"),
        ("500 000", "no_date"),
        ("123/4", "no_date"),
        ("2026/09", "no_date"),
        ("30/02/2026", "impossible"),
        ("30 février", "impossible"),
        ("09/30/2026", "impossible"),
        ("32 جوان", "impossible"),
        ("45 du mois", "impossible"),
        ("30 juin 1026", "impossible"),
        ("30 juin et 31 juillet", "two_dates"),
        ("1/2/2026 3/4/2026", "two_dates"),
    ],
)
def test_what_is_no_date_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(NotADate) as refusal:
        read_date(typed, today=TODAY)
    assert refusal.value.reason == reason


@given(st.dates(date(2010, 1, 1), date(2099, 12, 31)))
def test_a_date_written_in_any_usual_order_is_read_back(day: date) -> None:
    for written in ("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%y"):
        assert read_date(day.strftime(written), today=TODAY) == (day, False)


@given(st.text(max_size=40), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_any_text_is_read_or_refused_and_nothing_else(text: str, today: date) -> None:
    try:
        found = read_date(text, today=today)
    except NotADate:
        return
    assert isinstance(found.day, date)


@pytest.mark.parametrize("typed", ["99999/1/1", "1/2/3/2026", "1/1/7", "31 12"])
def test_a_part_of_something_longer_is_not_taken_for_a_date(typed: str) -> None:
    with pytest.raises(NotADate):
        read_date(typed, today=TODAY)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("5", 5),
        ("le 5", 5),
        ("15e", 15),
        ("1er", 1),
        ("5 de chaque mois", 5),
        ("يوم ١٠", 10),
        ("le 31", 31),
        ("fin du mois", 31),
        ("آخر الشهر", 31),
        ("au début du mois", 1),
    ],
)
def test_the_day_of_every_month_is_read(typed: str, day: int) -> None:
    assert read_day_of_month(typed) == day


@pytest.mark.parametrize("typed", ["", "0", "32", "5 ou 10", "5 décembre", "bientôt"])
def test_what_is_no_day_of_every_month_is_refused(typed: str) -> None:
    with pytest.raises(NotADate):
        read_day_of_month(typed)


@pytest.mark.parametrize("typed", ["2024", "en 2024", "سنة ٢٠٢٤", "l'année 2024."])
def test_a_year_is_read_among_words(typed: str) -> None:
    assert read_year(typed) == 2024


@pytest.mark.parametrize("typed", ["", "24", "00202412", "2023-2024", "12/2024 ou 2025"])
def test_what_is_not_one_year_is_refused(typed: str) -> None:
    with pytest.raises(NotADate):
        read_year(typed)
