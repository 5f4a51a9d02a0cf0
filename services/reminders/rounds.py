"""The daily round: once a day, in open hours, everyone is looked at once, a slice at a time.

Where a round stands is kept with the records, so a kill, a restart or a clock that jumps goes
on from there, and a step that was decided is never decided again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.dates import day_in_algiers
from services.policy import Policy
from services.policy.category import Category
from services.records.base import table_of
from services.records.reminders import Reminder
from services.records.traffic import Setting
from services.reminders import audience, ledgers, letters, own_dates
from services.reminders.audience import Account, Addressee
from services.reminders.decisions import Decisions, Due
from services.reminders.judge import Reason, Standing, judge_step
from services.reminders.ledgers import Ledger, Profile
from services.reminders.letters import Item, Letter, Say
from services.reminders.owed import Owed, of_year
from services.reminders.own_dates import LOOK_BACK, NO_ACCOUNT, OwnDates
from services.reminders.quiet import Hours, hours_of
from services.reminders.steps import Step, of_the_year, open_on, passed, spread

ROUND = "reminders.round"
SLICE = 200
_reminders = table_of(Reminder)


@dataclass(slots=True)
class Round:
    """A pass over people: the day and instant it began, the last person reached, whether it is
    done, how many people have an account, and the steps it looked at.

    Everyone is passed when a step is new or the fund's data is; on other days only those are
    for whom something can have changed: `narrow_since` is the start of the round before.
    """

    day: str
    after: int = 0
    done: bool = False
    audience: int = 0
    began: str = ""
    narrow_since: str | None = None
    looked_at: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Desk:
    """What a slice needs; `room`: how many messages may still be added to the outbox."""

    session: Session
    policy: Policy
    hours: Hours
    now: datetime
    round: Round
    room: int

    @property
    def today(self) -> date:
        return day_in_algiers(self.now)

    def yearly(self, category: Category) -> tuple[list[Step], list[Step]]:
        """The steps of a category that are open today, and those that passed lately."""
        return _yearly(self.policy, category, self.today, self.round.audience)


@lru_cache(maxsize=64)
def _yearly(
    policy: Policy, category: Category, today: date, people: int
) -> tuple[list[Step], list[Step]]:
    hours = hours_of(policy)
    every = [spread(step, people, hours) for step in of_the_year(policy, category, today, hours)]
    return _sorted_out(every, today)


def _sorted_out(steps: Sequence[Step], today: date) -> tuple[list[Step], list[Step]]:
    """Those to be said today, and those that passed lately or are outdone by a newer one."""
    newest = open_on(steps, today)
    outdone = [step for step in steps if step.is_open(today) and step not in newest]
    return newest, [*passed(steps, today, today - LOOK_BACK), *outdone]


def run(
    session: Session, *, policy: Policy, now: datetime, say: Say, slice_of: int = SLICE
) -> bool:
    """One slice of today's round; True when there is more to do at once. Any number of runs at
    any time is harmless."""
    hours = hours_of(policy)
    letters.settle(session)
    if hours.quiet(now) is not None:
        letters.recall(session, now)
        return False
    room = room_now(session, hours, now)
    if room <= 0:
        return False
    state = _round_of(session, policy, now)
    if state.done:
        return False
    desk = Desk(session, policy, hours, now, state, room)
    since = None if state.narrow_since is None else datetime.fromisoformat(state.narrow_since)
    people = audience.next_people(session, state.after, slice_of, since=since)
    if people:
        reached = _slice(desk, people, say)
        state.after = reached
    else:
        state.done = True
        _close_passed(session, desk.today)
    _keep(session, state)
    return not state.done and desk.room > 0


def room_now(session: Session, hours: Hours, now: datetime) -> int:
    """How many messages may be added: no more than leave within half a minute, nor after the
    open hours end."""
    today = day_in_algiers(now)
    seconds = min(letters.AHEAD_S, (hours.closes(now) - now).total_seconds())
    most = int(seconds * hours.rules(today).per_second)
    return most - letters.waiting(session)


# --- a slice --------------------------------------------------------------------------------


def _slice(desk: Desk, people: Sequence[int], say: Say) -> int:
    """Decide all that concerns these people; returns the last one reached."""
    session, today = desk.session, desk.today
    found = audience.addressees(session, people, today)
    numbers = sorted({one.contributor_id for who in found for one in who.accounts})
    load = ledgers.current_load(session)
    profiles = {} if load is None else ledgers.profiles(session, numbers, load[0])
    decisions = Decisions.read(session, [*numbers, NO_ACCOUNT], now=desk.now, today=today)
    known = _Known(
        profiles,
        own_dates.read(
            session,
            contributors=numbers,
            people=people,
            policy=desk.policy,
            hours=desk.hours,
            on=today,
        ),
        {} if load is None else _ledgers_needed(desk, profiles, decisions, load),
    )
    reached = people[-1]
    for place, who in enumerate(found):
        if desk.room <= 0:  # the next slice begins with this person
            reached = found[place - 1].telegram_id
            break
        _one_person(desk, who, known, decisions, say)
    decisions.write(session)
    return reached


@dataclass(frozen=True, slots=True)
class _Known:
    """What a slice has read. `ledgers`: of those for whom a figure has to be known."""

    profiles: dict[int, Profile]
    own: OwnDates
    ledgers: dict[int, Ledger]


def _one_person(desk: Desk, who: Addressee, known: _Known, decisions: Decisions, say: Say) -> None:
    """Judge everything due to one person; what may be said becomes one message."""
    every = [
        due
        for account in who.accounts
        if account.contributor_id in known.profiles
        for due in _due(desk, who, account, known, decisions)
    ]
    for contributor_id, agency, (step, owed) in known.own.cases.get(who.telegram_id, ()):
        if step.is_open(desk.today):
            every.append(Due(Item(step, owed, contributor_id, 0), agency, Standing(desk.today)))
    to_say: list[Due] = []
    for due in every:
        if not decisions.is_open(due.key):
            continue
        reason = judge_step(
            due.item.step,
            due.item.owed,
            who.recipient,
            due.standing,
            now=desk.now,
            today=desk.today,
            hours=desk.hours,
        )
        if reason is None:
            to_say.append(due)
        else:
            decisions.hold(due, who.telegram_id, reason)
    if to_say:
        items = tuple(due.item for due in to_say)
        call_id = say(Letter(who.telegram_id, who.language, who.hide_amounts, items))
        desk.room -= 1
        for due in to_say:
            decisions.queue(due, who.telegram_id, call_id)


def _due(
    desk: Desk, who: Addressee, account: Account, known: _Known, decisions: Decisions
) -> list[Due]:
    """The open steps of one account with what they are about; passed ones that nobody could
    decide are written down as such."""
    number, today = account.contributor_id, desk.today
    profile, book = known.profiles[number], known.ledgers.get(number)
    owed_of = dict(known.own.steps.get(number, ()))
    yearly_open, yearly_passed = desk.yearly(profile.category)
    own_open, own_passed = _sorted_out(list(owed_of), today) if owed_of else ([], [])
    linked_on = day_in_algiers(account.since)
    for step in (*yearly_passed, *own_passed):
        item = Item(step, Owed(False), number, account.link_id)
        due = Due(item, profile.agency, Standing(today))
        if due.key not in decisions.kept and step.last >= linked_on:
            decisions.hold(due, who.telegram_id, _why_passed(desk.round, step))
    found = [
        Due(
            Item(step, owed_of[step], number, account.link_id, account.is_own),
            profile.agency,
            Standing(today),
        )
        for step in own_open
    ]
    if book is not None and yearly_open:
        hold = known.own.holds_of(number)
        position = book.position(desk.policy, today)
        for step in yearly_open:
            year = int(step.subject)
            standing = Standing(
                book.known_to,
                plan_kept=hold.plan_covers(year),
                plan_asked=hold.asked_plan,
                disputed=hold.disputes(year),
            )
            owed = of_year(step, position, book.declared(year))
            found.append(
                Due(
                    Item(step, owed, number, account.link_id, account.is_own),
                    profile.agency,
                    standing,
                )
            )
    return found


def _why_passed(state: Round, step: Step) -> Reason:
    """Why nobody said a step in time: a round was on its way and had no room, or none ran."""
    began = date.fromisoformat(state.day) <= step.last
    return Reason.NO_CAPACITY if began else Reason.MISSED


def _ledgers_needed(
    desk: Desk, profiles: dict[int, Profile], decisions: Decisions, load: tuple[int, date]
) -> dict[int, Ledger]:
    """The figures of those who have an open step of the year that is not decided for good."""
    needed = [
        profile
        for profile in profiles.values()
        if any(
            decisions.is_open((profile.contributor_id, step.kind.value, step.subject, step.days))
            for step in desk.yearly(profile.category)[0]
        )
    ]
    return ledgers.read(desk.session, needed, *load) if needed else {}


# --- records --------------------------------------------------------------------------------


def _close_passed(session: Session, today: date) -> None:
    """Steps whose last day is over keep the last reason for good."""
    session.execute(
        update(_reminders)
        .where(_reminders.c.state == "waiting", _reminders.c.last < today)
        .values(state="held")
    )


def _round_of(session: Session, policy: Policy, now: datetime) -> Round:
    """Today's round: the one on its way, or a new one."""
    today = day_in_algiers(now)
    # Held until the slice is committed: two schedulers take turns.
    row = session.get(Setting, ROUND, with_for_update=True)
    kept = Round(**json.loads(row.value)) if row is not None else None
    if kept is not None and (not kept.done or kept.day == today.isoformat()):
        return kept
    people = audience.size(session)
    looked_at = _steps_to_look_at(session, policy, today, people)
    nothing_new = kept is not None and set(looked_at) <= set(kept.looked_at)
    return Round(
        today.isoformat(),
        audience=people,
        began=now.isoformat(),
        narrow_since=kept.began if kept is not None and nothing_new else None,
        looked_at=looked_at,
    )


def _steps_to_look_at(session: Session, policy: Policy, today: date, people: int) -> list[str]:
    """Every step of the year that is open or passed lately, and the load they are judged by."""
    load = ledgers.current_load(session)
    return [
        f"load:{load[0] if load is not None else 0}",
        *sorted(
            f"{category}:{step.kind}:{step.subject}:{step.days}"
            for category in Category
            for steps in _yearly(policy, category, today, people)
            for step in steps
        ),
    ]


def _keep(session: Session, state: Round) -> None:
    row = session.get(Setting, ROUND)
    value = json.dumps(asdict(state))
    if row is None:
        session.add(Setting(name=ROUND, value=value))
    else:
        row.value = value
    session.flush()
