"""One-time codes given at the counter, after the clerk has seen an identity document.

A code lets its holder link a contributor's account as their own, or see it under a mandate
until a stated day. It works once and for a stated time; only its keyed fingerprint is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from services import accounts, events, one_time_codes
from services.dates import day_in_algiers
from services.records.base import table_of
from services.records.people import CounterCode
from services.vault import Vault

PURPOSE = "counter_code"  # under which codes are fingerprinted
SELF, MANDATE = "self", "mandate"
NAME_MAX = 64


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh code in its normal form: shown once, kept nowhere."""

    code: str
    contributor_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """What a valid code gives; `name` is who will act, if the counter wrote it down."""

    contributor_id: int
    kind: str  # self | mandate
    until: date | None
    name: str | None


class UnknownContributor(LookupError):
    """The fund's data has nobody with this number; the number is not repeated."""

    def __init__(self) -> None:
        super().__init__("no contributor has this social security number")


class MandateOver(ValueError):
    """A mandate must last until today or later; carries the day."""

    def __init__(self, until: date) -> None:
        super().__init__(f"a mandate until {until.isoformat()} would already be over")
        self.until = until


_codes = table_of(CounterCode)


def issue(
    session: Session,
    vault: Vault,
    *,
    ssn: str,
    lives: timedelta,
    now: datetime,
    actor: str,
    mandate_until: date | None = None,
    name: str | None = None,
) -> Issued:
    """Make a code: for the contributor themself, or with `mandate_until` (last day, Algiers)
    for someone who acts for them. A new code of one's own replaces an unused earlier one.

    Raises:
        NotASocialSecurityNumber, UnknownContributor, MandateOver
    """
    contributor_id = accounts.find_by_ssn(session, vault, ssn)
    if contributor_id is None:
        raise UnknownContributor
    if mandate_until is not None and mandate_until < day_in_algiers(now):
        raise MandateOver(mandate_until)
    kind = SELF if mandate_until is None else MANDATE
    if kind == SELF:
        session.execute(
            delete(_codes).where(
                _codes.c.contributor_id == contributor_id,
                _codes.c.kind == SELF,
                _codes.c.used_at.is_(None),
            )
        )
    code = one_time_codes.draw()
    session.execute(
        insert(_codes).values(
            fingerprint=vault.fingerprint(code, PURPOSE),
            contributor_id=contributor_id,
            kind=kind,
            mandate_until=mandate_until,
            name_sealed=vault.seal(name.strip()[:NAME_MAX]) if name and name.strip() else None,
            issued_at=now,
            expires_at=now + lives,
        )
    )
    events.record(
        session,
        "code.issued",
        at=now,
        actor=actor,
        subject=("contributor", contributor_id),
        data={"kind": kind}
        | ({"until": mandate_until.isoformat()} if mandate_until is not None else {}),
    )
    return Issued(code, contributor_id, now + lives)


def look_up(session: Session, vault: Vault, code: str, *, now: datetime) -> Grant | None:
    """What a code would give now; None when it is unknown, used, past its time, or its mandate
    is over. `code` is in its normal form."""
    row = session.execute(
        select(
            _codes.c.contributor_id, _codes.c.kind, _codes.c.mandate_until, _codes.c.name_sealed
        ).where(
            _codes.c.fingerprint == vault.fingerprint(code, PURPOSE),
            _codes.c.used_at.is_(None),
            _codes.c.expires_at > now,
        )
    ).one_or_none()
    if row is None:
        return None
    contributor_id, kind, until, sealed = row
    if until is not None and until < day_in_algiers(now):
        return None
    return Grant(
        contributor_id, kind, until, vault.open_sealed(sealed) if sealed is not None else None
    )


def use(session: Session, vault: Vault, code: str, *, telegram_id: int, now: datetime) -> bool:
    """Use a code up. One statement decides, so that of two people at once only one may."""
    result = session.execute(
        update(_codes)
        .where(
            _codes.c.fingerprint == vault.fingerprint(code, PURPOSE),
            _codes.c.used_at.is_(None),
            _codes.c.expires_at > now,
        )
        .values(used_at=now, used_by=telegram_id)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]
