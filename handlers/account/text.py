"""The words of an account: who it belongs to, and what is owed on it, line by line.

Amounts that a rule marks unsure, and surcharges that are not the fund's own, carry the words
for an estimate (taqdiri / à titre indicatif). No line is wider than a cheap telephone breaks well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from handlers.words import Words
from services.contributions import Facts, Note, NoteKey, Position, Status, YearLine
from services.money import Centimes, total
from services.situation import Card, Situation

OPEN_YEARS_SHOWN = 5
"""More open years than this: the newest are shown, earlier ones summed."""
OPEN_YEARS_KEPT = 4


def status(words: Words, found: Situation, *, every_year: bool = False) -> tuple[str, bool]:
    """The whole message, and whether years were summed in it."""
    where = found.position
    open_lines = [line for line in where.lines if line.total]
    paid_lines = [line for line in where.lines if not line.total]
    summed: list[YearLine] = []
    if not every_year and len(open_lines) > OPEN_YEARS_SHOWN:
        summed, open_lines = open_lines[:-OPEN_YEARS_KEPT], open_lines[-OPEN_YEARS_KEPT:]
    parts = [header(words, found.card), "", *_headline(words, where, found.facts)]
    if paid_lines:
        parts += ["", *_paid(words, paid_lines, every_year=every_year)]
    if summed:
        parts += ["", *_summed(words, summed)]
    for line in open_lines:
        parts += ["", *year(words, line, where.on)]
    if coming := coming_year(words, where):
        parts += ["", coming]
    parts += notes(words, where)
    if hint := _HINTS.get(where.status):
        parts += ["", words.text(hint)]
    parts += ["", *as_of(words, found)]
    return "\n".join(parts), bool(summed)


def header(words: Words, card: Card) -> str:
    """Name, masked number, category and agency."""
    arabic = words.right_to_left
    return words.text(
        "status.header",
        name=card.name_ar if arabic else card.name_fr,
        number=card.number,
        category=words.label(f"category.{card.category}"),
        agency=card.agency_ar if arabic else card.agency_fr,
    )


def year(words: Words, line: YearLine, on: date) -> list[str]:
    """One open year: its total and state, then due, paid, remaining, then the surcharge."""
    day = line.due_date
    if line.late or not line.remaining:
        title = words.text("status.year_late", year=line.year, total=line.total)
    elif day is None:
        title = words.text("status.year_agency_tells", year=line.year, total=line.total)
    else:
        left = days_left(words, day, on)
        title = words.text("status.year_open", year=line.year, total=line.total, day=day, left=left)
    lines = [title, amounts(words, [line])]
    if line.surcharge:
        lines.append(surcharge(words, line))
    return lines


def amounts(words: Words, lines: Sequence[YearLine]) -> str:
    """Due, paid and remaining principal of some years together."""
    return words.text(
        "status.year_amounts",
        due=total(line.due for line in lines),
        paid=total(line.paid for line in lines),
        remaining=total(line.remaining for line in lines),
        estimate=estimate(words, any(line.principal_is_estimate for line in lines)),
    )


def surcharge(words: Words, line: YearLine) -> str:
    """The surcharge of a year: the fund's with its date, else ours as an estimate."""
    if line.surcharge_as_of is None:
        return words.text("status.year_surcharge", surcharge=line.surcharge)
    key = (
        "status.year_surcharge_given_since"
        if line.surcharge_since
        else "status.year_surcharge_given"
    )
    return words.text(key, surcharge=line.surcharge, as_of=line.surcharge_as_of)


def coming_year(words: Words, where: Position) -> str | None:
    """The deadline of the coming year, once nothing else is ahead."""
    coming = where.next_deadline
    if coming is None or coming.amount is not None:
        return None
    left = days_left(words, coming.day, where.on)
    return words.text("status.next_deadline", day=coming.day, year=coming.year, left=left)


def days_left(words: Words, day: date, on: date) -> str:
    days = (day - on).days
    return words.text("status.today") if days == 0 else words.text("status.days_left", n=days)


def estimate(words: Words, is_one: bool) -> str:
    """What follows an amount that is an estimate; nothing after one that is not."""
    return words.text("status.estimate") if is_one else ""


