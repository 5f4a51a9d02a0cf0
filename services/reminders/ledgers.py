"""The accounts of many contributors at once, for rounds and campaigns: four statements a slice.

The same facts as `services.situation` reads one by one: of the imported records and the last
answer of the fund's live system, the newer counts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Integer, String, TextClause, column, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import TextualSelect

from services.contributions import Facts, GivenSurcharge, Payment, Position, position
from services.dates import day_in_algiers
from services.fund_system.answer import Answer, NotAnAnswer, read_answer
from services.fund_system.figures import position_by_fund
from services.money import Centimes
from services.policy import Policy
from services.policy.category import Category
from services.records.base import Instant


@dataclass(slots=True)
class Profile:
    """A contributor without their figures."""

    contributor_id: int
    category: Category
    agency: str
    affiliated_on: date | None
    ceased_on: date | None


@dataclass(slots=True)
class Ledger:
    """What a contributor's position is computed from; `known_to`: until when payments are."""

    facts: Facts
    known_to: date
    answer: Answer | None = None

    def position(self, policy: Policy, on: date) -> Position:
        if self.answer is not None:
            return position_by_fund(self.answer, policy, on)
        return position(self.facts, policy, on)

    def declared(self, year: int) -> bool:
        return year in self.facts.declarations


@dataclass(slots=True)
class _Figures:
    declarations: dict[int, Centimes] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    surcharges: dict[int, GivenSurcharge] = field(default_factory=dict)


# Rows of an earlier load may stand beside the present one: the newest comes last.
_CHOSEN = {
    "sqlite": "contributor_id IN (SELECT value FROM json_each(:ids))",
    "postgresql": "contributor_id = ANY(CAST(:ids AS bigint[]))",
}
_STATEMENTS: dict[str, str] = {
    "profiles": """SELECT contributor_id, category, agency, affiliated_on, ceased_on
        FROM profiles WHERE {} AND generation <= :generation ORDER BY generation""",
    "declarations": """SELECT contributor_id, year, base
        FROM declarations WHERE {} AND generation <= :generation ORDER BY generation""",
    "payments": """SELECT contributor_id, receipt, year, paid_on, amount
        FROM payments WHERE {} AND generation <= :generation ORDER BY generation""",
    "surcharges": """SELECT contributor_id, year, amount, as_of
        FROM surcharges WHERE {} AND generation <= :generation ORDER BY generation""",
    "answers": "SELECT contributor_id, as_of, content FROM fund_answers WHERE {}",
}
_TYPES: dict[str, tuple[Any, ...]] = {
    "profiles": (
        column("contributor_id", BigInteger),
        column("category", String),
        column("agency", String),
        column("affiliated_on", Date),
        column("ceased_on", Date),
    ),
    "declarations": (
        column("contributor_id", BigInteger),
        column("year", Integer),
        column("base", BigInteger),
    ),
    "payments": (
        column("contributor_id", BigInteger),
        column("receipt", String),
        column("year", Integer),
        column("paid_on", Date),
        column("amount", BigInteger),
    ),
    "surcharges": (
        column("contributor_id", BigInteger),
        column("year", Integer),
        column("amount", BigInteger),
        column("as_of", Date),
    ),
    "answers": (
        column("contributor_id", BigInteger),
        column("as_of", Instant),
        column("content", String),
    ),
}
_ready: dict[tuple[str, str], TextualSelect] = {}
_load: TextClause = text("SELECT generation, as_of FROM loads WHERE state = 'current'")
_LOAD = _load.columns(column("generation", Integer), column("as_of", Date))


def current_load(session: Session) -> tuple[int, date] | None:
    """The generation readers see and the day its payments are known to."""
    row = session.execute(_LOAD).one_or_none()
    return None if row is None else (row[0], row[1])


def profiles(session: Session, ids: Sequence[int], generation: int) -> dict[int, Profile]:
    return {
        row[0]: Profile(row[0], Category(row[1]), row[2], row[3], row[4])
        for row in rows_about(session, "profiles", ids, generation)
    }


def read(
    session: Session, found: Sequence[Profile], generation: int, as_of: date
) -> dict[int, Ledger]:
    """The ledgers of some contributors."""
    ids = [profile.contributor_id for profile in found]
    figures = {number: _Figures() for number in ids}
    for number, year, base in rows_about(session, "declarations", ids, generation):
        figures[number].declarations[year] = base
    for number, receipt, year, paid_on, amount in rows_about(session, "payments", ids, generation):
        figures[number].payments[receipt] = Payment(receipt, year, paid_on, amount)
    for number, year, amount, day in rows_about(session, "surcharges", ids, generation):
        figures[number].surcharges[year] = GivenSurcharge(amount, day)
    ledgers = {}
    for profile in found:
        own = figures[profile.contributor_id]
        payments = [paid for paid in own.payments.values() if paid.amount]
        payments.sort(key=_in_order)
        facts = Facts(
            profile.category,
            profile.affiliated_on,
            profile.ceased_on,
            own.declarations,
            payments,
            own.surcharges,
        )
        ledgers[profile.contributor_id] = Ledger(facts, as_of)
    for number, at, content in rows_about(session, "answers", ids, generation):
        answer = _kept(at, content, as_of)
        if answer is not None:
            ledgers[number] = Ledger(answer.facts, answer.day, answer)
    return ledgers


def rows_about(
    session: Session, table: str, ids: Sequence[int], generation: int
) -> Sequence[Sequence[Any]]:
    """Rows of a table about some contributors, each newer one after the older."""
    dialect = session.get_bind().dialect.name
    statement = _ready.get((table, dialect))
    if statement is None:
        written = _STATEMENTS[table].format(_CHOSEN[dialect])
        statement = text(written).columns(*_TYPES[table])
        _ready[(table, dialect)] = statement
    chosen: Any = json.dumps(list(ids)) if dialect == "sqlite" else list(ids)
    values = {"ids": chosen}
    if table != "answers":
        values["generation"] = generation
    return session.execute(statement, values).all()


def _in_order(payment: Payment) -> tuple[date, str]:
    return payment.paid_on, payment.receipt


def _kept(at: datetime, content: str, as_of: date) -> Answer | None:
    if day_in_algiers(at) < as_of:
        return None
    try:
        return read_answer(json.loads(content))
    except NotAnAnswer:
        return None
