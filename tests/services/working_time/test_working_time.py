"""Opening time against hand-made cases, and what must hold for any instants and pauses."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clock import ALGIERS
from services.policy import load
from services.policy.policy import Policy
from services.policy.service_rows import OpeningHours
from services.public_holidays import FIRST_YEAR, LAST_YEAR, computed, public_holidays
from services.working_time import (
    NeverOpen,
    Pause,
    StillPaused,
    agency_calendar,
)

HERE = Path(__file__).parent
POLICY = load(HERE / "fund")
CASES = list(csv.DictReader((HERE / "cases.csv").open(encoding="utf-8")))
HOUR = timedelta(hours=1)

instants = st.datetimes(datetime(2025, 6, 1), datetime(2027, 12, 1)).map(  # noqa: DTZ001
    lambda local: local.replace(tzinfo=UTC)
)
work = st.timedeltas(timedelta(0), timedelta(hours=120))
places = st.sampled_from([("16", None), ("30", None), ("16", "1601"), (None, None), ("31", None)])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ALGIERS)


def hours(text: str) -> timedelta:
    whole, minutes = text.split(":")
    return timedelta(hours=int(whole), minutes=int(minutes))


def pauses_of(text: str) -> list[Pause]:
    pairs = [item.split(">") for item in text.split(";")] if text else []
    return [(at(begins), at(ends)) for begins, ends in pairs]


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_the_hand_made_cases(case: dict[str, str]) -> None:
    calendar = agency_calendar(POLICY, agency=case["agency"] or None, wilaya=case["wilaya"] or None)
    start, end, pauses = at(case["start"]), at(case["end"]), pauses_of(case["pauses"])
    assert calendar.between(start, end, pauses=pauses) == hours(case["work"])
    if case["kind"] == "add":
        assert calendar.add(start, hours(case["work"]), pauses=pauses) == end


def test_there_are_forty_cases_or_more() -> None:
    assert len(CASES) >= 40
    assert len({case["case"] for case in CASES}) == len(CASES)


@given(instants, work, places)
def test_adding_then_measuring_gives_back_the_same(start: datetime, time: timedelta, place) -> None:
    calendar = agency_calendar(POLICY, wilaya=place[0], agency=place[1])
    end = calendar.add(start, time)
    assert calendar.between(start, end) == time
    assert end.tzinfo is UTC or time == timedelta(0)


@given(
    instants,
    work,
    st.lists(st.tuples(instants, st.timedeltas(timedelta(0), 90 * HOUR)), max_size=4),
)
def test_pausing_never_shortens_and_still_measures_back(start: datetime, time, stops) -> None:
    calendar = agency_calendar(POLICY, wilaya="16")
    near = [(start + (begins - start) % (200 * HOUR), length) for begins, length in stops]
    pauses = [(begins, begins + length) for begins, length in near]
    end = calendar.add(start, time, pauses=pauses)
    assert end >= calendar.add(start, time)
    assert calendar.between(start, end, pauses=pauses) == time


@given(instants, instants, instants)
def test_measuring_in_two_steps_gives_the_same(
    one: datetime, two: datetime, three: datetime
) -> None:
    calendar = agency_calendar(POLICY, wilaya="30")
    first, middle, last = sorted((one, two, three))
    assert calendar.between(first, last) == calendar.between(first, middle) + calendar.between(
        middle, last
    )


@given(instants, st.timedeltas(timedelta(0), 60 * HOUR), st.timedeltas(HOUR, 300 * HOUR))
def test_limited_pauses_take_no_more_than_their_limit(start: datetime, most, length) -> None:
    calendar = agency_calendar(POLICY, wilaya="16")
    asked = [(start, start + length), (start + length + HOUR, None)]
    kept = calendar.limit_pauses(asked, most)
    later = start + timedelta(days=90)
    taken = calendar.between(start, later) - calendar.between(start, later, pauses=kept)
    assert taken == most
    assert all(ends is not None for _, ends in kept)


@pytest.mark.parametrize(
    ("when", "is_open", "opens"),
    [
        ("2026-11-26 07:59", False, "2026-11-26 08:00"),
        ("2026-11-26 08:00", True, "2026-11-26 08:00"),
        ("2026-11-26 16:29", True, "2026-11-26 16:29"),
        ("2026-11-26 16:30", False, "2026-11-29 08:00"),
        ("2026-11-27 10:00", False, "2026-11-29 08:00"),
        ("2026-11-01 10:00", False, "2026-11-02 08:00"),
        ("2026-03-01 08:15", False, "2026-03-01 08:30"),
    ],
)
def test_counters_are_open_from_the_first_minute_to_before_the_last(
    when: str, is_open: bool, opens: str
) -> None:
    calendar = agency_calendar(POLICY, wilaya="16")
    assert calendar.is_open(at(when)) is is_open
    assert calendar.next_opening(at(when)) == at(opens)


def test_working_days_before_and_after_a_day_off() -> None:
    calendar = agency_calendar(POLICY)
    aid = date(2026, 5, 28)
    assert calendar.working_day_on_or_before(aid) == date(2026, 5, 26)
    assert calendar.working_day_on_or_after(aid) == date(2026, 5, 31)
    assert calendar.working_day_on_or_before(date(2026, 5, 31)) == date(2026, 5, 31)
    assert calendar.add_working_days(date(2026, 11, 26), 10) == date(2026, 12, 10)
    assert calendar.add_working_days(aid, 0) == date(2026, 5, 31)
    assert not calendar.is_working_day(date(2026, 11, 27))
    assert calendar.is_holiday(date(2026, 11, 1))


def test_islamic_holidays_are_known_as_estimates() -> None:
    year = public_holidays(2026)
    assert year[date(2026, 5, 27)].estimated
    assert not year[date(2026, 11, 1)].estimated


def test_no_date_is_promised_while_the_clock_stands() -> None:
    calendar = agency_calendar(POLICY)
    paused: list[Pause] = [(at("2026-11-23 09:00"), None)]
    with pytest.raises(StillPaused):
        calendar.add(at("2026-11-23 08:00"), HOUR, pauses=paused)
    measured = calendar.between(at("2026-11-23 08:00"), at("2026-11-26 10:00"), pauses=paused)
    assert measured == HOUR
    with pytest.raises(ValueError, match="negative"):
        calendar.add(at("2026-11-23 08:00"), -HOUR)


def test_an_agency_that_never_opens_is_an_error_and_not_an_endless_search() -> None:
    [row] = [row for row in POLICY.rows(OpeningHours) if row.agencies == ("1601",)]
    closed = agency_calendar(Policy([replace(row, agencies=(), weekdays=())]))
    with pytest.raises(NeverOpen):
        closed.add(at("2026-11-23 08:00"), HOUR)
    with pytest.raises(NeverOpen):
        closed.working_day_on_or_after(date(2026, 11, 23))
    assert closed.between(at("2026-11-23 08:00"), at("2026-12-23 08:00")) == timedelta(0)


def test_one_calendar_serves_an_agency() -> None:
    assert agency_calendar(POLICY, wilaya="16") is agency_calendar(POLICY, wilaya="16")


@pytest.mark.parametrize("year", range(FIRST_YEAR, LAST_YEAR + 1))
def test_the_written_holidays_are_those_of_the_package(year: int) -> None:
    assert public_holidays(year) == computed(year), "python -m services.public_holidays"


def test_a_year_beyond_the_file_is_computed() -> None:
    assert date(LAST_YEAR + 1, 7, 5) in public_holidays(LAST_YEAR + 1)
