"""The calendar's edges, as someone reads them: what arrives on which day, and what it says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import update

from services.records.fund import Load
from services.records.plans import Plan, PlanInstallment
from tests.support.chat import Chat, FundBot
from tests.support.citizens import citizen


class Case(NamedTuple):
    """`due`: a trader's year that is to be paid, or the day of an installment. The program wakes
    at each of the moments; a message comes at those of `arrives`, and says `says`."""

    due: int | date
    moments: tuple[str, ...]
    arrives: tuple[str, ...]
    says: str


WAKES = ("07:59", "08:00", "12:00", "19:59", "20:00")
CASES = {
    "30 June 2028 is a Friday: both days are named, and a day to pay is left": Case(
        2028,
        tuple(f"2028-06-{day} {at}" for day in (26, 27, 28, 29, 30) for at in WAKES),
        ("2028-06-28 08:00",),
        "le vendredi 30 juin 2028|le dernier jour d’ouverture est le jeudi 29 juin 2028",
    ),
    "60 days before is Friday 1 May, a holiday too: the Thursday": Case(
        2026,
        ("2026-04-29 12:00", "2026-04-30 08:00", "2026-05-01 12:00", "2026-05-02 12:00"),
        ("2026-04-30 08:00",),
        "le mardi 30 juin 2026",
    ),
    "30 June 2027 is a Wednesday: one day is named": Case(
        2027,
        ("2027-06-28 12:00", "2027-06-29 08:00", "2027-06-30 12:00"),
        ("2027-06-29 08:00",),
        "le mercredi 30 juin 2027",
    ),
    "30 June 2029 is a Saturday: a week is counted back from the Thursday before it": Case(
        2029,
        ("2029-06-20 12:00", "2029-06-21 08:00", "2029-06-22 12:00"),
        ("2029-06-21 08:00",),
        "le samedi 30 juin 2029|le dernier jour d’ouverture est le jeudi 28 juin 2029",
    ),
    "the leap day after the Aïd: said on the Thursday before it": Case(
        date(2028, 2, 29),
        tuple(f"2028-02-{day} {at}" for day in range(23, 30) for at in WAKES),
        ("2028-02-24 08:00",),
        "le mardi 29 février 2028",
    ),
    "the leap day, the program away until that morning: said while it can still be paid": Case(
        date(2028, 2, 29),
        ("2028-02-29 07:59", "2028-02-29 08:00", "2028-02-29 12:00"),
        ("2028-02-29 08:00",),
        "le mardi 29 février 2028",
    ),
    "in a year without a leap day, the last of February": Case(
        date(2027, 2, 28),  # in Ramadan: the hours of reminders stay, whatever the counters' are
        tuple(f"2027-02-{day} {at}" for day in range(22, 29) for at in WAKES),
        ("2027-02-23 08:00", "2027-02-27 08:00"),
        "le dimanche 28 février 2027",
    ),
    "the year's last day": Case(
        date(2026, 12, 31),
        (
            *(f"2026-12-{day} {at}" for day in range(25, 32) for at in WAKES),
            "2027-01-01 12:00",
            "2027-01-02 12:00",
        ),
        ("2026-12-26 08:00", "2026-12-30 08:00"),
        "le jeudi 31 décembre 2026",
    ),
    "Europe puts its clocks forward on 28 March: Algiers has no summer time": Case(
        date(2027, 3, 28),
        ("2027-03-27 07:59", "2027-03-27 08:00", "2027-03-28 07:59", "2027-03-28 08:00"),
        ("2027-03-27 08:00",),
        "le dimanche 28 mars 2027",
    ),
    "Europe puts its clocks back on 31 October": Case(
        date(2027, 10, 31),
        ("2027-10-31 07:59", "2027-10-31 08:00", "2027-10-31 20:00"),
        ("2027-10-31 08:00",),
        "le dimanche 31 octobre 2027",
    ),
    "the Aïd's days are silent, and the last day before them is used": Case(
        date(2027, 3, 14),  # Sunday after the Aïd (9 to 11 March), a Friday and a Saturday
        tuple(f"2027-03-{day:02d} {at}" for day in range(7, 15) for at in WAKES),
        ("2027-03-08 08:00", "2027-03-13 08:00"),
        "le dimanche 14 mars 2027",
    ),
}


@pytest.mark.parametrize("name", list(CASES))
def test_what_arrives_on_which_day(sqlite_bot: FundBot, name: str) -> None:
    case = CASES[name]
    chat = _someone(sqlite_bot, case.due)
    arrived = []
    for moment in case.moments:
        day, clock = moment.split()
        sqlite_bot.clock.set(day=day, at=clock)
        before = len(chat.messages)
        sqlite_bot.run_job("reminders")
        if len(chat.messages) > before:
            arrived.append(moment)
            for words in case.says.split("|"):
                assert words in chat.text
            assert ("d’ouverture" in chat.text) == ("|" in case.says)
    assert tuple(arrived) == case.arrives


def test_a_farmer_on_new_year_reads_of_both_years_in_one_message(sqlite_bot: FundBot) -> None:
    """90 days after 30 September falls on 29 December; the new year's base is due in February."""
    chat = citizen(
        sqlite_bot,
        7001,
        category="farmer",
        affiliated_on=date(2025, 1, 1),
        declarations={2025: 40_000_000, 2026: 40_000_000},
        payments=[(2025, date(2025, 5, 1), 6_000_000)],
    )
    sqlite_bot.do(lambda session: session.execute(update(Load).values(as_of=date(2026, 12, 28))))
    for day in ("2027-01-01", "2027-01-02"):  # New Year's Day is a Friday
        sqlite_bot.clock.set(day=day)
        sqlite_bot.run_job("reminders")
    assert len(chat.messages) == 1
    assert "la cotisation 2026 reste à payer" in chat.text
    assert "pour 2027 se déclare au plus tard" in chat.text


def _someone(bot: FundBot, due: int | date) -> Chat:
    """A trader who owes a year, or who owes nothing but an installment."""
    year = due if isinstance(due, int) else due.year
    years = range(2025, year + 1)
    last_paid = year - 1 if isinstance(due, int) else year
    facts: dict[str, Any] = {
        "affiliated_on": date(2025, 1, 1),
        "declarations": dict.fromkeys([*years, year + 1], 40_000_000),
        "payments": [(one, date(one, 1, 4), 6_000_000) for one in years if one <= last_paid],
    }
    chat = citizen(bot, 7001, **facts)
    known = date(year, 4, 15) if isinstance(due, int) else due - timedelta(days=20)
    bot.do(lambda session: session.execute(update(Load).values(as_of=known)))
    if not isinstance(due, int):
        bot.do(lambda session: _create_plan(session, due))
    return chat


def _create_plan(session: Any, due: date) -> None:
    plan = Plan(
        reference="E-16-26-000001-0",
        agency="16",
        contributor_id=1,
        telegram_id=7001,
        state="active",
        kind="ordinary",
        wish={},
        figured_on=date(2026, 10, 1),
        debt=3_000_000,
        frozen=0,
        down_payment=0,
        regular=3_000_000,
        months=1,
        day=0,
        years=[[2024, 3_000_000, 0]],
        estimate=False,
        reasons=[],
        level="agency",
        asked_at=datetime(2026, 9, 30, 9, tzinfo=UTC),
        signed_on=date(2026, 10, 1),
    )
    session.add(plan)
    session.flush()
    session.add(
        PlanInstallment(
            plan_id=plan.id, number=1, month=due.replace(day=1), due=due, amount=3_000_000
        )
    )