def notes(words: Words, where: Position) -> list[str]:
    """What a person must know about how far the figures reach."""
    found = [_note(words, note) for note in where.notes if note.key in _NOTES]
    if where.credit:
        found.insert(0, words.text("status.credit", amount=where.credit))
    return ["", *found] if found else []


def as_of(words: Words, found: Situation) -> list[str]:
    """Up to when payments are known, and what an estimate is."""
    if found.answer is not None:
        lines = [words.text("status.as_of_fund", at=found.answer.as_of)]
    else:
        lines = [words.text("status.as_of", on=found.position.on, as_of=found.known_to)]
    if found.position.estimate:
        lines.append(words.text("status.estimate_meaning"))
    return lines


def ranges(years: Iterable[int]) -> str:
    """2019, 2021-2023: years in order, neighbours joined."""
    spans: list[list[int]] = []
    for one in sorted(years):
        if spans and one == spans[-1][-1] + 1:
            spans[-1][1:] = [one]
        else:
            spans.append([one])
    return ", ".join("–".join(map(str, span)) for span in spans)


def _headline(words: Words, where: Position, facts: Facts) -> list[str]:
    """The answer first: how much, or that nothing is to be paid."""
    if where.status is Status.IN_ARREARS:
        about = estimate(words, where.estimate)
        lines = [words.text("status.total", total=where.total, estimate=about)]
        if where.principal and where.surcharge:
            lines.append(_split(words, where))
        if where.late != where.total:
            lines.append(words.text("status.of_which_late", late=where.late, estimate=about))
        if facts.ceased_on is not None and facts.ceased_on <= where.on:
            lines.append(words.text("status.ceased_on", day=facts.ceased_on))
        return lines
    if where.status is Status.CEASED:
        key = "status.ceased_open" if where.total else "status.ceased"
        return [words.text(key, day=facts.ceased_on, total=where.total)]
    if where.status is Status.NOTHING_KNOWN:
        return [words.text("status.nothing_known")]
    return [words.text("status.up_to_date_open" if where.total else "status.up_to_date")]


def _split(words: Words, where: Position) -> str:
    """Principal and surcharge apart, each with its own label."""
    return words.text(
        "status.split",
        principal=where.principal,
        principal_estimate=estimate(
            words, any(line.remaining and line.principal_is_estimate for line in where.lines)
        ),
        surcharge=where.surcharge,
        surcharge_estimate=estimate(words, any(line.surcharge_is_estimate for line in where.lines)),
    )


def _paid(words: Words, lines: Sequence[YearLine], *, every_year: bool) -> list[str]:
    if every_year:
        return [words.text("status.year_paid", year=line.year, paid=line.paid) for line in lines]
    return [words.text("status.years_paid", years=ranges(line.year for line in lines))]


def _summed(words: Words, lines: Sequence[YearLine]) -> list[str]:
    """Earlier open years in one block."""
    surcharges: Centimes = total(line.surcharge for line in lines)
    found = [
        words.text(
            "status.years_summed",
            years=ranges(line.year for line in lines),
            total=total(line.total for line in lines),
        ),
        amounts(words, lines),
    ]
    if surcharges:
        ours = any(line.surcharge_is_estimate for line in lines)
        key = "status.year_surcharge" if ours else "status.years_surcharge_given"
        found.append(words.text(key, surcharge=surcharges))
    return found


_HINTS = {
    Status.IN_ARREARS: "status.hint_arrears",
    Status.NOTHING_KNOWN: "status.hint_nothing_known",
}
_NOTES = {
    NoteKey.FUTURE_PAYMENTS: "status.note_future_payments",
    NoteKey.CEASED_YEAR: "status.note_ceased_year",
    NoteKey.FIRST_YEAR_DATE: "status.note_first_year_date",
    NoteKey.NO_RECORDS: "status.note_no_records",
    NoteKey.YEARS_BEFORE_RULES: "status.note_years_before_rules",
    NoteKey.NOT_YET_AFFILIATED: "status.note_not_yet_affiliated",
    NoteKey.SURCHARGE_OUTSIDE: "status.note_surcharge_outside",
}


def _note(words: Words, note: Note) -> str:
    return words.text(_NOTES[note.key], year=note.year, amount=note.amount)
