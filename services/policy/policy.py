"""The policy as one object: dated rows, looked up by day, by year and category, by place.

It never changes once loaded, so threads and processes may share it; what it has
worked out for a year and category it keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

from services.policy.category import Category
from services.policy.contribution_rows import (
    Appeal,
    Campaign,
    Ceiling,
    ContributionRate,
    DeclarationDeadline,
    FirstYear,
    FlatSum,
    Floor,
    LateAffiliation,
    PaymentDeadline,
    Postponement,
    Relief,
    Settlement,
    Snmg,
    Surcharge,
)
from services.policy.errors import NoRule, PolicyError
from services.policy.reading import ROW_TYPES, Found, read_directory
from services.policy.rows import ANYONE, Asked, Row, precedence
from services.policy.service_rows import (
    ComplaintTargets,
    EvidenceRules,
    Holiday,
    IdentityRules,
    OpeningHours,
    PlanTerms,
    PlanTrouble,
    ReminderRules,
    ReminderSteps,
    Retention,
    StandardTerms,
    Wilaya,
)
from services.policy.year import YearRows, YearRules, payment_deadline, work_out

OUR_FILES = Path(__file__).parent
AnyRow = TypeVar("AnyRow", bound=Row)


class Policy:
    """Every rule of the fund with its dates. Lookups raise `NoRule` when none is in force."""

    def __init__(self, rows: Iterable[Row]) -> None:
        tables: dict[str, list[Row]] = {table: [] for table in ROW_TYPES}
        for row in rows:
            tables[row.TABLE].append(row)
        self._tables: Mapping[str, tuple[Row, ...]] = {
            table: tuple(sorted(found, key=lambda row: row.valid_from))
            for table, found in tables.items()
        }
        self._years: dict[Category, dict[int, YearRules]] = {category: {} for category in Category}

    def rows(self, kind: type[AnyRow]) -> tuple[AnyRow, ...]:
        """Every row of a table, by start."""
        return cast(tuple[AnyRow, ...], self._tables[kind.TABLE])

    def find(
        self, kind: type[AnyRow], on: date, asked: Asked = ANYONE, **keys: str
    ) -> AnyRow | None:
        """The row of a table in force on a day, or None. `keys` say what it must be about."""
        best: AnyRow | None = None
        for row in self.rows(kind):
            if row.valid_from > on:
                break
            if not row.covers(on) or row.fits(asked) < 0:
                continue
            if any(getattr(row, name) != value for name, value in keys.items()):
                continue
            if best is None or precedence(row, asked) >= precedence(best, asked):
                best = row
        return best

    def one(self, kind: type[AnyRow], on: date, asked: Asked = ANYONE, **keys: str) -> AnyRow:
        """As `find`, but a rule that must exist.

        Raises:
            NoRule: nothing is in force on that day.
        """
        row = self.find(kind, on, asked, **keys)
        if row is None:
            subject = " ".join(str(part) for part in (*keys.values(), *asked) if part)
            raise NoRule(kind.TABLE, on, subject)
        return row

    # What a contributor owes

    @cached_property
    def first_year(self) -> int:
        """The first year for which a contribution can be computed."""
        starts = []
        for kind in (Snmg, ContributionRate, Floor, Ceiling, PaymentDeadline, FirstYear):
            rows = self._tables[kind.TABLE]
            if not rows:
                raise NoRule(kind.TABLE, date.min)
            starts.append(rows[0].valid_from)
        latest = max(starts)
        return latest.year if (latest.month, latest.day) == (1, 1) else latest.year + 1

    def year(self, year: int, category: Category) -> YearRules:
        """The rules of one contribution year: those in force on its 1 January."""
        rules = self._years[category].get(year)
        return rules if rules is not None else self._work_out(year, category)

    def years(self, category: Category, last: int) -> Mapping[int, YearRules]:
        """The rules of every year from `first_year` to at least `last`, by year."""
        known = self._years[category]
        if last not in known or self.first_year not in known:
            for year in range(self.first_year, last + 1):
                self.year(year, category)
        return known

    def _work_out(self, year: int, category: Category) -> YearRules:
        start, asked = date(year, 1, 1), Asked(category=category)
        rows = YearRows(
            snmg=self.one(Snmg, start),
            rate=self.one(ContributionRate, start, asked),
            floor=self.one(Floor, start, asked),
            ceiling=self.one(Ceiling, start, asked),
            flat=self.find(FlatSum, start, asked),
            deadline=self.one(PaymentDeadline, start, asked),
            postponement=self._postponement(year, category),
            first_year=self.one(FirstYear, start, asked),
            settlement=self.one(Settlement, start),
        )
        first_late_day = payment_deadline(year, rows.deadline, rows.postponement)
        surcharge = self.one(Surcharge, date.fromordinal(first_late_day.toordinal() + 1), asked)
        rules = work_out(year, category, rows, surcharge)
        self._years[category][year] = rules
        return rules

    def _postponement(self, year: int, category: Category) -> Postponement | None:
        # A notice may be dated inside the year: the year counts, not the day.
        asked = Asked(category=category)
        notices = [
            row
            for row in self.rows(Postponement)
            if row.valid_from.year == year and row.fits(asked) >= 0
        ]
        return max(notices, key=lambda row: precedence(row, asked), default=None)

    def declaration_deadline(self, year: int, category: Category) -> date:
        """The last day to declare the base of `year`."""
        start = date(year, 1, 1)
        return self.one(DeclarationDeadline, start, Asked(category=category)).day.of(year)

    def campaign(self, on: date) -> Campaign | None:
        """The campaign open on a day; without one nothing may promise a waiver."""
        return self.find(Campaign, on)

    def late_affiliation(self, on: date) -> LateAffiliation:
        return self.one(LateAffiliation, on)

    def relief(self, on: date) -> Relief:
        return self.one(Relief, on)

    def appeal(self, on: date) -> Appeal:
        return self.one(Appeal, on)

    # How the service behaves

    def plan_terms(self, on: date) -> PlanTerms:
        return self.one(PlanTerms, on)

    def standard_terms(self, on: date) -> StandardTerms:
        return self.one(StandardTerms, on)

    def plan_trouble(self, on: date) -> PlanTrouble:
        return self.one(PlanTrouble, on)

    def complaint_targets(self, on: date) -> ComplaintTargets:
        return self.one(ComplaintTargets, on)

    def evidence_rules(self, on: date) -> EvidenceRules:
        return self.one(EvidenceRules, on)

    def reminder_rules(self, on: date) -> ReminderRules:
        return self.one(ReminderRules, on)

    def reminder_steps(self, about: str, on: date) -> ReminderSteps:
        return self.one(ReminderSteps, on, about=about)

    def identity_rules(self, on: date) -> IdentityRules:
        return self.one(IdentityRules, on)

    def retention(self, subject: str, on: date) -> Retention:
        return self.one(Retention, on, subject=subject)

    def opening_hours(
        self, on: date, *, agency: str | None = None, wilaya: str | None = None
    ) -> OpeningHours:
        """The hours in force at a place on a day (whether it opens that day is another thing)."""
        return self.one(OpeningHours, on, self.place(on, agency=agency, wilaya=wilaya))

    def holiday(
        self, on: date, *, agency: str | None = None, wilaya: str | None = None
    ) -> Holiday | None:
        """What the fund says of a day against the calendar: off, worked after all, or nothing."""
        return self.find(Holiday, on, self.place(on, agency=agency, wilaya=wilaya))

    def place(self, on: date, *, agency: str | None = None, wilaya: str | None = None) -> Asked:
        """A place as rows are looked up for it: a wilaya brings its zone."""
        known = self.find(Wilaya, on, code=wilaya) if wilaya else None
        if known is None and wilaya:
            known = next((row for row in self.rows(Wilaya) if row.code == wilaya), None)
        return Asked(agency=agency, wilaya=wilaya, zone=known.zone if known else None)

    def wilayas(self, on: date) -> tuple[Wilaya, ...]:
        """The wilayas with powers on a day, by code."""
        return tuple(
            sorted(
                (row for row in self.rows(Wilaya) if row.covers(on)),
                key=lambda row: row.code,
            )
        )

    def wilaya(self, code: str, on: date) -> Wilaya:
        """A wilaya, or its mother while it has no powers of its own.

        Raises:
            NoRule: no such wilaya, nor a mother for it.
        """
        row = self.find(Wilaya, on, code=code)
        if row is not None:
            return row
        coming = next((row for row in self.rows(Wilaya) if row.code == code and row.mother), None)
        if coming is None or coming.mother is None:
            raise NoRule(Wilaya.TABLE, on, code)
        return self.one(Wilaya, on, code=coming.mother)


def load(policy_dir: Path | str | None = None) -> Policy:
    """Read our policy files and, over them, the fund's own from `policy_dir`.

    A row of the fund with the same table, subject, scope and dates as one of ours
    replaces it; `withdrawn = true` takes ours away; any other row is added.

    Raises:
        PolicyError: with file and line.
    """
    rules: dict[tuple[Any, ...], Row] = {
        found.row.identity(): found.row
        for found in read_directory(OUR_FILES)
        if not found.withdrawn
    }
    if policy_dir is not None:
        for found in read_directory(Path(policy_dir)):
            _lay_over(rules, found)
    return Policy(rules.values())


def _lay_over(rules: dict[tuple[Any, ...], Row], found: Found) -> None:
    identity = found.row.identity()
    if not found.withdrawn:
        rules[identity] = found.row
    elif rules.pop(identity, None) is None:
        raise PolicyError(
            found.row.where, f"[[{found.row.TABLE}]] withdraws a row that does not exist"
        )
