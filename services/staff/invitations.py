"""Invitations to work with the bot: one person, once, in time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from services import events, one_time_codes
from services.people import Role
from services.records.base import table_of
from services.records.people import StaffInvite
from services.staff.members import Member, of
from services.staff.roles import add, check
from services.vault import Vault

INVITE = "staff_invite"  # the purpose under which invitations are fingerprinted

_invites = table_of(StaffInvite)


class InviteNotValid(Exception):
    """The invitation is unknown, used or past its time; which of them is not told."""


class AlreadyStaff(Exception):
    """An active member opened an invitation: it stays unused. Carries the present role."""

    def __init__(self, role: Role) -> None:
        super().__init__(f"already {role}")
        self.role = role


def invite(
    session: Session,
    vault: Vault,
    *,
    name: str,
    role: Role,
    agency: str | None,
    lives: timedelta,
    now: datetime,
    actor: str,
) -> str:
    """Make a one-time invitation; returns its code, of which only the fingerprint is kept.

    Raises:
        NameNeeded, AgencyNeeded, AgencyNotForRole, UnknownAgency
    """
    name = check(session, name=name, role=role, agency=agency)
    code = one_time_codes.draw()
    session.execute(
        insert(_invites).values(
            fingerprint=vault.fingerprint(code, INVITE),
            name=name,
            role=role.value,
            agency=agency,
            expires_at=now + lives,
        )
    )
    events.record(
        session,
        "staff.invited",
        at=now,
        actor=actor,
        subject=("staff", 0),
        data={"role": role.value, "agency": agency},
    )
    return code


def accept(session: Session, vault: Vault, code: str, *, telegram_id: int, now: datetime) -> Member:
    """Use an invitation: one person, once, in time.

    Raises:
        InviteNotValid
        AlreadyStaff: an active member keeps their role, and the invitation its use.
    """
    present = of(session, telegram_id)
    if present is not None:
        raise AlreadyStaff(present.role)
    try:
        fingerprint = vault.fingerprint(one_time_codes.normalise(code), INVITE)
    except one_time_codes.NotACode:
        raise InviteNotValid from None
    # One statement decides, so that of two people at once only one gets in.
    row = session.execute(
        update(_invites)
        .where(
            _invites.c.fingerprint == fingerprint,
            _invites.c.used_by.is_(None),
            _invites.c.expires_at > now,
        )
        .values(used_by=telegram_id)
        .returning(_invites.c.name, _invites.c.role, _invites.c.agency)
    ).one_or_none()
    if row is None:
        raise InviteNotValid
    return add(
        session,
        telegram_id=telegram_id,
        name=row.name,
        role=Role(row.role),
        agency=row.agency,
        now=now,
        actor=events.person(telegram_id),
    )


def forget_old_invites(session: Session, before: datetime) -> int:
    """Remove invitations that ran out before an instant; returns how many."""
    result = session.execute(delete(_invites).where(_invites.c.expires_at < before))
    return int(result.rowcount)  # type: ignore[attr-defined]
