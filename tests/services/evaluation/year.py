"""A generated year of complaints: events as the program writes them, drawn from a seed.

It writes rows directly (the use cases would take minutes for a year), so its own test replays
each case with the program's state machine.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.complaints import categories
from services.records.base import table_of
from services.records.complaints import Complaint
from services.records.fund import Contributor, Profile
from services.records.people import Person
from services.records.traffic import Event
from tests.support import fund

AGENCIES = ("05", "16", "31", "47")
REGIMES = ("trader", "craftsperson", "farmer")


def create_affiliates(session: Session, agency: str, numbers: dict[str, int], first_id: int) -> int:
    """So many contributors of each regime; returns the id after the last."""
    number = first_id
    contributors, profiles = [], []
    for regime, many in numbers.items():
        for _ in range(many):
            contributors.append(
                {"id": number, "ssn_fingerprint": number.to_bytes(16, "big"), "ssn_sealed": b"x"}
            )
            profiles.append(
                {
                    "contributor_id": number,
                    "generation": fund.GENERATION,
                    "name_fr": "Test",
                    "name_ar": "Test",
                    "category": regime,
                    "agency": agency,
                    "affiliated_on": date(2020, 1, 1),
                    "ceased_on": None,
                }
            )
            number += 1
    if contributors:
        session.connection().execute(insert(table_of(Contributor)), contributors)
        session.connection().execute(insert(table_of(Profile)), profiles)
    return number


def create_year(
    session: Session, *, cases: int, seed: int = 7, year: int = 2026, affiliates: int = 60
) -> None:
    """Agencies with affiliates, one citizen, and so many cases filed over a year."""
    random = Random(seed)
    next_id = 1
    ids: dict[str, range] = {}
    for code in AGENCIES:
        fund.create_agency(session, code, wilaya=code)
        mix = {regime: random.randint(affiliates // 3, affiliates) for regime in REGIMES}
        end = create_affiliates(session, code, mix, next_id)
        ids[code], next_id = range(next_id, end), end
    session.add(
        Person(telegram_id=7001, language="fr", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    )
    session.flush()
    leaves = categories.tree().leaves()
    complaints: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for number in range(1, cases + 1):
        category = random.choice(leaves)
        agency = random.choice(AGENCIES)
        filed = datetime(year, 1, 1, 7, tzinfo=UTC) + timedelta(
            minutes=random.randrange(364 * 24 * 60)
        )
        desk = "00" if category.restricted else agency
        known = random.random() < 0.9
        complaints.append(
            {
                "id": number,
                "reference": f"R-{desk}-{number:08}",
                "telegram_id": 7001,
                "contributor_id": random.choice(ids[agency]) if known else None,
                "agency": agency,
                "category": category.code,
                "restricted": category.restricted,
                "anonymous": False,
                "language": "fr",
                "filed_at": filed,
                "figures": None,
                "desk": desk,
                "level": "central" if category.restricted else "agency",
                "status": "new",
                "owner": None,
                "promised_by": None,
                "late": False,
                "look_at": None,
            }
        )
        events += _life(random, number, filed, desk, category.restricted, category.code)
    session.connection().execute(insert(table_of(Complaint)), complaints)
    session.connection().execute(insert(table_of(Event)), events)


def _life(
    random: Random, number: int, filed: datetime, desk: str, restricted: bool, category: str
) -> list[dict[str, Any]]:
    level = "central" if restricted else "agency"
    at = filed
    found: list[dict[str, Any]] = []

    def happen(name: str, hours: float = 0, **data: Any) -> None:
        nonlocal at
        at += timedelta(minutes=int(hours * 60))
        found.append(
            {
                "at": at,
                "name": f"complaint.{name}",
                "actor": "machine" if name in ("late", "raised", "closed") else "staff:9001",
                "subject_kind": "complaint",
                "subject_id": number,
                "data": data,
            }
        )

    happen(
        "filed",
        desk=desk,
        level=level,
        category=category,
        answer_by=(filed + timedelta(days=3)).isoformat(),
        resolve_by=(filed + timedelta(days=16)).isoformat(),
    )
    if random.random() < 0.05:
        happen("withdrawn", random.expovariate(1 / 24))
        return found
    if random.random() < 0.12 and not restricted:
        other = random.choice([one for one in AGENCIES if one != desk])
        happen("transferred", random.expovariate(1 / 10), to=other)
    if random.random() < 0.9:
        happen("taken", random.expovariate(1 / 8))
    message = number * 10
    if random.random() < 0.3:
        happen("asked", random.expovariate(1 / 12), message=message + 1)
        happen("replied", random.expovariate(1 / 60), message=message + 2)
    if random.random() < 0.2:
        happen("late", 60 + random.expovariate(1 / 30), clock="first_answer")
        happen("raised", level="central", why="late")
    if random.random() < 0.6:
        happen("answered", random.expovariate(1 / 20), message=message + 3)
    if random.random() < 0.9:
        happen(
            "resolved",
            random.expovariate(1 / 120),
            outcome=random.choice(("accepted", "partly", "explained", "refused")),
            message=message + 4,
        )
        if random.random() < 0.3:
            happen("rated", random.expovariate(1 / 20), stars=random.randint(1, 5))
        if random.random() < 0.1:
            happen("reopened", random.expovariate(1 / 20), by=None)
            if random.random() < 0.8:
                happen(
                    "resolved",
                    random.expovariate(1 / 50),
                    outcome="explained",
                    message=message + 5,
                )
    return found
