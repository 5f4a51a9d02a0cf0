import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.references import (
    CENTRAL,
    Kind,
    NotAReference,
    Reference,
    ReferenceMistyped,
    damm,
    make,
    parse,
)

COMPLAINT = Reference(Kind.COMPLAINT, "16", 2026, 123)
references = st.builds(
    Reference,
    st.sampled_from(Kind),
    st.from_regex(r"[0-9]{2,4}", fullmatch=True).filter(str.isascii),
    st.integers(2000, 2099),
    st.integers(1, 999_999),
)


def test_the_published_examples_carry_their_check_digit() -> None:
    assert make(Kind.COMPLAINT, agency="16", year=2026, serial=123) == "R-16-26-000123-0"
    assert make(Kind.PLAN, agency="16", year=2026, serial=45) == "E-16-26-000045-7"
    assert make(Kind.COMPLAINT, agency=CENTRAL, year=2026, serial=1).startswith("R-00-26-000001-")
    assert damm("572") == 4  # the example of Damm's own description


@pytest.mark.parametrize(
    "typed",
    [
        "R-16-26-000123-0",
        "r-16-26-000123-0",
        "  R 16 26 000123 0 ",
        "R16260001230",
        "r1626 000123 0",
        "#R-16-26-000123-0",
        "R/16/26/000123/0",
        "R_16_26_000123_0",
        "R–16–26–000123–0",
        "R-١٦-٢٦-٠٠٠١٢٣-٠",
        "\u2066R-16-26-000123-0\u2069",
        "R-16-26-123-0",
        "R 16 26 000 123 0",
    ],
)
def test_a_reference_is_understood_however_it_is_typed(typed: str) -> None:
    assert parse(typed) == COMPLAINT


@pytest.mark.parametrize(
    "typed",
    [
        "R-16-26-000124-0",
        "R-16-26-000123-1",
        "R-61-26-000123-0",
        "R-16-26-000132-0",
        "R162600012",
        "R-16-26-000123-00",
        "R-16-26-000000-0",
    ],
)
def test_a_mistyped_reference_is_caught(typed: str) -> None:
    with pytest.raises(ReferenceMistyped) as refusal:
        parse(typed)
    assert refusal.value.kind is Kind.COMPLAINT


@pytest.mark.parametrize(
    "typed", ["", "bonjour", "16-26-000123-0", "X-16-26-000123-0", "850712345678", "R", "R-2"]
)
def test_other_words_are_no_reference(typed: str) -> None:
    with pytest.raises(NotAReference):
        parse(typed)


@given(references)
def test_what_is_written_is_read_back(reference: Reference) -> None:
    assert parse(str(reference)) == reference
    assert parse(str(reference).replace("-", "").lower()) == reference


@given(references, st.data())
def test_one_wrong_digit_or_two_swapped_neighbours_are_always_caught(
    reference: Reference, data: st.DataObject
) -> None:
    compact = str(reference).replace("-", "")
    place = data.draw(st.integers(1, len(compact) - 2))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != compact[place]]))
    changed = compact[:place] + wrong + compact[place + 1 :]
    swapped = compact[:place] + compact[place + 1] + compact[place] + compact[place + 2 :]
    for typed in {changed, swapped} - {compact}:
        with pytest.raises(ReferenceMistyped):
            parse(typed)


@pytest.mark.parametrize(
    "parts",
    [
        {"agency": "1", "year": 2026, "serial": 1},
        {"agency": "16345", "year": 2026, "serial": 1},
        {"agency": "16", "year": 26, "serial": 1},
        {"agency": "16", "year": 2026, "serial": 0},
        {"agency": "16", "year": 2026, "serial": 1_000_000},
    ],
)
def test_a_reference_that_does_not_fit_its_places_is_never_made(parts: dict) -> None:
    with pytest.raises(ValueError):
        make(Kind.COMPLAINT, **parts)
