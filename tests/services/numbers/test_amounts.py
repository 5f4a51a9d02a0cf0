"""Amounts as people write and say them. Expected readings are in DA, the likeliest first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.money import Centimes, NotAnAmount, format_plain, parse_plain
from services.numbers.amounts import read_amount

WRITTEN = [
    ("50000", "50000"),
    ("50 000", "50000"),
    ("50\u00a0000", "50000"),
    ("50\u202f000", "50000"),
    ("50.000", "50000"),
    ("50,000", "50000"),
    ("50'000", "50000"),
    ("1 234 567", "1234567"),
    ("1.234.567,89", "1234567.89"),
    ("1,234,567.89", "1234567.89"),
    ("50 000,00 DA", "50000"),
    ("36 000.5", "36000.50"),
    ("1,5", "1.50"),
    ("٥٠٠٠٠", "50000"),
    ("٥٠٬٠٠٠٫٥٠ دج", "50000.50"),
    ("۵۰۰۰", "5000"),
    ("5000دج", "5000"),
    ("5000 دينار", "5000"),
    ("5 000 dinars", "5000"),
    ("DA 5000", "5000"),
    ("5da", "5"),
    ("\u2067٥٠٠٠\u2069", "5000"),
    ("5000.", "5000"),
    ("«5000»", "5000"),
    ("999 999 999 999", "999999999999"),
    ("0", "0"),
    ("quatre mille cinq cents dinars", "4500"),
    ("quatre-vingt-dix mille dinars", "90000"),
    ("خمسة وعشرين ألف دينار", "25000"),
]


@pytest.mark.parametrize(("typed", "expected"), WRITTEN)
def test_a_written_amount_is_in_dinars_and_used_as_it_is(typed: str, expected: str) -> None:
    found = read_amount(typed)
    assert found.readings == (parse_plain(expected),)
    assert not found.ask_back


SAID = [
    # The frame's own examples.
    ("3 ملاين", ["30000", "3000000"]),
    ("3 millions", ["30000", "3000000"]),
    ("50 000 دورو", ["2500"]),
    ("خمسين ألف دورو", ["2500"]),
    ("12.5k", ["12500"]),
    ("3 briques", ["30000", "3000000"]),
    ("25 alef", ["25000", "250"]),
    ("3 mlayin", ["30000", "3000000"]),
    ("nesf melyoun", ["5000", "500000"]),
    ("nkhales 3la 5000", ["5000"]),  # "3la" is a word: "on"
    ("مليون", ["10000", "1000000"]),
    ("مليار", ["10000000", "1000000000"]),
    ("خمسة ملاين", ["50000", "5000000"]),
    ("مليون ونص", ["15000", "1500000"]),
    # Millions and more are centimes first.
    ("مليونين", ["20000", "2000000"]),
    ("زوج ملاين", ["20000", "2000000"]),
    ("تلت ملاين", ["30000", "3000000"]),
    ("ربع ملاين", ["40000", "4000000"]),
    ("ربع مليون", ["2500", "250000"]),
    ("مليون وربع", ["12500", "1250000"]),
    ("نص مليون", ["5000", "500000"]),
    ("مليون وميتين ألف", ["12000", "1200000"]),
    ("مليون وخمسمية", ["15000", "1500000", "10005"]),
    ("3 millions 500", ["35000", "3500000", "30005"]),
    ("1 million 200 mille", ["12000", "1200000"]),
    ("un million et demi", ["15000", "1500000"]),
    ("3,5 millions", ["35000", "3500000"]),
    ("1.255 million", ["12550", "1255000"]),
    ("٢ ملايين", ["20000", "2000000"]),
    ("3ملاين", ["30000", "3000000"]),
    ("3M", ["30000", "3000000"]),
    ("5 mlayen", ["50000", "5000000"]),
    ("12mlayen", ["120000", "12000000"]),
    ("reb3a mlayen", ["40000", "4000000"]),
    ("ألف مليون", ["10000000", "1000000000"]),
    # Named in dinars, the dinars come first, and it is still asked.
    ("3 millions de dinars", ["3000000", "30000"]),
    ("3 ملايين دينار", ["3000000", "30000"]),
    # Thousands may be meant either way.
    ("خمسين ألف", ["50000", "500"]),
    ("cent vingt mille", ["120000", "1200"]),
    ("soixante-quinze mille", ["75000", "750"]),
    ("quatre-vingt mille", ["80000", "800"]),
    ("mille", ["1000", "10"]),
    ("١٢٫٥ ألف", ["12500", "125"]),
    ("50 alf douro", ["2500"]),
    ("200 000 centimes", ["2000"]),
    ("12,5 K", ["12500"]),
    ("12.5 ك", ["12500"]),
    ("5k DA", ["5000"]),
    ("خمسين", ["50"]),
]


@pytest.mark.parametrize(("typed", "expected"), SAID)
def test_a_said_amount_is_asked_back_with_every_reading(typed: str, expected: list[str]) -> None:
    found = read_amount(typed)
    assert list(found.readings) == [parse_plain(reading) for reading in expected]
    assert found.amount == found.readings[0]
    assert found.ask_back


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("نقدر نعطي خمسين ألف دورو في الشهر، تمشي ولا لالا؟", "2500"),
        ("je peux payer 5 000 DA par mois", "5000"),
        ("20 000 DA / mois", "20000"),
        ("d'accord 5000", "5000"),
        ("3andi carte auto entrepreneur nkhales 24000", "24000"),
        ("bghit nkhales 5000 chhar", "5000"),
    ],
)
def test_an_amount_among_other_words_is_found_and_asked_back(typed: str, expected: str) -> None:
    found = read_amount(typed)
    assert found.amount == parse_plain(expected)
    assert found.ask_back


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("  \u200f ", "empty"),
        ("bonjour", "no_number"),
        ("፩", "no_number"),
        ("na9darch", "no_number"),
        ("لا أستطيع", "no_number"),
        ("un jour peut-être", "no_number"),
        ("-5000", "negative"),
        ("5000 ou 6000", "two_amounts"),
        ("24000 wla 43200 ?", "two_amounts"),
        ("5000 5000", "two_amounts"),
        ("5000 DA 10 centimes", "two_amounts"),
        ("12:30", "two_amounts"),
        ("30/09/2026", "not_a_number"),
        ("10 %", "not_a_number"),
        ("10٪", "not_a_number"),
        ("0550123456", "not_a_number"),
        ("1,23,456", "not_a_number"),
        ("1.23.456,78", "not_a_number"),
        ("5000-6000", "not_a_number"),
        ("1.2345", "too_many_decimals"),
        ("1 000,123", "too_many_decimals"),
        ("0.0000001 million", "too_many_decimals"),
        ("1 000 000 000 000", "too_large"),
        ("9" * 40, "too_large"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(NotAnAmount) as refusal:
        read_amount(typed)
    assert refusal.value.reason == reason


@given(st.integers(0, 99_999_999_999_999))
def test_a_plain_decimal_is_read_as_files_carry_it(centimes: int) -> None:
    assert read_amount(format_plain(Centimes(centimes))).readings == (centimes,)


@given(st.integers(0, 10**9), st.sampled_from([" ", "\u00a0", "\u202f", ".", ",", "'", "٬"]))
def test_thousands_may_be_grouped_by_any_usual_sign(dinars: int, sign: str) -> None:
    assert read_amount(f"{dinars:,}".replace(",", sign)).readings == (dinars * 100,)


@given(st.integers(0, 10**9))
def test_arabic_digits_read_as_latin_ones(dinars: int) -> None:
    arabic = str(dinars).translate({ord(str(d)): chr(0x660 + d) for d in range(10)})
    assert read_amount(arabic) == read_amount(str(dinars))


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        found = read_amount(text)
    except NotAnAmount:
        return
    assert found.readings
    assert all(type(reading) is int and reading >= 0 for reading in found.readings)


PIECES = (
    "3 50 000 12.5 , . - / ألف مليون ملاين ونص ربع دورو دج DA mille millions et k un cent vingt"
)


@given(st.lists(st.sampled_from(PIECES.split()), max_size=7).map(" ".join))
def test_any_jumble_of_number_words_is_read_or_refused(text: str) -> None:
    try:
        found = read_amount(text)
    except NotAnAmount:
        return
    assert len(set(found.readings)) == len(found.readings) >= 1
