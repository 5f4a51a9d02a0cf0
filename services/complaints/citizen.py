"""What a citizen does with a case of theirs after filing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from services.complaints import clock, evidence, letters, store
from services.complaints.access import for_citizen
from services.complaints.evidence import Evidence
from services.complaints.office import Office
from services.complaints.state import Level, Progress, Status
from services.complaints.store import Case
from services.records.base import table_of
from services.records.complaints import Complaint

STARS = range(1, 6)
POOR = 2  # stars up to which a review by a higher officer is offered
_complaints = table_of(Complaint)


class NotNow(Exception):
    """The case does not stand so that this can be done; carries its status."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.value)
        self.status = status


@dataclass(frozen=True, slots=True)
class MayDo:
    """What is open to the citizen now."""

    reply: bool
    add: bool
    withdraw: bool
    confirm: bool
    reopen: bool
    rate: bool
    review: bool


def may_do(office: Office, case: Case) -> MayDo:
    progress = case.progress
    status = progress.status
    solved = status in (Status.RESOLVED, Status.CLOSED)
    reopen = clock.may_reopen(progress, office.now, targets=office.targets(case.filed_at))
    return MayDo(
        reply=status is Status.WAITING,
        add=status.is_open,
        withdraw=status.is_open,
        confirm=status is Status.RESOLVED,
        reopen=reopen,
        rate=solved and progress.stars is None,
        review=solved and reopen and _poor(progress) and not progress.review_requested,
    )


def cases_of(office: Office, telegram_id: int) -> list[Case]:
    """All cases of a person, open ones first, then the newest."""
    ids = office.session.execute(
        select(_complaints.c.id).where(_complaints.c.telegram_id == telegram_id)
    ).scalars()
    cases = store.load_many(office.session, ids)
    return sorted(cases, key=lambda case: (not case.progress.status.is_open, -case.id))


def add(
    office: Office,
    telegram_id: int,
    complaint_id: int,
    *,
    text: str | None = None,
    files: Sequence[Evidence] = (),
) -> Case:
    """Add words or files. While the fund waits for the citizen, this is the reply.

    Raises:
        NoSuchCase, NothingSaid, TooLong
        NotNow: the case is no longer open.
    """
    case = for_citizen(office, telegram_id, complaint_id, lock=True)
    if not case.progress.status.is_open:
        raise NotNow(case.progress.status)
    if text is None and not files:
        raise letters.NothingSaid
    replies = case.progress.status is Status.WAITING
    data: dict[str, object] = {}
    if text is not None:
        kind = "reply" if replies else "addition"
        data["message"] = letters.keep(office, case, kind, text, author=case.actor)
    if files:
        data["items"] = evidence.keep(office, case, files)
    store.happen(office, case, "replied" if replies else "added", actor=case.actor, data=data)
    return case


def withdraw(office: Office, telegram_id: int, complaint_id: int) -> Case:
    """Raises `NoSuchCase`, `NotNow`."""
    case = for_citizen(office, telegram_id, complaint_id, lock=True)
    if not case.progress.status.is_open:
        raise NotNow(case.progress.status)
    store.happen(office, case, "withdrawn", actor=case.actor)
    return case


def confirm(office: Office, telegram_id: int, complaint_id: int) -> Case:
    """The solution holds: the case is closed without waiting.

    Raises:
        NoSuchCase, NotNow
    """
    case = for_citizen(office, telegram_id, complaint_id, lock=True)
    if case.progress.status is not Status.RESOLVED:
        raise NotNow(case.progress.status)
    store.happen(office, case, "confirmed", actor=case.actor)
    store.happen(office, case, "closed", actor=case.actor, data={"why": "confirmed"})
    return case


def reopen(office: Office, telegram_id: int, complaint_id: int, *, text: str) -> Case:
    """Contest the solution, in time. The clocks go on from where they stood.

    Raises:
        NoSuchCase, NothingSaid, TooLong
        NotNow: not resolved, or too long ago.
    """
    case = for_citizen(office, telegram_id, complaint_id, lock=True)
    _reopen(office, case, text=text)
    return case


def rate(office: Office, telegram_id: int, complaint_id: int, stars: int) -> Case:
    """Rate a solved case once, with 1 to 5 stars.

    Raises:
        NoSuchCase, NotNow
    """
    if stars not in STARS:
        raise ValueError("a rating has 1 to 5 stars")
    case = for_citizen(office, telegram_id, complaint_id, lock=True)
    if not may_do(office, case).rate:
        raise NotNow(case.progress.status)
    store.happen(office, case, "rated", actor=case.actor, data={"stars": stars})
    return case


def add_word(office: Office, telegram_id: int, complaint_id: int, text: str) -> Case:
    """A word with the rating.

    Raises:
        NoSuchCase, NothingSaid, TooLong
        NotNow: it was not rated.
    """
    case = for_citizen(office, telegram_id, complaint_id, lock=True)
    if case.progress.stars is None:
        raise NotNow(case.progress.status)
    message = letters.keep(office, case, "word", text, author=case.actor)
    store.happen(office, case, "added", actor=case.actor, data={"message": message})
    return case


def request_review(office: Office, telegram_id: int, complaint_id: int) -> Case:
    """After a poor rating: a higher officer looks at the case anew.

    Raises:
        NoSuchCase, NotNow
    """
    case = for_citizen(office, telegram_id, complaint_id, lock=True)
    if not may_do(office, case).review:
        raise NotNow(case.progress.status)
    higher = Level.DIRECTOR if case.progress.level is Level.AGENCY else Level.CENTRAL
    store.happen(office, case, "review_requested", actor=case.actor)
    _reopen(office, case, text=None)
    store.happen(
        office, case, "raised", actor=case.actor, data={"level": higher.value, "why": "review"}
    )
    store.happen(office, case, "released", actor=case.actor, data={"why": "review"})
    return case


def _reopen(office: Office, case: Case, *, text: str | None) -> None:
    targets = office.targets(case.filed_at)
    if not clock.may_reopen(case.progress, office.now, targets=targets):
        raise NotNow(case.progress.status)
    data: dict[str, object] = {
        "by": office.calendar(case.progress.desk).add(office.now, targets.first_answer).isoformat()
    }
    if text is not None:
        data["message"] = letters.keep(office, case, "dispute", text, author=case.actor)
    store.happen(office, case, "reopened", actor=case.actor, data=data)


def _poor(progress: Progress) -> bool:
    return progress.stars is not None and progress.stars <= POOR
