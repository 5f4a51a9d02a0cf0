"""What is due: the steps of a reminder, each with the first and last day on which it is true.

Pure and dated. A step whose days have passed is skipped, never made up late, so nobody reads
"in seven days" on the last day. `docs/reminders.md` tells the windows with their examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from services.dates import ONE_DAY
from services.policy import Policy
from services.policy.category import Category
from services.reminders.quiet import Hours

LAST_OVERDUE_OPEN_DAYS = 30  # how long the last step after a deadline may still be said


class Kind(StrEnum):
    """What people are reminded of; each can be switched off."""

    CONTRIBUTION = "contribution"
    DECLARATION = "declaration"
    ARREARS = "arrears"
    INSTALLMENT = "installment"
    CURE = "cure"
    ANSWER = "answer"
    CAMPAIGN = "campaign"


class Step(NamedTuple):
    """One moment to remind. `days` counts from the deadline: -7 is a week before, 30 after.

    `pay_by` is the last working day on or before the deadline: on a deadline that falls on a
    closed day, counters are shut. `first` and `last` are the days between which the step may
    be said, both included. `final` is the last one before the deadline.
    """

    kind: Kind
    subject: str
    days: int
    deadline: date
    pay_by: date
    first: date
    last: date
    final: bool

    def is_open(self, on: date) -> bool:
        return self.first <= on <= self.last


def before(
    kind: Kind, subject: str, deadline: date, lead_days: Sequence[int], hours: Hours
) -> list[Step]:
    """The steps before a deadline. Days count back from the last working day on or before it,
    so that the last step always leaves a day on which counters are open.

    A step may be said until half the way to the next one; the final one until the last
    working day itself.
    """
    pay_by = hours.calendar.working_day_on_or_before(deadline)
    days = sorted(set(lead_days), reverse=True)
    firsts = [hours.open_day_on_or_before(pay_by - timedelta(days=lead)) for lead in days]
    steps = []
    for place, lead in enumerate(days):
        final = place == len(days) - 1
        open_for = (lead + 1) // 2 if final else (lead - days[place + 1]) // 2
        last = pay_by - timedelta(days=lead - open_for)
        if not final:  # the next one may have moved before a row of quiet days
            last = min(last, firsts[place + 1] - ONE_DAY)
        if firsts[place] <= last:
            steps.append(Step(kind, subject, -lead, deadline, pay_by, firsts[place], last, final))
    return steps


def after(
    kind: Kind, subject: str, deadline: date, overdue_days: Sequence[int], hours: Hours
) -> list[Step]:
    """The steps after a deadline passed, or after something was asked on that day."""
    days = sorted(set(overdue_days))
    steps = []
    for place, late in enumerate(days):
        said_on = deadline + timedelta(days=late)
        first = hours.open_day_on_or_before(said_on)
        if first <= deadline:
            first = hours.open_day_on_or_after(said_on)
        last_one = place == len(days) - 1
        open_for = LAST_OVERDUE_OPEN_DAYS if last_one else (days[place + 1] - late) // 2
        last = max(first, said_on + timedelta(days=open_for))
        steps.append(Step(kind, subject, late, deadline, deadline, first, last, False))
    return steps


def of_the_year(policy: Policy, category: Category, on: date, hours: Hours) -> Iterator[Step]:
    """The steps that everyone of a category has, of the years around a day: to declare, to pay,
    and after the day to pay. The deadline of the next year may already be 60 days ahead."""
    rules = policy.reminder_rules(on)
    declare = policy.reminder_steps(Kind.DECLARATION, on)
    for year in (on.year - 1, on.year, on.year + 1):
        subject = str(year)
        due = policy.year(year, category).due
        if policy.year(year, category).flat is None:  # a flat sum needs no declaration
            yield from before(
                Kind.DECLARATION,
                subject,
                policy.declaration_deadline(year, category),
                declare.lead_days,
                hours,
            )
        yield from before(Kind.CONTRIBUTION, subject, due, rules.lead_days, hours)
        yield from after(Kind.ARREARS, subject, due, rules.overdue_days, hours)


def spread(step: Step, audience: int, hours: Hours) -> Step:
    """The same step, begun as many open days earlier as its audience needs at full speed."""
    days = -(-audience // max(1, hours.room(step.first))) - 1
    if days <= 0:
        return step
    return step._replace(first=hours.earlier(step.first, days))


def open_on(steps: Iterable[Step], on: date) -> list[Step]:
    """The steps to be said on a day: of one deadline only the newest, should two be open."""
    newest: dict[tuple[Kind, str], Step] = {}
    for step in steps:
        if step.is_open(on):
            known = newest.get((step.kind, step.subject))
            if known is None or step.days > known.days:
                newest[(step.kind, step.subject)] = step
    return list(newest.values())


def passed(steps: Iterable[Step], on: date, since: date) -> list[Step]:
    """The steps whose last day lies before a day, and not before `since`."""
    return [step for step in steps if since <= step.last < on]
