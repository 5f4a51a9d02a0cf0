"""A fund of synthetic people for a simulated year, and a sender that only takes notes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from random import Random

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from services.clock import ALGIERS
from services.outbox import Outbox
from services.records.base import table_of
from services.records.complaints import Complaint
from services.records.fund import Declaration, Load, Payment, Profile
from services.records.people import Link, Person
from services.records.plans import Plan
from services.records.reminders import ReminderChoice
from services.records.traffic import OutgoingCall
from services.reminders.letters import Letter

CATEGORIES = ("trader", "craftsperson", "farmer", "liberal", "auto_entrepreneur")


def at(day: date, clock: str) -> datetime:
    local = datetime.fromisoformat(f"{day.isoformat()}T{clock}").replace(tzinfo=ALGIERS)
    return local.astimezone(UTC)


@dataclass
class Town:
    """Who lives in the simulated fund, by contributor; people have number 1,000,000 + it."""

    category: dict[int, str] = field(default_factory=dict)
    muted: dict[int, set[str]] = field(default_factory=dict)
    no_consent: set[int] = field(default_factory=set)
    unreachable: set[int] = field(default_factory=set)
    paid_on: dict[int, date] = field(default_factory=dict)
    disputed: set[int] = field(default_factory=set)
    ceased: set[int] = field(default_factory=set)
    in_plan: set[int] = field(default_factory=set)  # a plan runs over the year


def build(session: Session, *, size: int, year: int, seed: int = 7) -> Town:
    """People who declared and paid until the year before; some pay this year, on some day."""
    dice, town = Random(seed), Town()
    since = at(date(year - 1, 1, 1), "10:00")
    session.execute(
        insert(table_of(Load)),
        {
            "generation": 1,
            "state": "current",
            "started_at": since,
            "finished_at": since,
            "as_of": date(year - 1, 12, 30),
            "counts": {},
        },
    )
    rows: dict[type, list[dict[str, object]]] = {
        kind: [] for kind in (Profile, Declaration, Payment, Person, Link, ReminderChoice)
    }
    cases: list[dict[str, object]] = []
    plans: list[dict[str, object]] = []
    for number in range(1, size + 1):
        category = town.category[number] = dice.choice(CATEGORIES)
        ceased = date(year, 3, 1) if dice.random() < 0.03 else None
        if ceased:
            town.ceased.add(number)
        rows[Profile].append(
            {
                "contributor_id": number,
                "generation": 1,
                "name_fr": "Karim Benali",
                "name_ar": "Karim Benali",
                "category": category,
                "agency": "16",
                "affiliated_on": date(year - 2, 1, 1),
                "ceased_on": ceased,
            }
        )
        # Whoever has an odd number never declared the year itself.
        for back in (2, 1, *((0,) if number % 2 == 0 else ())):
            rows[Declaration].append(
                {
                    "contributor_id": number,
                    "year": year - back,
                    "generation": 1,
                    "base": 40_000_000,
                }
            )
        for back in (2, 1):
            rows[Payment].append(
                _payment(number, year - back, date(year - back, 3, 1), f"P{back}-{number}")
            )
        if dice.random() < 0.45:
            day = date(year, dice.randint(1, 12), dice.randint(1, 28))
            town.paid_on[number] = day
            rows[Payment].append(_payment(number, year, day, f"P0-{number}"))
        person = 1_000_000 + number
        consents, reached = dice.random() > 0.03, dice.random() > 0.05
        if not consents:
            town.no_consent.add(number)
        if not reached:
            town.unreachable.add(number)
        rows[Person].append(
            {
                "telegram_id": person,
                "language": dice.choice(("ar", "fr")),
                "language_chosen": True,
                "consented_at": since if consents else None,
                "reachable": reached,
                "wrong_proofs": 0,
                "created_at": since,
            }
        )
        rows[Link].append(
            {
                "telegram_id": person,
                "contributor_id": number,
                "kind": "self",
                "proof": "phone",
                "since": since,
            }
        )
        if dice.random() < 0.08:
            muted = town.muted[number] = {dice.choice(("contribution", "arrears", "declaration"))}
            rows[ReminderChoice].append(
                {
                    "telegram_id": person,
                    "muted": sorted(muted),
                    "hide_amounts": False,
                    "changed_at": since,
                }
            )
        if dice.random() < 0.02:
            town.disputed.add(number)
            cases.append(_case(number, person, since))
        if dice.random() < 0.02:
            town.in_plan.add(number)
            plans.append(_plan(number, person, since, year))
    for kind, found in rows.items():
        session.execute(insert(table_of(kind)), found)
    session.execute(insert(table_of(Complaint)), cases)
    session.execute(insert(table_of(Plan)), plans)
    return town


def _payment(number: int, year: int, day: date, receipt: str) -> dict[str, object]:
    return {
        "contributor_id": number,
        "receipt": receipt,
        "generation": 1,
        "year": year,
        "paid_on": day,
        "amount": 6_000_000,
        "channel": "counter",
    }


def _case(number: int, person: int, since: datetime) -> dict[str, object]:
    return {
        "reference": f"R-16-25-{number:06d}-0",
        "telegram_id": person,
        "contributor_id": number,
        "agency": "16",
        "category": "payment_not_recorded",
        "restricted": False,
        "anonymous": False,
        "language": "fr",
        "filed_at": since,
        "desk": "16",
        "level": "agency",
        "status": "in_hand",
        "late": False,
    }


def _plan(number: int, person: int, since: datetime, year: int) -> dict[str, object]:
    return {
        "reference": f"E-16-25-{number:06d}-0",
        "agency": "16",
        "contributor_id": number,
        "telegram_id": person,
        "state": "active",
        "kind": "ordinary",
        "wish": {},
        "figured_on": date(year - 1, 12, 1),
        "debt": 6_000_000,
        "frozen": 0,
        "down_payment": 0,
        "regular": 1_000_000,
        "months": 6,
        "day": 0,
        "years": [[year, 6_000_000, 0]],
        "estimate": False,
        "reasons": [],
        "level": "agency",
        "asked_at": since,
        "signed_on": date(year - 1, 12, 1),
    }


@dataclass
class Post:
    """A sender that takes notes: what was handed over, to whom, when."""

    sessions: sessionmaker[Session]
    said: list[tuple[datetime, Letter]] = field(default_factory=list)

    @contextmanager
    def unit(self, now: datetime) -> Iterator[tuple[Session, list[Letter]]]:
        """A transaction; what is said in it counts once it is committed."""
        letters: list[Letter] = []
        with self.sessions.begin() as session:
            yield session, letters
        self.said += [(now, letter) for letter in letters]

    @staticmethod
    def say(session: Session, now: datetime, letters: list[Letter]):  # type: ignore[no-untyped-def]
        def say(letter: Letter) -> int:
            letters.append(letter)
            call = Outbox(session, now).add(
                "sendMessage",
                {},
                chat_id=letter.telegram_id,
                lane=letter.lane,
                repeatable=False,
                subject=letter.subject,
            )
            return call.id

        return say

    def deliver(self, now: datetime, most: int = 10_000) -> list[int]:
        """So many of the queued calls arrive; returns the people."""
        calls = table_of(OutgoingCall)
        with self.sessions.begin() as session:
            found = session.execute(
                select(calls.c.id, calls.c.chat_id)
                .where(calls.c.state == "queued")
                .order_by(calls.c.id)
                .limit(most)
            ).all()
            session.execute(
                update(calls)
                .where(calls.c.id.in_([row.id for row in found]))
                .values(state="sent", done_at=now)
            )
        return [row.chat_id for row in found]
