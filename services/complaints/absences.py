"""Who of the staff is away, and who stands in.

Cases of someone away go to their deputy, or back to the queue; news meant for them go to the
deputy, or to those who are there. Where nobody of a level is there, the next level stands in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select

from services import events, staff
from services.complaints import store
from services.complaints.access import MAY_WORK, may_see, member_of
from services.complaints.office import Office
from services.complaints.state import OPEN
from services.complaints.store import Case
from services.dates import day_in_algiers
from services.records.base import table_of
from services.records.complaints import Complaint, StaffAbsence
from services.staff import Member

_absences = table_of(StaffAbsence)
_complaints = table_of(Complaint)


class NoDeputy(ValueError):
    """This person cannot stand in: not of the same desk, away, or nobody of the staff."""


@dataclass(frozen=True, slots=True)
class Absence:
    """`until` is the last day away."""

    telegram_id: int
    until: date
    deputy: int | None


def of(office: Office, telegram_id: int) -> Absence | None:
    """Someone's absence, if they are away today."""
    return _today(office).get(telegram_id)


def present(office: Office, members: Sequence[Member]) -> list[Member]:
    """Those of the members who are there, and the deputies of those who are not."""
    away = _today(office)
    if not away:
        return list(members)
    found: list[Member] = []
    for member in members:
        absence = away.get(member.telegram_id)
        stands_in: Member | None = member
        if absence is not None:
            stands_in = (
                staff.of(office.session, absence.deputy) if absence.deputy is not None else None
            )
            if stands_in is not None and stands_in.telegram_id in away:
                stands_in = None
        if stands_in is not None and stands_in not in found:
            found.append(stands_in)
    return found


def possible_deputies(office: Office, member: Member) -> list[Member]:
    """Colleagues of the same desk who are there."""
    return [
        one
        for one in staff.all_members(office.session)
        if one.role in MAY_WORK
        and one.agency == member.agency
        and one.telegram_id != member.telegram_id
        and of(office, one.telegram_id) is None
    ]


def go_away(office: Office, telegram_id: int, until: date, deputy: int | None) -> list[Case]:
    """Note an absence and hand the open cases over; returns these cases.

    Raises:
        NotStaff, NoDeputy
    """
    member = member_of(office, telegram_id)
    stands_in = None
    if deputy is not None:
        stands_in = next(
            (one for one in possible_deputies(office, member) if one.telegram_id == deputy), None
        )
        if stands_in is None:
            raise NoDeputy
    office.session.execute(delete(_absences).where(_absences.c.telegram_id == telegram_id))
    office.session.execute(
        insert(_absences).values(telegram_id=telegram_id, until=until, deputy=deputy)
    )
    events.record(
        office.session,
        "staff.absent",
        at=office.now,
        actor=events.staff(telegram_id),
        subject=("staff", telegram_id),
        data={"until": until.isoformat(), "deputy": deputy},
    )
    numbers = office.session.execute(
        select(_complaints.c.id)
        .where(_complaints.c.owner == telegram_id, _complaints.c.status.in_(OPEN))
        .order_by(_complaints.c.id)
    ).scalars()
    handed = []
    for number in numbers.all():
        case = store.load(office.session, number, lock=True)
        if case is None or case.progress.owner != telegram_id:
            continue
        actor = events.staff(telegram_id)
        if stands_in is not None and may_see(office, stands_in, case):
            store.happen(
                office, case, "assigned", actor=actor, data={"to": deputy, "why": "absent"}
            )
        else:
            store.happen(office, case, "released", actor=actor, data={"why": "absent"})
        handed.append(case)
    return handed


def come_back(office: Office, telegram_id: int) -> None:
    """The absence is over; cases stay with whoever has them."""
    gone = office.session.execute(
        delete(_absences)
        .where(_absences.c.telegram_id == telegram_id)
        .returning(_absences.c.telegram_id)
    ).one_or_none()
    if gone is not None:
        events.record(
            office.session,
            "staff.back",
            at=office.now,
            actor=events.staff(telegram_id),
            subject=("staff", telegram_id),
        )


def _today(office: Office) -> dict[int, Absence]:
    rows = office.session.execute(
        select(_absences.c.telegram_id, _absences.c.until, _absences.c.deputy).where(
            _absences.c.until >= day_in_algiers(office.now)
        )
    )
    return {row.telegram_id: Absence(*row) for row in rows}
