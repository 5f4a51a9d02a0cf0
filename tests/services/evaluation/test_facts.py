"""Facts from events: equal to an independent recomputation, built whole or bit by bit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from services import policy
from services.database import open_engine, sessions
from services.evaluation import agencies, building, counting, measures, scope
from services.people import Role
from services.records.base import table_of
from services.records.evaluation import CaseCell, CaseFact, CaseStep, OpenSpan
from services.staff import Member
from services.vault import Vault
from services.working_time import agency_calendar
from tests.services.evaluation.year import create_year
from tests.support import fund

RULES = policy.load()
NOW = datetime(2027, 1, 20, 9, tzinfo=UTC)
YEAR = measures.Period(date(2026, 1, 1), date(2026, 12, 31))
CASES = 800
MANAGER = Member(1, "M", Role.MANAGER, None, True, "fr", True)


@pytest.fixture
def maker(database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = open_engine(database_url)
    yield sessions(engine)
    engine.dispose()


def build(session: Session, vault: Vault, *, at_most: int = 4_000) -> None:
    while building.refresh(session, policy=RULES, vault=vault, now=NOW, at_most=at_most).more:
        pass


def rows_of(session: Session, *models: Any) -> list[list[tuple[Any, ...]]]:
    return [
        sorted((tuple(row) for row in session.execute(select(table_of(model)))), key=repr)
        for model in models
    ]


def test_the_measures_equal_an_independent_recomputation_from_the_events(
    maker: sessionmaker[Session], vault: Vault
) -> None:
    with maker.begin() as session:
        create_year(session, cases=CASES)
        build(session, vault)
    with maker() as session:
        found = counting.sums(
            session, scope.of_member(session, MANAGER), YEAR, on=date(2027, 1, 20), durations=True
        )
        for (place, _), days in counting.oldest(
            session, scope.of_member(session, MANAGER), date(2027, 1, 20)
        ).items():
            found[place].oldest_days = max(days, found[place].oldest_days or 0)
        expected = recomputed(session)
        assert {code for code, one in found.items() if one.filed} == set(expected)
        for place, counted in expected.items():
            for name, value in counted.items():
                got = getattr(found[place], name)
                assert got == value, (place, name)
        assert sum(one.filed for one in found.values()) == CASES


def recomputed(session: Session) -> dict[str, dict[str, Any]]:
    """By plain reading of the events, with no code of the evaluation or of the state machine."""
    lives: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(
        text("SELECT subject_id, name, data FROM events WHERE subject_kind='complaint' ORDER BY id")
    ):
        lives[row[0]].append(row)
    instants = session.execute(text("SELECT id, at FROM events ORDER BY id")).all()
    at_of = [_aware(row[1]) for row in instants]
    position = 0
    restricted = dict(session.execute(text("SELECT id, restricted FROM complaints")).all())
    found: dict[str, dict[str, Any]] = {}
    # Events of a case lie one after the other in the generated year.
    for number in sorted(lives):
        events = []
        for _, name, data in lives[number]:
            content = data if isinstance(data, dict) else _json(data)
            events.append((name.removeprefix("complaint."), at_of[position], content))
            position += 1
        _add_case(found, events, bool(restricted[number]))
    return found


def _add_case(found: dict[str, dict[str, Any]], events: list[Any], restricted: bool) -> None:
    names = [name for name, _, _ in events]
    desk = events[0][2]["desk"]
    desks = [(events[0][1], desk)]
    for name, at, data in events:
        if name == "transferred":
            desk = data["to"]
            desks.append((at, desk))
    place = "00" if restricted else desk
    sums = found.setdefault(place, Counter() | {})
    for name in ("answer_minutes", "resolution_minutes", "calendar_minutes"):
        sums.setdefault(name, {})
    for name in ALL_COUNTS:
        sums.setdefault(name, 0)
    sums["filed"] += 1
    answers = [at for name, at, _ in events if name in ("answered", "resolved")]
    last_resolved = max((n for n, name in enumerate(names) if name == "resolved"), default=None)
    reopened = "reopened" in names
    is_resolved = last_resolved is not None and "reopened" not in names[last_resolved:]
    is_open = not is_resolved and "withdrawn" not in names
    sums["still_open"] += is_open
    if is_open:  # filed in the generated year; read on 20 January after it
        filed_on = (events[0][1] + timedelta(hours=1)).date()
        days = (date(2027, 1, 20) - filed_on).days
        sums["oldest_days"] = max(sums.get("oldest_days", 0), days)
    late = {data["clock"] for name, _, data in events if name == "late"}
    if answers:
        spent = _working(events, desks, min(answers))
        in_time = spent <= timedelta(hours=17)
        sums["answer_known"] += 1
        sums["answered_in_target"] += in_time
        _count(sums["answer_minutes"], spent)
    elif "first_answer" in late:
        sums["answer_known"] += 1
    sums["reopened"] += reopened
    sums["escalated"] += "raised" in names
    sums["transferred_twice"] += names.count("transferred") >= 2
    stars = [data["stars"] for name, _, data in events if name == "rated"]
    sums["rated"] += bool(stars)
    sums["stars"] += sum(stars)
    if not is_resolved:
        return
    _, resolved_at, data = events[last_resolved or 0]
    spent = _working(events, desks, resolved_at)
    in_time = spent <= timedelta(hours=85)
    sums["resolved"] += 1
    sums["resolution_known"] += 1
    sums["resolved_in_target"] += in_time
    sums["last_hour"] += timedelta(hours=84) < spent <= timedelta(hours=85)
    sums[data["outcome"]] += 1
    sums["without_contact"] += not {"answered", "asked"} & set(names[: names.index("resolved")])
    _count(sums["resolution_minutes"], spent)
    _count(sums["calendar_minutes"], resolved_at - events[0][1])


ALL_COUNTS = (
    "filed",
    "still_open",
    "answer_known",
    "answered_in_target",
    "resolution_known",
    "resolved_in_target",
    "resolved",
    "accepted",
    "partly",
    "explained",
    "refused",
    "reopened",
    "escalated",
    "transferred_twice",
    "last_hour",
    "without_contact",
    "rated",
    "stars",
)


def _working(events: list[Any], desks: list[Any], until: datetime) -> timedelta:
    """Opening time minute by minute of the calendar's own spans, pauses capped at 42 h 30."""
    spent = paused = timedelta(0)
    waits = stopped = False
    marks = [(at, name) for name, at, _ in events if at <= until]
    for (start, name), (end, _) in zip(marks, [*marks[1:], (until, "")], strict=True):
        waits = {"asked": True, "replied": False, "resolved": False}.get(name, waits)
        stopped = {"resolved": True, "withdrawn": True, "reopened": False}.get(name, stopped)
        desk = [code for at, code in desks if at <= start][-1]
        calendar = agency_calendar(
            RULES, agency=None if desk == "00" else desk, wilaya="16" if desk == "00" else desk
        )
        length = calendar.between(start, end)
        if stopped:
            continue
        if waits:
            paused += length
        else:
            spent += length
    return spent + max(timedelta(0), paused - timedelta(hours=42, minutes=30))


