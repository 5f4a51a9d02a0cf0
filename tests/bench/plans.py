"""How much CPU a proposal costs: the debt, three schedules with their dates, every reason.

`python -m tests.bench.plans`: the goal is under 5 ms of CPU for one proposal, and for working
out one wish of the longest kind. The facts are of a trader with five years of arrears.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date
from statistics import median

from services import policy
from services.contributions import Facts, Payment, position
from services.money import Centimes, dinars
from services.plans.debt import debt_of
from services.plans.proposals import propose
from services.plans.terms import Wish, reasons_against, schedule_of
from services.policy.category import Category
from services.working_time import agency_calendar

GOAL_MS = 5.0
ROUNDS, TIMES = 7, 200
ON = date(2026, 11, 25)


def main() -> int:
    rules = policy.load()
    terms, standard = rules.plan_terms(ON), rules.standard_terms(ON)
    facts = Facts(
        Category.TRADER,
        date(2021, 1, 1),
        declarations={year: dinars(400_000) for year in range(2021, 2027)},
        payments=[Payment("P1", None, date(2023, 5, 2), dinars(20_000))],
    )

    def works(fresh: bool) -> Callable[[date], bool]:
        if fresh:
            agency_calendar.cache_clear()
        return agency_calendar(rules, agency="16", wilaya="16").is_working_day

    def proposal(*, fresh: bool = False) -> None:
        debt = debt_of(position(facts, rules, ON), rules.campaign(ON))
        for schedule in propose(
            Wish(), debt.amount, terms, standard, signed_on=ON, is_working_day=works(fresh)
        ):
            reasons_against(schedule, terms=terms, standard=standard, last_lapse=None)

    def longest() -> None:
        debt = debt_of(position(facts, rules, ON), rules.campaign(ON))
        wish = Wish(means=Centimes(debt.amount // 115))
        schedule = schedule_of(wish, debt.amount, terms, signed_on=ON, is_working_day=works(False))
        reasons_against(schedule, means=wish.means, terms=terms, standard=standard, last_lapse=None)

    proposal()  # holidays of the years and the rules of the years are read once a process
    measured = {
        "three proposals with their reasons": cpu_ms(proposal),
        "the same with a calendar not yet looked up": cpu_ms(lambda: proposal(fresh=True)),
        "one wish over more than a hundred months": cpu_ms(longest),
    }
    for name, cost in measured.items():
        print(f"{name}: {cost:.3f} ms CPU (goal: under {GOAL_MS:.0f})")
    return 0 if max(measured.values()) < GOAL_MS else 1


def cpu_ms(work: Callable[[], None]) -> float:
    """The median CPU time of one run, of several rounds."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(TIMES):
            work()
        rounds.append((time.process_time() - started) * 1_000 / TIMES)
    return median(rounds)


if __name__ == "__main__":
    sys.exit(main())
