"""The position of a contributor on any day: what is owed, year by year, and why.

Pure and dated: the same facts, policy and day give the same centimes next year.
The conventions are written down in `docs/contributions.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from services.contributions.base import YearBase, year_base
from services.contributions.facts import Facts, GivenSurcharge, Payment
from services.contributions.ledger import Ledger, Owed
from services.contributions.result import (
    Deadline,
    Doubt,
    Note,
    NoteKey,
    Position,
    Status,
    YearLine,
)
from services.contributions.surcharge import rounded
from services.money import Centimes
from services.policy.policy import Policy
from services.policy.year import YearRules

_BASE, _RATE, _CEASED = int(Doubt.BASE), int(Doubt.RATE), int(Doubt.CEASED_YEAR)
_FIRST, _SETTLEMENT, _SURCHARGE = int(Doubt.FIRST_YEAR), int(Doubt.SETTLEMENT), int(Doubt.SURCHARGE)


def position(facts: Facts, policy: Policy, on: date) -> Position:
    """Compute what a contributor owes on a day of Algiers, that day included."""
    began = facts.affiliated_on
    first, last = _owed_years(facts, policy, on)
    rules = policy.years(facts.category, on.year + 1)
    bases = _bases(facts, rules, first, last)
    owed = [
        Owed(rules[first + place], base.due, _is_dated(began, rules[first + place]))
        for place, base in enumerate(bases)
    ]
    payments = [paid for paid in facts.payments if paid.paid_on <= on and paid.amount > 0]
    given = [
        (year, figure)
        for year, figure in facts.surcharges.items()
        if first <= year <= last and figure.as_of <= on
    ]
    ledger = Ledger(owed)
    ledger.run(payments, given, facts.ceased_on.year if facts.ceased_on else None)
    credit = sum(held.amount for held in ledger.credits)
    ledger.close()
    lines = tuple(
        _line(place, base, owed[place], ledger, facts, on) for place, base in enumerate(bases)
    )
    principal = sum(line.remaining for line in lines)
    return Position(
        on=on,
        category=facts.category,
        status=_status(lines, facts, on),
        lines=lines,
        allocations=tuple(ledger.allocations),
        principal=Centimes(principal),
        late_principal=Centimes(sum(line.remaining for line in lines if line.late)),
        surcharge=Centimes(sum(line.surcharge for line in lines)),
        credit=Centimes(credit),
        next_deadline=_next_deadline(lines, facts, rules, on),
        notes=_notes(facts, policy, lines, on, len(payments)),
    )


def _owed_years(facts: Facts, policy: Policy, on: date) -> tuple[int, int]:
    """The first and last year owed on a day; the last is before the first when none is."""
    began = facts.affiliated_on
    if began is None:
        # Without a date of affiliation: the first year declared or charged. A payment
        # alone makes nobody owe anything.
        first = min((*facts.declarations, *facts.surcharges), default=on.year + 1)
    elif began > on:
        first = on.year + 1
    else:
        first = began.year
    last = on.year if facts.ceased_on is None else min(on.year, facts.ceased_on.year)
    first = max(first, policy.first_year)
    return first, last


def _bases(facts: Facts, rules: Mapping[int, YearRules], first: int, last: int) -> list[YearBase]:
    bases: list[YearBase] = []
    declarations = facts.declarations
    previous = None
    for year in range(first, last + 1):
        previous = year_base(rules[year], declarations.get(year), previous)
        bases.append(previous)
    return bases


def _is_dated(began: date | None, rules: YearRules) -> bool:
    """Whether the ordinary last day holds; begun after it, the day is the agency's to tell."""
    if began is None or began.year != rules.year:
        return True
    return began <= rules.agency_tells_after and began <= rules.due


