import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.money import (
    BasisPoints,
    Centimes,
    NotAnAmount,
    dinars,
    divide_down,
    divide_up,
    format_percent,
    format_plain,
    parse_plain,
    percent,
    share,
    total,
)


@pytest.mark.parametrize(
    ("text", "centimes"),
    [
        ("0", 0),
        ("36000", 3_600_000),
        ("36000.5", 3_600_050),
        ("36000.05", 3_600_005),
        ("185185.05", 18_518_505),
        ("999999999999.99", 99_999_999_999_999),
    ],
)
def test_a_plain_decimal_is_read_to_the_centime(text: str, centimes: int) -> None:
    assert parse_plain(text) == centimes


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("-5", "negative"),
        ("-0.01", "negative"),
        ("12.345", "too_many_decimals"),
        ("1000000000000", "too_large"),
        ("1,5", "not_a_number"),
        ("1 000", "not_a_number"),
        ("+5", "not_a_number"),
        ("1e6", "not_a_number"),
        (".5", "not_a_number"),
        ("5.", "not_a_number"),
        ("NaN", "not_a_number"),
        ("٣٦٠٠٠", "not_a_number"),
        ("36000\n", "not_a_number"),
        ("36000 DA", "not_a_number"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(NotAnAmount) as refusal:
        parse_plain(text)
    assert refusal.value.reason == reason


@given(st.integers(min_value=0, max_value=99_999_999_999_999))
def test_what_is_written_is_read_back(centimes: int) -> None:
    assert parse_plain(format_plain(Centimes(centimes))) == centimes


def test_a_negative_amount_is_written_with_its_sign() -> None:
    assert format_plain(Centimes(-5)) == "-0.05"


@pytest.mark.parametrize(
    ("text", "basis_points"),
    [
        ("15 %", 1500),
        ("15%", 1500),
        ("7.5 %", 750),
        ("7,5 %", 750),
        ("0.25%", 25),
        ("100 %", 10_000),
    ],
)
def test_a_rate_is_read_in_basis_points(text: str, basis_points: int) -> None:
    assert percent(text) == basis_points


@pytest.mark.parametrize("text", ["15", "0.125 %", "-1 %", "fifteen %", ""])
def test_a_rate_needs_its_sign_and_at_most_two_decimals(text: str) -> None:
    with pytest.raises(NotAnAmount):
        percent(text)


def test_a_rate_is_written_without_useless_zeros() -> None:
    assert format_percent(BasisPoints(1500)) == "15 %"
    assert format_percent(BasisPoints(750)) == "7.5 %"
    assert format_percent(BasisPoints(0)) == "0 %"


@pytest.mark.parametrize(
    ("amount", "rate", "expected"),
    [
        (123_456_700, 1500, 18_518_505),  # DOMAIN: 1 234 567 DA at 15 % is 185 185.05
        (10, 500, 1),  # half a centime rounds up
        (9, 500, 0),
        (30, 500, 2),  # one and a half centimes
        (1, 10_000, 1),
    ],
)
def test_half_a_centime_rounds_up(amount: int, rate: int, expected: int) -> None:
    assert share(Centimes(amount), BasisPoints(rate)) == expected


def test_a_share_of_a_negative_amount_is_refused() -> None:
    with pytest.raises(ValueError):
        share(Centimes(-1), BasisPoints(500))


@given(st.integers(0, 10**13), st.integers(1, 60))
def test_rounding_down_and_up_enclose_the_amount(amount: int, parts: int) -> None:
    low, high = divide_down(Centimes(amount), parts), divide_up(Centimes(amount), parts)
    assert low * parts <= amount <= high * parts
    assert high - low in (0, 1)


def test_dinars_and_totals_are_centimes() -> None:
    assert dinars(36_000) == 3_600_000
    assert total([dinars(1), Centimes(5)]) == 105
