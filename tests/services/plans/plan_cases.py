"""People with debts, for the tests of plans. Everybody here is invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session, sessionmaker

from services import policy, staff
from services.office import Office
from services.people import Role
from services.plans.asking import Asker
from services.policy import Policy
from services.records.fund import Load, Payment
from services.records.people import Link, Person
from services.vault import Vault
from tests.support.fund import GENERATION, create_agency, create_contributor

POLICY = policy.load()
VAULT = Vault(b"k" * 32)
SAMIR, DIRECTOR, OTHER_DIRECTOR, CENTRAL, AGENT, STRANGER = 7001, 8001, 8002, 8003, 8004, 7009


@dataclass
class Fund:
    """A database with an agency, its staff and one trader who owes; a day that moves."""

    sessions: sessionmaker[Session]
    day: date = date(2026, 11, 25)
    policy: Policy = POLICY
    contributor: int = 0

    @contextmanager
    def office(self, on: date | None = None) -> Iterator[Office]:
        with self.sessions.begin() as session:
            at = datetime.combine(on or self.day, time(9), UTC)
            yield Office(session, self.policy, VAULT, at)

    def do(self, work: Callable[[Office], object], on: date | None = None) -> object:
        with self.office(on) as office:
            return work(office)

    @property
    def samir(self) -> Asker:
        return Asker(SAMIR, self.contributor, "fr")


def create_person(session: Session, telegram_id: int, language: str = "fr") -> None:
    if session.get(Person, telegram_id) is None:
        session.add(
            Person(
                telegram_id=telegram_id,
                language=language,
                language_chosen=True,
                consented_at=datetime(2026, 1, 1, tzinfo=UTC),
                reachable=True,
                wrong_proofs=0,
                created_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        )
        session.flush()


def link(session: Session, telegram_id: int, contributor_id: int, kind: str = "self") -> None:
    create_person(session, telegram_id)
    session.add(
        Link(
            telegram_id=telegram_id,
            contributor_id=contributor_id,
            kind=kind,
            proof="code",
            since=datetime(2026, 1, 1, tzinfo=UTC),
        )
    )
    session.flush()


def create_staff(
    session: Session, telegram_id: int, role: Role, agency: str | None, language: str = "fr"
) -> None:
    staff.add(
        session,
        telegram_id=telegram_id,
        name=f"Agent {telegram_id}",
        role=role,
        agency=agency,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        actor="command",
        language=language,
    )


def a_trader_with_arrears(
    session: Session, *, telegram_id: int = SAMIR, dinars: int = 180_000, language: str = "fr"
) -> int:
    """A trader whose whole debt is the fund's own figure: `dinars` DA, nothing estimated.

    Affiliated in 2025 at the floor (36 000 for 2025, 43 200 for 2026); the rest is a surcharge
    that the fund states on the day before the tests' today.
    """
    create_agency(session)
    create_agency(session, "31", name_fr="Oran", name_ar="وهران", wilaya="31")
    contributor = create_contributor(
        session,
        VAULT,
        affiliated_on=date(2025, 1, 1),
        declarations={2025: 24_000_000, 2026: 28_800_000},
        surcharges={
            2025: ((dinars - 79_200) * 100, date(2026, 11, 24)),
            2026: (0, date(2026, 11, 24)),
        },
    )
    create_person(session, telegram_id, language)
    link(session, telegram_id, contributor)
    return contributor


def pay(
    office_session: Session,
    contributor_id: int,
    *,
    amount: int,
    on: date,
    receipt: str,
    year: int | None = None,
) -> None:
    """A payment that a new load of the fund brings (centimes)."""
    current = office_session.query(Load).filter(Load.state == "current").one()
    current.state = "superseded"
    office_session.flush()
    generation = current.generation + 1
    office_session.add(
        Load(
            generation=generation,
            state="current",
            started_at=datetime(2026, 1, 1, tzinfo=UTC),
            as_of=max(on, current.as_of),
            counts={},
        )
    )
    office_session.add(
        Payment(
            contributor_id=contributor_id,
            receipt=receipt,
            generation=generation,
            year=year,
            paid_on=on,
            amount=amount,
            channel="counter",
        )
    )
    office_session.flush()


__all__ = ["GENERATION", "Fund"]
