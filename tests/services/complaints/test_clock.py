"""The two clocks, worked out by hand. Opening hours: Sunday to Thursday, 08:00 to 16:30."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import policy
from services.clock import ALGIERS
from services.complaints import clock
from services.complaints.state import Happening, Status, UnknownHappening, derive
from services.working_time import agency_calendar

RULES = policy.load()
TARGETS = RULES.complaint_targets(date(2026, 11, 26))
HOURS = timedelta(hours=1)


def at(text: str) -> datetime:
    """`26 15:30`: that day of November 2026, in Algiers; `12-02 09:00` names the month."""
    day, _, hour = text.partition(" ")
    month, _, number = day.rpartition("-")
    return datetime.fromisoformat(f"2026-{month or '11'}-{number}T{hour}").replace(tzinfo=ALGIERS)


def calendar(desk: str) -> Any:
    return agency_calendar(RULES, agency=desk, wilaya=desk[:2])


def case(*events: tuple[str, str, dict[str, Any]] | tuple[str, str]) -> list[Happening]:
    """A case filed at agency 16 on Thursday 2026-11-26 15:30, and what happened then."""
    filed = {"desk": "16", "level": "agency", "answer_by": at("30 15:30").isoformat()}
    found = [Happening(1, at("26 15:30"), "filed", "person:1", filed)]
    for number, event in enumerate(events, start=2):
        data = event[2] if len(event) > 2 else {}
        actor = "staff:9" if event[1] in ("taken", "answered", "asked") else "person:1"
        found.append(Happening(number, at(event[0]), event[1], actor, data))
    return found


def shown(happenings: list[Happening], now: str) -> clock.Clocks:
    return clock.read(derive(happenings), at(now), targets=TARGETS, calendars=calendar)


def test_filed_on_thursday_afternoon_the_first_answer_is_due_on_monday_afternoon() -> None:
    clocks = shown(case(), "26 16:00")
    assert clocks.answer_by == at("30 15:30")
    assert clocks.resolve_by == at("12-10 15:30")
    assert TARGETS.first_answer == 17 * HOURS
    assert TARGETS.resolution == 85 * HOURS


MESSAGE = {"message": 1}
RESOLVED = {"message": 2, "outcome": "accepted"}


@pytest.mark.parametrize(
    ("events", "now", "hours"),
    [
        ([], "26 16:30", 1),
        ([], "28 12:00", 1),  # Saturday: nothing passes
        ([], "29 10:00", 3),
        ([], "30 15:30", 17),
        # a note, an addition, being taken or given back set nothing back
        ([("29 09:00", "noted", MESSAGE), ("29 09:30", "taken")], "29 10:00", 3),
        ([("29 09:00", "taken"), ("29 09:30", "released")], "29 10:00", 3),
        # a question from Sunday 09:00 to Monday 09:00 stands still for 8 h 30
        ([("29 09:00", "asked", MESSAGE), ("30 09:00", "replied")], "30 10:00", 3),
        # still waiting for the citizen: the clock stands
        ([("29 09:00", "asked", MESSAGE)], "30 16:30", 2),
        # a pause over a weekend counts no weekend: Thursday 16:00 to Sunday 08:30 is 1 h
        ([("26 16:00", "asked", MESSAGE), ("29 08:30", "replied")], "29 09:00", 1),
        # five working days of pause in all (42 h 30), then the clock goes on by itself
        ([("29 08:00", "asked", MESSAGE)], "12-06 08:00", 1),
        ([("29 08:00", "asked", MESSAGE)], "12-06 10:00", 3),
        # a second question has only what the first one left: 8 h 30 each, 4 days used
        (
            [
                ("29 08:00", "asked", MESSAGE),
                ("12-02 16:30", "replied"),
                ("12-03 08:00", "asked", MESSAGE),
            ],
            "12-06 10:00",
            3,
        ),
        # asking again while waiting is one wait
        ([("29 09:00", "asked", MESSAGE), ("29 12:00", "asked", MESSAGE)], "30 16:30", 2),
        # both clocks stop at the resolution and go on from where they stood
        ([("29 09:00", "resolved", RESOLVED)], "12-02 12:00", 2),
        (
            [("29 09:00", "resolved", RESOLVED), ("12-01 08:00", "reopened")],
            "12-01 10:00",
            4,
        ),
        ([("29 09:00", "withdrawn")], "12-02 12:00", 2),
        # a transfer goes on, by the other desk's hours, and keeps a wait that is open
        ([("29 09:00", "transferred", {"to": "31"})], "29 10:00", 3),
        (
            [("29 09:00", "asked", MESSAGE), ("29 10:00", "transferred", {"to": "31"})],
            "29 16:00",
            2,
        ),
    ],
)
def test_the_staffs_clock_shows(events: list[tuple[str, str]], now: str, hours: int) -> None:
    assert shown(case(*events), now).working == hours * HOURS


def test_a_question_moves_the_date_but_only_by_five_working_days_in_all() -> None:
    asked = case(("29 08:00", "asked", MESSAGE))
    # 1 h had passed; after 42 h 30 of waiting the other 16 h run from Sunday 6 December.
    assert shown(asked, "29 09:00").answer_by == at("12-07 15:30")
    replied = case(("29 08:00", "asked", MESSAGE), ("30 08:00", "replied"))
    assert shown(replied, "30 09:00").answer_by == at("12-01 15:30")


def test_a_question_is_no_first_answer_and_an_answer_withdrawn_was_none() -> None:
    assert derive(case(("29 09:00", "asked", MESSAGE))).first_answered_at is None
    answered = case(("29 09:00", "answered", {"message": 5}))
    assert derive(answered).first_answered_at == at("29 09:00")
    taken_back = case(
        ("29 09:00", "answered", {"message": 5}), ("29 10:00", "message_withdrawn", {"message": 5})
    )
    assert derive(taken_back).first_answered_at is None
    assert shown(taken_back, "29 11:00").answer_by == at("30 15:30")


def test_the_citizens_clock_is_calendar_time_and_stops_while_resolved() -> None:
    happenings = case(("28 15:30", "resolved", RESOLVED), ("30 15:30", "reopened"))
    assert shown(happenings, "12-01 15:30").calendar == timedelta(days=3)


def due(happenings: list[Happening], now: str) -> list[tuple[str, str]]:
    steps = clock.due_steps(derive(happenings), at(now), targets=TARGETS, calendars=calendar)
    return [(step.kind, step.clock) for step in steps]


def test_warning_then_late_each_on_its_clock() -> None:
    assert due(case(), "30 11:14") == []
    assert due(case(), "30 11:15") == [("warning", "first_answer")]
    assert due(case(), "30 15:30") == [("late", "first_answer")]


def test_a_step_is_done_once_and_after_an_outage_only_the_later_one_counts() -> None:
    warned = case(("30 11:15", "warned", {"clock": "first_answer"}))
    assert due(warned, "30 12:00") == []
    late = case(("30 15:30", "late", {"clock": "first_answer"}))
    assert due(late, "12-01 12:00") == []
    assert due(case(), "12-03 12:00") == [("late", "first_answer")]
    assert due(case(), "12-20 12:00") == [("late", "first_answer"), ("late", "resolution")]


def test_what_is_answered_resolved_or_withdrawn_is_not_late() -> None:
    answered = case(("29 09:00", "answered", {"message": 5}))
    assert due(answered, "12-02 12:00") == []
    assert due(answered, "12-20 12:00") == [("late", "resolution")]
    assert due(case(("29 09:00", "resolved", RESOLVED)), "12-20 12:00") == []
    assert due(case(("29 09:00", "withdrawn")), "12-20 12:00") == []


def test_the_next_look_is_at_the_next_step_and_at_the_end_of_the_seven_days() -> None:
    def look(*events: Any) -> datetime | None:
        return clock.look_at(derive(case(*events)), targets=TARGETS, calendars=calendar)

    assert look() == at("30 11:15")
    assert look(("30 11:15", "warned", {"clock": "first_answer"})) == at("30 15:30")
    assert look(("29 09:00", "resolved", RESOLVED)) == at("12-06 09:00")
    assert look(("29 09:00", "withdrawn")) is None


def test_what_this_edition_cannot_replay_is_said() -> None:
    with pytest.raises(UnknownHappening):
        derive(case(("29 09:00", "sold")))
    with pytest.raises(ValueError, match="begins with"):
        derive(case()[1:])


minutes = st.integers(min_value=0, max_value=60 * 24 * 20)


@given(st.lists(st.tuples(minutes, minutes), max_size=4), minutes)
def test_pausing_never_makes_the_staffs_clock_show_more(
    pauses: list[tuple[int, int]], later: int
) -> None:
    start = at("26 15:30")
    events, moment = case(), start
    for wait, length in pauses:
        for name, step in (("asked", wait), ("replied", length)):
            moment += timedelta(minutes=step)
            events.append(Happening(len(events) + 1, moment, name, "person:1", MESSAGE))
    now = moment + timedelta(minutes=later)
    paused = clock.read(derive(events), now, targets=TARGETS, calendars=calendar)
    plain = clock.read(derive(case()), now, targets=TARGETS, calendars=calendar)
    assert timedelta(0) <= paused.working <= plain.working
    assert plain.working - paused.working <= TARGETS.paused_at_most
    assert paused.working + min(paused.paused, TARGETS.paused_at_most) == plain.working


@given(st.lists(st.tuples(minutes, minutes), max_size=3))
def test_the_promised_instant_is_the_first_at_which_the_clock_shows_the_target(
    pauses: list[tuple[int, int]],
) -> None:
    events, moment = case(), at("26 15:30")
    for wait, length in pauses:
        for name, step in (("asked", wait), ("replied", length)):
            moment += timedelta(minutes=step)
            events.append(Happening(len(events) + 1, moment, name, "person:1", MESSAGE))
    progress = derive(events)
    assert progress.status is Status.NEW
    by = clock.reached_at(progress, TARGETS.resolution, targets=TARGETS, calendars=calendar)
    assert by is not None
    exact = clock.read(progress, by, targets=TARGETS, calendars=calendar).working
    before = clock.read(
        progress, by - timedelta(minutes=1), targets=TARGETS, calendars=calendar
    ).working
    assert before < TARGETS.resolution <= exact
