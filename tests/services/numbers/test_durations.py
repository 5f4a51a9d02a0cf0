"""Lengths of time as people say them, in months."""

from __future__ import annotations

import pytest

from services.numbers.durations import read_months

SAID = [
    ("12 mois", 12),
    ("sur 12 mois svp", 12),
    ("12mois", 12),
    ("un an", 12),
    ("un an et demi", 18),
    ("un an et 6 mois", 18),
    ("deux ans", 24),
    ("vingt-quatre mois", 24),
    ("en 6 fois", 6),
    ("je veux un plan de 12 mois", 12),
    ("١٢ شهرًا", 12),
    ("على 12 شهر", 12),
    ("اثنا عشر شهرا", 12),
    ("أربعة وعشرين شهرا", 24),
    ("شهرين", 2),
    ("عامين", 24),
    ("36 قسط", 36),
    ("3la 12 chhar", 12),
    ("3amin", 24),
]
OTHER_THINGS = [
    "",
    "12",
    "mois",
    "سنة",
    "5000 par mois",
    "5000 كل شهر",
    "par mois 5000",
    "kol chhar 5000",
    "12 mois à 5000",
    "5000 pendant 12 mois",
    "2 ou 3 mois",
    "-3 mois",
    "1,5 an",
    "0 mois",
    "12 / mois",
]


@pytest.mark.parametrize(("said", "months"), SAID)
def test_a_length_is_read_with_its_unit(said: str, months: int) -> None:
    assert read_months(said) == months


@pytest.mark.parametrize("said", OTHER_THINGS)
def test_what_is_no_length_or_more_than_one_is_not_guessed(said: str) -> None:
    assert read_months(said) is None
