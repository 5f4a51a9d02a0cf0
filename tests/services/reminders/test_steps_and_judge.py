"""What is due when, and who is not reminded: the hand-made cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from services import policy as policies
from services.clock import ALGIERS
from services.contributions import Facts, GivenSurcharge, Payment, position
from services.money import Centimes, dinars
from services.policy import Policy
from services.policy.category import Category
from services.reminders.judge import Reason, Recipient, Standing, judge
from services.reminders.owed import SETTLED, Owed, of_debt, of_year
from services.reminders.quiet import Hours, Quiet
from services.reminders.steps import Kind, Step, after, before, of_the_year, spread


@pytest.fixture(scope="module")
def policy() -> Policy:
    return policies.load()


@pytest.fixture(scope="module")
def hours(policy: Policy) -> Hours:
    return Hours(policy)


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ALGIERS).astimezone(UTC)


# --- windows --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deadline", "pay_by", "windows"),
    [
        # An ordinary Tuesday. 60 days before is Friday 1 May, a holiday too: the Thursday.
        (
            "2026-06-30",
            "2026-06-30",
            [
                (-60, "2026-04-30", "2026-05-16"),
                (-30, "2026-05-31", "2026-06-11"),
                (-7, "2026-06-23", "2026-06-26"),
                (-1, "2026-06-29", "2026-06-30"),
            ],
        ),
        # 30 June on a Friday: counters are last open on Thursday, and the last step is said on
        # Wednesday, while a day to pay is left.
        (
            "2028-06-30",
            "2028-06-29",
            [
                (-60, "2028-04-30", "2028-05-15"),
                (-30, "2028-05-30", "2028-06-10"),
                (-7, "2028-06-22", "2028-06-25"),
                (-1, "2028-06-28", "2028-06-29"),
            ],
        ),
        # The leap day, a Tuesday after the Aïd: the last step is said on the Thursday before,
        # and the one of a week earlier gives way to it.
        (
            "2028-02-29",
            "2028-02-29",
            [
                (-60, "2027-12-30", "2028-01-15"),  # 31 December is a Friday
                (-30, "2028-01-30", "2028-02-10"),
                (-7, "2028-02-22", "2028-02-23"),
                (-1, "2028-02-24", "2028-02-29"),
            ],
        ),
        # In Ramadan, on a Saturday: Thursday is the last day counters are open.
        (
            "2026-02-28",
            "2026-02-26",
            [
                (-60, "2025-12-28", "2026-01-12"),
                (-30, "2026-01-27", "2026-02-07"),
                (-7, "2026-02-19", "2026-02-22"),
                (-1, "2026-02-25", "2026-02-26"),
            ],
        ),
    ],
)
def test_a_step_before_a_deadline_is_true_between_two_days(
    hours: Hours, deadline: str, pay_by: str, windows: list[tuple[int, str, str]]
) -> None:
    steps = before(Kind.CONTRIBUTION, "2026", day(deadline), [60, 30, 7, 1], hours)
    assert [(s.days, s.first, s.last) for s in steps] == [
        (days, day(first), day(last)) for days, first, last in windows
    ]
    assert {step.pay_by for step in steps} == {day(pay_by)}
    assert [step.final for step in steps] == [False, False, False, True]


def test_nobody_gets_seven_days_left_on_the_last_day(hours: Hours) -> None:
    for year in range(2026, 2036):
        for month, last in ((6, 30), (9, 30), (1, 31)):
            deadline = date(year, month, last) if month != 1 else date(year + 1, 1, 31)
            steps = before(Kind.CONTRIBUTION, "x", deadline, [60, 30, 7, 1], hours)
            for step, following in pairwise(steps):
                assert step.first <= step.last < following.deadline
                said_latest = (step.pay_by - step.last).days
                assert said_latest > -following.days, "said when the next step is due already"
            assert all(step.last <= deadline for step in steps)
            assert all(hours.quiet_day(step.first) is None for step in steps)


def test_the_steps_of_farmers_after_their_deadline_reach_into_the_next_year(
    policy: Policy, hours: Hours
) -> None:
    steps = after(Kind.ARREARS, "2026", day("2026-09-30"), [7, 30, 90], hours)
    assert [(s.days, s.first, s.last) for s in steps] == [
        (7, day("2026-10-07"), day("2026-10-18")),
        (30, day("2026-10-29"), day("2026-11-29")),  # 30 October is a Friday
        (90, day("2026-12-29"), day("2027-01-28")),
    ]
    open_on_new_year = {
        (step.kind, step.subject, step.days)
        for step in of_the_year(policy, Category.FARMER, day("2027-01-02"), hours)
        if step.is_open(day("2027-01-02"))
    }
    # The year's end: what is late of the old year, what is to be declared for the new one.
    assert open_on_new_year == {
        (Kind.ARREARS, "2026", 90),
        (Kind.DECLARATION, "2027", -30),
    }


def test_the_declaration_of_next_year_is_announced_in_december(
    policy: Policy, hours: Hours
) -> None:
    found = [
        step
        for step in of_the_year(policy, Category.TRADER, day("2026-12-02"), hours)
        if step.is_open(day("2026-12-02")) and step.kind is Kind.DECLARATION
    ]
    assert [(step.subject, step.days) for step in found] == [("2027", -60)]


def test_a_step_too_large_for_a_day_begins_as_many_open_days_earlier(hours: Hours) -> None:
    *_, last = before(Kind.CONTRIBUTION, "2026", day("2026-06-30"), [7, 1], hours)
    assert hours.room(last.first) == 12 * 3600 * 29
    assert spread(last, 1_000_000, hours).first == last.first
    assert spread(last, 3_000_000, hours).first == day("2026-06-27")  # Saturday counts
    # Over the quiet Friday, and Achoura on the Thursday before it.
    assert spread(last, 5_000_000, hours).first == day("2026-06-24")


# --- hours ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "why"),
    [
        ("2026-06-29T07:59", Quiet.HOURS),
        ("2026-06-29T08:00", None),
        ("2026-06-29T19:59", None),
        ("2026-06-29T20:00", Quiet.HOURS),
        ("2026-06-26T10:00", Quiet.WEEKDAY),
        ("2026-05-01T10:00", Quiet.WEEKDAY),  # a Friday before it is a holiday
        ("2026-07-05T10:00", Quiet.HOLIDAY),
        ("2026-03-30T08:00", None),  # after Europe's change of hour: Algiers has none
        ("2026-02-22T08:00", None),  # in Ramadan too, whatever the counters' hours
        ("2026-03-21T10:00", Quiet.HOLIDAY),  # Aïd el-Fitr, estimated
    ],
)
def test_nobody_is_written_to_at_night_on_fridays_and_holidays(
    hours: Hours, moment: str, why: Quiet | None
) -> None:
    assert hours.quiet(at(moment)) is why


def test_eight_in_algiers_is_seven_in_utc_in_every_season(hours: Hours) -> None:
    for month in range(1, 13):
        opened = hours.next_open(at(f"2026-{month:02d}-11T03:00"))
        assert (opened.hour, opened.minute) == (7, 0)


def test_after_a_quiet_day_sending_opens_on_the_next_open_one(hours: Hours) -> None:
    assert hours.next_open(at("2026-06-25T21:00")) == at("2026-06-27T08:00")


# --- figures --------------------------------------------------------------------------------


def _position(policy: Policy, on: str, **facts: object):  # type: ignore[no-untyped-def]
    return position(
        Facts(**({"category": Category.TRADER, "affiliated_on": day("2024-01-01")} | facts)),  # type: ignore[arg-type]
        policy,
        day(on),
    )


def _step(kind: Kind = Kind.CONTRIBUTION, year: int = 2026) -> Step:
    due = date(year, 6, 30)
    return Step(kind, str(year), -7, due, due, due, due, False)


DECLARED = {year: dinars(400_000) for year in range(2024, 2027)}
PAID = [
    Payment("A", 2024, day("2024-05-01"), dinars(60_000)),
    Payment("B", 2025, day("2025-05-01"), dinars(60_000)),
]


def test_the_exact_figure_or_none(policy: Policy) -> None:
    sure = _position(policy, "2026-06-01", declarations=DECLARED, payments=PAID)
    assert of_year(_step(), sure, True) == Owed(False, False, dinars(60_000))
    # Not declared: the floor of 2026 stands on a minimum wage that is unsure.
    undeclared = _position(
        policy,
        "2026-06-01",
        declarations={2024: dinars(10_000)},
        payments=PAID[:1],
    )
    found = of_year(_step(), undeclared, True)
    assert found.amount is None or not undeclared.line(2026).estimate
    assert not found.settled


def test_what_is_paid_is_settled(policy: Policy) -> None:
    paid = [*PAID, Payment("C", 2026, day("2026-05-02"), dinars(60_000))]
    sure = _position(policy, "2026-06-01", declarations=DECLARED, payments=paid)
    assert of_year(_step(), sure, True) == SETTLED


def test_a_declaration_is_asked_for_only_while_it_is_missing(policy: Policy) -> None:
    found = _position(policy, "2026-02-01", declarations=DECLARED, payments=PAID)
    step = _step(Kind.DECLARATION)
    assert of_year(step, found, declared=True) == SETTLED
    assert of_year(step, found, declared=False) == Owed(False)


def test_whoever_ceased_may_owe_nothing_of_that_year(policy: Policy) -> None:
    ceased = _position(
        policy,
        "2026-06-01",
        declarations=DECLARED,
        payments=PAID,
        ceased_on=day("2026-03-01"),
    )
    assert of_year(_step(), ceased, True).uncertain


def test_a_debt_is_exact_only_with_the_funds_own_surcharge(policy: Policy) -> None:
    late = _position(policy, "2026-03-01", declarations=DECLARED, payments=PAID[:1])
    assert of_debt(late, None) == Owed(False, False, None)
    stated = _position(
        policy,
        "2026-03-01",
        declarations=DECLARED,
        payments=PAID[:1],
        surcharges={2025: GivenSurcharge(dinars(5_000), day("2026-02-01"))},
    )
    assert of_debt(stated, 2025) == Owed(False, False, dinars(65_000))
    assert of_debt(stated, 2024) == SETTLED


# --- the judge ------------------------------------------------------------------------------

OPEN = "2026-06-23T10:00"
OWES = Owed(False, False, Centimes(100))
SAMIR = Recipient(telegram_id=7001)
KNOWN = Standing(known_to=day("2026-06-20"))


@pytest.mark.parametrize(
    ("reason", "owed", "recipient", "standing", "moment", "kind"),
    [
        (None, OWES, SAMIR, KNOWN, OPEN, Kind.CONTRIBUTION),
        (Reason.PAID, SETTLED, SAMIR, KNOWN, OPEN, Kind.CONTRIBUTION),
        (
            Reason.PLAN_KEPT,
            OWES,
            SAMIR,
            replace(KNOWN, plan_kept=True, disputed=True),
            OPEN,
            Kind.ARREARS,
        ),
        (
            Reason.PLAN_ASKED,
            OWES,
            SAMIR,
            replace(KNOWN, plan_asked=True),
            OPEN,
            Kind.ARREARS,
        ),
        (
            Reason.DISPUTED,
            OWES,
            SAMIR,
            replace(KNOWN, disputed=True),
            OPEN,
            Kind.CONTRIBUTION,
        ),
        # A plan's own installment is not held by that plan.
        (None, OWES, SAMIR, replace(KNOWN, plan_kept=True), OPEN, Kind.INSTALLMENT),
        (Reason.UNCERTAIN, OWES._replace(uncertain=True), SAMIR, KNOWN, OPEN, Kind.CAMPAIGN),
        # An estimated amount is merely left out.
        (None, OWES._replace(amount=None), SAMIR, KNOWN, OPEN, Kind.CONTRIBUTION),
        (
            Reason.FIGURE_TOO_OLD,
            OWES,
            SAMIR,
            replace(KNOWN, known_to=day("2026-03-24")),
            OPEN,
            Kind.CONTRIBUTION,
        ),
        (
            None,
            OWES,
            SAMIR,
            replace(KNOWN, known_to=day("2026-03-25")),
            OPEN,
            Kind.CONTRIBUTION,
        ),
        (Reason.NOT_LINKED, OWES, Recipient(None), KNOWN, OPEN, Kind.CAMPAIGN),
        (Reason.NO_CONSENT, OWES, replace(SAMIR, consented=False), KNOWN, OPEN, Kind.CAMPAIGN),
        (
            Reason.OPTED_OUT,
            OWES,
            replace(SAMIR, muted=frozenset({"contribution"})),
            KNOWN,
            OPEN,
            Kind.CONTRIBUTION,
        ),
        (
            None,
            OWES,
            replace(SAMIR, muted=frozenset({"arrears"})),
            KNOWN,
            OPEN,
            Kind.CONTRIBUTION,
        ),
        (Reason.UNREACHABLE, OWES, replace(SAMIR, reachable=False), KNOWN, OPEN, Kind.CURE),
        (Reason.QUIET_HOURS, OWES, SAMIR, KNOWN, "2026-06-23T20:00", Kind.CONTRIBUTION),
        (Reason.QUIET_DAY, OWES, SAMIR, KNOWN, "2026-06-26T10:00", Kind.CONTRIBUTION),
        (Reason.HOLIDAY, OWES, SAMIR, KNOWN, "2026-07-05T10:00", Kind.CONTRIBUTION),
        (
            Reason.CAP,
            OWES,
            replace(SAMIR, last_at=at("2026-06-18T10:01")),
            KNOWN,
            OPEN,
            Kind.CONTRIBUTION,
        ),
        (
            None,
            OWES,
            replace(SAMIR, last_at=at("2026-06-18T10:00")),
            KNOWN,
            OPEN,
            Kind.CONTRIBUTION,
        ),
        # The clock was set back: what was sent "tomorrow" still counts.
        (
            Reason.CAP,
            OWES,
            replace(SAMIR, last_at=at("2026-06-24T10:00")),
            KNOWN,
            OPEN,
            Kind.CONTRIBUTION,
        ),
    ],
)
def test_the_judge_sends_or_holds_with_a_reason(
    hours: Hours,
    reason: Reason | None,
    owed: Owed,
    recipient: Recipient,
    standing: Standing,
    moment: str,
    kind: Kind,
) -> None:
    now = at(moment)
    today = day(moment[:10])
    assert judge(kind, owed, recipient, standing, now=now, today=today, hours=hours) is reason


def test_no_cap_holds_the_last_step_before_a_deadline(hours: Hours) -> None:
    now = at(OPEN)
    just_reminded = replace(SAMIR, last_at=now - timedelta(hours=30))
    given = {"now": now, "today": day("2026-06-23"), "hours": hours}
    assert judge(Kind.CURE, OWES, just_reminded, KNOWN, **given) is Reason.CAP
    assert judge(Kind.CURE, OWES, just_reminded, KNOWN, final=True, **given) is None


def test_without_room_it_waits(hours: Hours) -> None:
    given = {"now": at(OPEN), "today": day("2026-06-23"), "hours": hours}
    found = judge(Kind.ARREARS, OWES, SAMIR, KNOWN, room=False, **given)
    assert found is Reason.NO_CAPACITY
