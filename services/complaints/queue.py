"""The queue of cases, as far as whoever asks may see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true

from services.complaints import access, store
from services.complaints.office import Office
from services.complaints.state import OPEN
from services.complaints.store import Case
from services.records.base import table_of
from services.records.complaints import Complaint
from services.staff import Member

PAGE = 6
_complaints = table_of(Complaint)

# In the order the buttons show them.
FILTERS: dict[str, Callable[[Member], ColumnElement[bool]]] = {
    "all": lambda member: true(),
    "free": lambda member: _complaints.c.owner.is_(None),
    "mine": lambda member: _complaints.c.owner == member.telegram_id,
    "late": lambda member: _complaints.c.late.is_(True),
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a queue, the most urgent first; `counts` of every filter."""

    cases: list[Case]
    page: int
    pages: int
    counts: dict[str, int]


def page(office: Office, telegram_id: int, *, chosen: str = "all", number: int = 0) -> Page:
    """A page of the open cases this member may see.

    Raises:
        NotStaff
        KeyError: no such filter.
    """
    member = access.member_of(office, telegram_id)
    condition = FILTERS[chosen](member)
    visible = (access.scope(office, member), _complaints.c.status.in_(OPEN))
    counts = {
        name: int(
            office.session.execute(
                select(func.count()).select_from(_complaints).where(*visible, make(member))
            ).scalar_one()
        )
        for name, make in FILTERS.items()
    }
    pages = max(1, -(-counts[chosen] // PAGE))
    number = min(max(number, 0), pages - 1)
    ids = list(
        office.session.execute(
            select(_complaints.c.id)
            .where(*visible, condition)
            .order_by(
                _complaints.c.late.desc(),
                func.coalesce(_complaints.c.promised_by, _complaints.c.filed_at),
                _complaints.c.id,
            )
            .offset(number * PAGE)
            .limit(PAGE)
        ).scalars()
    )
    by_id = {case.id: case for case in store.load_many(office.session, ids)}
    return Page([by_id[one] for one in ids], number, pages, counts)
