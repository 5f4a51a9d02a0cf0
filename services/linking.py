"""Whose accounts a Telegram account may see: its own, and those under a mandate.

One's own is proven by the phone the fund has registered or by a code from the counter; a
mandate only by a code. A contributor has one own Telegram account at a time; mandates there
may be several, each until its last day, and both sides can end one at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from services import accounts, counter_codes, events, proofs
from services.dates import day_in_algiers
from services.identity import normalise_phone
from services.policy.service_rows import IdentityRules
from services.records.base import table_of
from services.records.people import Link
from services.vault import Vault

SELF, MANDATE = counter_codes.SELF, counter_codes.MANDATE
_NOBODY = -1


@dataclass(frozen=True, slots=True)
class Linked:
    """An account someone may see; `until` is a mandate's last day."""

    link_id: int
    contributor_id: int
    kind: str  # self | mandate
    until: date | None

    @property
    def is_own(self) -> bool:
        return self.kind == SELF


@dataclass(frozen=True, slots=True)
class Mandate:
    """Someone may see a contributor's account until a day; `name` as the contributor knows it."""

    link_id: int
    contributor_id: int
    telegram_id: int
    name: str
    until: date
    since: datetime


@dataclass(frozen=True, slots=True)
class Proven:
    """A fresh link. `replaced` are the Telegram accounts that were the contributor's own until
    now; `holders` those that must be told of a mandate, `name` who acts under it."""

    linked: Linked
    replaced: tuple[int, ...] = ()
    holders: tuple[int, ...] = ()
    name: str = ""


class OwnAccount(Exception):
    """A mandate's code was entered by the contributor themself: it is for someone else, and
    stays unused."""


_links = table_of(Link)
_accounts = (
    select(_links.c.id, _links.c.contributor_id, _links.c.kind, _links.c.until)
    .where(
        _links.c.telegram_id == bindparam("person"),
        _links.c.ended_at.is_(None),
        or_(_links.c.until.is_(None), _links.c.until >= bindparam("today")),
    )
    .order_by(_links.c.kind.desc(), _links.c.id)  # one's own before the mandates
)
_holders = (
    select(_links.c.telegram_id)
    .where(
        _links.c.contributor_id == bindparam("contributor"),
        _links.c.kind == SELF,
        _links.c.ended_at.is_(None),
    )
    .order_by(_links.c.id)
)


# --- who may see what -----------------------------------------------------------------------


def accounts_of(session: Session, telegram_id: int, today: date) -> list[Linked]:
    """What this person may see on that day, their own account first."""
    return [
        Linked(*row) for row in session.execute(_accounts, {"person": telegram_id, "today": today})
    ]


def holders_of(session: Session, contributor_id: int) -> list[int]:
    """The Telegram accounts that are the contributor's own: none or one."""
    return list(session.execute(_holders, {"contributor": contributor_id}).scalars())


def mandates_on(session: Session, vault: Vault, contributor_id: int, today: date) -> list[Mandate]:
    """Who else may see a contributor's account on that day."""
    rows = session.execute(
        select(
            _links.c.id, _links.c.telegram_id, _links.c.name_sealed, _links.c.until, _links.c.since
        )
        .where(
            _links.c.contributor_id == contributor_id,
            _links.c.kind == MANDATE,
            _links.c.ended_at.is_(None),
            _links.c.until >= today,
        )
        .order_by(_links.c.id)
    )
    return [
        Mandate(
            link_id=row.id,
            contributor_id=contributor_id,
            telegram_id=row.telegram_id,
            name=vault.open_sealed(row.name_sealed) if row.name_sealed is not None else "",
            until=row.until,
            since=row.since,
        )
        for row in rows
    ]


def mandates_given_by(
    session: Session, vault: Vault, telegram_id: int, today: date
) -> list[Mandate]:
    """Who else may see the accounts that are this person's own."""
    return [
        mandate
        for one in accounts_of(session, telegram_id, today)
        if one.is_own
        for mandate in mandates_on(session, vault, one.contributor_id, today)
    ]


def mandate_name(session: Session, vault: Vault, link_id: int) -> str:
    """Who acts under a mandate, as its contributor knows them; empty for any other link."""
    sealed = session.execute(
        select(_links.c.name_sealed).where(_links.c.id == link_id)
    ).scalar_one_or_none()
    return vault.open_sealed(sealed) if sealed is not None else ""


# --- proving --------------------------------------------------------------------------------


def phone_fingerprint(vault: Vault, phone: str) -> bytes:
    """What a phone is compared by; Telegram gives it with or without the plus.

    Raises:
        NotAPhoneNumber
    """
    return vault.fingerprint(normalise_phone(phone), accounts.PHONE)


def link_by_phone(
    session: Session,
    vault: Vault,
    *,
    telegram_id: int,
    ssn: str,
    phone_fingerprint: bytes,
    rules: IdentityRules,
    now: datetime,
) -> Proven:
    """Link the person's own account: the fund has registered, for this number and for no other,
    the phone they shared, and nobody is linked to it yet.

    Every refusal runs the same statements, so that its time tells nothing either.

    Raises:
        NotASocialSecurityNumber: not twelve digits; not counted.
        LinkingLocked, ProofRefused: see `proofs`.
    """
    proofs.check_not_locked(session, telegram_id, now)
    contributor_id = accounts.find_by_ssn(session, vault, ssn)
    owners = accounts.find_by_phone(session, phone_fingerprint)
    holders = holders_of(session, contributor_id if contributor_id is not None else _NOBODY)
    own = [one for one in accounts_of(session, telegram_id, day_in_algiers(now)) if one.is_own]
    if contributor_id is None or owners != [contributor_id] or holders or own:
        proofs.refuse(session, telegram_id, rules=rules, now=now)
    assert contributor_id is not None
    proofs.forgive(session, telegram_id)
    linked = _add(
        session, telegram_id=telegram_id, contributor_id=contributor_id, proof="phone", now=now
    )
    return Proven(linked)


