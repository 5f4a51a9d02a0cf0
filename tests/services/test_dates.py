from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dates import (
    add_months,
    day_in_algiers,
    end_of_month,
    full_months,
    in_algiers,
    instant,
    interval_of_days,
)

days = st.dates(date(2010, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        ("2026-06-30T22:59:59+00:00", "2026-06-30"),
        ("2026-06-30T23:00:00+00:00", "2026-07-01"),
        ("2026-12-31T23:00:00+00:00", "2027-01-01"),
        ("2024-02-28T23:00:00+00:00", "2024-02-29"),
        ("2026-03-29T23:30:00+00:00", "2026-03-30"),  # no summer time in Algeria
        ("2026-07-01T00:30:00+02:00", "2026-06-30"),
    ],
)
def test_the_day_changes_at_midnight_in_algiers(utc: str, day: str) -> None:
    assert day_in_algiers(datetime.fromisoformat(utc)) == date.fromisoformat(day)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        day_in_algiers(datetime(2026, 6, 30))  # noqa: DTZ001


def test_a_time_in_algiers_is_one_hour_ahead_of_utc() -> None:
    at = instant(date(2026, 7, 1), time(9))
    assert at == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert at.tzinfo is UTC
    assert in_algiers(at).hour == 9
    assert in_algiers(at.astimezone(timezone(timedelta(hours=5)))).hour == 9


def test_days_are_half_open_intervals() -> None:
    start, end = interval_of_days(date(2026, 6, 29), date(2026, 6, 30))
    assert start == datetime(2026, 6, 28, 23, tzinfo=UTC)
    assert end == datetime(2026, 6, 30, 23, tzinfo=UTC)
    with pytest.raises(ValueError, match="before the first"):
        interval_of_days(date(2026, 6, 30), date(2026, 6, 29))


@pytest.mark.parametrize(
    ("start", "on", "months"),
    [
        ("2024-07-01", "2024-06-30", 0),
        ("2024-07-01", "2024-07-01", 0),
        ("2024-07-01", "2024-07-31", 0),
        ("2024-07-01", "2024-08-01", 1),
        ("2024-07-01", "2024-09-01", 2),
        ("2024-07-01", "2025-01-01", 6),
        ("2024-07-01", "2025-07-01", 12),
        ("2024-01-31", "2024-02-28", 0),
        ("2024-01-31", "2024-02-29", 1),
        ("2023-01-31", "2023-02-28", 1),
        ("2023-01-31", "2023-03-30", 1),
        ("2023-01-31", "2023-03-31", 2),
        ("2023-01-31", "2023-04-30", 3),
        ("2020-02-29", "2021-02-28", 12),
        ("2020-02-29", "2024-02-28", 47),
    ],
)
def test_a_month_is_full_when_its_day_is_reached(start: str, on: str, months: int) -> None:
    assert full_months(date.fromisoformat(start), date.fromisoformat(on)) == months


@given(days, st.integers(0, 300))
def test_adding_months_makes_exactly_that_many_full(start: date, months: int) -> None:
    reached = add_months(start, months)
    assert full_months(start, reached) == months
    if months:
        assert full_months(start, reached - timedelta(days=1)) == months - 1


@given(days, days, days)
def test_a_later_day_never_has_fewer_full_months(start: date, one: date, other: date) -> None:
    assert full_months(start, min(one, other)) <= full_months(start, max(one, other))


def test_months_end_on_their_last_day() -> None:
    assert end_of_month(date(2024, 2, 1)) == date(2024, 2, 29)
    assert end_of_month(date(2026, 12, 31)) == date(2026, 12, 31)
    assert add_months(date(2024, 12, 31), 2) == date(2025, 2, 28)
    assert add_months(date(2024, 1, 15), -2) == date(2023, 11, 15)
