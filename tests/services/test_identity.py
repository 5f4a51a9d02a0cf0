import pytest

from services.identity import (
    NotAPhoneNumber,
    NotASocialSecurityNumber,
    is_algerian_mobile,
    mask_phone,
    mask_ssn,
    normalise_phone,
    normalise_ssn,
)


@pytest.mark.parametrize(
    "typed",
    [
        "850712345678",
        "85 0712 3456 78",
        "85-0712-3456-78",
        " 85.0712.3456.78 ",
        "٨٥٠٧١٢٣٤٥٦٧٨",
        "۸۵۰۷۱۲۳۴۵۶۷۸",
        "٨٥ ٠٧١٢ ٣٤٥٦ ٧٨",
        "\u2067850712345678\u2069",
        "85\u00a00712\u202f3456\u201378",
        "85٠٧١٢345678",
    ],
)
def test_a_social_security_number_is_understood_however_it_is_typed(typed: str) -> None:
    assert normalise_ssn(typed) == "850712345678"


@pytest.mark.parametrize(
    ("typed", "reason", "digits"),
    [
        ("", "empty", 0),
        (" - ", "empty", 0),
        ("85071234567", "too_short", 11),
        ("8507123456789", "too_long", 13),
        ("85071234567X", "not_digits", 0),
        ("رقم", "not_digits", 0),
        ("85071234567²", "not_digits", 0),
    ],
)
def test_a_wrong_social_security_number_is_refused_without_being_repeated(
    typed: str, reason: str, digits: int
) -> None:
    with pytest.raises(NotASocialSecurityNumber) as refusal:
        normalise_ssn(typed)
    assert (refusal.value.reason, refusal.value.digits) == (reason, digits)
    assert "8507" not in str(refusal.value)


@pytest.mark.parametrize(
    "typed",
    [
        "+213550123456",
        "00213550123456",
        "213550123456",
        "0550123456",
        "550123456",
        "05 50 12 34 56",
        "(0550) 12-34-56",
        "+213 (0) 550 12 34 56",
        "٠٥٥٠١٢٣٤٥٦",
        "\u202a+213550123456\u202c",
    ],
)
def test_a_mobile_number_has_one_normal_form(typed: str) -> None:
    assert normalise_phone(typed) == "+213550123456"
    assert is_algerian_mobile(normalise_phone(typed))


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("0770000000", "+213770000000"),
        ("0690000000", "+213690000000"),
        ("021 63 12 34", "+21321631234"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("33612345678", "+33612345678"),
    ],
)
def test_landlines_and_numbers_from_abroad_are_kept_as_they_are(typed: str, normal: str) -> None:
    assert normalise_phone(typed) == normal


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("055", "too_short"),
        ("0550123456789012345", "too_long"),
        ("05501234AB", "not_digits"),
        ("+5550123456", "invalid"),
    ],
)
def test_a_wrong_phone_number_is_refused_without_being_repeated(typed: str, reason: str) -> None:
    with pytest.raises(NotAPhoneNumber) as refusal:
        normalise_phone(typed)
    assert refusal.value.reason == reason
    assert "550" not in str(refusal.value)


def test_masks_show_the_last_four_digits_only() -> None:
    assert mask_ssn("850712345678") == "•••• 5678"
    assert mask_phone("+213550123456") == "•••• 3456"
    assert not is_algerian_mobile("+33612345678")
