"""The steps behind a figure, and what-if."""

from datetime import date

import pytest

from services.contributions import Facts, GivenSurcharge, Payment, position
from services.contributions.explanation import Step, StepKey, explain
from services.contributions.simulation import simulate_income, simulate_payment
from services.contributions.surcharge import late_affiliation_penalty, late_surcharge
from services.money import Centimes, dinars
from services.policy import Category, Confidence, load

POLICY = load()


def steps_of(facts: Facts, on: str, year: int) -> dict[StepKey, Step]:
    found = position(facts, POLICY, date.fromisoformat(on))
    steps = explain(found, facts, POLICY, year)
    return {step.key: step for step in steps}


def create_facts(**facts: object) -> Facts:
    return Facts(**{"category": Category.TRADER, "affiliated_on": date(2024, 1, 1), **facts})  # type: ignore[arg-type]


PART_PAID = create_facts(
    declarations={2024: dinars(180_000)},
    payments=[Payment("R1", 2024, date(2024, 9, 15), dinars(20_000))],
)


def test_the_worked_example_is_explained_step_by_step() -> None:
    found = position(PART_PAID, POLICY, date(2025, 1, 1))
    steps = explain(found, PART_PAID, POLICY, 2024)
    assert [step.key for step in steps] == [
        StepKey.BASE_DECLARED,
        StepKey.RAISED_TO_FLOOR,
        StepKey.CONTRIBUTION,
        StepKey.FIRST_YEAR,
        StepKey.LAST_DAY,
        StepKey.PAID,
        StepKey.SURCHARGE_FIXED,
        StepKey.SURCHARGE_RUNNING,
        StepKey.SURCHARGE_ACCRUED,
        StepKey.STILL_DUE,
    ]
    by_key = {step.key: step for step in steps}
    assert by_key[StepKey.RAISED_TO_FLOOR].result == dinars(240_000)
    contribution = by_key[StepKey.CONTRIBUTION]
    assert (contribution.amount, contribution.rate, contribution.result) == (
        dinars(240_000),
        1500,
        dinars(36_000),
    )
    assert by_key[StepKey.LAST_DAY].day == date(2024, 6, 30)
    assert by_key[StepKey.PAID].result == dinars(16_000)
    fixed = by_key[StepKey.SURCHARGE_FIXED]
    assert (fixed.amount, fixed.rate, fixed.days_late, fixed.full_months, fixed.result) == (
        dinars(20_000),
        700,
        77,
        2,
        dinars(1_400),
    )
    running = by_key[StepKey.SURCHARGE_RUNNING]
    assert (running.amount, running.rate, running.result) == (dinars(16_000), 1100, dinars(1_760))
    assert by_key[StepKey.SURCHARGE_ACCRUED].result == dinars(3_160)
    assert by_key[StepKey.STILL_DUE].result == dinars(19_160)


def test_each_step_names_its_rules_with_source_and_certainty() -> None:
    steps = steps_of(PART_PAID, "2025-01-01", 2024)
    assert steps[StepKey.RAISED_TO_FLOOR].confidence is Confidence.UNSURE
    assert steps[StepKey.CONTRIBUTION].confidence is Confidence.CERTAIN
    assert steps[StepKey.SURCHARGE_RUNNING].confidence is Confidence.PROBABLE
    assert steps[StepKey.BASE_DECLARED].confidence is None
    assert "15-289" in steps[StepKey.CONTRIBUTION].rows[0].source
    assert steps[StepKey.SURCHARGE_FIXED].rows[0].where.startswith("surcharge.toml:")


def test_the_last_step_is_always_the_figure_shown() -> None:
    facts = create_facts(
        affiliated_on=date(2012, 1, 1),
        declarations={2013: dinars(500_000), 2020: dinars(9_000_000)},
        payments=[
            Payment(f"R{y}", None, date(y, 10, 3), dinars(31_000)) for y in range(2012, 2026)
        ],
    )
    found = position(facts, POLICY, date(2026, 11, 25))
    for line in found.lines:
        last = explain(found, facts, POLICY, line.year)[-1]
        assert (last.key, last.result) == (StepKey.STILL_DUE, line.total)
    with pytest.raises(LookupError):
        explain(found, facts, POLICY, 2011)


