"""What must hold for any contributor, any order of payments, any day."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contributions import Facts, GivenSurcharge, Payment, position
from services.money import Centimes
from services.policy import Category, load

POLICY = load()
FIRST, LAST = date(2010, 1, 1), date(2027, 12, 31)

days = st.dates(FIRST, LAST)
amounts = st.one_of(st.integers(1, 300), st.integers(1, 100_000_000)).map(Centimes)
years = st.integers(2009, 2028)


@st.composite
def payment(draw: st.DrawFn, number: int = 0) -> Payment:
    return Payment(
        f"R{number}", draw(st.none() | years), draw(days), draw(amounts), draw(st.just("counter"))
    )


@st.composite
def contributors(draw: st.DrawFn, *, given_by_fund: bool = False) -> Facts:
    began = draw(st.none() | st.dates(date(2005, 1, 1), LAST))
    ceased = draw(st.none() | st.none() | days)
    payments = [draw(payment(number)) for number in range(draw(st.integers(0, 6)))]
    figures = st.builds(GivenSurcharge, amounts, days)
    return Facts(
        draw(st.sampled_from(Category)),
        began,
        ceased,
        draw(st.dictionaries(years, st.integers(0, 1_000_000_000).map(Centimes), max_size=6)),
        payments,
        draw(st.dictionaries(years, figures, max_size=3)) if given_by_fund else {},
    )


@given(contributors(given_by_fund=True), days)
def test_what_was_paid_is_what_was_settled_plus_the_credit(facts: Facts, on: date) -> None:
    found = position(facts, POLICY, on)
    used: Counter[str] = Counter()
    for part in found.allocations:
        assert part.amount > 0
        used[part.receipt] += part.amount
    assert used == Counter({p.receipt: p.amount for p in facts.payments if p.paid_on <= on})


@given(contributors(given_by_fund=True), days)
def test_every_amount_is_whole_and_none_is_negative(facts: Facts, on: date) -> None:
    found = position(facts, POLICY, on)
    for line in found.lines:
        assert line.due == line.paid + line.remaining
        assert line.total == line.remaining + line.surcharge
        for amount in (line.due, line.paid, line.remaining, line.surcharge, line.surcharge_paid):
            assert type(amount) is int
            assert amount >= 0
        if line.base is not None:
            rules = POLICY.year(line.year, facts.category)
            assert rules.floor <= line.base <= rules.ceiling
    assert found.total == sum(line.total for line in found.lines)
    assert [line.year for line in found.lines] == sorted({line.year for line in found.lines})


@settings(max_examples=300)
@given(contributors(given_by_fund=True), payment(99), days)
def test_paying_never_raises_a_total(facts: Facts, extra: Payment, on: date) -> None:
    without = position(facts, POLICY, on)
    paying = position(facts._replace(payments=[*facts.payments, extra]), POLICY, on)
    assert paying.total <= without.total


@given(contributors(), days, st.integers(0, 1500))
def test_a_later_day_never_lowers_what_has_accrued(facts: Facts, on: date, wait: int) -> None:
    later = position(facts, POLICY, on + timedelta(days=wait))
    for line in position(facts, POLICY, on).lines:
        after = later.line(line.year)
        assert after is not None
        assert after.surcharge + after.surcharge_paid >= line.surcharge + line.surcharge_paid


@given(contributors(), payment(99))
def test_a_payment_never_erases_a_surcharge_already_accrued(facts: Facts, extra: Payment) -> None:
    on = extra.paid_on
    without = position(facts, POLICY, on)
    paying = position(facts._replace(payments=[*facts.payments, extra]), POLICY, on)
    for line in without.lines:
        after = paying.line(line.year)
        if after is None:
            continue
        assert after.surcharge + after.surcharge_paid >= line.surcharge + line.surcharge_paid


@given(contributors(given_by_fund=True), days, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_arrive_is_of_no_matter(facts: Facts, on: date, random) -> None:
    shuffled = list(facts.payments)
    random.shuffle(shuffled)
    assert position(facts._replace(payments=shuffled), POLICY, on) == position(facts, POLICY, on)


@given(contributors(), days, st.integers(1, 5))
def test_splitting_a_payment_of_one_day_changes_nothing(facts: Facts, on: date, cut: int) -> None:
    split: list[Payment] = []
    for p in facts.payments:
        first = Centimes(p.amount // (cut + 1))
        split.append(p._replace(receipt=p.receipt + "a", amount=first))
        split.append(p._replace(receipt=p.receipt + "b", amount=Centimes(p.amount - first)))
    whole, parts = (
        position(facts._replace(payments=payments), POLICY, on)
        for payments in (facts.payments, split)
    )
    assert (whole.total, whole.credit) == (parts.total, parts.credit)
    assert [line.surcharge for line in whole.lines] == [line.surcharge for line in parts.lines]