def link_by_code(
    session: Session,
    vault: Vault,
    *,
    telegram_id: int,
    code: str,
    name: str,
    rules: IdentityRules,
    now: datetime,
) -> Proven:
    """Link by a code from the counter (in its normal form). `name` is the person's name at
    Telegram: a mandate is shown under it unless the counter wrote one down.

    Raises:
        LinkingLocked, ProofRefused: see `proofs`.
        OwnAccount: a mandate on one's own account.
    """
    proofs.check_not_locked(session, telegram_id, now)
    grant = counter_codes.look_up(session, vault, code, now=now)
    holders = holders_of(session, grant.contributor_id if grant is not None else _NOBODY)
    if grant is not None and grant.kind == MANDATE and telegram_id in holders:
        raise OwnAccount
    if not counter_codes.use(session, vault, code, telegram_id=telegram_id, now=now):
        grant = None
    if grant is None:
        proofs.refuse(session, telegram_id, rules=rules, now=now)
    assert grant is not None
    proofs.forgive(session, telegram_id)
    replaced: list[int] = []
    for old_id, owner in _to_replace(session, grant, telegram_id):
        _end(session, old_id, grant.contributor_id, "replaced", events.person(telegram_id), now)
        if owner != telegram_id:
            replaced.append(owner)
    shown = grant.name or name
    linked = _add(
        session,
        telegram_id=telegram_id,
        contributor_id=grant.contributor_id,
        proof="code",
        now=now,
        until=grant.until,
        name_sealed=vault.seal(shown) if grant.kind == MANDATE else None,
    )
    if grant.kind == SELF:
        return Proven(linked, replaced=tuple(replaced))
    return Proven(linked, holders=tuple(holders), name=shown)


# --- ending ---------------------------------------------------------------------------------


def unlink(session: Session, link_id: int, *, telegram_id: int, now: datetime) -> Linked | None:
    """End one's own view of an account; None when it is not theirs or no longer there."""
    for one in accounts_of(session, telegram_id, day_in_algiers(now)):
        if one.link_id == link_id:
            _end(session, link_id, one.contributor_id, SELF, events.person(telegram_id), now)
            return one
    return None


def revoke(
    session: Session, vault: Vault, link_id: int, *, telegram_id: int, now: datetime
) -> Mandate | None:
    """End a mandate on one's own account; None when there is none such, whoever asks."""
    for mandate in mandates_given_by(session, vault, telegram_id, day_in_algiers(now)):
        if mandate.link_id == link_id:
            _end(
                session, link_id, mandate.contributor_id, "holder", events.person(telegram_id), now
            )
            return mandate
    return None


def unlink_all(session: Session, telegram_id: int, *, why: str, now: datetime) -> int:
    """End everything a person may see; `why` is `consent_withdrawn` or `erased`."""
    found = accounts_of(session, telegram_id, day_in_algiers(now))
    for one in found:
        _end(session, one.link_id, one.contributor_id, why, events.person(telegram_id), now)
    return len(found)


# --- inside ---------------------------------------------------------------------------------


def _add(
    session: Session,
    *,
    telegram_id: int,
    contributor_id: int,
    proof: str,
    now: datetime,
    until: date | None = None,
    name_sealed: bytes | None = None,
) -> Linked:
    kind = SELF if until is None else MANDATE
    result = session.execute(
        insert(_links).values(
            telegram_id=telegram_id,
            contributor_id=contributor_id,
            kind=kind,
            proof=proof,
            since=now,
            until=until,
            name_sealed=name_sealed,
        )
    )
    link_id = int(result.inserted_primary_key[0])  # type: ignore[attr-defined]
    events.record(
        session,
        "link.added",
        at=now,
        actor=events.person(telegram_id),
        subject=("contributor", contributor_id),
        data={"link": link_id, "kind": kind, "proof": proof}
        | ({"until": until.isoformat()} if until is not None else {}),
    )
    return Linked(link_id, contributor_id, kind, until)


def _to_replace(
    session: Session, grant: counter_codes.Grant, telegram_id: int
) -> list[tuple[int, int]]:
    """Links a fresh one takes the place of: (link, Telegram account). A code of one's own ends
    every other own link and one's mandate; a mandate ends that person's earlier one."""
    theirs = _links.c.telegram_id == telegram_id
    rows = session.execute(
        select(_links.c.id, _links.c.telegram_id).where(
            _links.c.contributor_id == grant.contributor_id,
            _links.c.ended_at.is_(None),
            or_(_links.c.kind == SELF, theirs) if grant.kind == SELF else theirs,
        )
    )
    return [(row.id, row.telegram_id) for row in rows]


def _end(
    session: Session, link_id: int, contributor_id: int, why: str, actor: str, now: datetime
) -> None:
    session.execute(update(_links).where(_links.c.id == link_id).values(ended_at=now))
    events.record(
        session,
        "link.ended",
        at=now,
        actor=actor,
        subject=("contributor", contributor_id),
        data={"link": link_id, "why": why},
    )
