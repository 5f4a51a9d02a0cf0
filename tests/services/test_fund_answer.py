"""An answer of the fund's system is taken whole or not at all."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services import policy
from services.contributions import Status
from services.fund_system.answer import NotAnAnswer, read_answer
from services.fund_system.figures import difference, position_by_fund
from tests.support.fund_reference_server import account, year

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
OUR_POLICY = policy.load()
GOOD = account(
    declarations=[{"year": 2026, "base": "300000.00"}],
    payments=[{"receipt": "A", "paid_on": "2026-11-01", "amount": "100.5"}],
    years=[year(2026, "45000", "100.50", "44899.50", "4000.00")],
    credit="0.00",
)


def _with(path: str, value: Any) -> dict[str, Any]:
    changed: Any = deepcopy(GOOD)
    *way, last = path.split(".")
    place = changed
    for step in way:
        place = place[int(step)] if step.isdecimal() else place[step]
    if value is _GONE:
        del place[last]
    else:
        place[int(last) if last.isdecimal() else last] = value
    return changed  # type: ignore[no-any-return]


_GONE = object()


def test_amounts_become_centimes_and_the_stated_surcharge_is_dated() -> None:
    answer = read_answer(GOOD, now=NOW)
    assert answer.day == date(2026, 11, 25)
    assert answer.facts.declarations == {2026: 30_000_000}
    assert [paid.amount for paid in answer.facts.payments] == [10_050]
    assert answer.years[2026] == (4_500_000, 10_050, 4_489_950, 400_000)
    assert answer.facts.surcharges[2026] == (400_000, date(2026, 11, 25))


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("as_of", _GONE, "as_of"),
        ("as_of", "2026-11-25T10:00:00", "as_of"),  # no zone
        ("as_of", "2026-11-25T10:41:00+01:00", "as_of"),  # eleven minutes ahead
        ("contributor.category", "plumber", "contributor.category"),
        ("payments", _GONE, "payments"),
        ("payments.0.amount", 100.5, "payments.0.amount"),
        ("payments.0.amount", "-1.00", "payments.0.amount"),
        ("payments.0.amount", "1.005", "payments.0.amount"),
        ("payments.0.receipt", "", "payments.0.receipt"),
        ("payments.0.paid_on", "01/11/2026", "payments.0.paid_on"),
        ("declarations.0.year", "2026", "declarations.0.year"),
        ("declarations.0.year", 26, "declarations.0.year"),
        ("position.total", "1.00", "position.total: not the sum of its years"),
        ("position.years.0.remaining", "50000", "position.years: more remains than was due"),
    ],
)
def test_what_breaks_the_contract_is_refused_by_its_place(
    path: str, value: Any, place: str
) -> None:
    with pytest.raises(NotAnAnswer) as refusal:
        read_answer(_with(path, value), now=NOW)
    assert refusal.value.place == place


@pytest.mark.parametrize("content", [None, [], "x", 1, {}, {"as_of": None}])
def test_what_is_no_account_at_all_is_refused(content: object) -> None:
    with pytest.raises(NotAnAnswer):
        read_answer(content, now=NOW)


@pytest.mark.parametrize("part", ["payments", "declarations"])
def test_a_receipt_or_a_year_comes_once(part: str) -> None:
    twice = deepcopy(GOOD)
    twice[part] *= 2
    with pytest.raises(NotAnAnswer, match=part):
        read_answer(twice, now=NOW)


def test_members_nobody_knows_are_passed_over() -> None:
    assert read_answer(GOOD | {"colour": "green"}, now=NOW) == read_answer(GOOD, now=NOW)


def test_the_funds_figures_replace_ours_and_are_no_estimate() -> None:
    found = position_by_fund(read_answer(GOOD, now=NOW), OUR_POLICY, date(2026, 11, 25))
    assert (found.principal, found.surcharge, found.total) == (4_489_950, 400_000, 4_889_950)
    assert not found.estimate
    assert found.status is Status.IN_ARREARS


def test_a_paid_year_by_the_fund_leaves_the_coming_deadline() -> None:
    paid = account(years=[year(2026, "43200", "43200", "0", "0")], as_of="2026-03-01T08:00:00Z")
    found = position_by_fund(read_answer(paid, now=NOW), OUR_POLICY, date(2026, 3, 1))
    assert found.status is Status.UP_TO_DATE
    assert found.next_deadline == (date(2027, 6, 30), 2027, None)


@pytest.mark.parametrize(
    ("surcharge", "apart"), [("3888.00", 0), ("3889.00", 0), ("3889.01", 101), ("3886.99", -101)]
)
def test_only_more_than_one_dinar_apart_is_a_discrepancy(surcharge: str, apart: int) -> None:
    stated = account(years=[year(2026, "43200", "0", "43200", surcharge)])
    assert difference(read_answer(stated, now=NOW), OUR_POLICY) == apart
