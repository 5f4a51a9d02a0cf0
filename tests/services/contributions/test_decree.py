"""A decree is one edited file: new figures without touching code."""

from datetime import date
from pathlib import Path

import pytest

from services.contributions import Facts, Payment, position
from services.money import dinars
from services.policy import Category, Policy, load

TRADER = Facts(Category.TRADER, date(2024, 1, 1), None, {2024: dinars(180_000)})
FARMER = Facts(Category.FARMER, date(2027, 1, 1))


@pytest.fixture
def fund(tmp_path: Path) -> Policy:
    (tmp_path / "decrees-2027.toml").write_text(
        """
        [[snmg]]
        monthly = 30_000
        valid_from = 2027-01-01
        source = "a decree of the test"
        confidence = "certain"

        [[postponement]]
        categories = ["farmer"]
        until = 2027-12-31
        year = 2027
        source = "a notice of the test"
        confidence = "certain"

        # The second reading of the surcharge, in the place of ours.
        [[surcharge]]
        first = "11 %"
        monthly = "1 %"
        cap = "13 %"
        valid_from = 2010-01-01
        source = "the other reading"
        confidence = "unsure"
        """,
        encoding="utf-8",
    )
    return load(tmp_path)


def test_a_new_minimum_wage_moves_the_floor_and_the_ceiling(fund: Policy) -> None:
    line = position(TRADER, fund, date(2027, 3, 1)).line(2027)
    assert line is not None
    assert (line.base, line.due) == (dinars(360_000), dinars(54_000))
    assert fund.year(2027, Category.TRADER).ceiling == dinars(7_200_000)
    before = position(TRADER, load(), date(2027, 3, 1)).line(2027)
    assert before is not None
    assert before.due == dinars(43_200)


def test_a_postponement_for_farmers_is_theirs_alone(fund: Policy) -> None:
    farmer = position(FARMER, fund, date(2027, 12, 31))
    assert (farmer.surcharge, farmer.lines[0].due_date) == (0, date(2027, 12, 31))
    assert farmer.lines[0].postponed
    assert position(FARMER, fund, date(2028, 1, 1)).lines[0].surcharge == dinars(5_940)
    trader = position(TRADER, fund, date(2027, 7, 1)).line(2027)
    assert trader is not None
    assert trader.surcharge == dinars(5_940)


def test_another_reading_of_the_surcharge_gives_its_own_figures(fund: Policy) -> None:
    sums = []
    for on in ("2024-07-01", "2024-08-01", "2024-09-01", "2026-01-01"):
        line = position(TRADER, fund, date.fromisoformat(on)).line(2024)
        assert line is not None
        sums.append(line.surcharge)
    # 11 %, 12 %, 13 %, and never more than the cap.
    assert sums == [dinars(3_960), dinars(4_320), dinars(4_680), dinars(4_680)]


def test_a_surcharge_from_a_later_day_leaves_earlier_years_alone(tmp_path: Path) -> None:
    (tmp_path / "surcharge.toml").write_text(
        '[[surcharge]]\nfirst = "7 %"\nmonthly = "2 %"\nvalid_from = 2025-01-01\n'
        'source = "a test"\nconfidence = "certain"\n',
        encoding="utf-8",
    )
    found = position(TRADER, load(tmp_path), date(2025, 8, 1))
    assert [line.surcharge for line in found.lines] == [dinars(6_480), dinars(3_240)]


def test_a_named_override_restores_the_other_floor_of_2024(tmp_path: Path) -> None:
    (tmp_path / "floor.toml").write_text(
        '[[floor]]\nbase = 216_000\nyear = 2024\nsource = "a page of 2024"\n'
        'confidence = "certain"\n',
        encoding="utf-8",
    )
    paid = Payment("R1", 2024, date(2024, 5, 1), dinars(32_400))
    found = position(TRADER._replace(payments=[paid]), load(tmp_path), date(2024, 12, 31))
    assert (found.total, found.estimate) == (0, False)
