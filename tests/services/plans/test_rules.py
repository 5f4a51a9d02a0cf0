"""The pure rules around a plan: the table of moves, matching, danger, campaigns, changes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import policy
from services.contributions import Facts, GivenSurcharge, Payment, position
from services.money import Centimes, dinars
from services.plans import matching, reschedule, trouble
from services.plans.debt import Debt, NothingLate, PlanKind, debt_of
from services.plans.reschedule import Ahead
from services.plans.schedule import MONTH_END, Installment
from services.plans.states import TABLE, By, NotNow, State, drawing, move
from services.plans.trouble import Standing
from services.policy.category import Category

POLICY = policy.load()
ON = date(2026, 11, 25)
RULE = POLICY.plan_trouble(ON)
DOCS = Path(__file__).parents[3] / "docs" / "plans.md"


# --- the table ------------------------------------------------------------------------------


def test_no_machine_moves_against_a_person() -> None:
    against = [one for one in TABLE if one.against]
    assert {one.end for one in against} == {State.REFUSED, State.LAPSED}
    assert {one.by for one in against} == {By.DECIDER}
    for one in TABLE:
        if one.end in (State.REFUSED, State.LAPSED):
            assert one.against


def test_every_state_is_reached_and_left_or_final() -> None:
    assert {one.end for one in TABLE} == set(State)
    final = set(State) - {one.start for one in TABLE}
    assert final == {
        State.COMPLETED,
        State.LAPSED,
        State.REFUSED,
        State.WITHDRAWN,
        State.REPLACED,
    }


def test_a_move_is_found_by_where_who_and_what() -> None:
    keys = [(one.start, one.by, one.event) for one in TABLE]
    assert len(keys) == len(set(keys))
    with pytest.raises(NotNow):
        move(State.REFUSED, by=By.DECIDER, event="plan.offered")
    with pytest.raises(NotNow):
        move(State.LAPSE_PROPOSED, by=By.MACHINE, event="plan.lapsed")


def test_the_drawing_in_the_documentation_is_current() -> None:
    assert f"```mermaid\n{drawing()}\n```" in DOCS.read_text(encoding="utf-8")


# --- matching -------------------------------------------------------------------------------


def parts(*amounts: int) -> list[Installment]:
    return [
        Installment(number, ON + timedelta(days=30 * number), Centimes(amount))
        for number, amount in enumerate(amounts)
    ]


def paid(receipt: str, day: int, amount: int, year: int | None = None) -> Payment:
    return Payment(receipt, year, date(2026, 12, day), Centimes(amount))


@given(
    st.lists(st.integers(1, 10_000_000), min_size=1, max_size=37),
    st.lists(st.integers(1, 20_000_000), max_size=20),
)
def test_matching_loses_and_invents_nothing(amounts: list[int], payments: list[int]) -> None:
    made = [paid(f"R{n}", 1, amount) for n, amount in enumerate(payments)]
    found = matching.match(parts(*amounts), made)
    used = sum(one.paid for one in found.installments)
    assert used + found.surplus == sum(payments)
    assert used == min(sum(payments), sum(amounts))
    for amount, one in zip(amounts, found.installments, strict=True):
        assert 0 <= one.paid <= amount
        assert (one.on is not None) == (one.paid == amount)
    open_parts = [one for one in found.installments if one.on is None]
    assert all(one.paid == 0 for one in open_parts[1:])


def test_a_payment_runs_over_into_the_next_installment() -> None:
    found = matching.match(parts(100, 200, 300), [paid("A", 1, 150), paid("B", 9, 160)])
    assert [(one.paid, one.on and one.on.day) for one in found.installments] == [
        (100, 1),
        (200, 9),
        (10, None),
    ]
    assert found.receipts == ("A", "B")


def test_only_what_is_new_and_for_the_plans_years_counts() -> None:
    payments = [
        paid("OLD", 1, 500),
        paid("GREW", 2, 700),
        paid("CUT", 3, 100),
        paid("NEW", 4, 50),
        paid("YEAR", 5, 60, 2025),
        paid("OTHER", 6, 70, 2027),
    ]
    found = matching.counted(
        payments, known={"OLD": 500, "GREW": 400, "CUT": 900}, years={2025, 2026}
    )
    assert [(one.receipt, one.amount) for one in found] == [
        ("GREW", 300),
        ("NEW", 50),
        ("YEAR", 60),
    ]


# --- danger ---------------------------------------------------------------------------------


def standing(
    number: int, late_days: int, *, settled: bool = False, waits: bool = False
) -> Standing:
    return Standing(
        number, ON - timedelta(days=late_days), dinars(5_000), dinars(5_000), settled, waits
    )


@pytest.mark.parametrize(
    ("days", "in_danger"),
    [
        ((30, 30, -30), True),
        ((60, 30, -30), True),
        ((60, 29, -30), False),
        ((300, -1, -30), False),  # one alone, and not the last
        ((60,), True),
        ((59,), False),
    ],
)
def test_two_installments_thirty_days_late_or_the_last_sixty(
    days: tuple[int, ...], in_danger: bool
) -> None:
    found = trouble.danger([standing(n, late) for n, late in enumerate(days, 1)], ON, RULE)
    assert (found is not None) is in_danger


def test_what_a_clerk_has_in_hand_is_no_danger_and_the_sum_is_exact() -> None:
    assert trouble.danger([standing(1, 60, waits=True), standing(2, 31)], ON, RULE) is None
    found = trouble.danger([standing(1, 60), standing(2, 31), standing(3, 1)], ON, RULE)
    assert found is not None
    assert (found.numbers, found.amount) == ((1, 2, 3), dinars(15_000))


@pytest.mark.parametrize(
    ("days", "day"),
    [
        ((1, -30), ON + timedelta(days=60)),  # the second would be thirty days late
        ((1,), ON + timedelta(days=59)),  # the last alone, sixty days late
    ],
)
def test_the_day_until_which_all_is_well(days: tuple[int, ...], day: date) -> None:
    ahead = [standing(n, late) for n, late in enumerate(days, 1)]
    assert trouble.danger_day(ahead, RULE) == day
    assert trouble.danger(ahead, day - timedelta(days=1), RULE) is None
    assert trouble.danger(ahead, day, RULE) is not None


# --- debt -----------------------------------------------------------------------------------


def debt(on: date, *, pay_this_year: bool) -> Debt:
    payments = [Payment("P", on.year, on - timedelta(days=9), dinars(32_400))]
    facts = Facts(
        Category.TRADER,
        date(on.year - 2, 1, 1),
        declarations={on.year - 2: dinars(216_000)},
        payments=payments if pay_this_year else (),
        surcharges={on.year - 2: GivenSurcharge(dinars(6_000), on)},
    )
    return debt_of(position(facts, POLICY, on), POLICY.campaign(on))


def test_without_a_campaign_everything_is_spread_and_nothing_waived() -> None:
    found = debt(date(2019, 11, 25), pay_this_year=False)
    assert (found.kind, found.frozen, found.pay_first) == (PlanKind.ORDINARY, 0, 0)
    assert found.amount == found.principal + found.surcharge
    assert [year.year for year in found.years] == [2017, 2018, 2019]


@pytest.mark.parametrize("on", [date(2015, 7, 23), date(2016, 12, 31)])
def test_under_a_campaign_the_earlier_years_without_surcharges(on: date) -> None:
    found = debt(on, pay_this_year=True)
    assert (found.kind, found.campaign) == (PlanKind.CAMPAIGN, "2015")
    assert found.amount == found.principal == dinars(64_800)
    assert found.frozen == found.surcharge > 0
    assert all(year.principal == 0 for year in found.years if year.year == on.year)


@pytest.mark.parametrize("on", [date(2015, 7, 22), date(2017, 1, 1)])
def test_outside_its_window_a_campaign_promises_nothing(on: date) -> None:
    found = debt(on, pay_this_year=False)
    assert (found.kind, found.frozen, found.pay_first) == (PlanKind.ORDINARY, 0, 0)


def test_under_a_campaign_the_current_year_comes_first() -> None:
    found = debt(date(2016, 11, 25), pay_this_year=False)
    assert found.kind is PlanKind.ORDINARY
    assert found.pay_first >= dinars(32_400)


def test_who_is_not_late_has_nothing_to_spread() -> None:
    facts = Facts(Category.TRADER, date(2026, 1, 1), declarations={2026: dinars(288_000)})
    with pytest.raises(NothingLate) as refusal:
        debt_of(position(facts, POLICY, date(2026, 3, 1)), None)
    assert (refusal.value.later, refusal.value.due) == (dinars(43_200), date(2026, 6, 30))


# --- changes --------------------------------------------------------------------------------


def ahead(first: date, count: int) -> list[Ahead]:
    found = []
    for place in range(count):
        month = first.month - 1 + place
        start = date(first.year + month // 12, month % 12 + 1, 1)
        found.append(Ahead(place + 1, start, start + timedelta(days=27), Centimes(400_000 + place)))
    return found


def working(day: date) -> bool:
    return day.weekday() not in (4, 5)


@given(st.integers(0, 28), st.dates(date(2026, 1, 1), date(2040, 1, 1)), st.integers(1, 36))
def test_another_day_keeps_sums_order_and_working_days(day: int, today: date, count: int) -> None:
    rows = ahead((today.replace(day=1) + timedelta(days=32)).replace(day=1), count)
    moved = reschedule.on_another_day(rows, day, today=today, is_working_day=working)
    assert [part.amount for part in moved] == [row.left for row in rows]
    dates = [today, *(part.due for part in moved)]
    assert dates == sorted(set(dates))
    kept = {row.due for row in rows}
    assert all(working(part.due) or part.due in kept for part in moved)


@given(st.integers(300_000, 40_000_000), st.integers(0, 28), st.integers(1, 36))
def test_another_amount_keeps_the_sum(amount: int, day: int, count: int) -> None:
    rows = ahead(date(2027, 1, 1), count)
    rest = sum(row.left for row in rows)
    made = reschedule.with_another_amount(rows, Centimes(amount), day, is_working_day=working)
    assert sum(part.amount for part in made) == rest
    assert all(part.amount == amount for part in made[:-1])
    assert 0 < made[-1].amount <= amount
    assert made[0].due == rows[0].due
    assert [part.due for part in made] == sorted({part.due for part in made})


def test_a_day_that_is_past_this_month_leaves_the_next_installment_where_it_is() -> None:
    rows = ahead(date(2026, 12, 1), 2)
    moved = reschedule.on_another_day(rows, 10, today=date(2026, 12, 20), is_working_day=working)
    assert [part.due for part in moved] == [date(2026, 12, 28), date(2027, 1, 10)]
    moved = reschedule.on_another_day(
        rows, MONTH_END, today=date(2026, 12, 20), is_working_day=working
    )
    assert [part.due for part in moved] == [date(2026, 12, 31), date(2027, 1, 31)]
