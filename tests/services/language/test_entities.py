"""Typed things are read by rule, and numbers of persons never reach the recogniser."""

from datetime import date

import pytest

from services import references
from services.language.entities import EntityKind, read

TODAY = date(2026, 3, 1)
REFERENCE = references.make(references.Kind.COMPLAINT, agency="16", year=2026, serial=123)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (REFERENCE, EntityKind.REFERENCE, REFERENCE),
        (f"wach sra f {REFERENCE.lower().replace('-', ' ')} ?", EntityKind.REFERENCE, REFERENCE),
        ("123456789012", EntityKind.SSN, "123456789012"),
        ("رقمي ١٢٣٤ ٥٦٧٨ ٩٠١٢", EntityKind.SSN, "123456789012"),
        ("mon numéro 12-3456-7890-12 svp", EntityKind.SSN, "123456789012"),
        ("0551234567", EntityKind.PHONE, "+213551234567"),
        ("appelez moi au 06 61 23 45 67", EntityKind.PHONE, "+213661234567"),
        ("+213 770 12 34 56", EntityKind.PHONE, "+213770123456"),
        ("٠٥٥١٢٣٤٥٦٧", EntityKind.PHONE, "+213551234567"),
    ],
)
def test_numbers_that_name_something_are_found(text: str, kind: EntityKind, value: str) -> None:
    reading = read(text, today=TODAY)
    entity = reading.first(kind)
    assert entity is not None
    assert str(entity.value) == value
    assert not any(digit.isdigit() for digit in reading.masked)


def test_a_mistyped_reference_is_known_as_one_without_a_value() -> None:
    wrong = REFERENCE[:-1] + str((int(REFERENCE[-1]) + 1) % 10)
    entity = read(wrong).first(EntityKind.REFERENCE)
    assert entity is not None
    assert entity.value is None


def test_twelve_digits_that_look_like_a_phone_are_what_was_asked_for() -> None:
    typed = "213551234567"
    assert read(typed).first(EntityKind.PHONE) is not None
    asked = read(typed, expecting=EntityKind.SSN)
    assert asked.first(EntityKind.SSN) is not None
    assert asked.first(EntityKind.PHONE) is None


@pytest.mark.parametrize(
    ("text", "centimes"),
    [("36 000 DA", 3_600_000), ("نقدر نخلص 5000 دج في الشهر", 500_000), ("36000", 3_600_000)],
)
def test_amounts_are_read_where_they_stand(text: str, centimes: int) -> None:
    entity = read(text, today=TODAY).first(EntityKind.AMOUNT)
    assert entity is not None
    assert entity.value.amount == centimes


def test_a_date_is_read_when_today_is_known() -> None:
    entity = read("30/09/2026", today=TODAY).first(EntityKind.DATE)
    assert entity is not None
    assert entity.value.day == date(2026, 9, 30)


def test_a_message_of_one_number_is_nothing_but_an_entity() -> None:
    assert read("0551234567").only_entities
    assert not read("0551234567 appelez moi").only_entities


def test_an_entity_never_shows_a_persons_number() -> None:
    shown = repr(read("0551234567 et 123456789012").entities)
    assert "551234567" not in shown
    assert "123456789012" not in shown
