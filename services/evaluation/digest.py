"""The digest of a day: what someone has to look at this morning, as far as they may see it.

Every line is a kind with a count, and opens its list.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from services import dates, staff
from services.complaints import undelivered
from services.complaints.office import CENTRAL_WILAYA, Office
from services.evaluation import digest_lines, scope
from services.evaluation.digest_lines import KINDS as KINDS
from services.evaluation.digest_view import Item as Item
from services.evaluation.digest_view import Line as Line
from services.evaluation.digest_view import View as View
from services.plans import undelivered as plan_decisions
from services.records.base import table_of
from services.records.evaluation import DigestMade
from services.staff import Member
from services.working_time import agency_calendar

AT = time(8)
KEPT = timedelta(days=90)
TO_PHONE_KEPT = timedelta(days=30)
_digests = table_of(DigestMade)


def is_due(office: Office, member: Member) -> bool:
    """Whether someone's digest of today has to be made now: a working day, 08:00 has passed,
    and it was not made yet. One that was missed on an earlier day is not made up twice: the
    next one reaches back to the last."""
    local = dates.in_algiers(office.now)
    if local.time() < AT:
        return False
    card = office.agencies.get(member.agency or "")
    calendar = agency_calendar(
        office.policy, agency=member.agency, wilaya=card.wilaya if card else CENTRAL_WILAYA
    )
    if not calendar.is_working_day(local.date()):
        return False
    made = office.session.execute(
        select(_digests.c.day).where(
            _digests.c.telegram_id == member.telegram_id, _digests.c.day == local.date()
        )
    ).one_or_none()
    return made is None


def is_first_of_week(office: Office, member: Member) -> bool:
    """Whether none was made for someone since Sunday, when the week begins."""
    today = dates.day_in_algiers(office.now)
    sunday = today - timedelta(days=today.isoweekday() % 7)
    last = office.session.execute(
        select(func.max(_digests.c.day)).where(_digests.c.telegram_id == member.telegram_id)
    ).scalar()
    return last is None or last < sunday


def readers(session: Session) -> list[Member]:
    """Everybody whom a digest can reach."""
    return [
        member
        for member in staff.all_members(session)
        if member.role in scope.MAY_READ and member.language is not None and member.reachable
    ]


def view_of(office: Office, member: Member) -> View:
    """What someone's next digest looks at: everything since their last, at least a day."""
    last = office.session.execute(
        select(func.max(_digests.c.at)).where(
            _digests.c.telegram_id == member.telegram_id, _digests.c.sent.is_(True)
        )
    ).scalar()
    day_ago = office.now - timedelta(days=1)
    since = min(last, day_ago) if last is not None else day_ago
    return View(office, scope.of_member(office.session, member), since)


def keep_made(session: Session, member: Member, now: datetime, *, sent: bool) -> None:
    """Write down that the digest of today was made for someone, or could not be."""
    session.execute(
        insert(_digests),
        {
            "telegram_id": member.telegram_id,
            "day": dates.day_in_algiers(now),
            "at": now,
            "sent": sent,
        },
    )


def forget_old(session: Session, now: datetime) -> None:
    """Remove the marks of digests made long ago, and of answers that were told as undelivered."""
    session.execute(delete(_digests).where(_digests.c.at < now - KEPT))
    for prefix in (undelivered.TO_PHONE, plan_decisions.TO_PHONE):
        undelivered.forget(session, now - TO_PHONE_KEPT, prefix)


def lines(view: View) -> list[Line]:
    """Every line with something in it, in the order they are read. Empty: all quiet."""
    found = (Line(kind, count_of(view, kind)) for kind in KINDS)
    return [line for line in found if line.count]


def list_of(view: View, kind: str) -> list[Item]:
    """What stands behind a line, as far as one can read it; the oldest first.

    Raises:
        KeyError: there is no such line.
    """
    return digest_lines.items(view, kind)


def count_of(view: View, kind: str) -> int:
    """How many stand behind a line, however many that is.

    Raises:
        KeyError: there is no such line.
    """
    return digest_lines.count(view, kind)
