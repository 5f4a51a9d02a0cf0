"""What is missing or wrong in an installation, as the records tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services import accounts, staff
from services.audit import seals
from services.people import Role
from services.records.traffic import OutgoingCall, SetAsideUpdate

OLD_CALL = timedelta(minutes=10)
OLD_SEAL = timedelta(minutes=30)
OLD_DATA = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to look at. `grave` means that people are not served; `todo` is what to do."""

    what: str
    todo: str
    grave: bool = False


def look(session: Session, *, now: datetime, today: date) -> list[Remark]:
    """Everything worth a remark, the grave first."""
    found = [
        *_data(session, today),
        *_people(session),
        *_traffic(session, now),
        *_trail(session, now),
    ]
    return sorted(found, key=lambda remark: not remark.grave)


def _data(session: Session, today: date) -> list[Remark]:
    as_of = accounts.as_of(session)
    if as_of is None:
        return [Remark("no data of the fund is loaded", "python -m bot import DIR", grave=True)]
    if today - as_of > OLD_DATA:
        return [
            Remark(
                f"payments are known up to {as_of} only: no reminder is sent on so old a figure",
                "python -m bot import DIR",
            )
        ]
    return []


def _people(session: Session) -> list[Remark]:
    members = staff.all_members(session)
    roles = {member.role for member in members}
    found = [
        Remark(
            f"nobody has the role {role}",
            f"python -m bot staff add --role {role} …",
            grave=role is Role.CENTRAL,
        )
        for role in (Role.ADMIN, Role.CENTRAL)
        if role not in roles
    ]
    directed = {member.agency for member in members if member.role is Role.DIRECTOR}
    without = [
        card.code
        for card in accounts.agencies(session).values()
        if card.parent is None and card.code not in directed
    ]
    if without:
        listed = ", ".join(without[:12]) + (f" and {len(without) - 12} more" * (len(without) > 12))
        found.append(
            Remark(
                f"{len(without)} agencies have no director; their cases go to the central level:"
                f" {listed}",
                "python -m bot staff add --role director --agency CODE …",
            )
        )
    return found


def _traffic(session: Session, now: datetime) -> list[Remark]:
    def count(table: Any, *conditions: Any) -> int:
        return int(session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0)

    found = []
    waiting = count(
        OutgoingCall, OutgoingCall.state == "queued", OutgoingCall.created_at < now - OLD_CALL
    )
    if waiting:
        found.append(
            Remark(
                f"{waiting} messages wait for more than ten minutes",
                "is `python -m bot run` running, with its sender, and Telegram within reach?",
                grave=True,
            )
        )
    if unknown := count(OutgoingCall, OutgoingCall.state == "unknown"):
        found.append(
            Remark(
                f"of {unknown} messages it is unknown whether they arrived",
                "they are not sent again by themselves; see the table outbox, state unknown",
            )
        )
    if aside := count(SetAsideUpdate):
        found.append(
            Remark(
                f"{aside} messages of people could not be handled",
                "their sealed tracebacks are in set_aside_updates; report them",
            )
        )
    return found


def _trail(session: Session, now: datetime) -> list[Remark]:
    standing = seals.standing(session)
    if standing.waiting_since is None or now - standing.waiting_since < OLD_SEAL:
        return []
    last = standing.last
    ever = f"last sealed at {last.sealed_at:%Y-%m-%d %H:%M} UTC" if last is not None else "unsealed"
    return [
        Remark(
            f"the trail of events is {ever}: {standing.waiting} events are not proven",
            "is `python -m bot run` running, with its scheduler? else: python -m bot job seals",
        )
    ]
