"""The report of a period: what is good, what needs attention, what cannot be said.

It gathers figures and finds what is worth a sentence; the sentences are worded elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.complaints import categories
from services.dates import ONE_DAY, add_months
from services.evaluation import agencies, collection, comparing, counting
from services.evaluation.collection import Collected
from services.evaluation.comparing import Band, Compared
from services.evaluation.measures import Period, Sums
from services.evaluation.scope import Scope
from services.records.base import table_of
from services.records.evaluation import CaseFact

ENOUGH_CASES = 20
POINTS = 0.05  # a change of a share that is worth a sentence
FEW_ANSWERS = 0.2
CALLED_IN_TIME = 0.8
_SHARES = ("answered_in_target", "resolved_in_target")
_cases = table_of(CaseFact)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say: `kind` names the sentence, the rest fills it."""

    kind: str
    place: str | None = None
    measure: str | None = None
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a reader with this scope is shown of a period, as things stood `on` a day."""

    scope: Scope
    period: Period
    on: date
    places: dict[str, Sums]
    together: Sums
    before: Sums
    compared: dict[str, list[Compared]]
    categories: dict[str, Sums]
    collected: dict[str, Collected]
    collected_years: dict[int, Collected]
    collected_places_years: dict[tuple[str, int], Collected]
    good: list[Finding]
    attention: list[Finding]
    unsaid: list[Finding]


def make(
    session: Session, scope: Scope, period: Period, *, on: date, durations: bool = True
) -> Report:
    """The report of a period. Without `durations` it costs a fraction."""
    cases = counting.count_cases(session, period)
    places = counting.sums(session, scope, period, on=on, durations=durations, counted=cases)
    by_category = cases.by_category(scope)
    for (place, category), days in counting.oldest(session, scope, on).items():
        for one in (
            places.setdefault(place, Sums()),
            by_category.setdefault(category, Sums()),
        ):
            one.oldest_days = max(days, one.oldest_days or 0)
    together = counting.whole(places)
    before = counting.whole(
        counting.sums(session, scope, previous(period), on=on, durations=durations)
    )
    compared = {
        what: [
            one for one in agencies.compare(session, what, period, cases) if scope.covers(one.place)
        ]
        for what in agencies.COMPARED
    }
    shown_categories = {
        leaf.code: by_category.get(leaf.code, Sums())
        for leaf in categories.tree().leaves()
        if scope.whole_fund or not leaf.restricted
    }
    collected = collection.by_place_and_year(session, scope)
    return Report(
        scope=scope,
        period=period,
        on=on,
        places=places,
        together=together,
        before=before,
        compared=compared,
        categories=shown_categories,
        collected=collection.by_place(collected),
        collected_years=collection.by_year(collected),
        collected_places_years=collected,
        good=list(_good(together, before, compared)),
        attention=list(_attention(together, before, compared)),
        unsaid=list(_unsaid(together, compared)),
    )


def previous(period: Period) -> Period:
    """The period of as many months just before."""
    months = period.months
    return Period(add_months(months[0], -len(months)), months[0] - ONE_DAY)


def case_rows(session: Session, scope: Scope, period: Period) -> Iterator[dict[str, Any]]:
    """One row a case, without names, numbers or words; read as it goes, never all at once."""
    columns = [one for one in _cases.c if one.name != "touched_at"]
    query = (
        select(*columns)
        .where(_cases.c.month.in_(period.months))
        .order_by(_cases.c.filed_on, _cases.c.complaint_id)
        .execution_options(yield_per=2_000)
    )
    for row in session.execute(query):
        if scope.covers(row.place):
            yield dict(row._mapping)


# --- what is worth a sentence -----------------------------------------------------------------


def _good(together: Sums, before: Sums, compared: dict[str, list[Compared]]) -> Iterator[Finding]:
    for name, was, now in _changes(together, before):
        if now - was >= POINTS:
            yield Finding("improved", measure=name, values={"before": was, "now": now})
    for name in _SHARES:
        for one in compared[name]:
            if one.band is Band.ABOVE_998:
                yield _about_share("share_high", name, one)


def _attention(
    together: Sums, before: Sums, compared: dict[str, list[Compared]]
) -> Iterator[Finding]:
    for name, was, now in _changes(together, before):
        if was - now >= POINTS:
            yield Finding("worsened", measure=name, values={"before": was, "now": now})
    for name in _SHARES:
        for one in compared[name]:
            if one.band is Band.BELOW_998:
                yield _about_share("share_low", name, one)
    for one in compared["volume"]:
        if one.band is Band.ABOVE_998:
            yield _about_volume("volume_high", one)
    if together.calls_known >= ENOUGH_CASES:
        in_time = together.calls_in_time / together.calls_known
        if in_time < CALLED_IN_TIME:
            yield Finding("calls_late", values={"now": in_time})


def _unsaid(together: Sums, compared: dict[str, list[Compared]]) -> Iterator[Finding]:
    # Fewer complaints may be good service, or people who know of no way to complain.
    for one in compared["volume"]:
        if one.band is Band.BELOW_998:
            yield _about_volume("volume_low", one)
    for what in agencies.COMPARED:
        few = sum(one.band is Band.TOO_FEW for one in compared[what])
        if few:
            yield Finding("too_few", measure=what, values={"n": few})
    if together.resolved >= ENOUGH_CASES and together.rated < FEW_ANSWERS * together.resolved:
        yield Finding("few_ratings", values={"share": together.rated / together.resolved})
    if together.filed and not together.affiliates:
        yield Finding("no_affiliates")
    yield from _after_reminders(together)


def _after_reminders(together: Sums) -> Iterator[Finding]:
    """How many paid after a reminder: told, and told to be no proof."""
    after, beside = together.reminded, together.no_room
    if after.known_30 < ENOUGH_CASES:
        return
    values = {"paid": after.paid_30 / after.known_30}
    if beside.known_30 < ENOUGH_CASES:
        yield Finding("after_reminders", values=values)
    else:
        values["beside"] = beside.paid_30 / beside.known_30
        yield Finding("after_reminders_beside", values=values)


def _changes(together: Sums, before: Sums) -> Iterator[tuple[str, float, float]]:
    """Shares that moved by more than chance explains: their 95 % intervals do not meet."""
    for name in _SHARES:
        whole = {"answered_in_target": "answer_known", "resolved_in_target": "resolution_known"}
        numbers = [getattr(one, whole[name]) for one in (before, together)]
        if min(numbers) < ENOUGH_CASES:
            continue
        met = [getattr(one, name) for one in (before, together)]
        (low, high), (now_low, now_high) = (
            comparing.wilson(*one) for one in zip(met, numbers, strict=True)
        )
        if now_low > high or now_high < low:
            yield name, met[0] / numbers[0], met[1] / numbers[1]


def _about_share(kind: str, name: str, one: Compared) -> Finding:
    number = one.of or 1
    values = {"now": one.observed / number, "expected": one.expected / number}
    return Finding(kind, one.place, name, values)


def _about_volume(kind: str, one: Compared) -> Finding:
    values = {"n": one.observed, "expected": round(one.expected)}
    return Finding(kind, one.place, "volume", values)