def _count(histogram: dict[int, int], length: timedelta) -> None:
    minutes = length // timedelta(minutes=1)
    histogram[minutes] = histogram.get(minutes, 0) + 1


def _aware(value: Any) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _json(value: str) -> Any:
    import json

    return json.loads(value)


def test_bit_by_bit_and_whole_give_the_same_rows(
    maker: sessionmaker[Session], vault: Vault
) -> None:
    with maker.begin() as session:
        create_year(session, cases=150)
        build(session, vault, at_most=37)
        bit_by_bit = rows_of(session, CaseFact, CaseStep, OpenSpan, CaseCell)
        building.rebuild(session, policy=RULES, vault=vault, now=NOW)
        assert rows_of(session, CaseFact, CaseStep, OpenSpan, CaseCell) == bit_by_bit
        assert len(bit_by_bit[0]) == 150


def test_a_second_run_finds_nothing_to_do(maker: sessionmaker[Session], vault: Vault) -> None:
    with maker.begin() as session:
        create_year(session, cases=20)
        build(session, vault)
        before = rows_of(session, CaseFact, CaseStep, OpenSpan, CaseCell)
        again = building.refresh(session, policy=RULES, vault=vault, now=NOW)
        assert not again.more
        assert rows_of(session, CaseFact, CaseStep, OpenSpan, CaseCell) == before


