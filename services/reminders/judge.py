"""The judge: send or hold, and why. One pure function; every decision is kept with its reason.

The order of the reasons is the order in which they are asked: first whether there is anything
to say, then whether it may be said to this person, then whether it may be said now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.reminders.owed import Owed
from services.reminders.quiet import Hours, Quiet
from services.reminders.steps import Kind, Step


class Reason(StrEnum):
    """Why a reminder is held."""

    PAID = "paid"
    PLAN_KEPT = "plan_kept"
    PLAN_ASKED = "plan_asked"
    DISPUTED = "disputed"
    UNCERTAIN = "uncertain"
    FIGURE_TOO_OLD = "figure_too_old"
    NOT_LINKED = "not_linked"
    NO_CONSENT = "no_consent"
    OPTED_OUT = "opted_out"
    UNREACHABLE = "unreachable"
    CAP = "cap"
    QUIET_HOURS = "quiet_hours"
    QUIET_DAY = "quiet_day"
    HOLIDAY = "holiday"
    NO_CAPACITY = "no_capacity"
    MISSED = "missed"  # the program was away for as long as the step was true
    STOPPED = "stopped"  # a person stopped the campaign


FINAL = frozenset({Reason.PAID, Reason.MISSED, Reason.NO_CAPACITY, Reason.STOPPED})
"""Reasons that are not looked at again while the step is open."""

_QUIET = {
    Quiet.HOURS: Reason.QUIET_HOURS,
    Quiet.WEEKDAY: Reason.QUIET_DAY,
    Quiet.HOLIDAY: Reason.HOLIDAY,
}
_ABOUT_FIGURES = frozenset({Kind.CONTRIBUTION, Kind.ARREARS, Kind.CAMPAIGN})
"""Kinds that say what the fund's records say; the others are the person's own dates."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who would read it. `telegram_id` None: nobody is linked. `last_at`: the last reminder."""

    telegram_id: int | None
    consented: bool = True
    reachable: bool = True
    muted: frozenset[str] = frozenset()
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What else is known of the contributor: a plan that runs over what the step is about, one
    that waits for an answer, an open complaint about the figures; until when they are known."""

    known_to: date
    plan_kept: bool = False
    plan_asked: bool = False
    disputed: bool = False


def judge(
    kind: Kind,
    owed: Owed,
    recipient: Recipient,
    standing: Standing,
    *,
    now: datetime,
    today: date,
    hours: Hours,
    final: bool = False,
    room: bool = True,
) -> Reason | None:
    """None: send it now. `final`: the last step before a deadline, which no cap holds.
    `room`: whether the day's sending has a place left."""
    if owed.settled:
        return Reason.PAID
    if kind in _ABOUT_FIGURES:
        if standing.plan_kept:
            return Reason.PLAN_KEPT
        if standing.plan_asked:
            return Reason.PLAN_ASKED
        if standing.disputed:
            return Reason.DISPUTED
        if owed.uncertain:
            return Reason.UNCERTAIN
        rules = hours.rules(today)
        if (today - standing.known_to).days > rules.oldest_figure_days:
            return Reason.FIGURE_TOO_OLD
    return _for_person(kind, recipient) or _for_now(recipient, now, today, hours, final, room)


def judge_step(
    step: Step,
    owed: Owed,
    recipient: Recipient,
    standing: Standing,
    *,
    now: datetime,
    today: date,
    hours: Hours,
    room: bool = True,
) -> Reason | None:
    """As `judge`, for a step that is open today."""
    return judge(
        step.kind,
        owed,
        recipient,
        standing,
        now=now,
        today=today,
        hours=hours,
        final=step.final,
        room=room,
    )


def _for_person(kind: Kind, recipient: Recipient) -> Reason | None:
    if recipient.telegram_id is None:
        return Reason.NOT_LINKED
    if not recipient.consented:
        return Reason.NO_CONSENT
    if kind in recipient.muted:
        return Reason.OPTED_OUT
    return None if recipient.reachable else Reason.UNREACHABLE


def _for_now(
    recipient: Recipient, now: datetime, today: date, hours: Hours, final: bool, room: bool
) -> Reason | None:
    quiet = hours.quiet(now)
    if quiet is not None:
        return _QUIET[quiet]
    gap = timedelta(days=hours.rules(today).one_in_days)
    # A last reminder "in the future" is one from before the clock was set back: it counts.
    if recipient.last_at is not None and not final and now - recipient.last_at < gap:
        return Reason.CAP
    return None if room else Reason.NO_CAPACITY
