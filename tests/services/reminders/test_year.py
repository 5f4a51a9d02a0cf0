"""A simulated year over 2,000 contributors, with outages: nobody twice, everybody accounted for."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services import policy as policies
from services.database import open_engine, sessions
from services.dates import day_in_algiers
from services.policy.category import Category
from services.records.fund import Load
from services.records.reminders import Reminder
from services.reminders import letters, rounds
from services.reminders.judge import Reason
from services.reminders.quiet import Hours
from services.reminders.steps import Kind, of_the_year
from tests.services.reminders.year_scene import Post, at, build

YEAR, PEOPLE = 2027, 2_000
POLICY = policies.load()
OUTBOX_HOLDS = letters.AHEAD_S * POLICY.reminder_rules(date(YEAR, 1, 1)).per_second
OUTAGES = [  # from, until: the program is away
    (at(date(YEAR, 6, 23), "08:30"), at(date(YEAR, 6, 23), "09:30")),  # an hour
    (at(date(YEAR, 5, 30), "00:00"), at(date(YEAR, 6, 1), "00:00")),  # two days
    (at(date(YEAR, 6, 28), "00:00"), at(date(YEAR, 7, 12), "00:00")),  # over the deadline
]
WAKES = ("07:30", "09:00", "15:00", "21:00")


@pytest.mark.timeout(240)
def test_a_year_with_outages_reaches_everyone_once_or_says_why_not(sqlite_url: str) -> None:
    hours = Hours(POLICY)
    engine = open_engine(sqlite_url)
    post = Post(sessions(engine))
    with post.sessions.begin() as session:
        town = build(session, size=PEOPLE, year=YEAR)

    day = date(YEAR, 1, 1)
    while day <= date(YEAR, 12, 31):
        for clock in WAKES:
            now = at(day, clock)
            if any(begins <= now < ends for begins, ends in OUTAGES):
                continue
            if clock == "07:30" and day.day == 1:
                with post.sessions.begin() as session:  # the fund's monthly load
                    session.execute(update(Load).values(as_of=day))
            wake(post, now)
            if day.day == 9:  # restarted ten times, and the clock set back: nothing twice
                for _ in range(10):
                    wake(post, now)
                wake(post, now - timedelta(days=2))
        day += timedelta(days=1)

    said: Counter[tuple[int, str, str, int]] = Counter()
    by_person: dict[int, list[tuple[datetime, bool]]] = defaultdict(list)
    for moment, letter in post.said:
        assert hours.quiet(moment) is None
        number = letter.telegram_id - 1_000_000
        assert number not in town.no_consent | town.unreachable
        today = day_in_algiers(moment)
        by_person[number].append((moment, any(item.step.final for item in letter.items)))
        for item in letter.items:
            step = item.step
            said[(number, step.kind, step.subject, step.days)] += 1
            assert step.first <= today <= step.last, "said when it was no longer true"
            assert step.kind not in town.muted.get(number, set())
            if step.kind is not Kind.DECLARATION:
                paid = town.paid_on.get(number)
                assert step.subject != str(YEAR) or paid is None or paid > today
                assert number not in town.disputed
                assert step.subject != str(YEAR) or number not in town.in_plan
                assert number not in town.ceased
    assert len(said) > 3_000, "hardly anybody was reminded: the test shows nothing"
    assert set(said.values()) == {1}, "something was said twice"
    gap = timedelta(days=POLICY.reminder_rules(day).one_in_days)
    for moments in by_person.values():
        for (earlier, _), (later, final) in pairwise(moments):
            assert final or later - earlier >= gap or later < earlier

    with post.sessions.begin() as session:
        everyone_is_accounted_for(session, town.category, town.no_consent, said)
    engine.dispose()


def wake(post: Post, now: datetime) -> None:
    """The job rings: slices until nothing is left to do; then what it said is delivered."""
    more = True
    while more:
        with post.unit(now) as (session, said):
            more = rounds.run(
                session,
                policy=POLICY,
                now=now,
                say=post.say(session, now, said),
                slice_of=1_000,
            )
        if not more:  # the outbox was full: go on once it has left
            more = len(post.deliver(now)) >= OUTBOX_HOLDS


def everyone_is_accounted_for(
    session: Session,
    category: dict[int, str],
    no_consent: set[int],
    said: Counter[tuple[int, str, str, int]],
) -> None:
    """By step: sent and held, each with its reason, add up to the audience."""
    hours = Hours(POLICY)
    rows = session.execute(
        select(
            Reminder.kind,
            Reminder.subject,
            Reminder.step,
            Reminder.state,
            Reminder.reason,
            func.count(),
        ).group_by(Reminder.kind, Reminder.subject, Reminder.step, Reminder.state, Reminder.reason)
    ).all()
    totals: Counter[tuple[str, str, int]] = Counter()
    sent: Counter[tuple[str, str, int]] = Counter()
    reasons: Counter[str] = Counter()
    for kind, subject, days, state, reason, count in rows:
        assert state in ("sent", "held", "waiting"), "left in between"
        assert (reason is None) == (state == "sent")
        totals[(kind, subject, days)] += count
        if state == "sent":
            sent[(kind, subject, days)] += count
        else:
            reasons[Reason(reason)] += count
    assert sum(sent.values()) == sum(said.values())
    # The audience: everyone but those who never agreed to be written to.
    groups = Counter(category[number] for number in category if number not in no_consent)
    assert sum(groups.values()) + len(no_consent) == PEOPLE
    expected: Counter[tuple[str, str, int]] = Counter()
    at_the_edge: set[tuple[str, str, int]] = set()  # open at the year's first or last day
    for name, people in groups.items():
        # Steps whose days lie within the year, by the plain table of steps.
        for step in of_the_year(POLICY, Category(name), date(YEAR, 6, 1), hours):
            key = (step.kind.value, step.subject, step.days)
            if date(YEAR, 1, 2) <= step.first and step.last <= date(YEAR, 12, 30):
                expected[key] += people
            elif step.last >= date(YEAR, 1, 1) and step.first <= date(YEAR, 12, 31):
                at_the_edge.add(key)
    assert len(expected.keys() - at_the_edge) >= 9
    for key in expected.keys() - at_the_edge:
        assert totals[key] == expected[key], key
    # The long outage covered the last step and the deadline whole: nobody was told late.
    assert sent[(Kind.CONTRIBUTION, str(YEAR), -1)] < sum(groups.values()) / 2
    assert {Reason.PAID, Reason.DISPUTED, Reason.OPTED_OUT, Reason.UNREACHABLE} <= set(reasons)
    assert {Reason.MISSED, Reason.UNCERTAIN, Reason.CAP, Reason.PLAN_KEPT} <= set(reasons)
