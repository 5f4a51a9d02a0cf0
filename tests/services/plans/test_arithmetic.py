"""The arithmetic of plans, over debts from one centime to fifty million dinars."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services import policy
from services.money import Centimes, dinars
from services.plans.proposals import lengths, propose
from services.plans.schedule import (
    MONTH_END,
    MOST_INSTALLMENTS,
    NothingToSpread,
    NoWorkingDay,
    Schedule,
    TooManyInstallments,
    by_amount,
    by_length,
    due_date,
    least_down_payment,
)
from services.plans.terms import (
    MeansTooSmall,
    Why,
    Wish,
    months_for_means,
    reasons_against,
    schedule_of,
)

POLICY = policy.load()
ON = date(2026, 11, 25)
TERMS, STANDARD = POLICY.plan_terms(ON), POLICY.standard_terms(ON)
SMALLEST = TERMS.smallest_installment


def sunday_to_thursday(day: date) -> bool:
    return day.weekday() not in (4, 5)


debts = st.one_of(
    st.integers(1, 5_000_000_000),
    st.integers(1, 1_000_000),
    st.integers(1, 200).map(lambda thousands: thousands * 100_000),
).map(Centimes)
days = st.integers(MONTH_END, 28)
starts = st.dates(date(2026, 1, 1), date(2060, 12, 31))
offered = st.sampled_from(TERMS.months)
holidays = st.frozensets(st.integers(0, 6), max_size=5)


def make(debt: int, wish: Wish, on: date = ON) -> Schedule:
    return schedule_of(wish, Centimes(debt), TERMS, signed_on=on, is_working_day=sunday_to_thursday)


@settings(max_examples=600)
@given(debts, offered, days, starts, holidays, st.data())
def test_every_schedule_keeps_every_rule(
    debt: Centimes, months: int, day: int, on: date, off: frozenset[int], data: st.DataObject
) -> None:
    least = least_down_payment(debt, TERMS.down_payment_at_least)
    down = Centimes(data.draw(st.integers(least, debt - 1)))

    def works(one: date) -> bool:
        return one.weekday() not in off

    schedule = by_length(
        debt,
        months=months,
        down_payment=down,
        day=day,
        signed_on=on,
        smallest=SMALLEST,
        is_working_day=works,
    )
    parts = schedule.installments
    assert sum(part.amount for part in schedule.parts) == debt
    assert sum(part.amount for part in parts) == debt - down
    assert 1 <= len(parts) <= months
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert all(part.amount > 0 for part in schedule.parts)
    assert all(part.amount == schedule.regular >= SMALLEST for part in parts[:-1])
    assert 0 < parts[-1].amount <= schedule.regular
    assert down * 10 >= debt or debt == 1
    dates = [on, *(part.due for part in parts)]
    assert dates == sorted(set(dates))
    for part in parts:
        assert works(part.due)
        months_on = (part.due.year - on.year) * 12 + part.due.month - on.month
        assert months_on in (part.number - 1, part.number)


@settings(max_examples=400)
@given(debts, st.integers(1, 5_000_000_000), days, starts)
def test_asking_by_means_and_by_length_agree(debt: int, means: int, day: int, on: date) -> None:
    rest = Centimes(debt - least_down_payment(Centimes(debt), TERMS.down_payment_at_least))
    try:
        months = months_for_means(rest, Centimes(means), TERMS)
    except MeansTooSmall as refusal:
        least = refusal.least
        months = 0
    if not months:
        assert least == make(debt, Wish(months=TERMS.months[-1], day=day), on).regular > means
        again = months_for_means(rest, least, TERMS)
        assert make(debt, Wish(months=again), on).regular == least
        return
    by_means = make(debt, Wish(means=Centimes(means), day=day), on)
    assert by_means == make(debt, Wish(months=months, day=day), on)
    assert max(part.amount for part in by_means.installments) <= means
    for shorter in (one for one in TERMS.months if one < months):
        assert make(debt, Wish(months=shorter), on).regular > means


@settings(max_examples=200)
@given(debts, st.integers(1, 5_000_000_000))
def test_means_nobody_offers_are_taken_as_they_are_or_given_the_longest(
    debt: int, means: int
) -> None:
    schedule = make(debt, Wish(means=Centimes(means)))
    rest = debt - schedule.down_payment
    assert sum(part.amount for part in schedule.parts) == debt
    assert schedule.months <= MOST_INSTALLMENTS
    if -(-rest // means) <= MOST_INSTALLMENTS:
        assert schedule.regular <= means
    else:
        assert schedule == make(debt, Wish(months=TERMS.months[-1]))


@settings(max_examples=200)
@given(debts, starts, st.one_of(st.none(), st.integers(1, 5_000_000_000).map(Centimes)))
def test_there_are_one_to_three_different_proposals_shortest_first(
    debt: Centimes, on: date, means: Centimes | None
) -> None:
    try:
        found = propose(
            Wish(means=means),
            debt,
            TERMS,
            STANDARD,
            signed_on=on,
            is_working_day=sunday_to_thursday,
        )
    except MeansTooSmall:
        assert means is not None
        return
    assert 1 <= len(found) <= 3
    months = [schedule.months for schedule in found]
    assert months == sorted(set(months))
    if means is not None:
        assert any(schedule.regular <= means for schedule in found)
    elif debt <= STANDARD.arrears_up_to:
        for schedule in found:
            assert not reasons_against(schedule, terms=TERMS, standard=STANDARD, last_lapse=None)


@pytest.mark.parametrize(
    ("debt", "months", "regular", "last", "count"),
    [
        (dinars(180_000), 12, 1_350_000, 1_350_000, 12),  # 18 000 down, 162 000 / 12
        (dinars(180_000), 36, 450_000, 450_000, 36),
        (dinars(100_000), 36, 300_000, 300_000, 30),  # 90 000 / 36 is under 3 000
        (dinars(20_000), 12, 300_000, 300_000, 6),
        (dinars(43_200), 12, 324_000, 324_000, 12),
        (dinars(43_333), 12, 324_998, 324_992, 12),  # rounded up, the last takes the difference
        (dinars(22_222), 6, 333_330, 333_330, 6),
        (dinars(3_000), 12, 270_000, 270_000, 1),  # under the minimum: one installment
        (dinars(3_500), 12, 300_000, 15_000, 2),  # the last one may be smaller
        (1, 3, 1, 1, 1),
        (2, 3, 1, 1, 1),
    ],
)
def test_worked_examples(debt: int, months: int, regular: int, last: int, count: int) -> None:
    schedule = make(debt, Wish(months=months))
    assert (schedule.regular, schedule.last.amount, schedule.months) == (regular, last, count)


@pytest.mark.parametrize(
    ("debt", "least"),
    [
        (dinars(180_000), dinars(18_000)),
        (11, 2),  # 1.1 centimes: a part of a centime counts whole
        (10, 1),
        (1, 0),
        (4_326_741, 432_675),
    ],
)
def test_the_least_down_payment_is_a_tenth_rounded_up(debt: int, least: int) -> None:
    assert least_down_payment(Centimes(debt), TERMS.down_payment_at_least) == least


@pytest.mark.parametrize(
    ("signed", "day", "due"),
    [
        (date(2026, 11, 25), MONTH_END, date(2026, 12, 31)),  # a Thursday
        (date(2026, 12, 2), MONTH_END, date(2027, 1, 31)),  # a Sunday
        (date(2026, 11, 25), 5, date(2026, 12, 3)),  # the 5th is a Saturday: Thursday before
        (date(2026, 11, 25), 28, date(2026, 12, 28)),
        (date(2027, 1, 30), MONTH_END, date(2027, 2, 28)),  # a short month
        (date(2028, 1, 30), MONTH_END, date(2028, 2, 29)),
        (date(2026, 10, 31), 1, date(2026, 11, 1)),
        (date(2027, 4, 30), 1, date(2027, 5, 2)),  # Saturday; Thursday 29 was before signing
        (date(2027, 4, 29), 1, date(2027, 5, 2)),  # ... or the day of signing itself
        (date(2027, 4, 28), 1, date(2027, 4, 29)),
    ],
)
def test_the_first_installment_falls_in_the_next_month_on_a_working_day(
    signed: date, day: int, due: date
) -> None:
    assert due_date(signed, 1, day, sunday_to_thursday) == due


def test_no_more_than_ten_years_of_installments() -> None:
    with pytest.raises(TooManyInstallments) as refusal:
        by_amount(
            dinars(180_000),
            amount=dinars(1_000),
            down_payment=Centimes(0),
            day=MONTH_END,
            signed_on=ON,
            is_working_day=sunday_to_thursday,
        )
    assert (refusal.value.count, refusal.value.smallest_possible) == (180, dinars(1_500))


def test_a_calendar_without_working_days_is_found_out() -> None:
    with pytest.raises(NoWorkingDay):
        due_date(ON, 1, 5, lambda day: False)


@pytest.mark.parametrize("down", [dinars(180_000), dinars(180_001)])
def test_a_down_payment_of_everything_leaves_nothing_to_spread(down: int) -> None:
    with pytest.raises(NothingToSpread):
        make(dinars(180_000), Wish(months=12, down_payment=Centimes(down)))


def test_three_proposals_for_the_purposes_own_example() -> None:
    found = propose(
        Wish(),
        dinars(180_000),
        TERMS,
        STANDARD,
        signed_on=ON,
        is_working_day=sunday_to_thursday,
    )
    assert [(one.months, one.regular) for one in found] == [
        (3, dinars(54_000)),
        (6, dinars(27_000)),
        (12, dinars(13_500)),
    ]


def test_by_means_the_shortest_that_fits_and_its_neighbours() -> None:
    found = propose(
        Wish(means=dinars(9_000)),
        dinars(180_000),
        TERMS,
        STANDARD,
        signed_on=ON,
        is_working_day=sunday_to_thursday,
    )
    assert [one.months for one in found] == [12, 18, 24]


def test_lengths_that_change_nothing_are_not_offered() -> None:
    assert lengths(dinars(18_000), TERMS) == (3, 6)
    assert lengths(dinars(1), TERMS) == (3,)


@pytest.mark.parametrize(
    ("debt", "wish", "reasons"),
    [
        (500_000, Wish(months=12), ()),
        (500_001, Wish(months=12), (Why.ARREARS_OVER,)),
        (400_000, Wish(months=18), (Why.MONTHS_OVER,)),
        (20_000, Wish(months=36), ()),  # over in six months
        (180_000, Wish(months=12, down_payment=dinars(17_999)), (Why.DOWN_PAYMENT_UNDER,)),
        (180_000, Wish(means=dinars(2_000)), (Why.MEANS_UNDER_SMALLEST, Why.MONTHS_OVER)),
        (180_000, Wish(means=dinars(4_000)), (Why.MEANS_TOO_SMALL, Why.MONTHS_OVER)),
        (
            700_000,
            Wish(months=24, down_payment=dinars(0)),
            (Why.ARREARS_OVER, Why.DOWN_PAYMENT_UNDER, Why.MONTHS_OVER),
        ),
    ],
)
def test_every_reason_is_given(debt: int, wish: Wish, reasons: tuple[Why, ...]) -> None:
    found = reasons_against(
        make(dinars(debt), wish),
        means=wish.means,
        terms=TERMS,
        standard=STANDARD,
        last_lapse=None,
    )
    assert tuple(reason.why for reason in found) == reasons


@pytest.mark.parametrize(
    ("lapse", "stands_in_the_way"),
    [(date(2024, 11, 24), False), (date(2024, 11, 25), True), (ON - timedelta(days=1), True)],
)
def test_a_lapse_counts_for_two_years(lapse: date, stands_in_the_way: bool) -> None:
    found = reasons_against(
        make(dinars(180_000), Wish(months=12)), terms=TERMS, standard=STANDARD, last_lapse=lapse
    )
    assert bool(found) is stands_in_the_way
