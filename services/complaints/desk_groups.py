"""The groups in which desks work: which one belongs to which desk, and whether it can be used.

A group is a convenience: every case lives in the queue, whatever becomes of it. What happens in
its topics is `forum`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, exists, insert, or_, select, update

from services import events, staff
from services.complaints.office import Office
from services.complaints.store import Case
from services.dates import day_in_algiers
from services.people import Role
from services.records.base import table_of
from services.records.complaints import Complaint, DeskGroup, DeskTopic
from services.records.people import Link, StaffMember
from services.references import CENTRAL

_groups = table_of(DeskGroup)
_topics = table_of(DeskTopic)
_complaints = table_of(Complaint)
_links = table_of(Link)
_staff = table_of(StaffMember)


class MayNotBind(PermissionError):
    """Whoever asks may not give this desk a group, or the desk does not exist."""


@dataclass(frozen=True, slots=True)
class Group:
    """The group of a desk, in whose language its cards are written."""

    desk: str
    chat_id: int
    language: str
    trouble: str | None


def bind(office: Office, telegram_id: int, *, desk: str, chat_id: int, language: str) -> Group:
    """Make a group the place of a desk: by its director, by the central level or an
    administrator. An earlier group of that desk, or desk of that group, is given up.

    Raises:
        MayNotBind
    """
    member = staff.of(office.session, telegram_id)
    known = desk == CENTRAL or desk in office.agencies
    allowed = member is not None and (
        member.role in (Role.ADMIN, Role.CENTRAL)
        or (member.role is Role.DIRECTOR and member.agency == desk)
    )
    if not (known and allowed):
        raise MayNotBind
    office.session.execute(
        delete(_groups).where((_groups.c.desk == desk) | (_groups.c.chat_id == chat_id))
    )
    office.session.execute(
        insert(_groups).values(
            desk=desk,
            chat_id=chat_id,
            language=language,
            bound_by=telegram_id,
            since=office.now,
            trouble=None,
        )
    )
    events.record(
        office.session,
        "desk.group_bound",
        at=office.now,
        actor=events.staff(telegram_id),
        subject=("group", chat_id),
        data={"desk": desk},
    )
    return Group(desk, chat_id, language, None)


def group_of(office: Office, desk: str) -> Group | None:
    """The group of a desk, if it has one that works."""
    group = _one(office, _groups.c.desk == desk)
    return group if group is not None and group.trouble is None else None


def group_for(office: Office, case: Case) -> Group | None:
    """The group in which a case is worked on: that of its desk, if it has one that works. A case
    of someone who works for the fund, or of an account they can see, is in none: they would read
    what their colleagues say of it."""
    group = group_of(office, case.progress.desk)
    if group is None:
        return None
    own = office.session.execute(
        select(is_of_staff(office)).where(_complaints.c.id == case.id)
    ).scalar_one_or_none()
    return None if own else group


def is_of_staff(office: Office) -> ColumnElement[bool]:
    """The rows of `complaints` filed by someone of the staff, or about an account they can see."""
    sees = exists().where(
        _links.c.contributor_id == _complaints.c.contributor_id,
        _links.c.ended_at.is_(None),
        or_(_links.c.until.is_(None), _links.c.until >= day_in_algiers(office.now)),
        _staff.c.telegram_id == _links.c.telegram_id,
        _staff.c.active.is_(True),
    )
    filed = exists().where(
        _staff.c.telegram_id == _complaints.c.telegram_id, _staff.c.active.is_(True)
    )
    return or_(filed, sees)


def group_at(office: Office, chat_id: int) -> Group | None:
    """The desk's group behind a chat, working or not."""
    return _one(office, _groups.c.chat_id == chat_id)


def working(office: Office) -> list[Group]:
    """Every group that works."""
    rows = office.session.execute(
        select(_groups.c.desk, _groups.c.chat_id, _groups.c.language, _groups.c.trouble)
        .where(_groups.c.trouble.is_(None))
        .order_by(_groups.c.desk)
    )
    return [Group(*row) for row in rows]


def set_trouble(office: Office, chat_id: int, trouble: str | None) -> bool:
    """Note that a group cannot be used, or can again; False when nothing changed."""
    group = group_at(office, chat_id)
    if group is None or group.trouble == trouble:
        return False
    office.session.execute(
        update(_groups).where(_groups.c.chat_id == chat_id).values(trouble=trouble)
    )
    events.record(
        office.session,
        "desk.group_lost" if trouble else "desk.group_found",
        at=office.now,
        actor="machine",
        subject=("group", chat_id),
        data={"desk": group.desk, "trouble": trouble},
    )
    return True


def move(office: Office, old: int, new: int) -> None:
    """A group became a supergroup: its chat has another id, its topics begin anew."""
    if group_at(office, old) is None:
        return
    office.session.execute(
        update(_groups).where(_groups.c.chat_id == old).values(chat_id=new, trouble=None)
    )
    office.session.execute(delete(_topics).where(_topics.c.chat_id == old))
    events.record(
        office.session,
        "desk.group_moved",
        at=office.now,
        actor="machine",
        subject=("group", new),
        data={"from": old},
    )


def _one(office: Office, condition: object) -> Group | None:
    row = office.session.execute(
        select(_groups.c.desk, _groups.c.chat_id, _groups.c.language, _groups.c.trouble).where(
            condition  # type: ignore[arg-type]
        )
    ).one_or_none()
    return Group(*row) if row is not None else None