def test_open_days_tell_how_many_were_open_on_each_evening(
    maker: sessionmaker[Session], vault: Vault
) -> None:
    with maker.begin() as session:
        create_year(session, cases=120)
        build(session, vault)
        spans = rows_of(session, OpenSpan)[0]
        evening = date(2026, 6, 15)
        by_spans = sum(
            first <= evening and (end is None or end > evening) for _, _, _, first, end in spans
        )
        until = datetime(2026, 6, 15, 23, tzinfo=UTC)  # midnight of Algiers
        state: dict[int, bool] = {}
        for subject, name, at in session.execute(
            text("SELECT subject_id, name, at FROM events ORDER BY id")
        ):
            if _aware(at) < until:
                what = name.removeprefix("complaint.")
                opened = {"filed": True, "reopened": True, "resolved": False, "withdrawn": False}
                state[subject] = opened.get(what, state.get(subject, False))
        assert by_spans == sum(state.values()) > 0


def test_restricted_cases_are_counted_at_the_central_level_alone(
    maker: sessionmaker[Session], vault: Vault
) -> None:
    with maker.begin() as session:
        create_year(session, cases=200)
        build(session, vault)
        hidden = session.execute(
            text("SELECT count(*) FROM complaints WHERE restricted")
        ).scalar_one()
        assert hidden > 5
        director = Member(2, "D", Role.DIRECTOR, "16", True, "fr", True)
        theirs = counting.sums(
            session, scope.of_member(session, director), YEAR, on=date(2027, 1, 20)
        )
        assert set(theirs) == {"16"}
        everything = counting.sums(
            session, scope.of_member(session, MANAGER), YEAR, on=date(2027, 1, 20)
        )
        assert everything["00"].filed == hidden
        assert theirs["16"].filed == everything["16"].filed
        shown = agencies.compare(session, "volume", YEAR)
        assert "00" not in {one.place for one in shown}


def test_expected_volumes_follow_the_regimes_and_add_up(
    maker: sessionmaker[Session], vault: Vault
) -> None:
    with maker.begin() as session:
        create_year(session, cases=400)
        build(session, vault)
        compared = agencies.compare(session, "volume", YEAR)
        assert sum(one.expected for one in compared) == pytest.approx(
            sum(one.observed for one in compared)
        )
        assert len({round(one.expected, 3) for one in compared}) == len(compared)


@pytest.mark.parametrize("cases", [0, 1])
def test_an_empty_fund_and_a_single_case_still_make_sense(
    maker: sessionmaker[Session], vault: Vault, cases: int
) -> None:
    with maker.begin() as session:
        if cases:
            create_year(session, cases=cases)
        build(session, vault)
        within = scope.of_member(session, MANAGER)
        whole = counting.whole(
            counting.sums(session, within, YEAR, on=date(2027, 1, 20), durations=True)
        )
        assert whole.filed == cases
        for measure in measures.MEASURES:
            value = measure.value(whole)
            assert value is None or value >= 0
        for what in agencies.COMPARED:
            assert all(one.band.value == "too_few" for one in agencies.compare(session, what, YEAR))
        assert (
            len(agencies.by_month(session, within, date(2026, 12, 1), today=date(2027, 1, 20)))
            == 12
        )


def test_all_cases_of_one_day_and_one_agency_are_compared_with_themselves(
    maker: sessionmaker[Session], vault: Vault
) -> None:
    with maker.begin() as session:
        fund.create_agency(session, "16", affiliates=1_000)
        build(session, vault)
        [one] = agencies.compare(session, "volume", YEAR)
        assert (one.observed, one.expected, one.ratio) == (0, 0.0, None)
