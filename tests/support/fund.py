"""Builders of the fund's records: a test states only what it is about.

Everybody here is invented; numbers are of the form nobody was ever given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts import PHONE, SSN
from services.identity import normalise_phone
from services.records.fund import (
    Agency,
    Contributor,
    Declaration,
    Load,
    Payment,
    Profile,
    Surcharge,
)
from services.vault import Vault

GENERATION = 1
_numbers = count(1)


def create_load(session: Session, *, as_of: date = date(2026, 11, 20)) -> None:
    """The load that every record here belongs to, current; made once a database."""
    if session.get(Load, GENERATION) is None:
        session.add(
            Load(
                generation=GENERATION,
                state="current",
                started_at=datetime(2026, 1, 1, tzinfo=UTC),
                finished_at=datetime(2026, 1, 1, tzinfo=UTC),
                as_of=as_of,
                counts={},
            )
        )
        session.flush()


def create_agency(
    session: Session,
    code: str = "16",
    *,
    name_fr: str = "Alger Centre",
    name_ar: str = "الجزائر الوسطى",
    wilaya: str = "16",
    parent: str | None = None,
    affiliates: int | None = 20_000,
) -> str:
    create_load(session)
    if session.get(Agency, (code, GENERATION)) is None:
        session.add(
            Agency(
                code=code,
                generation=GENERATION,
                name_fr=name_fr,
                name_ar=name_ar,
                wilaya=wilaya,
                parent=parent,
                affiliates=affiliates,
            )
        )
        session.flush()
    return code


def create_contributor(
    session: Session,
    vault: Vault,
    *,
    ssn: str | None = None,
    phone: str | None = None,
    name_fr: str = "Karim Benali",
    name_ar: str = "كريم بن علي",
    category: str = "trader",
    agency: str = "16",
    affiliated_on: date = date(2020, 1, 15),
    ceased_on: date | None = None,
    declarations: Mapping[int, int] | None = None,
    payments: Sequence[tuple[int | None, date, int]] = (),
    surcharges: Mapping[int, tuple[int, date]] | None = None,
) -> int:
    """A contributor, as the fund loaded them; returns the contributor's id.

    `declarations` maps a year to its base in centimes; `payments` are (year or None, day,
    centimes); `surcharges` maps a year to (centimes, as of) as the fund states them.
    """
    create_agency(session, agency)
    number = next(_numbers)
    ssn = ssn or f"99{number:010d}"
    contributor = session.scalar(
        select(Contributor).where(Contributor.ssn_fingerprint == vault.fingerprint(ssn, SSN))
    )
    if contributor is None:
        contributor = Contributor(
            ssn_fingerprint=vault.fingerprint(ssn, SSN), ssn_sealed=vault.seal(ssn)
        )
        session.add(contributor)
        session.flush()
    normal = normalise_phone(phone) if phone is not None else None
    session.add(
        Profile(
            contributor_id=contributor.id,
            generation=GENERATION,
            name_fr=name_fr,
            name_ar=name_ar,
            phone_fingerprint=vault.fingerprint(normal, PHONE) if normal else None,
            phone_sealed=vault.seal(normal) if normal else None,
            category=category,
            agency=agency,
            affiliated_on=affiliated_on,
            ceased_on=ceased_on,
        )
    )
    for year, base in (declarations or {}).items():
        session.add(
            Declaration(contributor_id=contributor.id, year=year, generation=GENERATION, base=base)
        )
    for year, day, amount in payments:
        create_payment(session, contributor.id, year=year, paid_on=day, amount=amount)
    for year, (amount, as_of) in (surcharges or {}).items():
        session.add(
            Surcharge(
                contributor_id=contributor.id,
                year=year,
                generation=GENERATION,
                amount=amount,
                as_of=as_of,
            )
        )
    session.flush()
    return contributor.id


def create_payment(
    session: Session,
    contributor_id: int,
    *,
    year: int | None,
    paid_on: date,
    amount: int,
    receipt: str | None = None,
) -> None:
    session.add(
        Payment(
            contributor_id=contributor_id,
            receipt=receipt or f"T{next(_numbers):08d}",
            generation=GENERATION,
            year=year,
            paid_on=paid_on,
            amount=amount,
            channel="counter",
        )
    )
    session.flush()
