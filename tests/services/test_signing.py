"""Signed codes: what was signed comes back, anything else is refused with its reason."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import references, signing
from services.references import Kind
from services.signing import CodeRefused, NotAPublicKey, Why
from services.vault import Vault

VAULT = Vault(b"k" * 32)
KEY = signing.public_key(VAULT)
REFERENCE = references.make(Kind.PLAN, agency="16", year=2026, serial=45)
FACTS = {
    "signed_on": date(2026, 11, 25),
    "total": 18_000_000,
    "installments": 12,
    "holder": "0042",
    "digest": signing.digest_of("the schedule"),
}
CODE = signing.sign(VAULT, Kind.PLAN, REFERENCE, FACTS)


def test_what_was_signed_comes_back() -> None:
    signed = signing.verify(CODE, KEY)
    assert (signed.kind, signed.reference, signed.fields) == (Kind.PLAN, REFERENCE, FACTS)


def test_a_receipt_carries_instants_and_a_key() -> None:
    reference = references.make(Kind.COMPLAINT, agency="00", year=2026, serial=999_999)
    facts = {
        "received_at": datetime(2026, 11, 26, 14, 30, tzinfo=UTC),
        "answer_by": datetime(2026, 11, 30, 14, 30, tzinfo=UTC),
        "category": "payment_not_recorded",
    }
    code = signing.sign(VAULT, Kind.COMPLAINT, reference, facts)
    assert signing.verify(code, KEY).fields == facts
    assert signing.verify(code, KEY).reference == reference


def test_a_plans_code_fits_a_small_printed_square() -> None:
    assert len(CODE.replace("-", "")) <= 170
    assert not set("ILOU") & set(CODE)


@pytest.mark.parametrize(
    "typed",
    [
        CODE.lower(),
        CODE.replace("-", " "),
        CODE.replace("-", ""),
        f"  {CODE}\n",
        CODE.replace("0", "O").replace("1", "l"),
        CODE.translate({ord(str(n)): 0x0660 + n for n in range(10)}),
        CODE.replace("-", "\u2011"),
    ],
)
def test_it_is_understood_however_it_is_typed(typed: str) -> None:
    assert signing.verify(typed, KEY).reference == REFERENCE


@given(place=st.integers(0, len(CODE) - 1), letter=st.sampled_from(signing.ALPHABET))
def test_every_single_wrong_letter_is_called_mistyped(place: int, letter: str) -> None:
    typed = CODE[:place] + letter + CODE[place + 1 :]
    if CODE[place] in (letter, "-"):
        return
    with pytest.raises(CodeRefused) as refusal:
        signing.verify(typed, KEY)
    assert refusal.value.why is Why.MISTYPED


@given(st.text(max_size=250))
def test_any_other_text_is_refused_and_never_crashes(text: str) -> None:
    with pytest.raises(CodeRefused):
        signing.verify(text, KEY)


def test_a_code_of_another_key_is_not_signed() -> None:
    with pytest.raises(CodeRefused) as refusal:
        signing.verify(signing.sign(Vault(b"x" * 32), Kind.PLAN, REFERENCE, FACTS), KEY)
    assert refusal.value.why is Why.NOT_SIGNED


def test_a_missing_end_is_mistyped() -> None:
    for cut in range(1, 20):
        with pytest.raises(CodeRefused) as refusal:
            signing.verify(CODE[:-cut], KEY)
        assert refusal.value.why is Why.MISTYPED


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "signed_on": st.dates(date(2000, 1, 1), date(2099, 12, 31)),
            "total": st.integers(0, 10**14),
            "holder": st.text("0123456789", min_size=1, max_size=4),
            "digest": st.binary(min_size=8, max_size=8),
            "category": st.text("abc_", max_size=31),
        },
    )
)
def test_all_facts_survive(facts: dict[str, signing.Value]) -> None:
    assert signing.verify(signing.sign(VAULT, Kind.PLAN, REFERENCE, facts), KEY).fields == facts


@pytest.mark.parametrize(
    "facts",
    [
        {"total": -1},
        {"holder": "990000000001"},
        {"digest": b"short"},
        {"signed_on": "2026-11-25"},
        {"category": "x" * 32},
    ],
)
def test_a_fact_that_does_not_fit_is_never_signed(facts: dict[str, signing.Value]) -> None:
    with pytest.raises(ValueError, match=r"code|fit"):
        signing.sign(VAULT, Kind.PLAN, REFERENCE, facts)


def test_the_public_key_travels_as_pem() -> None:
    assert signing.read_public_key(signing.write_public_key(KEY)) == KEY
    for wrong in ("", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"):
        with pytest.raises(NotAPublicKey):
            signing.read_public_key(wrong)
    assert len(signing.short_name(KEY)) == 14