@pytest.mark.parametrize(
    ("facts", "on", "year", "key", "amounts"),
    [
        (
            create_facts(category=Category.AUTO_ENTREPRENEUR),
            "2024-03-01",
            2024,
            StepKey.FLAT_SUM,
            (None, dinars(24_000)),
        ),
        (create_facts(), "2024-03-01", 2024, StepKey.BASE_FLOOR, (None, dinars(240_000))),
        (
            create_facts(declarations={2024: dinars(500_000)}),
            "2026-03-01",
            2026,
            StepKey.BASE_PROVISIONAL,
            (None, dinars(500_000)),
        ),
        (
            create_facts(declarations={2024: dinars(9_000_000)}),
            "2024-03-01",
            2024,
            StepKey.LOWERED_TO_CEILING,
            (None, dinars(4_800_000)),
        ),
        (
            create_facts(ceased_on=date(2024, 2, 1)),
            "2024-03-01",
            2024,
            StepKey.CEASED_YEAR,
            (None, dinars(36_000)),
        ),
        (
            create_facts(affiliated_on=date(2024, 9, 1)),
            "2024-10-01",
            2024,
            StepKey.LAST_DAY_FROM_AGENCY,
            (None, None),
        ),
        (
            create_facts(affiliated_on=date(2019, 1, 1)),
            "2019-03-01",
            2019,
            StepKey.LAST_DAY_POSTPONED,
            (None, None),
        ),
        (
            create_facts(surcharges={2024: GivenSurcharge(dinars(700), date(2024, 9, 1))}),
            "2024-10-01",
            2024,
            StepKey.SURCHARGE_GIVEN,
            (None, dinars(700)),
        ),
        (
            create_facts(payments=[Payment("R1", 2024, date(2024, 7, 1), dinars(37_000))]),
            "2024-10-01",
            2024,
            StepKey.SURCHARGE_PAID,
            (dinars(1_000), dinars(800)),
        ),
    ],
)
def test_every_kind_of_step_appears_where_it_applies(
    facts: Facts, on: str, year: int, key: StepKey, amounts: tuple
) -> None:
    step = steps_of(facts, on, year)[key]
    assert (step.amount, step.result) == amounts


def test_an_income_not_yet_declared_is_simulated_with_its_limits() -> None:
    low, middle, high = (
        simulate_income(dinars(income), year=2026, category=Category.FARMER, policy=POLICY)
        for income in (100_000, 1_000_000, 9_000_000)
    )
    assert [found.base.due for found in (low, middle, high)] == [
        dinars(43_200),
        dinars(150_000),
        dinars(864_000),
    ]
    assert [len(found.rows) for found in (low, middle, high)] == [3, 1, 4]
    assert middle.rules.due == date(2026, 9, 30)
    assert middle.declare_by == date(2026, 2, 28)
    assert not any(found.estimate for found in (low, middle, high))
    unsure = simulate_income(dinars(1), year=2025, category=Category.TRADER, policy=POLICY)
    assert unsure.estimate


def test_paying_everything_on_a_day_leaves_nothing() -> None:
    found = simulate_payment(PART_PAID, POLICY, pay_on=date(2024, 12, 31))
    assert found.amount == dinars(16_000 + 1_400 + 1_600)
    assert (found.after.total, found.after.credit) == (0, 0)


def test_paying_a_part_on_a_day_shows_both_positions() -> None:
    found = simulate_payment(
        PART_PAID, POLICY, pay_on=date(2025, 1, 1), amount=dinars(6_000), year=2024
    )
    assert found.before.line(2024).total == dinars(19_160)
    assert found.after.line(2024).total == dinars(13_160)
    named = simulate_payment(PART_PAID, POLICY, pay_on=date(2025, 1, 1), year=2024)
    assert named.amount == dinars(16_000)
    assert named.after.line(2024).remaining == 0


def test_what_may_come_on_top_of_the_funds_figure_is_told_apart() -> None:
    facts = create_facts(
        declarations={2024: dinars(300_000)},
        surcharges={2024: GivenSurcharge(dinars(3_000), date(2024, 8, 1))},
    )
    found = simulate_payment(facts, POLICY, pay_on=date(2024, 10, 1))
    assert found.amount == dinars(48_000)
    assert found.may_be_added == dinars(900)


def test_a_surcharge_alone_follows_the_rule() -> None:
    rules = POLICY.year(2024, Category.TRADER)
    sums = [
        late_surcharge(dinars(36_000), rules, date.fromisoformat(on))
        for on in ("2024-06-30", "2024-07-01", "2024-07-31", "2024-08-01", "2025-01-01")
    ]
    assert sums == [0, dinars(1_800), dinars(1_800), dinars(2_160), dinars(3_960)]


@pytest.mark.parametrize(
    ("on", "penalty"),
    [("2026-03-10", 0), ("2026-03-11", 5_000), ("2026-04-10", 5_000), ("2026-04-11", 6_000)],
)
def test_the_penalty_for_late_affiliation_is_another_thing(on: str, penalty: int) -> None:
    day = date.fromisoformat(on)
    policy = POLICY.late_affiliation(day)
    assert late_affiliation_penalty(date(2026, 3, 10), day, policy) == dinars(penalty)


def test_a_surcharge_type_is_whole_centimes() -> None:
    rules = POLICY.year(2024, Category.TRADER)
    assert late_surcharge(Centimes(1), rules, date(2024, 7, 1)) == 0
    assert late_surcharge(Centimes(10), rules, date(2024, 7, 1)) == 1