def _line(
    place: int, base: YearBase, owed: Owed, ledger: Ledger, facts: Facts, on: date
) -> YearLine:
    rules, due, dated = owed
    year, left = rules.year, ledger.left[place]
    fixed, running = ledger.own_surcharge(place, on)
    figure = ledger.given[place]
    surcharge = ledger.surcharge_due(place, on)
    overdue = on > rules.due if dated else on.year > year
    doubts = 0
    if base.unsure:
        doubts |= _BASE
    if rules.rate_unsure and base.base is not None:
        doubts |= _RATE
    if facts.ceased_on is not None and facts.ceased_on.year == year:
        doubts |= _CEASED
    began = facts.affiliated_on
    if began is not None and began.year == year and began.timetuple().tm_yday > 1:
        doubts |= _FIRST if rules.first_year_unsure else 0
    if left and ledger.contested[place] and rules.settlement_row.unsure:
        doubts |= _SETTLEMENT
    if surcharge and figure is None:
        doubts |= _SURCHARGE
    return YearLine(
        year,
        base.base,
        base.source,
        base.declared_in,
        base.limit,
        due,
        rules.due if dated else None,
        rules.postponed,
        Centimes(due - left),
        Centimes(left),
        surcharge,
        Centimes(ledger.surcharge_paid[place]),
        rounded(fixed),
        Centimes(rounded(fixed + running) - rounded(fixed)),
        figure.as_of if figure is not None else None,
        ledger.since_given(place, on) if figure is not None else Centimes(0),
        overdue and left > 0,
        doubts,
    )


def _status(lines: tuple[YearLine, ...], facts: Facts, on: date) -> Status:
    for line in lines:
        if line.late or line.surcharge:
            return Status.IN_ARREARS
    if facts.ceased_on is not None and facts.ceased_on <= on:
        return Status.CEASED
    return Status.UP_TO_DATE if lines else Status.NOTHING_KNOWN


def _next_deadline(
    lines: tuple[YearLine, ...], facts: Facts, rules: Mapping[int, YearRules], on: date
) -> Deadline | None:
    """The first last day from today on; of the coming year once nothing else is ahead."""
    for line in lines:
        if line.remaining and line.due_date is not None and line.due_date >= on:
            return Deadline(line.due_date, line.year, line.remaining)
    coming = on.year + 1
    ceased = facts.ceased_on
    if not lines or (ceased is not None and (ceased <= on or ceased.year < coming)):
        return None
    return Deadline(rules[coming].due, coming, None)


def _notes(
    facts: Facts, policy: Policy, lines: tuple[YearLine, ...], on: date, payments_used: int
) -> tuple[Note, ...]:
    notes: list[Note] = []
    if payments_used < len(facts.payments):
        future = sum(paid.amount for paid in facts.payments if paid.paid_on > on)
        if future:
            notes.append(Note(NoteKey.FUTURE_PAYMENTS, None, Centimes(future)))
    began, ceased = facts.affiliated_on, facts.ceased_on
    if began is not None and began > on:
        notes.append(Note(NoteKey.NOT_YET_AFFILIATED, began.year))
    elif began is not None and began.year < policy.first_year:
        notes.append(Note(NoteKey.YEARS_BEFORE_RULES, policy.first_year))
    if not facts.declarations and not facts.payments and not facts.surcharges:
        notes.append(Note(NoteKey.NO_RECORDS))
    for line in lines[:1]:
        if line.due_date is None:
            notes.append(Note(NoteKey.FIRST_YEAR_DATE, line.year, line.due))
    if ceased is not None and lines and lines[-1].year == ceased.year:
        notes.append(Note(NoteKey.CEASED_YEAR, ceased.year, lines[-1].due))
    if lines and (facts.declarations or facts.surcharges):
        notes += _outside(facts, lines[0].year, lines[-1].year, on)
    return tuple(notes)


def _outside(facts: Facts, first: int, last: int, on: date) -> list[Note]:
    notes = [
        Note(NoteKey.DECLARATION_OUTSIDE, year, base)
        for year, base in sorted(facts.declarations.items())
        if not first <= year <= last and year <= on.year
    ]
    notes += [
        Note(NoteKey.SURCHARGE_OUTSIDE, year, figure.amount)
        for year, figure in sorted(facts.surcharges.items())
        if not first <= year <= last and figure.as_of <= on
    ]
    return notes


__all__ = ["Facts", "GivenSurcharge", "Payment", "position"]
